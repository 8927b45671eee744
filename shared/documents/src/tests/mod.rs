//! Tests that read finished PDFs back with a PDF library of somebody else's.

mod codes;
mod documents;
mod many_pages;
mod read;
mod scan;
mod structure;

use jiff::civil::date;
use mensal_domain::{
    account::{Address, Customer},
    calendar::Span,
    charge::{BoletoCodes, PaymentCodes},
    invoice::{
        Invoice, InvoiceId, InvoiceKind, InvoiceStatus, Line, LineReason, LineSource, TaxLine,
        TaxMode,
    },
    locale::Locale,
    money::Money,
    stationery::{LogoPath, Paper, Seller, Stationery},
};

use crate::{DocumentError, invoice_pdf};

pub(crate) fn usd(text: &str) -> Money {
    format!("{text} USD").parse().unwrap()
}

pub(crate) fn address(lines: &[&str]) -> Address {
    Address { lines: lines.iter().map(ToString::to_string).collect() }
}

pub(crate) fn line(description: &str, amount: &str) -> Line {
    Line {
        source: LineSource::Recurring("s1".parse().unwrap(), "fiber".parse().unwrap()),
        reason: LineReason::Charge,
        description: description.into(),
        span: Span::new(date(2026, 12, 1), date(2027, 1, 1)),
        taxed_on: None,
        part_of_days: None,
        quantity: 1.into(),
        unit_price: Some(usd(amount).amount()),
        category: "internet".parse().unwrap(),
        amount: usd(amount),
    }
}

/// An invoice of these lines with a tax on top, summed up.
pub(crate) fn invoice(lines: Vec<Line>) -> Invoice {
    let tax = usd("1.96");
    let subtotal = Money::sum(tax.currency(), lines.iter().map(|line| line.amount)).unwrap();
    let total = subtotal.plus(tax).unwrap();
    Invoice {
        account: "400217".parse().unwrap(),
        id: InvoiceId { cycle: date(2026, 12, 1), kind: InvoiceKind::Cycle },
        number: "400217-202612".into(),
        status: InvoiceStatus::Issued,
        locale: Locale::EnUs,
        stationery: String::new(),
        customer: Customer {
            name: "Eleanor J. Whitfield".into(),
            tax_id: String::new(),
            address: address(&["218 Chestnut Street, Apt 5", "Asheville, NC 28801"]),
        },
        issued: date(2026, 12, 1),
        due: date(2026, 12, 21),
        delinquent: date(2026, 12, 28),
        autopay: date(2026, 12, 15),
        collected: None,
        period: Span::new(date(2026, 12, 1), date(2027, 1, 1)),
        lines,
        taxes: vec![TaxLine {
            code: "nc-sales".parse().unwrap(),
            name: "NC sales tax".into(),
            rate: "7.250".parse().unwrap(),
            mode: TaxMode::Exclusive,
            base: usd("27.00"),
            amount: tax,
        }],
        total,
        previous_balance: usd("0.00"),
        payments: usd("0.00"),
        credit_used: usd("0.00"),
        settled: None,
        offers: None,
        late_charged: None,
        note: None,
        asked: if total.is_negative() { usd("0.00") } else { total },
    }
}

/// The same invoice in Portuguese and reais.
pub(crate) fn in_portuguese(invoice: &Invoice) -> Invoice {
    let json = serde_json::to_string(invoice).unwrap();
    let json = json.replace(" USD\"", " BRL\"").replace("en-US", "pt-BR");
    serde_json::from_str(&json).unwrap()
}

/// A boleto with these digits.
pub(crate) fn boleto(digits: &str) -> BoletoCodes {
    BoletoCodes {
        barcode: digits.parse().unwrap(),
        line: "34191.09123 34567.800056 71234.570001 8 16360000019283".into(),
        bank: "341-7".into(),
        bank_name: "Banco Exemplo S.A.".into(),
        beneficiary: "0057/12345-7".into(),
        our_number: "109/12345678-0".into(),
        wallet: "109".into(),
    }
}

/// The document of an invoice that is paid by hand.
pub(crate) fn plain_pdf(
    invoice: &Invoice,
    stationery: &Stationery,
) -> Result<Vec<u8>, DocumentError> {
    invoice_pdf(invoice, stationery, &PaymentCodes::default())
}

pub(crate) fn stationery(paper: Paper) -> Stationery {
    Stationery {
        account_type: "residential".parse().unwrap(),
        locale: Locale::EnUs,
        paper,
        seller: Seller {
            name: "Blue Ridge Fiber LLC".into(),
            tax_id: "EIN 12-3456789".into(),
            address: address(&["1200 Commerce Street", "Asheville, NC 28801"]),
            contact: "(828) 555-0142 · billing@blueridge.example".into(),
            remit_to: Some(address(&["PO Box 70042", "Charlotte, NC 28272-0042"])),
            logo: vec![LogoPath {
                path: "M0 0 H100 V100 L50 60 Z".into(),
                color: "#0b4f8a".parse().unwrap(),
            }],
            color: "#0b4f8a".parse().unwrap(),
        },
        message: "Our office is closed from December 24 through January 1.".into(),
    }
}
