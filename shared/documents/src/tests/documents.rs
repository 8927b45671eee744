//! What stands on one-page documents.

use jiff::civil::date;
use mensal_domain::{
    calendar::Span,
    invoice::{InvoiceStatus, Line, LineReason, LineSource, TaxMode},
    stationery::Paper,
};

use super::{address, in_portuguese, invoice, line, plain_pdf, read::Read, stationery, usd};
use crate::DocumentError;

fn read(invoice: &mensal_domain::invoice::Invoice) -> Read {
    Read::new(&plain_pdf(invoice, &stationery(Paper::Letter)).unwrap())
}

#[test]
fn an_invoice_says_who_bills_whom_for_what_until_when() {
    let mut invoice = invoice(vec![line("Fiber 500", "1064.00"), line("Router", "8.00")]);
    invoice.lines[1].unit_price = None;
    let read = read(&invoice);
    assert_eq!(read.pages.len(), 1);
    read.has(&[
        "Invoice",
        "No. 400217-202612 · Issued 12/01/2026",
        "Period 12/01/2026 to 12/31/2026",
        "EIN 12-3456789",
        "Eleanor J. Whitfield",
        "Account 400217",
        "12/21/2026",
        "$1,073.96",
        "Fiber 500",
        "12/01/2026 – 12/31/2026",
        "Amount ($)",
        "1,064.00",
        "–",
        "Subtotal",
        "1,072.00",
        "NC sales tax 7.25%",
        "1.96",
        "Amount to pay",
        "Our office is closed from December 24 through January 1.",
        "Remittance slip",
        "PO Box 70042",
        "Page 1 of 1",
    ]);
    read.has_not(&["Credit", "Previous balance", "Void", "\u{fffd}"]);
}

#[test]
fn both_languages_on_both_papers_fit_one_page() {
    let english = invoice(vec![line("Fiber 500", "64.00")]);
    let portuguese = in_portuguese(&english);
    for (paper, width, height) in [(Paper::Letter, 612.0, 792.0), (Paper::A4, 595.3, 841.9)] {
        for (invoice, words) in [
            (&english, ["Bill to", "Due date", "Make checks payable to: ", "$65.96", "en-US"]),
            (&portuguese, ["Cliente", "Vencimento", "Cheque nominal a: ", "R$ 65,96", "pt-BR"]),
        ] {
            let read = Read::new(&plain_pdf(invoice, &stationery(paper)).unwrap());
            let (language, words) = words.split_last().unwrap();
            read.has(words);
            let catalog = read.document.catalog().unwrap();
            assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), language.as_bytes());
            let pages = read.document.get_pages();
            assert_eq!(pages.len(), 1);
            let page = read.document.get_dictionary(pages[&1]).unwrap();
            let edges = page.get(b"MediaBox").unwrap().as_array().unwrap();
            let edge = |index: usize| edges[index].as_float().unwrap();
            assert!((edge(2) - width).abs() < 0.1 && (edge(3) - height).abs() < 0.1);
        }
    }
}

#[test]
fn a_part_of_a_period_tells_its_days_and_what_lowers_the_total_is_marked() {
    let mut part = line("Fiber 500", "25.60");
    part.span = Span::new(date(2026, 11, 19), date(2026, 12, 1));
    part.part_of_days = Some(30);
    let mut back = line("Fiber 300", "-19.60");
    back.reason = LineReason::Credit;
    let mut loyal = line("Loyalty", "-5.00");
    loyal.source = LineSource::Discount("s1".parse().unwrap(), "loyal".parse().unwrap());
    let mut gift = line("Sorry for the outage", "-1.00");
    gift.source = LineSource::OneOff("c1".parse().unwrap());
    let mut not_loyal = line("Loyalty", "2.00");
    not_loyal.source = loyal.source.clone();
    not_loyal.reason = LineReason::Credit;
    let invoice = invoice(vec![part, back, loyal, gift, not_loyal]);
    let read = read(&invoice);
    read.has(&["11/19/2026 – 11/30/2026 · 12 of 30 days", "-19.60"]);
    read.has(&["12/01/2026 – 12/31/2026 · billed earlier, taken back"]);
    read.has(&["12/01/2026 – 12/31/2026 · given earlier, taken back"]);
    assert_eq!((read.count("Credit"), read.count("Discount")), (2, 2));
    let portuguese = self::read(&in_portuguese(&invoice));
    portuguese.has(&["01/12/2026 – 31/12/2026 · faturado antes, estornado"]);
    portuguese.has(&["01/12/2026 – 31/12/2026 · concedido antes, estornado"]);
}

