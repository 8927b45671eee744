//! Check digits: modulo 10 and modulo 11, as the banks' manuals write them.
//!
//! All of them weigh digits from the right. They differ in the weights, and in what becomes of a
//! remainder that is no digit, which is each caller's own rule.

/// The digits of a text, from the right; whatever else stands in it is passed over.
fn from_the_right(text: &str) -> impl Iterator<Item = u32> {
    text.chars().rev().filter_map(|c| c.to_digit(10))
}

/// Modulo 10: weights 2, 1, 2, 1 from the right; of a product of two digits their sum counts.
/// FEBRABAN for the fields of the typeable line, Itaú and Inter for their own.
#[must_use]
pub fn modulo_10(digits: &str) -> u32 {
    let sum: u32 = from_the_right(digits)
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    (10 - sum % 10) % 10
}

/// The remainder of modulo 11: weights 2, 3, 4 and so on up to a last one, then from 2 again.
#[must_use]
pub fn remainder_11(digits: &str, last_weight: u32) -> u32 {
    let weights = (2..=last_weight).cycle();
    from_the_right(digits).zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11
}

/// Modulo 11 with weights 2 to 9, where 10 and 11 become zero: Caixa, Santander, Sicredi.
#[must_use]
pub fn modulo_11_or_zero(digits: &str) -> u32 {
    match 11 - remainder_11(digits, 9) {
        10 | 11 => 0,
        digit => digit,
    }
}

/// The check digit of a barcode: modulo 11 with weights 2 to 9, where 0, 10 and 11 become one.
#[must_use]
pub fn of_barcode(digits: &str) -> u32 {
    match 11 - remainder_11(digits, 9) {
        10 | 11 => 1,
        digit => digit,
    }
}

/// Modulo 11 of Banco do Brasil: weights 9 down to 2 from the right; ten is written `X`.
#[must_use]
pub fn of_banco_do_brasil(digits: &str) -> char {
    let weights = (2..=9).rev().cycle();
    let sum: u32 = from_the_right(digits).zip(weights).map(|(digit, weight)| digit * weight).sum();
    match sum % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_banks_and_their_exceptions() {
        // FEBRABAN's own example of a typeable line's field, and the remainder of zero.
        for (digits, check) in [("001905009", 5), ("4014481606", 9), ("0680935031", 4), ("0", 0)] {
            assert_eq!(modulo_10(digits), check, "{digits}");
        }
        assert_eq!(of_barcode("0019373700000001000500940144816060680935031"), 3);
        for (digits, check) in [("4042", '8'), ("0548", '7'), ("719", '6'), ("61900", '0')] {
            assert_eq!(of_banco_do_brasil(digits), check, "{digits}");
        }
        assert_eq!(of_banco_do_brasil("6"), 'X');
    }
}
