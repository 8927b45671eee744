//! Made-up facts: for a preview, and for checking that a text fits whatever it may be told.

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use mensal_domain::{
    account::{Address, Customer},
    calendar::{Span, days_after},
    charge::{BoletoCodes, PaymentCodes},
    collection::Collected,
    delinquency::{HoldKind, When},
    locale::Locale,
    money::{Currency, Money},
    rail::Rail,
    stationery::Seller,
};

use crate::letter::{Bill, Letter, Overdue, OverdueInvoice, ServiceFacts};

/// The day on which the invoice of examples is due.
const DUE: Date = date(2026, 11, 10);
/// A Pix code as long as banks make them. It is nobody's.
const PIX: &str = "00020126830014br.gov.bcb.pix2561pix.banco.example/qr/v2/9d36b84fc70b478fb95c12729b90ca25\
                   520400005303986540599.905802BR5917PROVEDOR EXEMPLO6009SAO PAULO62070503***63041D3D";
const BOLETO: &str = "00190.00009 01234.567891 23456.789012 3 14250000009990";
const BARCODE: &str = "00193142500000099900000001234567892345678901";
const LINK: &str = "https://pague.example/f/1042-202611";

/// Facts as they may be at a step's time, for a preview.
#[must_use]
pub fn example(when: When, locale: Locale, seller: &Seller) -> Letter {
    let mut letter = full(when, locale, seller);
    let service = &mut letter.service;
    service.promised_until = None;
    match when {
        When::Issued | When::Days(..=0) => {
            letter.overdue = None;
            letter.service =
                ServiceFacts { names: letter.service.names, ..ServiceFacts::default() };
        }
        When::Days(_) => (service.held, service.to_restore, service.slowed_on) = (None, None, None),
        When::Throttled => service.slowed_on = None,
        When::Suspended => (service.slowed_on, service.suspended_on) = (None, None),
        When::Restored => {
            (letter.invoice, letter.overdue) = (None, None);
            letter.service =
                ServiceFacts { names: letter.service.names, ..ServiceFacts::default() };
        }
        When::Disconnected => {
            letter.service =
                ServiceFacts { names: letter.service.names, ..ServiceFacts::default() };
        }
    }
    if let Some(invoice) = &mut letter.invoice {
        invoice.autopay = None;
        if let Some(overdue) = &mut letter.overdue {
            overdue.invoices.truncate(1);
            overdue.amount = invoice.open;
            let service = &mut letter.service;
            service.to_restore = service.to_restore.map(|_| invoice.open);
        }
    }
    letter
}

/// Facts for checking a text that is sent at a step's time: all there may be, only what there always is,
/// and each in between that lacks one fact of the former or has one more than the latter.
#[must_use]
pub fn examples(when: When, locale: Locale, seller: &Seller) -> Vec<Letter> {
    let full = full(when, locale, seller);
    let may_lack: Vec<Fact> = Fact::ALL.into_iter().filter(|fact| !fact.is_there(when)).collect();
    let without = |facts: &mut dyn Iterator<Item = Fact>| {
        let mut letter = full.clone();
        facts.for_each(|fact| fact.leave_out(&mut letter));
        letter
    };
    let mut all = vec![full.clone(), without(&mut may_lack.iter().copied())];
    if when == When::Days(0) {
        // The due date may be a day on which nothing is sent: then it goes on a later one.
        all.extend(
            all.clone().into_iter().map(|letter| Letter { today: days_after(DUE, 3), ..letter }),
        );
    }
    for one in &may_lack {
        all.push(without(&mut [*one].into_iter()));
        let others = may_lack.iter().copied().filter(|fact| fact != one && !one.is_of(*fact));
        all.push(without(&mut { others }));
    }
    all
}

/// A fact that is not there for every notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    Invoice,
    Period,
    Pix,
    Boleto,
    Link,
    Autopay,
    Overdue,
    Names,
    Since,
    Pay,
    SlowedOn,
    SuspendedOn,
    EndsOn,
    PromisedUntil,
    Rules,
}

impl Fact {
    const ALL: [Self; 15] = [
        Self::Invoice,
        Self::Period,
        Self::Pix,
        Self::Boleto,
        Self::Link,
        Self::Autopay,
        Self::Overdue,
        Self::Names,
        Self::Since,
        Self::Pay,
        Self::SlowedOn,
        Self::SuspendedOn,
        Self::EndsOn,
        Self::PromisedUntil,
        Self::Rules,
    ];

    /// Whether it is there for every notice of a time: a step that goes by an invoice has that invoice,
    /// one after its due date something overdue, and whoever is cut is so for what is overdue.
    fn is_there(self, when: When) -> bool {
        match self {
            Self::Invoice => !matches!(when, When::Restored | When::Disconnected),
            Self::Overdue => matches!(when, When::Days(1..) | When::Throttled | When::Suspended),
            Self::Since | Self::Pay => matches!(when, When::Throttled | When::Suspended),
            _ => false,
        }
    }

    /// Whether it is a part of another.
    fn is_of(self, whole: Self) -> bool {
        let parts = [Self::Period, Self::Pix, Self::Boleto, Self::Link, Self::Autopay];
        whole == Self::Invoice && parts.contains(&self)
    }