#[test]
fn lines_of_one_description_name_their_subscription_and_others_do_not() {
    let of = |id: &str, description: &str| {
        let plan = "fiber".parse().unwrap();
        let source = LineSource::Recurring(id.parse().unwrap(), plan);
        Line { source, ..line(description, "9.00") }
    };
    let mut loose = line("Fiber", "9.00");
    loose.source = LineSource::OneOff("c1".parse().unwrap());
    let lines =
        vec![of("home", "Fiber"), of("shop", "Fiber"), of("tv", "TV"), of("tv", "TV"), loose];
    let read = read(&invoice(lines));
    assert_eq!((read.count("Fiber"), read.count("home"), read.count("shop")), (3, 1, 1));
    assert_eq!((read.count("TV"), read.count("tv")), (2, 0));
}

#[test]
fn the_table_shows_no_codes_and_no_more_decimals_than_people_read() {
    let with = |quantity: &str, unit_price: &str| Line {
        quantity: quantity.parse().unwrap(),
        unit_price: Some(unit_price.parse().unwrap()),
        ..line("Circuit", "9.00")
    };
    let mut discount = with("77", "-16.2475");
    discount.source = LineSource::Discount("s1".parse().unwrap(), "loyal".parse().unwrap());
    let lines = vec![
        with("999999999.123456", "0.123456"),
        with("0.0001", "0.00001"),
        with("2.500000", "3.1"),
        discount,
    ];
    let invoice = invoice(lines);
    let read = read(&invoice);
    read.has(&["999,999,999.123", "0.1235", "0.0001", "0.00001", "2.5", "3.10"]);
    read.has_not(&["…", "16.2", "77", "internet", "Tax class", "Categor"]);
    assert_eq!(read.count("–"), 2);
    self::read(&in_portuguese(&invoice)).has(&["999.999.999,123", "3,10"]);
}

#[test]
fn no_legal_name_and_no_amount_is_ever_cut() {
    let name = "Companhia Interestadual de Telecomunicações, Banda Larga e Serviços Associados \
                da Serra Azul e do Vale do Rio Grande S.A.";
    let letters = "W".repeat(120);
    let many = (0..60).map(|_| line("Fiber", "1599999990.00")).collect();
    let invoice = invoice(many);
    for paper in [Paper::A4, Paper::Letter] {
        for name in [name, letters.as_str()] {
            let mut stationery = stationery(paper);
            stationery.seller.name = name.into();
            let read = Read::new(&plain_pdf(&invoice, &stationery).unwrap());
            assert_eq!(read.pages.len(), 3);
            read.has_not(&["…"]);
            let text = read.text().replace('\n', " ").replace(' ', "");
            // Letterhead, issuer, running heads, feet (the last is cut off), cheque, window.
            let times = text.matches(&name.replace(' ', "")).count();
            assert_eq!(times, 8, "{text}");
        }
    }
}

#[test]
fn the_sums_show_included_taxes_the_account_and_used_credit() {
    let mut invoice = invoice(vec![line("Fibra", "100.00")]);
    let mut icms = invoice.taxes[0].clone();
    (icms.name, icms.rate, icms.mode) = ("ICMS".into(), 18.into(), TaxMode::Embedded);
    icms.amount = usd("18.00");
    invoice.taxes.push(icms);
    invoice.previous_balance = usd("42.00");
    invoice.payments = usd("50.00");
    invoice.credit_used = usd("8.00");
    invoice.asked = usd("93.96");
    let portuguese = in_portuguese(&invoice);
    read(&invoice).has(&[
        "ICMS 18% (included)",
        "18.00",
        "101.96",
        "Credit used",
        "-8.00",
        "$93.96",
        "Previous balance",
        "42.00",
        "Payments received",
        "-50.00",
        "Account balance",
        "93.96",
    ]);
    read(&portuguese).has(&["ICMS 18% (incluso)", "Crédito utilizado", "Saldo anterior", "-50,00"]);
}

#[test]
fn a_credit_note_asks_for_nothing_and_says_that_the_credit_stays() {
    let mut back = line("Fiber 300", "-25.96");
    back.reason = LineReason::Credit;
    let note = invoice(vec![back]);
    let english = read(&note);
    english.has(&["Credit note", "Amount credited", "$24.00", "Issue date"]);
    assert!(english.text().contains("stays as credit on your account"));
    assert!(english.prose().contains("There is nothing for you to do."));
    english.has_not(&["Amount to pay", "Due date", "Remittance", "PO Box", "payable"]);
    let portuguese = read(&in_portuguese(&note));
    portuguese.has(&["Nota de crédito", "Valor creditado", "R$ 24,00"]);
    assert!(portuguese.prose().contains("Você não precisa fazer nada."));
    portuguese.has_not(&["Vencimento", "Guia", "Total a pagar"]);
}

