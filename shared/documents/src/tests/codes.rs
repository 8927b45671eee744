//! The codes that an invoice is paid by: printed on paper, they are read back as they were.

use std::collections::BTreeSet;

use mensal_domain::{
    charge::PaymentCodes,
    collection::Collected,
    invoice::{Invoice, Settled},
    locale::Locale,
    money::Money,
    rail::Rail,
    stationery::Paper,
};
use proptest::prelude::*;
use serde_json::Value;

use super::{boleto, in_portuguese, invoice, line, read::Read, scan::Scan, stationery};
use crate::{DocumentError, invoice_pdf};

/// A Pix code as banks write them.
const PIX: &str = "00020101021226830014br.gov.bcb.pix2561pix.banco.example/qr/v2/cobv/\
                   9545f0f3ee889fe46f2c7a8c627bf3225204000053039865406192.835802BR\
                   5916SERRA AZUL TELEC6009SAO PAULO62070503***63047A45";
const DIGITS: &str = "34198163600000192831091234567800057123457000";

fn pix(text: &str) -> PaymentCodes {
    PaymentCodes { pix: Some(text.into()), ..PaymentCodes::default() }
}

fn both(text: &str, digits: &str) -> PaymentCodes {
    PaymentCodes { boleto: Some(boleto(digits)), ..pix(text) }
}

/// An invoice that is to be paid, in a language.
fn asking(locale: Locale) -> Invoice {
    let invoice = invoice(vec![line("Fiber 500", "64.00"), line("Router", "8.00")]);
    locale.pick(in_portuguese(&invoice), invoice)
}

fn pdf(locale: Locale, paper: Paper, codes: &PaymentCodes) -> Vec<u8> {
    invoice_pdf(&asking(locale), &stationery(paper), codes).unwrap()
}

const EVERYWHERE: [(Locale, Paper); 4] = [
    (Locale::PtBr, Paper::A4),
    (Locale::PtBr, Paper::Letter),
    (Locale::EnUs, Paper::A4),
    (Locale::EnUs, Paper::Letter),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_code_is_read_from_paper_as_it_was(
        text in proptest::collection::vec(b' '..=b'~', 1..=512),
        digits in proptest::collection::vec(b'0'..=b'9', 44),
    ) {
        let text = String::from_utf8(text).unwrap();
        let digits = String::from_utf8(digits).unwrap();
        for (locale, paper) in EVERYWHERE {
            let scan = Scan::last_page(&pdf(locale, paper, &both(&text, &digits)));
            prop_assert_eq!(scan.qr(), Some(text.clone()));
            prop_assert_eq!(scan.barcode(), Some(digits.clone()));
        }
    }
}

