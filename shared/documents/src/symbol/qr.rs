//! The QR code of a Pix (ISO/IEC 18004).

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

use super::Symbol;
use crate::{error::DocumentError, units::mm};

/// The longest text, in bytes: EMV's specification of codes that a merchant presents, which BR
/// Code follows, ends at 512.
const LONGEST: usize = 512;
/// The smallest edge of a code. What a payer's camera reads from a hand's distance.
const EDGE: f32 = mm(30.0);
/// So many modules around it stay white (ISO/IEC 18004).
const QUIET: f32 = 4.0;
/// Of the eight masks the one that is always taken. Trying all and weighing them, as the standard
/// has it, takes thirty times as long, and every reader reads each.
const MASK: u8 = 2;

impl Symbol {
    /// The code of a text, at error correction level M.
    ///
    /// # Errors
    /// [`DocumentError::Pix`] for an empty text and for one that is too long.
    pub(crate) fn qr(text: &str) -> Result<Self, DocumentError> {
        let refused = || DocumentError::Pix { bytes: text.len() };
        if text.is_empty() || text.len() > LONGEST {
            return Err(refused());
        }
        let code = QrCode::encode_segments_advanced(
            &QrSegment::make_segments(text),
            QrCodeEcc::Medium,
            Version::MIN,
            Version::MAX,
            Some(Mask::new(MASK)),
            false,
        );
        let code = code.map_err(|_| refused())?;
        let modules = u16::try_from(code.size()).map_err(|_| refused())?;
        // Whole units: no module is wider than another.
        let step = (EDGE / f32::from(modules)).ceil();
        Ok(Self {
            blocks: blocks(&code, modules),
            step,
            columns: modules,
            rows: modules,
            quiet: QUIET * step,
        })
    }
}

/// What is black, row by row: neighbours are one block.
fn blocks(code: &QrCode, modules: u16) -> Vec<super::Block> {
    let mut blocks = Vec::with_capacity(usize::from(modules) * usize::from(modules) / 4);
    for row in 0..modules {
        let black = |column: u16| code.get_module(i32::from(column), i32::from(row));
        let mut column = 0;
        while column < modules {
            let start = column;
            while column < modules && black(column) {
                column += 1;
            }
            if column > start {
                blocks.push([start, row, column - start, 1]);
            }
            column += 1;
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks as a picture of the code.
    fn picture(symbol: &Symbol) -> Vec<String> {
        let edge = usize::from(symbol.columns);
        let mut rows = vec![vec!['.'; edge]; edge];
        for [x, y, width, height] in symbol.blocks.iter().map(|block| block.map(usize::from)) {
            assert_eq!(height, 1);
            rows[y][x..x + width].fill('#');
        }
        rows.into_iter().map(|row| row.into_iter().collect()).collect()
    }

    #[test]
    fn a_code_shows_its_three_finders_and_is_thirty_millimetres_wide_at_least() {
        for (text, modules) in [("a".into(), 21), ("a".repeat(180), 53), ("a".repeat(512), 89)] {
            let symbol = Symbol::qr(&text).unwrap();
            assert_eq!(symbol.columns, modules);
            assert!((EDGE..mm(33.0)).contains(&symbol.width()), "{}", symbol.width());
            assert!(symbol.step.fract() == 0.0, "{} units", symbol.step);
            let picture = picture(&symbol);
            let finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#"];
            let last = picture.len() - 7;
            for (row, want) in finder.iter().enumerate() {
                assert!(picture[row].starts_with(want) && picture[row].ends_with(want));
                assert!(picture[last + row].starts_with(want));
            }
        }
    }

    #[test]
    fn the_level_is_m_and_the_mask_is_always_the_same() {
        // The format of a code stands beside its first finder (ISO/IEC 18004, annex C): for
        // level M and mask 2 it is 101111001111100, the first six of it left of the finder.
        for text in ["a", "00020126580014br.gov.bcb.pix"] {
            let picture = picture(&Symbol::qr(text).unwrap());
            assert_eq!(&picture[8][..6], "#.####");
        }
    }

    #[test]
    fn a_text_that_is_no_code_is_refused() {
        for text in [String::new(), "a".repeat(513)] {
            let error = Symbol::qr(&text).unwrap_err().to_string();
            assert!(error.contains(&text.len().to_string()), "{error}");
        }
    }
}