#[test]
fn who_owes_for_earlier_invoices_is_told_so_whatever_this_one_asks_for() {
    let mut asks = invoice(vec![line("Fiber 500", "64.00")]);
    asks.previous_balance = usd("600.00");
    asks.payments = usd("91.65");
    let mut settled = asks.clone();
    settled.credit_used = settled.total;
    settled.asked = usd("0.00");
    let mut note = invoice(vec![line("Fiber 300", "-25.96")]);
    note.previous_balance = usd("532.35");
    let pay = "Please pay them by their own slips.";
    for (invoice, earlier) in [
        (&asks, "Earlier invoices still open: $508.35."),
        (&settled, "Earlier invoices still open, less your credit: $574.31."),
        (&note, "Earlier invoices still open, less your credit: $508.35."),
    ] {
        let prose = read(invoice).prose();
        assert!(prose.contains(&format!("{earlier} {pay}")), "{prose}");
        assert!(!prose.contains("nothing for you") && !prose.contains("Nothing to pay"), "{prose}");
        let prose = read(&in_portuguese(invoice)).prose();
        assert!(prose.contains("Faturas anteriores em aberto"), "{prose}");
        assert!(!prose.contains("não precisa") && !prose.contains("Nada a pagar"), "{prose}");
    }
    assert!(read(&settled).prose().contains("This invoice is settled."));
    asks.payments = asks.previous_balance;
    let nothing_before = read(&asks);
    nothing_before.has_not(&["Earlier"]);
    note.previous_balance = usd("24.00");
    assert!(read(&note).prose().contains("nothing for you to do"));
}

#[test]
fn nothing_is_demanded_when_credit_covers_it_or_when_it_is_void() {
    let mut invoice = invoice(vec![line("Fiber 500", "64.00")]);
    invoice.status = InvoiceStatus::Void;
    let void = read(&invoice);
    assert!(void.text().contains("Void. This document was canceled"));
    void.has_not(&["Remittance"]);
    invoice.status = InvoiceStatus::Issued;
    invoice.previous_balance = -invoice.total;
    invoice.credit_used = invoice.total;
    invoice.asked = usd("0.00");
    let settled = read(&invoice);
    settled.has(&["Nothing to pay: this invoice is settled.", "$0.00"]);
    settled.has_not(&["Remittance"]);
}

#[test]
fn letters_of_many_languages_are_printed_and_others_visibly_replaced() {
    let mut invoice = invoice(vec![
        line("Zażółć gęślą jaźń · İstanbul’da ığdır şiş", "1.00"),
        line("<b>&amp;</b> \"quoted\" 'text' ]]> %PDF (\\)", "1.00"),
        line("Wi‑Fi 漢字 🎉", "1.00"),
    ]);
    invoice.customer.name = "Joa\u{303}o Pec\u{327}anha".into();
    read(&invoice).has(&[
        "Zażółć gęślą jaźń · İstanbul’da ığdır şiş",
        "<b>&amp;</b> \"quoted\" 'text' ]]> %PDF (\\)",
        "Wi-Fi \u{fffd}\u{fffd} \u{fffd}",
        "João Peçanha",
    ]);
}

#[test]
fn addresses_may_be_empty_or_long_and_texts_may_be_wide() {
    let mut invoice = invoice(vec![line(&"x".repeat(400), "99999999990.00")]);
    invoice.customer.address = address(&[]);
    invoice.number = "N".repeat(90);
    assert_eq!(read(&invoice).pages.len(), 1);
    invoice.customer.address = address(&["one", "two", "three", "four", "five", "six"]);
    invoice.customer.name = "A very long name ".repeat(12);
    let read = read(&invoice);
    read.has(&["one", "five"]);
    read.has_not(&["six"]);
    let printed = read.text().matches('x').count();
    assert!(printed >= 400, "{printed} of 400 letters of one word");
}

#[test]
fn a_logo_that_cannot_be_drawn_is_an_error_that_says_where() {
    let invoice = invoice(Vec::new());
    let mut stationery = stationery(Paper::A4);
    stationery.seller.logo[0].path = "M0 0 a1 2".into();
    let error = plain_pdf(&invoice, &stationery).unwrap_err();
    assert!(matches!(&error, DocumentError::Logo { near } if near == "a1 2"), "{error}");
}

#[test]
fn the_same_invoice_gives_the_same_bytes_on_every_thread() {
    let invoice = invoice(vec![line("Fiber 500", "64.00"), line("Router", "8.00")]);
    let stationery = stationery(Paper::A4);
    let first = plain_pdf(&invoice, &stationery).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| plain_pdf(&invoice, &stationery).unwrap())).collect();
        for thread in threads {
            assert!(thread.join().unwrap() == first);
        }
    });
}