/// A file of codes that banks wrote, which the rails are tested with.
fn of_banks(name: &str) -> Value {
    let path = format!("{}/../rails/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn pix_codes_of_banks_are_read_from_paper_and_copied_whole() {
    // Among them: blanks in a row, letters that the fonts lack, a recurrence beside the charge.
    let banks = of_banks("br_codes.json");
    let banks = banks["valid"].as_array().unwrap().iter();
    let banks = banks.map(|code| code["payload"].as_str().unwrap().to_owned());
    let extremes = ["0123456789".repeat(51), "W".repeat(512), "a".into()];
    for text in banks.chain(extremes) {
        let pdf = pdf(Locale::PtBr, Paper::A4, &pix(&text));
        assert_eq!(Scan::last_page(&pdf).qr().as_deref(), Some(text.as_str()));
        assert_eq!(Read::new(&pdf).unbroken_texts(), [text]);
    }
}

#[test]
fn boletos_of_banks_are_read_from_paper() {
    let mut banks = BTreeSet::new();
    for known in of_banks("boletos.json").as_array().unwrap().iter().step_by(8) {
        let (digits, line) = (known["barcode"].as_str(), known["line"].as_str());
        let Some((digits, line)) = digits.zip(line) else { continue };
        let mut codes = both(PIX, digits);
        codes.boleto.as_mut().unwrap().line = line.into();
        let pdf = pdf(Locale::PtBr, Paper::A4, &codes);
        assert_eq!(Scan::last_page(&pdf).barcode().as_deref(), Some(digits));
        Read::new(&pdf).has(&[line]);
        banks.insert(digits[..3].to_owned());
    }
    assert!(banks.len() >= 7, "{banks:?}");
}

#[test]
fn every_digit_of_a_barcode_is_read_in_every_place() {
    for first in 0..10 {
        let digits: String =
            (0..44).filter_map(|place| char::from_digit((first + place * 7) % 10, 10)).collect();
        let scan = Scan::last_page(&pdf(Locale::PtBr, Paper::A4, &both(PIX, &digits)));
        assert_eq!(scan.barcode(), Some(digits));
    }
}

#[test]
fn the_barcode_stands_where_banks_look_for_it_with_white_around() {
    for (paper, height) in [(Paper::A4, 297.0), (Paper::Letter, 279.4)] {
        let scan = Scan::last_page(&pdf(Locale::PtBr, paper, &both(PIX, DIGITS)));
        let (left, top) = (14.46, height - 12.0 - 6.5);
        assert!(scan.is_white(left - 5.2, top, 5.0, 13.0), "{paper:?}: left of it");
        assert!(scan.is_white(left + 103.3, top, 5.0, 13.0), "{paper:?}: right of it");
        assert!(scan.is_white(0.0, top + 13.2, 200.0, 5.0), "{paper:?}: below it");
        assert!(!scan.is_white(left, top + 0.2, 0.3, 12.6), "{paper:?}: its first bar");
        assert!(!scan.is_white(left + 102.5, top + 12.5, 0.6, 0.3), "{paper:?}: its last bar");
    }
}

#[test]
fn a_boleto_takes_the_place_of_the_slip_for_cheques() {
    for (locale, paper) in EVERYWHERE {
        let read = Read::new(&pdf(locale, paper, &both(PIX, DIGITS)));
        assert_eq!(read.pages.len(), 1, "{locale:?} on {paper:?}");
        // In Portuguese, whatever the invoice is written in: a bank reads it.
        read.has(&[
            "Exemplo S.A.",
            "341-7",
            "34191.09123 34567.800056 71234.570001 8 16360000019283",
            "Local de pagamento",
            "Pagável em qualquer banco até o vencimento",
            "Vencimento",
            "21/12/2026",
            "Blue Ridge Fiber LLC – EIN 12-3456789",
            "1200 Commerce Street, Asheville, NC 28801",
            "0057/12345-7",
            "109/12345678-0",
            "109",
            "Data do processamento",
            "01/12/2026",
            "(=) Valor do documento",
            "(+) Mora/multa",
            "Eleanor J. Whitfield",
            "218 Chestnut Street, Apt 5, Asheville, NC 28801",
            "Sacador/avalista",
            "Autenticação mecânica – Ficha de compensação",
        ]);
        read.has_not(&["Remittance", "Guia de pagamento", "Cheque", "check"]);
        read.has(&[locale.pick("Pague com Pix", "Pay with Pix")]);
        read.has(&[locale.pick("Recorte aqui", "Cut here")]);
    }
}

#[test]
fn with_pix_alone_nothing_is_cut_off_and_nobody_is_asked_for_a_cheque() {
    let read = Read::new(&pdf(Locale::PtBr, Paper::A4, &pix(PIX)));
    read.has(&["Pague com Pix", "Página 1 de 1"]);
    read.has_not(&["Guia de pagamento", "Cheque", "Recorte", "Destaque", "Boleto"]);
}

#[test]
fn who_is_charged_by_themselves_is_told_and_not_asked_for_a_cheque() {
    let of = |label: &str, rail| {
        let on = jiff::civil::date(2026, 12, 15);
        Some(Collected { rail, label: label.into(), on })
    };
    for (locale, collected, said) in [
        (
            Locale::EnUs,
            of("Visa •••• 3539", Rail::Card),
            "$73.96 will be charged to Visa •••• 3539 on 12/15/2026. There is nothing for you to do.",
        ),
        (
            Locale::PtBr,
            of("", Rail::PixAutomatico),
            "R$ 73,96 serão cobrados via Pix Automático em 15/12/2026. Você não precisa fazer nada.",
        ),
        (
            Locale::PtBr,
            of("", Rail::BankDebit),
            "R$ 73,96 serão cobrados via sua conta bancária em 15/12/2026. Você não precisa fazer nada.",
        ),
    ] {
        let mut invoice = Invoice { collected, ..asking(locale) };
        let of = |invoice: &Invoice, codes: &PaymentCodes| {
            Read::new(&invoice_pdf(invoice, &stationery(Paper::A4), codes).unwrap())
        };
        let read = of(&invoice, &PaymentCodes::default());
        read.has(&[locale.pick("Pagamento automático", "Automatic payment"), said]);
        read.has_not(&["Remittance", "check", "Guia de pagamento", "Cheque"]);
        // It could not be charged, and there are codes to pay by: they are what counts.
        let read = of(&invoice, &pix(PIX));
        read.has(&[locale.pick("Pague com Pix", "Pay with Pix")]);
        read.has_not(&["Pagamento automático", "Automatic payment"]);
        // It was paid since.
        let nothing = Money::zero(invoice.currency());
        let paid =
            Settled { by_payments: invoice.asked, by_credit: nothing, changes: 1, reopened: None };
        invoice.settled = Some(paid);
        of(&invoice, &PaymentCodes::default()).has_not(&[
            "Pagamento automático",
            "Automatic payment",
            "Remittance",
        ]);
    }
}

#[test]
fn what_is_paid_in_part_asks_for_the_rest_and_tells_what_was_paid() {
    let mut partly = asking(Locale::PtBr);
    let brl = |text: &str| format!("{text} BRL").parse::<Money>().unwrap();
    partly.settled = Some(Settled {
        by_payments: brl("20.00"),
        by_credit: brl("0.00"),
        changes: 1,
        reopened: None,
    });
    let codes = both(PIX, DIGITS);
    let read = Read::new(&invoice_pdf(&partly, &stationery(Paper::A4), &codes).unwrap());
    read.has(&["Pagamentos recebidos", "-20,00", "Total a pagar"]);
    // On top, at the end of the sums, on the slip.
    assert_eq!((read.count("R$ 53,96"), read.count("R$ 73,96")), (3, 0));
    // Nothing is open any more: neither codes nor a slip, so that nobody pays twice.
    partly.settled = Some(Settled {
        by_payments: brl("73.96"),
        by_credit: brl("0.00"),
        changes: 1,
        reopened: None,
    });
    let codes = PaymentCodes { link: Some("https://pay.example".into()), ..codes };
    let read = Read::new(&invoice_pdf(&partly, &stationery(Paper::A4), &codes).unwrap());
    read.has(&["-73,96", "Esta fatura está quitada."]);
    read.has_not(&["Pix", "341-7", "Pague online", "Guia de pagamento"]);
}

#[test]
fn a_credit_note_carries_no_codes() {
    let note = invoice(vec![line("Fiber 300", "-25.96")]);
    let codes = PaymentCodes { link: Some("https://pay.example".into()), ..both(PIX, DIGITS) };
    let read = Read::new(&invoice_pdf(&note, &stationery(Paper::A4), &codes).unwrap());
    read.has_not(&["Pix", "341-7", "Pay online"]);
}

#[test]
fn codes_move_to_a_further_page_together_when_there_is_no_room() {
    let codes = both(PIX, DIGITS);
    let mut counts = Vec::new();
    for lines in 1..30 {
        let lines = (0..lines).map(|_| line("Fiber", "64.00")).collect();
        let pdf = invoice_pdf(&invoice(lines), &stationery(Paper::A4), &codes).unwrap();
        let read = Read::new(&pdf);
        let last = read.pages.last().unwrap();
        assert!(last.contains("Pay with Pix") && last.contains("Ficha de compensação"));
        let scan = Scan::last_page(&pdf);
        assert_eq!(scan.qr().as_deref(), Some(PIX));
        counts.push(read.pages.len());
    }
    assert!(counts.is_sorted() && counts[5] == 1 && counts[28] == 2, "{counts:?}");
}

#[test]
fn a_link_leads_to_its_page_and_what_is_none_is_only_printed() {
    let of = |link: &str| PaymentCodes { link: Some(link.into()), ..PaymentCodes::default() };
    let long = format!("https://pay.example/i?key={}", "Zt8".repeat(200));
    for (link, leads) in [
        ("https://pay.example/i/400217-202612", true),
        (long.as_str(), true),
        ("javascript:alert(1)", false),
        ("https://pay.example/i 2", false),
        ("https://pagué.example", false),
    ] {
        let read = Read::new(&pdf(Locale::EnUs, Paper::Letter, &of(link)));
        read.has(&["Pay online at", "Remittance slip"]);
        assert_eq!(read.unbroken_texts(), [link]);
        let want: Vec<String> = if leads { vec![link.into()] } else { Vec::new() };
        assert_eq!(read.links(), want);
        assert_eq!(read.pages.len(), 1);
    }
}

#[test]
fn a_pix_code_that_is_none_is_an_error_and_not_an_invoice_that_cannot_be_paid() {
    for text in [String::new(), "0".repeat(513)] {
        let error =
            invoice_pdf(&asking(Locale::PtBr), &stationery(Paper::A4), &pix(&text)).unwrap_err();
        assert!(matches!(error, DocumentError::Pix { bytes } if bytes == text.len()), "{error}");
    }
}

#[test]
fn the_same_codes_give_the_same_bytes() {
    let codes = PaymentCodes { link: Some("https://pay.example".into()), ..both(PIX, DIGITS) };
    let first = pdf(Locale::PtBr, Paper::A4, &codes);
    assert!(pdf(Locale::PtBr, Paper::A4, &codes) == first);
}
