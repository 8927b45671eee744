//! An account that lives through days: what is stored, reviewed, paid and cut, without any I/O.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;

use crate::{
    account::{Account, OneOff},
    calendar::{Calendar, days_after},
    delinquency::{
        CustomerNotice, HoldKind, Known, LiftedBy, News, NoticeState, PromiseBy, Review,
        Suspension, given_back::spend_given_back, lift, promise, restore_on_payment, review,
    },
    invoice::{Invoice, InvoiceKind},
    money::Money,
    payment::Payment,
    settings::BillingSettings,
};

pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// All that there is of one account.
pub(super) struct World {
    pub(super) account: Account,
    pub(super) invoices: Vec<Invoice>,
    pub(super) notices: Vec<CustomerNotice>,
    pub(super) payments: Vec<Payment>,
    pub(super) suspensions: Vec<Suspension>,
    pub(super) settings: BillingSettings,
    pub(super) calendar: Calendar,
    /// Whether notices reach the customer on the day on which they are decided.
    pub(super) delivers: bool,
}

impl World {
    /// An account with a monthly service since 2026-01-10, under these settings.
    pub(super) fn new(settings: serde_json::Value) -> Self {
        let mut calendar = Calendar::default();
        calendar.exclude("holidays:BR".parse().unwrap(), "");
        calendar.exclude("eves".parse().unwrap(), "véspera de feriado");
        let account = json!({
            "id": "1042", "ver": 1, "type": "res", "cust": { "name": "Ana" }, "locale": "pt-BR",
            "mail": "ana@customer.example", "tel": "+5545999990000", "cur": "BRL", "days": [{ "date": "2026-01-10", "day": 10 }], "bal": "0.00 BRL",
            "last": "0.00 BRL", "cred": "0.00 BRL", "next": "2026-12-10",
            "subs": [{ "id": "fibra", "plan": "fibra-300", "start": "2026-01-10" }],
        });
        Self {
            account: serde_json::from_value(account).unwrap(),
            invoices: Vec::new(),
            notices: Vec::new(),
            payments: Vec::new(),
            suspensions: Vec::new(),
            settings: serde_json::from_value(settings).unwrap(),
            calendar,
            delivers: true,
        }
    }

    /// An invoice of 100.00 that is issued on a day, due ten days later, and delinquent five later.
    pub(super) fn issue(&mut self, issued: &str) {
        let issued = date(issued);
        let due = days_after(issued, 10);
        let invoice = json!({
            "account": "1042", "id": format!("{issued}-cycle"), "number": format!("1042-{issued}"),
            "locale": "pt-BR", "paper": "x", "to": { "name": "Ana" }, "issued": issued, "due": due,
            "delinq": days_after(due, 5), "autopay": due, "lines": [], "total": "100.00 BRL",
            "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": "100.00 BRL",
        });
        let mut invoice: Invoice = serde_json::from_value(invoice).unwrap();
        invoice.late_charged = self.settings.late_charges.at_issue(invoice.currency());
        self.invoices.push(invoice);
        self.account.review_by(issued);
    }

    /// What was charged for being late becomes an invoice of a day, as where that is done at once.
    pub(super) fn bill_late(&mut self, issued: &str) {
        self.issue(issued);
        let charged = std::mem::take(&mut self.account.one_offs);
        let late = charged.iter().map(|one| one.unit).sum::<Decimal>();
        let line = |one: &OneOff| json!({ "src": { "one_off": one.id }, "text": "x", "cat": "x", "amt": "0.00 BRL" });
        let lines: Vec<_> = charged.iter().map(line).collect();
        let invoice = self.invoices.last_mut().unwrap();
        invoice.lines = serde_json::from_value(lines.into()).unwrap();
        invoice.id.kind = InvoiceKind::Late;
        invoice.late_charged = None;
        invoice.asked = Money::rounded(late, invoice.currency()).unwrap();
    }

    /// So much of an invoice is paid on a day; service comes back at once if it may.
    pub(super) fn pay(&mut self, place: usize, amount: &str, on: &str) {
        self.pay_at_bank(place, amount, "0.00 BRL", on, on);
    }

    /// The same, at a bank that adds something for being late, and tells of it on a day.
    pub(super) fn pay_at_bank(
        &mut self,
        place: usize,
        amount: &str,
        late: &str,
        on: &str,
        told: &str,
    ) {
        let invoice = &mut self.invoices[place];
        invoice.settled = Some(
            serde_json::from_value(json!({ "pay": amount, "cred": "0.00 BRL", "n": 1 })).unwrap(),
        );
        let payment = json!({
            "account": "1042", "id": { "gateway": "banco", "money": format!("E{place}{on}") },
            "cur": "BRL", "cred": "0.00 BRL",
            "in": { "amt": amount, "rail": "pix", "inv": invoice.id, "late": late, "on": on },
            "for": [{ "inv": invoice.id, "amt": amount }],
        });
        self.payments.push(serde_json::from_value(payment).unwrap());
        let today = date(told);
        if let Some(restored) = restore_on_payment(self.known(today)).unwrap() {
            self.account = restored.account;
            self.keep(restored.notices, restored.suspension, today);
        }
        self.account.review_by(days_after(today, 1));
    }

