//! Payments by example, and what holds whatever happens.

mod examples;
mod laws;

use serde_json::json;

use super::*;
use crate::{
    account::Account, calendar::months_after, invoice::Invoice, money::Money, reference::Reference,
    settings::Overpaid,
};

pub(super) fn brl(amount: &str) -> Money {
    format!("{amount} BRL").parse().unwrap()
}

pub(super) fn named(text: &str) -> Reference {
    text.parse().unwrap()
}

/// The books of one account, as the table keeps them.
#[derive(Clone)]
pub(super) struct Ledger {
    pub(super) account: Account,
    pub(super) invoices: Vec<Invoice>,
    pub(super) payments: Vec<Payment>,
    pub(super) overpaid: Overpaid,
}

impl Ledger {
    /// An account with an invoice a month from October on, each of so much, due on the 20th.
    pub(super) fn owing(amounts: &[&str]) -> Self {
        let invoice = |(month, amount): (i32, &&str)| -> Invoice {
            let first = months_after("2026-10-01".parse().unwrap(), month);
            let day = |day: u32| format!("{:04}-{:02}-{day}", first.year(), first.month());
            let zero = "0.00 BRL";
            serde_json::from_value(json!({
                "account": "1042", "id": format!("{}-cycle", day(10)), "number": "n",
                "locale": "pt-BR", "paper": "x", "to": { "name": "Ana" }, "issued": day(10),
                "due": day(20), "delinq": day(25), "autopay": day(20), "lines": [],
                "total": brl(amount), "prev": zero, "paid": zero, "used": zero, "open": brl(amount),
                "ways": { "rails": ["pix@banco"], "from": day(10), "days": 60,
                          "late": { "fine_percent": "2", "interest_percent": "1" } },
            }))
            .unwrap()
        };
        let invoices: Vec<_> = (0..).zip(amounts).map(invoice).collect();
        let owed =
            Money::sum("BRL".parse().unwrap(), invoices.iter().map(|one| one.total)).unwrap();
        let account = serde_json::from_value(json!({
            "id": "1042", "ver": 7, "type": "residencial", "locale": "pt-BR", "cur": "BRL",
            "cust": { "name": "Ana Exemplo" }, "days": [{ "date": "2020-01-01", "day": 10 }],
            "bal": owed, "last": owed, "cred": "0.00 BRL",
        }))
        .unwrap();
        Self { account, invoices, payments: Vec::new(), overpaid: Overpaid::Credit }
    }

    /// Applies a fact as the function does: with the invoice that is named first, with all of them
    /// if that does not do.
    pub(super) fn hear(&mut self, fact: &Fact) -> Result<bool, PaymentError> {
        let gateway = "banco".parse().unwrap();
        let money = match fact {
            Fact::Received(receipt) => &receipt.money,
            Fact::Returned(returned) => &returned.money,
            other => panic!("not of money: {other:?}"),
        };
        let about = match fact {
            Fact::Received(receipt) => receipt.about.invoice(),
            _ => None,
        };
        let payment = self.payments.iter().find(|payment| payment.id.money == *money).cloned();
        let first: Vec<_> =
            self.invoices.iter().filter(|one| Some(one.id) == about).cloned().collect();
        let known = |invoices, all| Known {
            account: &self.account,
            invoices,
            all,
            payment: payment.as_ref(),
            overpaid: self.overpaid,
            today: "2026-11-15".parse().unwrap(),
        };
        let mut outcome = apply(known(&first, false), &gateway, fact)?;
        if outcome == Outcome::MoreInvoices {
            outcome = apply(known(&self.invoices, true), &gateway, fact)?;
        }
        let Outcome::Applied(applied) = outcome else { return Ok(false) };
        assert_eq!(applied.account.version, self.account.version + 1);
        self.account = applied.account;
        for changed in applied.invoices {
            let place = self.invoices.iter().position(|one| one.id == changed.id).unwrap();
            self.invoices[place] = changed;
        }
        self.payments.retain(|payment| payment.id != applied.payment.id);
        self.payments.push(applied.payment);
        self.check();
        Ok(true)
    }

    /// What must hold after each step.
    pub(super) fn check(&self) {
        let sum = |amounts: Vec<Money>| Money::sum(self.account.currency, amounts).unwrap();
        let totals = sum(self.invoices.iter().map(|one| one.total).collect());
        let settles = sum(self.payments.iter().map(|one| one.settles().unwrap()).collect());
        let open = sum(self.invoices.iter().map(Invoice::open).collect());
        assert_eq!(self.account.balance, totals.minus(settles).unwrap());
        assert_eq!(self.account.balance, open.minus(self.account.credit).unwrap());
        assert!(!self.account.credit.is_negative());
        for payment in &self.payments {
            assert_eq!(payment.settled().unwrap(), payment.settles().unwrap());
            assert!(payment.allocations.iter().all(|one| one.amount.is_positive()));
        }
        for invoice in &self.invoices {
            assert!(!invoice.open().is_negative());
            let settled = invoice.settled.map(|settled| settled.by_payments);
            let allocated = self.payments.iter().flat_map(|payment| &payment.allocations);
            let allocated = allocated.filter(|one| one.invoice == invoice.id).map(|one| one.amount);
            assert_eq!(settled.unwrap_or(brl("0.00")), sum(allocated.collect()));
        }
    }

    /// What is open of each invoice, and the credit.
    pub(super) fn state(&self) -> (Vec<String>, String) {
        let open = self.invoices.iter().map(|one| one.open().amount().to_string()).collect();
        (open, self.account.credit.amount().to_string())
    }

    /// Money for an invoice, by its place.
    pub(super) fn paid(&self, money: &str, amount: &str, invoice: usize, on: &str) -> Fact {
        let invoice = self.invoices[invoice].id;
        Fact::Received(Receipt {
            money: named(money),
            about: About::Invoice(self.account.id.clone(), invoice),
            rail: crate::rail::Rail::Pix,
            amount: brl(amount),
            late: None,
            paid_on: on.parse().unwrap(),
            recalled_by_name: false,
        })
    }
}

pub(super) fn returned(money: &str, id: &str, kind: ReturnKind, amount: &str) -> Fact {
    Fact::Returned(Return {
        money: named(money),
        id: named(id),
        about: About::Account("1042".parse().unwrap()),
        kind,
        amount: brl(amount),
        on: "2026-12-01".parse().unwrap(),
    })
}
