//! The barcode of a boleto: interleaved 2 of 5 (ISO/IEC 16390), 103 by 13 mm, as FEBRABAN asks
//! for.

use mensal_domain::charge::Barcode;

use super::Symbol;
use crate::units::{mm, pt};

/// A step: a hundredth of a point. In tenths the code would miss its length by a millimetre.
const STEP: f32 = pt(0.01);
/// Narrow and wide bars and spaces, in steps. The code has 138 narrow ones and 89 wide ones,
/// which makes 103.04 mm; the wide are 2.95 times as wide, where 2 to 3 times is allowed.
const NARROW: u16 = 73;
const WIDE: u16 = 215;
/// 13 mm.
const HEIGHT: u16 = 3685;
/// Left and right of it.
const QUIET: f32 = mm(5.0);

/// Which two of a digit's five bars are wide.
const WIDE_ONES: [[bool; 5]; 10] = {
    const fn wide(one: usize, other: usize) -> [bool; 5] {
        let mut five = [false; 5];
        five[one] = true;
        five[other] = true;
        five
    }
    [
        wide(2, 3),
        wide(0, 4),
        wide(1, 4),
        wide(0, 1),
        wide(2, 4),
        wide(0, 2),
        wide(1, 2),
        wide(3, 4),
        wide(0, 3),
        wide(1, 3),
    ]
};

impl Symbol {
    /// The bars of 44 digits.
    pub(crate) fn itf(barcode: &Barcode) -> Self {
        let mut blocks = Vec::with_capacity(2 + 22 * 5 + 2);
        let mut x = 0;
        for (bar, space) in elements(barcode.as_str()) {
            let width = |wide| if wide { WIDE } else { NARROW };
            blocks.push([x, 0, width(bar), HEIGHT]);
            x += width(bar) + space.map_or(0, width);
        }
        Self { blocks, step: STEP, columns: x, rows: HEIGHT, quiet: QUIET }
    }
}

/// Bars, each with the space that follows it, as wide or not: the start, of each pair of digits
/// the first in bars and the second in spaces, the stop.
fn elements(digits: &str) -> impl Iterator<Item = (bool, Option<bool>)> {
    let (pairs, _) = digits.as_bytes().as_chunks::<2>();
    let of = |digit: u8| WIDE_ONES[usize::from(digit.wrapping_sub(b'0')) % WIDE_ONES.len()];
    let pairs = pairs
        .iter()
        .flat_map(move |[bars, spaces]| of(*bars).into_iter().zip(of(*spaces).map(Some)));
    let start = [(false, Some(false)); 2];
    let stop = [(true, Some(false)), (false, None)];
    start.into_iter().chain(pairs).chain(stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_digit_has_two_wide_bars_and_none_has_those_of_another() {
        for (digit, five) in WIDE_ONES.iter().enumerate() {
            assert_eq!(five.iter().filter(|wide| **wide).count(), 2);
            assert_eq!(WIDE_ONES.iter().position(|other| other == five), Some(digit));
        }
    }

    #[test]
    fn the_code_begins_with_four_narrow_ones_and_ends_wide_narrow_narrow() {
        // 01: the bars of 0 are narrow narrow wide wide narrow, the spaces of 1 wide narrow
        // narrow narrow wide.
        let drawn = |(bar, space): (bool, Option<bool>)| {
            let width = |wide| if wide { "W" } else { "n" };
            format!("{}{}", width(bar), space.map_or("", width))
        };
        assert_eq!(elements("01").map(drawn).collect::<String>(), "nnnnnWnnWnWnnWWnn");
    }

    #[test]
    fn the_code_is_103_by_13_millimetres_whatever_it_says() {
        for digits in ["0".repeat(44), "7".repeat(44), "34191".repeat(9)[..44].to_owned()] {
            let symbol = Symbol::itf(&digits.parse().unwrap());
            assert_eq!(symbol.blocks.len(), 114);
            assert!((symbol.width() - mm(103.0)).abs() < mm(0.05), "{}", symbol.width());
            assert!((symbol.height() - mm(13.0)).abs() < mm(0.05), "{}", symbol.height());
        }
    }
}