    /// What was paid of an invoice has gone again.
    pub(super) fn take_back(&mut self, place: usize, on: &str) {
        let nothing = json!({ "pay": "0.00 BRL", "cred": "0.00 BRL", "n": 2, "reopened": on });
        self.invoices[place].settled = Some(serde_json::from_value(nothing).unwrap());
        if let Some(late) = &mut self.invoices[place].late_charged {
            late.done = false; // as the books have it
        }
        self.payments.pop();
        self.account.review_by(date(on));
    }

    pub(super) fn promise(&mut self, on: &str) -> Result<(), String> {
        let today = date(on);
        let by = PromiseBy::Customer;
        let promised = promise(&self.account, &self.invoices, &self.settings, today, by, None);
        self.account = promised.map_err(|why| why.to_string())?;
        if self.account.hold.is_some() {
            let lifted = lift(self.known(today), &self.account, LiftedBy::Promise);
            self.account = lifted.account;
            self.keep(lifted.notices, lifted.suspension, today);
        }
        Ok(())
    }

    pub(super) fn known(&self, today: Date) -> Known<'_> {
        static NO_CHARGES: BTreeMap<crate::invoice::InvoiceId, crate::charge::Charges> =
            BTreeMap::new();
        Known {
            account: &self.account,
            invoices: &self.invoices,
            charges: &NO_CHARGES,
            notices: &self.notices,
            payments: &self.payments,
            suspension: self.suspensions.last(),
            network: &[],
            settings: &self.settings,
            rules: "",
            calendar: &self.calendar,
            today,
        }
    }

    fn keep(&mut self, notices: Vec<CustomerNotice>, suspension: Option<Suspension>, today: Date) {
        for mut notice in notices {
            if self.delivers {
                let at =
                    today.at(11, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
                notice.hear(&News::of(NoticeState::Sent, at));
                notice.hear(&News::of(NoticeState::Delivered, at));
            }
            self.notices.retain(|one| one.id != notice.id);
            self.notices.push(notice);
        }
        if let Some(kept) = suspension {
            self.suspensions.retain(|one| one.begun != kept.begun);
            self.suspensions.push(kept);
        }
    }

    /// What a day brings, stored; none if the account is not looked at on it.
    pub(super) fn day(&mut self, today: Date) -> Option<Review> {
        if self.account.next_review.is_none_or(|next| next > today) {
            return None;
        }
        let mut done = review(self.known(today)).unwrap();
        self.take(&done, today);
        if done.gives_back {
            (self.account, self.invoices) =
                spend_given_back(&self.account, &self.invoices).unwrap();
            let then = review(self.known(today)).unwrap();
            assert!(!then.gives_back, "{then:?}");
            self.take(&then, today);
            done.notices.extend(then.notices);
        }
        Some(done)
    }

    fn take(&mut self, done: &Review, today: Date) {
        self.account = done.account.clone();
        for changed in &done.invoices {
            let place = self.invoices.iter().position(|one| one.id == changed.id).unwrap();
            self.invoices[place] = changed.clone();
        }
        let again = done.again.iter().map(|one| one.notice.clone());
        let sent = again.chain(done.notices.clone()).collect();
        self.keep(sent, done.suspension.clone(), today);
        if !done.notices.is_empty() {
            // Whoever hears that a notice was delivered has the account looked at again.
            self.account.review_by(days_after(today, 1));
        }
    }

    /// The days through another, told by what has happened on them.
    pub(super) fn live(&mut self, from: &str, through: &str) -> Vec<String> {
        let (mut day, through, mut told) = (date(from), date(through), Vec::new());
        while day <= through {
            let held = self.account.hold.as_ref().map(|hold| hold.kind);
            if let Some(done) = self.day(day) {
                let name = |notice: &CustomerNotice| notice.id.to_string();
                told.extend(done.notices.iter().map(|one| format!("{day} {}", name(one))));
                let now = self.account.hold.as_ref().map(|hold| hold.kind);
                match now {
                    Some(HoldKind::Throttled) if held != now => told.push(format!("{day} slow")),
                    Some(HoldKind::Suspended) if held != now => told.push(format!("{day} cut")),
                    None if held.is_some() => told.push(format!("{day} over")),
                    _ => {}
                }
                let charges = done.account.one_offs.iter().filter(|one| one.date == day);
                told.extend(charges.map(|one| format!("{day} {} {}", one.id, one.unit)));
            }
            day = days_after(day, 1);
        }
        told
    }
}
