//! The bank's books and ours: what it has taken in we have, once, and nothing else.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    ids::AccountId,
    money::Money,
    payment::{Fact, Notice, Payment, PaymentId, ReturnKind},
    reference::Reference,
};
use mensal_store::Unmatched;

use super::{Found, Rule, Violation};
use crate::simulation::mirror::Mirror;

/// Money as whoever had it has booked it: how much came in, and what of it went back, by name.
#[derive(Clone, Debug, Default)]
struct Booked {
    received: Option<Money>,
    /// Whose it is, as far as whoever had it knows.
    of: Option<AccountId>,
    returned: BTreeMap<Reference, (ReturnKind, Money)>,
}

/// What gateways have booked, the till among them.
#[derive(Clone, Debug, Default)]
pub(in crate::simulation) struct BankBooks {
    booked: BTreeMap<PaymentId, Booked>,
}

impl BankBooks {
    /// Something was booked.
    pub(in crate::simulation) fn book(&mut self, notice: &Notice) {
        let id =
            |money: &Reference| PaymentId { gateway: notice.gateway.clone(), money: money.clone() };
        match &notice.fact {
            Fact::Received(receipt) => {
                let booked = self.booked.entry(id(&receipt.money)).or_default();
                booked.received = Some(receipt.amount);
                booked.of = receipt.about.account().cloned();
            }
            Fact::Returned(one) => {
                let booked = self.booked.entry(id(&one.money)).or_default();
                booked.returned.insert(one.id.clone(), (one.kind, one.amount));
            }
            Fact::NotCollected(_) | Fact::Method(_) => {}
        }
    }

    /// Compares: each piece of money is with the account that it is for; as much of it, and with the same
    /// returns. `told` says of some money whether we must have heard of it by now, and `asked` whether also of
    /// all that became of it.
    pub(in crate::simulation) fn compare(
        &self,
        day: Date,
        mirror: &Mirror,
        unmatched: &[Unmatched],
        told: impl Fn(&PaymentId) -> bool,
        asked: impl Fn(&PaymentId) -> bool,
        out: &mut Vec<Violation>,
    ) {
        let mut ours: BTreeMap<&PaymentId, (&AccountId, &Payment)> = BTreeMap::new();
        for (account, holdings) in &mirror.of {
            for (id, payment) in &holdings.payments {
                if let Some((other, _)) = ours.insert(id, (account, payment)) {
                    let what = format!("{id} is account {other}'s, too");
                    Found::new(day, account.as_str(), out).not(Rule::PaymentOnce, what);
                }
            }
        }
        for one in unmatched {
            let what = format!("{:?} is nobody's: {}", one.notice.about_money(), one.reason);
            Found::new(day, "", out).not(Rule::BankInBooks, what);
        }
        for (id, booked) in &self.booked {
            let Some((account, payment)) = ours.remove(id) else {
                if told(id) {
                    let what = format!("{id} is nowhere in our books");
                    Found::new(day, "", out).not(Rule::BankInBooks, what);
                }
                continue;
            };
            let mut found = Found::new(day, account.as_str(), out);
            let noted = payment.received.as_ref().map(|received| received.amount);
            if noted != booked.received {
                let (was, is) = (booked.received, noted);
                found.not(Rule::BankInBooks, format!("{id} is {was:?} there, and {is:?} here"));
            }
            if booked.of.as_ref().is_some_and(|of| of != account) {
                found.not(Rule::BankInBooks, format!("{id} is for account {:?}", booked.of));
            }
            // A refund that could not be made has moved nothing: of that the till knows nothing.
            let moved = |kind: ReturnKind| kind != ReturnKind::RefundFailed;
            let theirs: BTreeMap<_, _> =
                booked.returned.iter().filter(|(_, (kind, _))| moved(*kind)).collect();
            let ours = payment.returned.iter().filter(|one| moved(one.kind));
            let ours: BTreeMap<_, _> =
                ours.map(|one| (one.id.clone(), (one.kind, one.amount))).collect();
            // Of a dispute that is decided by now, no more may have been told than that it was opened.
            let is_known = |name: &Reference, one: &(ReturnKind, Money)| {
                theirs.get(name).is_some_and(|(kind, amount)| {
                    let earlier = one.0 == ReturnKind::DisputeOpened
                        && matches!(kind, ReturnKind::DisputeWon | ReturnKind::DisputeLost);
                    one.1 == *amount && (one.0 == *kind || earlier && !asked(id))
                })
            };
            if ours.iter().any(|(name, one)| !is_known(name, one))
                || asked(id) && ours.len() != theirs.len()
            {
                let (was, is) = (theirs, ours);
                found.not(Rule::BankInBooks, format!("{id}: {was:?} went back, and here {is:?}"));
            }
        }
        for (id, (account, _)) in ours {
            let what = format!("{id} is at no gateway");
            Found::new(day, account.as_str(), out).not(Rule::BankInBooks, what);
        }
    }
}
