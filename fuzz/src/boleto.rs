//! Boletos: any text as it is; and the digits of any input, made right by their check digits, so
//! that what comes after those is reached, too.

use mensal_rails::boleto::{
    Boleto, BoletoError,
    check::{modulo_10, of_barcode},
};

use crate::{Target, is_short, vectors};

pub(crate) const TARGET: Target = Target::of("boleto", seeds, check);

fn seeds() -> Vec<Vec<u8>> {
    vectors::boletos().into_iter().map(String::into_bytes).collect()
}

fn check(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        read(text);
    }
    made_right(input);
}

/// Whatever is read was written by these rules, digit for digit.
fn read(text: &str) {
    match text.parse::<Boleto>() {
        Ok(boleto) => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let (barcode, line) = (boleto.barcode(), boleto.typeable_line());
            assert!(digits == barcode.as_str() || digits == line.as_str());
            written_back(boleto);
        }
        Err(why) => is_short(&why.to_string()),
    }
}

/// All three forms are read as the same boleto, and so is one that is made of what it says.
fn written_back(boleto: Boleto) {
    assert_eq!(boleto.barcode().as_str().parse(), Ok(boleto));
    assert_eq!(boleto.typeable_line().as_str().parse(), Ok(boleto));
    assert_eq!(boleto.printed_line().parse(), Ok(boleto));
    for today in ["1999-12-31", "2026-11-26", "2051-01-01"] {
        let today = today.parse().expect("a date");
        let due = boleto.due().map(|factor| factor.nearest_to(today));
        let again = Boleto::new(boleto.bank(), due, boleto.amount(), boleto.free_field());
        assert_eq!(again, Ok(boleto));
    }
}

/// The first digits of an input, with right check digits, are a boleto in both forms unless their
/// due-date factor is none.
fn made_right(input: &[u8]) {
    let digits = input.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte));
    let digits: String = digits.chain(std::iter::repeat('0')).take(42).collect();
    let (bank, tail, free) = (&digits[..3], &digits[3..17], &digits[17..]);
    let check = of_barcode(&format!("{bank}9{tail}{free}"));
    let barcode = format!("{bank}9{check}{tail}{free}");
    let fields = [format!("{bank}9{}", &free[..5]), free[5..15].into(), free[15..].into()];
    let fields = fields.map(|field| format!("{field}{}", modulo_10(&field))).concat();
    let line = format!("{fields}{check}{tail}");
    let read: Result<Boleto, _> = barcode.parse();
    assert_eq!(line.parse(), read);
    match read {
        Ok(boleto) => {
            assert_eq!(boleto.typeable_line().as_str(), line);
            written_back(boleto);
        }
        Err(BoletoError::Factor(_)) => {
            assert!((1..1000).contains(&tail[..4].parse::<u16>().expect("digits")));
        }
        Err(other) => panic!("{barcode}: {other}"),
    }
}
