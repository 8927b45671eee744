//! All that has happened to money between two moments. Asaas keeps no list of it: it is put
//! together from payments by their days, and from the account's statement.

use std::collections::{BTreeMap, btree_map};

use jiff::{
    Timestamp, ToSpan,
    civil::Date,
    tz::{Offset, TimeZone},
};
use mensal_domain::{payment::Fact, reference::Reference};

use super::{
    Asaas, api, facts,
    wire::{Entry, Payment},
};
use crate::gateway::{Fault, Unreadable};

/// A card's money is credited 32 days after it was confirmed. Until then nothing of it is in the
/// statement.
const UNTIL_CREDITED: i32 = 33;
/// A page on which a card is stored is paid within so many days of being made, if ever.
const PAGE_DAYS: i32 = 14;
/// How payments stand of which something did not stay.
const RETURNED: [&str; 4] =
    ["REFUNDED", "CHARGEBACK_REQUESTED", "CHARGEBACK_DISPUTE", "AWAITING_CHARGEBACK_REVERSAL"];
/// Entries of the statement that say that something of a payment did not stay, or came again.
const REVERSALS: [&str; 7] = [
    "PAYMENT_REVERSAL",
    "PAYMENT_REFUND_CANCELLED",
    "REVERSAL",
    "PIX_TRANSACTION_CREDIT_REFUND",
    "PIX_TRANSACTION_CREDIT_REFUND_CANCELLATION",
    "CHARGEBACK",
    "CHARGEBACK_REVERSAL",
];

type Payments = BTreeMap<Reference, Payment>;

impl Asaas {
    pub(super) async fn facts_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Fact>, Fault> {
        let (first, last) = (day(from), day(to));
        let mut all = Vec::new();
        for payment in self.paid_between(first, last).await?.values() {
            all.extend(facts::received(payment).map_err(unreadable)?);
        }
        for payment in self.returned_between(first, last).await?.values() {
            let told = facts::returned(payment, last).map_err(unreadable)?;
            // A payment tells of all its refunds: those of other days are told for theirs.
            let within = |fact: &Fact| match fact {
                Fact::Returned(back) => (first..=last).contains(&back.on),
                _ => true,
            };
            all.extend(told.into_iter().filter(within));
        }
        Ok(all)
    }

    /// Payments that were paid, or credited, within days.
    async fn paid_between(&self, first: Date, last: Date) -> Result<Payments, Fault> {
        let (from, to) = (first.to_string(), last.to_string());
        let credited = [("paymentDate[ge]", from.as_str()), ("paymentDate[le]", to.as_str())];
        let mut all = self.payments(&credited).await?;
        // Paid and not yet credited: a boleto until the next working day, a card for a month. A
        // card that we have charged was paid on the day on which its payment was made.
        let made = before(first, PAGE_DAYS);
        let boletos = [("status", "CONFIRMED"), ("billingType", "BOLETO")];
        let cards = [
            ("status", "CONFIRMED"),
            ("billingType", "CREDIT_CARD"),
            ("dateCreated[ge]", made.as_str()),
            ("dateCreated[le]", to.as_str()),
        ];
        for filters in [&boletos[..], &cards[..]] {
            let mut confirmed = self.payments(filters).await?;
            confirmed.retain(|_, payment| {
                payment.client_payment_date.is_some_and(|paid| (first..=last).contains(&paid))
            });
            all.append(&mut confirmed);
        }
        all.retain(|_, payment| payment.status.is_paid());
        Ok(all)
    }

    /// Payments of which something may not have stayed within days.
    async fn returned_between(&self, first: Date, last: Date) -> Result<Payments, Fault> {
        let mut all = Payments::new();
        let made = before(first, UNTIL_CREDITED);
        for status in RETURNED {
            let filters = [
                ("status", status),
                ("billingType", "CREDIT_CARD"),
                ("dateCreated[ge]", made.as_str()),
            ];
            all.append(&mut self.payments(&filters).await?);
        }
        let (from, to) = (first.to_string(), last.to_string());
        let days = [("startDate", from.as_str()), ("finishDate", to.as_str())];
        let entries: Vec<Entry> = self.api.list("v3/financialTransactions", &days).await?;
        let reversals = entries.into_iter().filter(|one| REVERSALS.contains(&one.kind.as_str()));
        for id in reversals.filter_map(|entry| entry.payment_id) {
            let path = api::payment(&id, "")?;
            if let btree_map::Entry::Vacant(unknown) = all.entry(id) {
                unknown.insert(self.api.get(&path).await?);
            }
        }
        Ok(all)
    }

    async fn payments(&self, filters: &[(&str, &str)]) -> Result<Payments, Fault> {
        let listed: Vec<Payment> = self.api.list("v3/payments", filters).await?;
        Ok(listed.into_iter().map(|payment| (payment.id.clone(), payment)).collect())
    }
}

/// The day of a moment in the place of Asaas, Joinville: three hours behind UTC, without summer
/// time since 2019.
fn day(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::fixed(Offset::constant(-3))).date()
}

/// So many days before a day, as text.
fn before(day: Date, days: i32) -> String {
    day.saturating_sub(days.days()).to_string()
}

fn unreadable(why: Unreadable) -> Fault {
    Fault::Unknown(why.0)
}
