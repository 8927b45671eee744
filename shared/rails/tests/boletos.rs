//! Boletos as banks' own software and others' have written them: the same digits, both ways.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use jiff::civil::Date;
use mensal_domain::money::{Currency, Money};
use mensal_rails::boleto::{
    Boleto, Digits, DueFactor,
    check::{modulo_11_or_zero, of_banco_do_brasil},
    free_field::{
        BancoDoBrasil, Bradesco, Caixa, FreeField, Inter, Itau, Santander, Sicoob, Sicredi,
        banco_do_brasil_agency_digit, bradesco_agency_digit, itau_account_digit,
    },
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

/// 254 boletos of 21 banks, from the test data of open libraries and an independent generator. Of
/// Itaú's wallets 112 and 168 the number's check digit is given, as the bank would give it: the
/// sources compute it each in a way of their own, and not as the manual does.
const BOLETOS: &str = include_str!("data/boletos.json");
/// Check digits of numbers, agencies and accounts, from the same sources.
const OUR_NUMBERS: &str = include_str!("data/our_numbers.json");

#[derive(Deserialize)]
struct Case {
    bank: String,
    due: Date,
    factor: u16,
    cents: i64,
    free_field: String,
    barcode: String,
    line: Option<String>,
    /// What the free field is made of.
    of: Option<Value>,
    /// The number as it is printed.
    printed: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(BOLETOS).unwrap()
}

fn reais(cents: i64) -> Money {
    Money::rounded(Decimal::new(cents, 2), Currency::BRL).unwrap()
}

/// The digits under a name.
fn digits<const N: usize>(of: &Value, name: &str) -> Digits<N> {
    of[name].as_str().unwrap_or_else(|| panic!("{name} in {of}")).parse().unwrap()
}

/// Free field and number, by the bank's rules.
fn by_the_bank(bank: &str, of: &Value) -> (Digits<25>, String) {
    fn told(it: &impl FreeField) -> (Digits<25>, String) {
        (it.free_field(), it.our_number())
    }
    match bank {
        BancoDoBrasil::BANK => told(&banco_do_brasil(of)),
        Santander::BANK => told(&santander(of)),
        Inter::BANK => told(&inter(of)),
        Caixa::BANK => told(&caixa(of)),
        Bradesco::BANK => told(&bradesco(of)),
        Itau::BANK => told(&itau(of)),
        Sicredi::BANK => told(&sicredi(of)),
        Sicoob::BANK => told(&sicoob(of)),
        other => panic!("no layout of bank {other}"),
    }
}

fn banco_do_brasil(of: &Value) -> BancoDoBrasil {
    match of["layout"].as_str().unwrap() {
        "whole" => {
            BancoDoBrasil::Whole { number: digits(of, "number"), wallet: digits(of, "wallet") }
        }
        "six17" => BancoDoBrasil::Six17 {
            agreement: digits(of, "agreement"),
            number: digits(of, "number"),
        },
        "six5" => BancoDoBrasil::Six5 {
            agreement: digits(of, "agreement"),
            number: digits(of, "number"),
            agency: digits(of, "agency"),
            account: digits(of, "account"),
            wallet: digits(of, "wallet"),
        },
        _ => BancoDoBrasil::Four {
            agreement: digits(of, "agreement"),
            number: digits(of, "number"),
            agency: digits(of, "agency"),
            account: digits(of, "account"),
            wallet: digits(of, "wallet"),
        },
    }
}

fn santander(of: &Value) -> Santander {
    Santander {
        customer: digits(of, "customer"),
        number: digits(of, "number"),
        wallet: digits(of, "wallet"),
        checked: of["checked"].as_bool().unwrap(),
    }
}

fn inter(of: &Value) -> Inter {
    Inter {
        agency: digits(of, "agency"),
        wallet: digits(of, "wallet"),
        operation: digits(of, "operation"),
        number: digits(of, "number"),
    }
}

fn caixa(of: &Value) -> Caixa {
    if of["layout"] == "sicob" {
        return Caixa::Sicob {
            number: digits(of, "number"),
            agency: digits(of, "agency"),
            account: digits(of, "account"),
        };
    }
    Caixa::Sigcb {
        customer: digits(of, "customer"),
        registered: of["registered"].as_bool().unwrap(),
        number: digits(of, "number"),
    }
}

fn bradesco(of: &Value) -> Bradesco {
    Bradesco {
        agency: digits(of, "agency"),
        wallet: digits(of, "wallet"),
        number: digits(of, "number"),
        account: digits(of, "account"),
    }
}

fn itau(of: &Value) -> Itau {
    let (agency, account) = (digits(of, "agency"), digits(of, "account"));
    let (wallet, number) = (digits(of, "wallet"), digits(of, "number"));
    if of["layout"] == "document" {
        let (document, customer) = (digits(of, "document"), digits(of, "customer"));
        return Itau::Document { wallet, number, document, customer, agency, account };
    }
    let computed = itau_account_digit(&agency, &account).to_string();
    let account_digit = of["digit"].as_str().unwrap_or(&computed).parse().unwrap();
    let number_digit = of["number_digit"].as_str().map(|digit| digit.parse().unwrap());
    Itau::Account { wallet, number, number_digit, agency, account, account_digit }
}

fn sicredi(of: &Value) -> Sicredi {
    Sicredi {
        kind: digits(of, "kind"),
        wallet: "1".parse().unwrap(),
        cooperative: digits(of, "cooperative"),
        post: digits(of, "post"),
        customer: digits(of, "customer"),
        year: digits(of, "year"),
        given_by: digits(of, "given_by"),
        number: digits(of, "number"),
    }
}

fn sicoob(of: &Value) -> Sicoob {
    Sicoob {
        wallet: "1".parse().unwrap(),
        cooperative: digits(of, "cooperative"),
        modality: "01".parse().unwrap(),
        customer: digits(of, "customer"),
        number: digits(of, "number"),
        instalment: "001".parse().unwrap(),
    }
}

#[test]
fn barcodes_and_lines_of_21_banks_are_read_and_written() {
    for case in cases() {
        let name = &case.barcode;
        let boleto: Boleto = name.parse().unwrap();
        assert_eq!(boleto.bank().as_str(), case.bank, "{name}");
        assert_eq!(boleto.due().map(DueFactor::number), Some(case.factor), "{name}");
        assert_eq!(boleto.amount(), reais(case.cents), "{name}");
        assert_eq!(boleto.free_field().as_str(), case.free_field, "{name}");
        let free_field = case.free_field.parse().unwrap();
        let bank = case.bank.parse().unwrap();
        let written = Boleto::new(bank, Some(case.due), reais(case.cents), free_field).unwrap();
        assert_eq!(written, boleto, "{name}");
        assert_eq!(written.barcode().as_str(), *name);
        if let Some(line) = case.line {
            assert_eq!(line.parse(), Ok(boleto));
            let bare: String = line.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(boleto.typeable_line().as_str(), bare);
            assert_eq!(boleto.printed_line(), line);
        }
    }
}

#[test]
fn free_fields_and_numbers_are_those_of_the_banks() {
    let mut seen = 0;
    for Case { bank, free_field, of, printed, .. } in cases() {
        let Some(of) = of else { continue };
        let (ours, number) = by_the_bank(&bank, &of);
        assert_eq!(ours.as_str(), free_field, "{bank} {of}");
        if let Some(printed) = printed {
            assert_eq!(number, printed, "{bank} {of}");
        }
        seen += 1;
    }
    assert_eq!(seen, 194);
}

/// What each bank's rules make of an agency, an account and a number, by the names of the data.
fn check_digits(case: &Value) -> Vec<(&'static str, String)> {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let (agency, agreement) = (text("agency"), text("agreement"));
    let bank = text("bank");
    let with_number = |of: Value| {
        let (field, number) = by_the_bank(bank, &of);
        let digit = number[number.len() - 1..].to_owned();
        vec![
            ("campo_livre", field.to_string()),
            ("nosso_numero_boleto", number),
            ("nosso_numero_dv", digit),
        ]
    };
    match bank {
        BancoDoBrasil::BANK => {
            let whole = format!("{agreement}{:0>9}", text("our_number"));
            let account = format!("{:0>8}", text("account"));
            let digit = banco_do_brasil_agency_digit;
            let both = format!("{agency}-{} / {account}-{}", digit(agency), digit(&account));
            vec![
                ("nosso_numero_dv", of_banco_do_brasil(&whole).to_string()),
                ("nosso_numero_boleto", whole),
                ("agencia_dv", digit(agency).to_string()),
                ("agencia_conta_boleto", both),
            ]
        }
        Caixa::BANK => {
            let number = padded(&case["our_number"], 15);
            let of = json!({ "customer": agreement, "registered": true, "number": number });
            let both = format!("{agency}/{agreement}-{}", modulo_11_or_zero(agreement));
            [with_number(of), vec![("agencia_conta_boleto", both)]].concat()
        }
        Bradesco::BANK => {
            let account = padded(&case["account"], 7);
            let digit = bradesco_agency_digit;
            let both = format!("{agency}-{} / {account}-{}", digit(agency), digit(&account));
            let of = json!({ "agency": padded(&case["agency"], 4), "account": account,
                "wallet": case["wallet"].as_str().unwrap_or("06"),
                "number": padded(&case["our_number"], 11) });
            [with_number(of), vec![("agencia_conta_boleto", both)]].concat()
        }
        Itau::BANK => {
            let of = json!({ "agency": agency, "account": text("account"),
                "wallet": case["wallet"].as_str().unwrap_or("175"),
                "number": padded(&case["our_number"], 8) });
            let (agency, account) = (digits(&of, "agency"), digits(&of, "account"));
            let digit = itau_account_digit(&agency, &account);
            let both = format!("{agency} / {account}-{digit}");
            [with_number(of), vec![("agencia_conta_boleto", both)]].concat()
        }
        _ => with_number(json!({ "cooperative": agency,
            "customer": padded(&case["agreement"], 7),
            "number": padded(&case["our_number"], 7) })),
    }
}

fn padded(text: &Value, length: usize) -> String {
    format!("{:0>length$}", text.as_str().unwrap())
}

#[test]
fn check_digits_of_numbers_agencies_and_accounts() {
    let cases: Vec<Value> = serde_json::from_str(OUR_NUMBERS).unwrap();
    let mut seen = 0;
    for case in &cases {
        let ours = check_digits(case);
        for (what, right) in case["expected"].as_object().unwrap() {
            let right = right.as_str().map_or_else(|| right.to_string(), str::to_owned);
            let (_, found) = ours.iter().find(|(name, _)| name == what).unwrap();
            assert_eq!(*found, right, "{what} of {case}");
            seen += 1;
        }
    }
    assert_eq!((cases.len(), seen), (35, 46));
}

#[test]
fn what_is_wrong_is_said() {
    let itau = "341".parse().unwrap();
    let free = "1091234567830810536789000".parse().unwrap();
    let due = Some("2026-11-30".parse().unwrap());
    let right = Boleto::new(itau, due, reais(12_345), free).unwrap();
    let why = |text: &str| text.parse::<Boleto>().unwrap_err().to_string();
    let swap = |at: usize, with: &str| {
        let bare = right.typeable_line().to_string();
        format!("{}{with}{}", &bare[..at], &bare[at + 1..])
    };
    for (text, told) in [
        (swap(5, "9"), "digits 1 to 10: one of these digits is wrong"),
        (swap(12, "0"), "digits 11 to 21: one of these digits is wrong"),
        (swap(25, "0"), "digits 22 to 32: one of these digits is wrong"),
        (
            swap(46, "0"),
            "the barcode: one of these digits is wrong, since the check digit (digit 33)",
        ),
        (swap(3, "8"), "digits 1 to 10: one of these digits is wrong"),
        ("3419x".into(), "`x` at place 5 is no digit"),
        // What is told is one line, and steers no screen.
        ("3419\u{1b}[2J".into(), r"`\u{1b}` at place 5 is no digit"),
        ("3419\n".into(), r"`\n` at place 5 is no digit"),
        ("34191".into(), "5 digits: a barcode has 44, a typeable line 47"),
        ("8".repeat(48), "48 digits are the line of a utility bill or a tax"),
        (String::new(), "0 digits"),
    ] {
        assert!(why(&text).contains(told), "{text}: {}", why(&text));
    }
    let why = |amount: &str| {
        Boleto::new(itau, None, amount.parse().unwrap(), free).unwrap_err().to_string()
    };
    assert!(why("100000000.00 BRL").contains("100000000.00 BRL cannot be written on a boleto"));
    assert!(why("-0.01 BRL").contains("-0.01 BRL cannot"));
    assert!(why("1.00 USD").contains("1.00 USD cannot"));
}

proptest! {
    #[test]
    fn every_boleto_is_read_as_it_was_written(
        bank in "[0-9]{3}", free in "[0-9]{25}", cents in 0_i64..=9_999_999_999,
        days in proptest::option::of(0_i64..15_000),
    ) {
        let first: Date = "2000-07-03".parse().unwrap();
        let due = days.map(|days| first.saturating_add(jiff::Span::new().days(days)));
        let boleto =
            Boleto::new(bank.parse().unwrap(), due, reais(cents), free.parse().unwrap()).unwrap();
        prop_assert_eq!(boleto.barcode().as_str().parse(), Ok(boleto));
        prop_assert_eq!(boleto.typeable_line().as_str().parse(), Ok(boleto));
        prop_assert_eq!(boleto.printed_line().parse(), Ok(boleto));
    }

    #[test]
    fn a_wrong_digit_of_a_line_is_noticed(
        free in "[0-9]{25}", cents in 0_i64..=9_999_999_999, at in 0_usize..47, by in 1_u8..10,
    ) {
        let due = "2026-12-10".parse().unwrap();
        let boleto =
            Boleto::new("341".parse().unwrap(), Some(due), reais(cents), free.parse().unwrap());
        let mut line = boleto.unwrap().typeable_line().to_string().into_bytes();
        line[at] = b'0' + (line[at] - b'0' + by) % 10;
        // Modulo 11 folds three remainders into one digit: what it misses in the second half of
        // the line no bank would notice either.
        if at < 33 {
            prop_assert!(std::str::from_utf8(&line).unwrap().parse::<Boleto>().is_err());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        let _ = text.parse::<Boleto>();
    }
}
