//! What goes wrong on purpose: messages that come again, later or on the next day, functions that
//! end half-way, services that throttle or lose an answer, a bank that times out, webhooks that never
//! come. All of it is drawn from a seed, by what it happens to and not by when: the same message has
//! the same luck in every run.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::bank::hash;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A message comes twice.
    MessageTwice,
    /// A message comes after everything else.
    MessageLate,
    /// A message comes once more, on the next day.
    MessageNextDay,
    /// A function has done its work, and its answer is lost: the message comes again.
    AnswerLost,
    /// The table throttles.
    TableThrottled,
    /// A transaction is in conflict with another.
    TableConflict,
    /// The table has done what it was asked for, and does not say so.
    TableSilent,
    /// A queue takes nothing: whoever sends ends half-way.
    QueueRefuses,
    /// A queue has taken what it was sent, and does not say so.
    QueueSilent,
    /// The bank is down.
    BankDown,
    /// The bank has done what it was asked for, and times out.
    BankSilent,
    /// A webhook is never sent.
    WebhookLost,
    /// A webhook comes twice.
    WebhookTwice,
    /// A webhook comes on the next day.
    WebhookLate,
    /// An access server is down.
    NetworkDown,
    /// An access server has done what it was told, and does not say so.
    NetworkSilent,
    /// An access server says no.
    NetworkRefuses,
    /// Who carries mail and text messages is down.
    PostDown,
    /// They have taken a notice, and do not say so.
    PostSilent,
}

use FaultKind::{
    AnswerLost, BankDown, BankSilent, MessageLate, MessageNextDay, MessageTwice, NetworkDown,
    NetworkRefuses, NetworkSilent, PostDown, PostSilent, QueueRefuses, QueueSilent, TableConflict,
    TableSilent, TableThrottled, WebhookLate, WebhookLost, WebhookTwice,
};

/// What is drawn how often, in a thousand times that it might happen, and what it is called by.
const CHANCES: [(FaultKind, u64, &str); 19] = [
    (MessageTwice, 50, "message twice"),
    (MessageLate, 30, "message late"),
    (MessageNextDay, 20, "message again next day"),
    (AnswerLost, 10, "function's answer lost"),
    (TableThrottled, 5, "table throttles"),
    (TableConflict, 5, "transaction conflict"),
    (TableSilent, 5, "table's answer lost"),
    (QueueRefuses, 5, "queue refuses"),
    (QueueSilent, 5, "queue's answer lost"),
    (BankDown, 10, "bank down"),
    (BankSilent, 10, "bank times out"),
    (WebhookLost, 100, "webhook lost"),
    (WebhookTwice, 100, "webhook twice"),
    (WebhookLate, 50, "webhook next day"),
    (NetworkDown, 100, "access server down"),
    (NetworkSilent, 100, "access server's answer lost"),
    (NetworkRefuses, 50, "access server refuses"),
    (PostDown, 30, "carrier of notices down"),
    (PostSilent, 30, "carrier's answer lost"),
];

impl FaultKind {
    fn row(self) -> (u64, &'static str) {
        let row = CHANCES.iter().find(|(kind, ..)| *kind == self);
        row.map_or((0, ""), |(_, chance, name)| (*chance, *name))
    }

    /// What it is called by.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }
}

/// What goes wrong, and how often it has.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// None: nothing.
    seed: Option<u64>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    day: u64,
    /// How often each thing has met each kind on the day.
    met: HashMap<u64, u32>,
    counts: BTreeMap<FaultKind, u64>,
}

impl Faults {
    /// Those of a seed; none: nothing goes wrong.
    pub(crate) fn of(seed: Option<u64>) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// Whether anything goes wrong at all.
    pub(crate) fn any(&self) -> bool {
        self.seed.is_some()
    }

    /// Another day: what was lucky yesterday need not be today.
    pub(crate) fn next_day(&self) {
        let mut state = self.state();
        state.day += 1;
        state.met.clear();
    }

    /// Whether something goes wrong with a thing that is told by its text. A thing that comes more
    /// often on one day has a chance each time.
    pub(crate) fn strikes(&self, kind: FaultKind, text: &[u8]) -> bool {
        let Some(seed) = self.seed else { return false };
        let mut state = self.state();
        let thing = hash(seed ^ state.day.wrapping_mul(0x9E37_79B9) ^ kind as u64, text);
        let times = state.met.entry(thing).or_default();
        *times += 1;
        let roll = hash(thing, times.to_le_bytes()) >> 7;
        let strikes = roll % 1000 < kind.row().0;
        *state.counts.entry(kind).or_default() += u64::from(strikes);
        strikes
    }

    /// How often each has struck.
    pub(crate) fn counts(&self) -> BTreeMap<FaultKind, u64> {
        self.state().counts.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_strikes_as_often_as_it_is_set_and_the_same_in_every_run() {
        for (kind, chance, name) in CHANCES {
            let struck = |seed| {
                let faults = Faults::of(Some(seed));
                let things = (0..20_000_u32).map(|n| format!("thing {n}"));
                let struck: Vec<_> =
                    things.map(|thing| faults.strikes(kind, thing.as_bytes())).collect();
                assert_eq!(
                    faults.counts()[&kind],
                    struck.iter().filter(|one| **one).count() as u64
                );
                struck
            };
            let first = struck(7);
            assert_eq!(first, struck(7), "{name}");
            assert_ne!(first, struck(8), "{name}");
            let count = first.iter().filter(|one| **one).count() as u64;
            assert!(count.abs_diff(chance * 20) <= 20 + chance * 4, "{name}: {count}");
        }
        assert!(!Faults::default().strikes(WebhookLost, b"x"));
    }
}