    fn leave_out(self, letter: &mut Letter) {
        let service = &mut letter.service;
        match self {
            Self::Invoice => letter.invoice = None,
            Self::Overdue => letter.overdue = None,
            Self::Names => service.names.clear(),
            Self::Since => service.held = None,
            Self::Pay => service.to_restore = None,
            Self::SlowedOn => service.slowed_on = None,
            Self::SuspendedOn => service.suspended_on = None,
            Self::EndsOn => service.ends_on = None,
            Self::PromisedUntil => service.promised_until = None,
            Self::Rules => letter.rules.clear(),
            Self::Period | Self::Pix | Self::Boleto | Self::Link | Self::Autopay => {
                for one in letter.overdue.iter_mut().flat_map(|overdue| &mut overdue.invoices) {
                    one.period = one.period.filter(|_| self != Self::Period);
                }
                if let Some(invoice) = &mut letter.invoice {
                    self.leave_out_of(invoice);
                }
            }
        }
    }

    fn leave_out_of(self, invoice: &mut Bill) {
        match self {
            Self::Period => invoice.period = None,
            Self::Pix => invoice.codes.pix = None,
            Self::Boleto => invoice.codes.boleto = None,
            Self::Link => invoice.codes.link = None,
            Self::Autopay => invoice.autopay = None,
            _ => {}
        }
    }
}

/// All the facts that there may be, at once.
fn full(when: When, locale: Locale, seller: &Seller) -> Letter {
    let days = match when {
        When::Issued => -10,
        When::Days(days) => days,
        When::Throttled | When::Suspended => 27,
        When::Restored => 30,
        When::Disconnected => 90,
    };
    let today = DUE.saturating_add(i64::from(days).days());
    let held = match when {
        When::Throttled => (HoldKind::Throttled, today),
        When::Suspended => (HoldKind::Suspended, today),
        _ => (HoldKind::Suspended, days_after(DUE, 27)),
    };
    let invoice = bill(locale);
    let (amount, service) = (money("199.80", locale), names(locale));
    let earlier = OverdueInvoice {
        number: "1042-202610".into(),
        issued: date(2026, 9, 30),
        period: Span::new(date(2026, 10, 1), date(2026, 11, 1)),
        due: date(2026, 10, 10),
        open: invoice.open,
    };
    let later = OverdueInvoice {
        number: invoice.number.clone(),
        issued: invoice.issued,
        period: invoice.period,
        due: invoice.due,
        open: invoice.open,
    };
    Letter {
        seller: seller.clone(),
        customer: customer(locale),
        account: "1042".parse().unwrap_or_else(|_| unreachable!("four digits are an account id")),
        today,
        invoice: Some(invoice),
        overdue: Some(Overdue { amount, invoices: vec![later, earlier] }),
        service: ServiceFacts {
            names: service,
            held: Some(held),
            to_restore: Some(amount),
            slowed_on: Some(days_after(today, 10)),
            suspended_on: Some(days_after(today, 15)),
            ends_on: Some(days_after(today, 75)),
            promised_until: Some(days_after(today, 3)),
        },
        rules: locale.pick("br 2025-09-01", "us-residential 2024-09-27").into(),
    }
}

fn bill(locale: Locale) -> Bill {
    let barcode = BARCODE.parse().ok();
    let boleto = barcode.map(|barcode| BoletoCodes {
        barcode,
        line: BOLETO.into(),
        bank: "001-9".into(),
        bank_name: "Banco Exemplo".into(),
        beneficiary: "1234 / 56789-0".into(),
        our_number: "12345678901".into(),
        wallet: String::new(),
    });
    let brazilian = locale == Locale::PtBr;
    let rail = locale.pick(Rail::PixAutomatico, Rail::Card);
    Bill {
        number: "1042-202611".into(),
        issued: date(2026, 10, 31),
        period: Span::new(date(2026, 11, 1), date(2026, 12, 1)),
        due: DUE,
        total: money("99.90", locale),
        open: money("99.90", locale),
        codes: PaymentCodes {
            pix: brazilian.then(|| PIX.into()),
            boleto: boleto.filter(|_| brazilian),
            link: Some(LINK.into()),
        },
        autopay: Some(Collected {
            rail,
            label: locale.pick("Pix Automático", "Visa •••• 4242").into(),
            on: DUE,
        }),
    }
}

fn money(amount: &str, locale: Locale) -> Money {
    let currency = locale.pick(Currency::BRL, Currency::USD);
    let money = format!("{amount} {}", currency.code()).parse();
    money.unwrap_or_else(|_| Money::zero(currency))
}

fn names(locale: Locale) -> Vec<String> {
    let names = locale.pick(["Fibra 300", "Telefone fixo"], ["Fiber 300", "Home phone"]);
    names.map(str::to_owned).into()
}

fn customer(locale: Locale) -> Customer {
    let (name, tax_id) = locale.pick(("Ana Conceição", "CPF 123.456.789-09"), ("Ana Carter", ""));
    let lines = locale.pick(
        ["Rua das Acácias, 12", "Foz do Iguaçu PR"],
        ["12 Acacia Road", "Springfield MA 01101"],
    );
    Customer {
        name: name.into(),
        tax_id: tax_id.into(),
        address: Address { lines: lines.map(str::to_owned).into() },
    }
}
