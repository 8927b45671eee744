//! The variables of templates: the facts of a letter, written in its language.

use jiff::civil::Date;
use mensal_domain::{
    account::Customer,
    calendar::{Span, days_between},
    delinquency::Channel,
    locale::Locale,
    rail::Rail,
    stationery::Seller,
};
use serde::Serialize;

use crate::{
    letter::{Bill, Letter, Overdue, OverdueInvoice, ServiceFacts},
    sms,
};

/// The names of all variables, as templates write them. Those of `overdue.invoices` are of each of
/// them: `{% for one in overdue.invoices %}{{ one.number }}{% endfor %}`. `docs/notices.md` explains them.
pub const VARIABLES: &[&str] = &[
    "account",
    "customer",
    "customer.first_name",
    "customer.name",
    "invoice",
    "invoice.autopay",
    "invoice.autopay.method",
    "invoice.autopay.on",
    "invoice.boleto",
    "invoice.days_late",
    "invoice.days_left",
    "invoice.due",
    "invoice.issued",
    "invoice.link",
    "invoice.number",
    "invoice.open",
    "invoice.period",
    "invoice.pix",
    "invoice.total",
    "isp",
    "isp.address",
    "isp.contact",
    "isp.name",
    "isp.tax_id",
    "overdue",
    "overdue.amount",
    "overdue.count",
    "overdue.invoices",
    "overdue.invoices.due",
    "overdue.invoices.issued",
    "overdue.invoices.number",
    "overdue.invoices.open",
    "overdue.invoices.period",
    "rules",
    "service",
    "service.ends_on",
    "service.names",
    "service.pay",
    "service.promised_until",
    "service.since",
    "service.slowed_on",
    "service.suspended_on",
    "today",
];

/// What a template sees. What is none here is `none` there: false in an `if`, and never printed.
#[derive(Debug, Serialize)]
pub(crate) struct Variables {
    isp: Isp,
    customer: Named,
    account: String,
    today: String,
    invoice: Option<InvoiceView>,
    overdue: Option<OverdueView>,
    service: ServiceView,
    rules: Option<String>,
}

#[derive(Debug, Serialize)]
struct Isp {
    name: String,
    tax_id: Option<String>,
    contact: Option<String>,
    address: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    first_name: String,
}

#[derive(Debug, Serialize)]
struct InvoiceView {
    number: String,
    issued: String,
    period: Option<String>,
    due: String,
    total: String,
    open: String,
    days_late: i32,
    days_left: i32,
    pix: Option<String>,
    boleto: Option<String>,
    link: Option<String>,
    autopay: Option<Autopay>,
}

#[derive(Debug, Serialize)]
struct Autopay {
    method: String,
    on: String,
}

#[derive(Debug, Serialize)]
struct OverdueView {
    amount: String,
    count: usize,
    invoices: Vec<OverdueInvoiceView>,
}

#[derive(Debug, Serialize)]
struct OverdueInvoiceView {
    number: String,
    issued: String,
    period: Option<String>,
    due: String,
    open: String,
}

#[derive(Debug, Serialize)]
struct ServiceView {
    names: Option<String>,
    since: Option<String>,
    pay: Option<String>,
    slowed_on: Option<String>,
    suspended_on: Option<String>,
    ends_on: Option<String>,
    promised_until: Option<String>,
}

impl Variables {
    /// The facts of a letter in a language, in the letters that a channel carries.
    pub(crate) fn of(letter: &Letter, locale: Locale, channel: Channel) -> Self {
        Writer { locale, channel, today: letter.today }.all(letter)
    }
}

/// Writes facts in a language.
#[derive(Clone, Copy)]
struct Writer {
    locale: Locale,
    channel: Channel,
    today: Date,
}

impl Writer {
    fn all(self, letter: &Letter) -> Variables {
        Variables {
            isp: self.isp(&letter.seller),
            customer: self.customer(&letter.customer),
            account: letter.account.to_string(),
            today: self.locale.date(letter.today),
            invoice: letter.invoice.as_ref().map(|bill| self.invoice(bill)),
            overdue: letter.overdue.as_ref().map(|overdue| self.overdue(overdue)),
            service: self.service(&letter.service),
            rules: self.may(&letter.rules),
        }
    }

    fn isp(self, seller: &Seller) -> Isp {
        let lines = seller.address.lines.iter();
        Isp {
            name: self.text(&seller.name),
            tax_id: self.may(&seller.tax_id),
            contact: self.may(&seller.contact),
            address: lines.map(|line| self.text(line)).filter(|line| !line.is_empty()).collect(),
        }
    }

    fn customer(self, customer: &Customer) -> Named {
        let name = self.text(&customer.name);
        let first_name = if is_company(customer) {
            name.clone()
        } else {
            name.split(' ').next().unwrap_or(&name).to_owned()
        };
        Named { name, first_name }
    }

    fn invoice(self, bill: &Bill) -> InvoiceView {
        let late = days_between(bill.due, self.today);
        InvoiceView {
            number: self.text(&bill.number),
            issued: self.locale.date(bill.issued),
            period: bill.period.map(|span| self.period(span)),
            due: self.locale.date(bill.due),
            total: self.money(bill.total),
            open: self.money(bill.open),
            days_late: late.max(0),
            days_left: late.saturating_neg().max(0),
            pix: bill.codes.pix.as_deref().map(as_given),
            boleto: bill.codes.boleto.as_ref().map(|boleto| as_given(&boleto.line)),
            link: bill.codes.link.as_deref().map(as_given),
            autopay: bill.autopay.as_ref().map(|autopay| Autopay {
                method: self
                    .may(&autopay.label)
                    .unwrap_or_else(|| self.text(stored(autopay.rail, self.locale))),
                on: self.locale.date(autopay.on),
            }),
        }
    }

    fn overdue(self, overdue: &Overdue) -> OverdueView {
        let told = |one: &OverdueInvoice| OverdueInvoiceView {
            number: self.text(&one.number),
            issued: self.locale.date(one.issued),
            period: one.period.map(|span| self.period(span)),
            due: self.locale.date(one.due),
            open: self.money(one.open),
        };
        OverdueView {
            amount: self.money(overdue.amount),
            count: overdue.invoices.len(),
            invoices: overdue.invoices.iter().map(told).collect(),
        }
    }

    fn service(self, service: &ServiceFacts) -> ServiceView {
        let date = |date: Option<Date>| date.map(|date| self.locale.date(date));
        let names: Vec<_> = service.names.iter().map(|name| self.text(name)).collect();
        ServiceView {
            names: self.listed(&names),
            since: date(service.held.map(|(_, since)| since)),
            pay: service.to_restore.map(|pay| self.money(pay)),
            slowed_on: date(service.slowed_on),
            suspended_on: date(service.suspended_on),
            ends_on: date(service.ends_on),
            promised_until: date(service.promised_until),
        }
    }

    /// `a, b and c`.
    fn listed(self, names: &[String]) -> Option<String> {
        let (last, others) = names.split_last()?;
        if others.is_empty() {
            return Some(last.clone());
        }
        Some(format!("{} {} {last}", others.join(", "), self.locale.pick("e", "and")))
    }

    /// The first and the last day.
    fn period(self, span: Span) -> String {
        let (first, last) = (self.locale.date(span.start()), self.locale.date(span.last_day()));
        format!("{first} {} {last}", self.locale.pick("a", "to"))
    }

    fn money(self, money: mensal_domain::money::Money) -> String {
        self.text(&self.locale.money(money))
    }

    /// A text, if it says anything.
    fn may(self, text: &str) -> Option<String> {
        Some(self.text(text)).filter(|text| !text.is_empty())
    }

    /// A fact as it may stand in a template: one line, nothing that hides or turns what stands beside it,
    /// and in an SMS the letters that cost least.
    fn text(self, text: &str) -> String {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let turns = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        let text: String = text.chars().filter(|c| !turns(c)).map(plain).collect();
        let text = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        match self.channel {
            Channel::Sms => sms::folded(&text),
            Channel::Email | Channel::Hook => text,
        }
    }
}

/// What is copied into a bank's app: letter by letter as the gateway gave it, or its check digits fail.
fn as_given(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Whether it is a company, which is not called by its first word.
fn is_company(customer: &Customer) -> bool {
    const MARKS: [&str; 13] = [
        "ltda",
        "me",
        "mei",
        "epp",
        "eireli",
        "s/a",
        "inc",
        "llc",
        "corp",
        "co",
        "ltd",
        "condominio",
        "prefeitura",
    ];
    let is_of = |labels: &[&str]| labels.iter().any(|label| customer.tax_id.starts_with(label));
    if is_of(&["CPF", "SSN"]) {
        return false;
    }
    let plain = |name: &str| name.to_lowercase().replace(['.', ','], "");
    let (name, folded) = (plain(&customer.name), plain(&sms::folded(&customer.name)));
    // People are called Sá, companies S.A.
    is_of(&["CNPJ", "EIN"])
        || name.split(' ').any(|word| word == "sa")
        || folded.split(' ').any(|word| MARKS.contains(&word))
}

/// A stored method that nobody has named.
fn stored(rail: Rail, locale: Locale) -> &'static str {
    let (portuguese, english) = match rail {
        Rail::Card => ("seu cartão", "your card"),
        Rail::PixAutomatico => ("Pix Automático", "Pix Automático"),
        _ => ("sua conta bancária", "your bank account"),
    };
    locale.pick(portuguese, english)
}
