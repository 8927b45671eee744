//! What a simulated year came to: as a table for people, as JSON for programs.

use std::{
    collections::BTreeMap,
    fmt::Write,
    time::{Duration, Instant},
};

use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    calendar::days_between,
    delinquency::{Channel, CutKind, LiftedBy, NoticeState},
    events::Document,
    ids::AccountId,
    invoice::InvoiceId,
    locale::Locale,
    money::{Currency, Money},
    payment::{Payment, PaymentId},
    rail::Rail,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    Plan, Violation,
    mirror::{Changed, Mirror},
    network::Network,
    picture,
};
use crate::stack::{Error, FaultKind, Stack};

/// So many violations are told one by one in the table.
const MOST_TOLD: usize = 20;

/// Amounts, by currency.
pub(super) type Sums = BTreeMap<Currency, Decimal>;

fn add(sums: &mut Sums, amount: Money) {
    *sums.entry(amount.currency()).or_default() += amount.amount();
}

/// What became of the notices of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reminders {
    decided: u64,
    delivered: u64,
    bounced: u64,
    dropped: u64,
}

/// One day of the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DayRow {
    pub(super) open: Sums,
    pub(super) suspended: u64,
    pub(super) collected: Sums,
}

/// What is counted while the year goes by.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) plan_changes: u64,
    pub(super) cancellations: u64,
    pub(super) promises_made: u64,
    pub(super) promises_refused: u64,
    pub(super) promises_kept: u64,
    pub(super) promises_broken: u64,
    invoices: u64,
    billed: Sums,
    /// How many days late each invoice was paid that is.
    days_late: BTreeMap<(AccountId, InvoiceId), i32>,
    reminders: BTreeMap<Channel, Reminders>,
    throttled: u64,
    suspensions: u64,
    disconnections: u64,
    restored: u64,
    restored_on_promise: u64,
    collected_today: Sums,
    days: BTreeMap<Date, DayRow>,
    /// Whose service came back today with a payment, and when the stream said so.
    back: Vec<(AccountId, Instant)>,
    to_line: Vec<Duration>,
}

impl Tally {
    /// Counts what has changed.
    pub(super) fn hear(&mut self, day: Date, at: Instant, changed: &Changed) {
        match (&changed.before, &changed.after) {
            (before, Document::Invoice(after)) => {
                if before.is_none() && after.id.kind.is_printed() {
                    self.invoices += 1;
                    add(&mut self.billed, after.total);
                }
                let key = (after.account.clone(), after.id);
                if after.asked.is_positive() && !after.is_open() {
                    let late = days_between(after.due, day).max(0);
                    self.days_late.entry(key).or_insert(late);
                } else {
                    self.days_late.remove(&key);
                }
            }
            (before, Document::Payment(after)) => {
                let stays = |payment: &Payment| {
                    let received = payment.received.as_ref().map(|one| one.amount.amount());
                    let away = payment.away().map_or(Decimal::ZERO, Money::amount);
                    received.map_or(Decimal::ZERO, |received| received - away)
                };
                let before = match before {
                    Some(Document::Payment(before)) => stays(before),
                    _ => Decimal::ZERO,
                };
                *self.collected_today.entry(after.currency).or_default() += stays(after) - before;
            }
            (before, Document::Notice(after)) => {
                let of = self.reminders.entry(after.id.channel).or_default();
                of.decided += u64::from(before.is_none());
                let before = match before {
                    Some(Document::Notice(before)) => Some(before),
                    _ => None,
                };
                // A complaint may be heard before the delivery.
                let had_arrived = before.is_some_and(|one| one.delivered.is_some());
                of.delivered += u64::from(after.delivered.is_some() && !had_arrived);
                match after.state {
                    state if before.is_some_and(|one| one.state == state) => {}
                    NoticeState::Bounced => of.bounced += 1,
                    NoticeState::Dropped => of.dropped += 1,
                    _ => {}
                }
            }
            (before, Document::Suspension(after)) => {
                let (steps, lifted) = match before {
                    Some(Document::Suspension(one)) => (one.steps.len(), one.lifted),
                    _ => (0, None),
                };
                for step in after.steps.iter().skip(steps) {
                    match step.kind {
                        CutKind::Throttled => self.throttled += 1,
                        CutKind::Suspended => self.suspensions += 1,
                        CutKind::Disconnected => self.disconnections += 1,
                    }
                }
                match after.lifted.filter(|_| lifted.is_none()).map(|how| how.why) {
                    Some(LiftedBy::Payment) => {
                        self.restored += 1;
                        self.back.push((after.account.clone(), at));
                    }
                    Some(LiftedBy::Promise) => self.restored_on_promise += 1,
                    Some(LiftedBy::Disconnection | LiftedBy::End) | None => {}
                }
            }
            _ => {}
        }
    }

    /// Measures how long it took from the last payment before it until each service was back: on the
    /// network, if it is known there.
    pub(super) fn back_on_line(
        &mut self,
        mirror: &Mirror,
        network: &Network,
        today: Date,
        told: impl Fn(&PaymentId) -> Option<Instant>,
    ) {
        for (account, at) in self.back.drain(..) {
            let at = network.back(&account, today).map_or(at, |on_line| on_line.max(at));
            let payments = mirror.of.get(&account).into_iter().flat_map(|one| &one.payments);
            let of_today = payments.filter(|(_, payment)| {
                payment.received.as_ref().is_some_and(|received| received.paid_on == today)
            });
            let told = of_today.filter_map(|(id, _)| told(id)).filter(|told| *told <= at).max();
            self.to_line.extend(told.map(|told| at.duration_since(told)));
        }
    }

    /// Closes a day.
    pub(super) fn end_day(&mut self, day: Date, mirror: &Mirror) {
        let mut row =
            DayRow { collected: std::mem::take(&mut self.collected_today), ..DayRow::default() };
        for holdings in mirror.of.values() {
            let account = holdings.account.as_ref();
            row.suspended += u64::from(account.is_some_and(Account::is_suspended));
            for invoice in holdings.invoices.values().filter(|invoice| invoice.is_open()) {
                add(&mut row.open, invoice.open());
            }
        }
        self.days.insert(day, row);
    }
}

/// How soon service was back, measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Restorations {
    /// Of so many whose webhook came, or who paid at the till.
    pub measured: usize,
    /// Half of them within so many seconds.
    pub p50: f64,
    /// All but one of a hundred.
    pub p99: f64,
}

/// What a simulated year came to.
#[derive(Debug)]
pub struct Report {
    plan: Plan,
    accounts: u64,
    tally: Tally,
    payments: u64,
    by_rail: BTreeMap<Rail, u64>,
    collected: Sums,
    late_charges: Sums,
    /// What does not hold, in the order of days; none.
    pub violations: Vec<Violation>,
    /// How soon service was back: measured.
    pub restorations: Restorations,
    /// How often what went wrong: measured.
    pub faults: BTreeMap<FaultKind, u64>,
    /// What the functions and the checks have asked of the services, by service and operation: measured.
    pub requests: BTreeMap<String, u64>,
    /// How long it took: measured.
    pub took: Duration,
}

/// The value below which so many of a hundred lie; zero of none.
fn percentile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or_default()
}

impl Report {
    pub(super) fn of(
        plan: Plan,
        mut tally: Tally,
        mirror: &Mirror,
        violations: Vec<Violation>,
        stack: &Stack,
        took: Duration,
    ) -> Self {
        let (mut payments, mut collected, mut late_charges) = (0, Sums::new(), Sums::new());
        let mut by_rail = BTreeMap::new();
        for payment in mirror.of.values().flat_map(|one| one.payments.values()) {
            if let Some(received) = &payment.received {
                payments += 1;
                *by_rail.entry(received.rail).or_default() += 1;
                add(&mut collected, received.amount);
                add(&mut late_charges, payment.late_charge().unwrap_or(received.late));
                let away = payment.away().unwrap_or(Money::zero(payment.currency));
                add(&mut collected, -away);
            }
        }
        tally.to_line.sort_unstable();
        let seconds = |percent| percentile(&tally.to_line, percent).as_secs_f64();
        let restorations =
            Restorations { measured: tally.to_line.len(), p50: seconds(50), p99: seconds(99) };
        let accounts = u64::try_from(mirror.of.len()).unwrap_or_default();
        Self {
            plan,
            accounts,
            tally,
            payments,
            by_rail,
            collected,
            late_charges,
            violations,
            restorations,
            faults: stack.struck(),
            requests: stack.requests().counts(),
            took,
        }
    }

    fn days_late(&self) -> (i32, i32) {
        let mut late: Vec<i32> = self.tally.days_late.values().copied().collect();
        late.sort_unstable();
        (percentile(&late, 50), percentile(&late, 90))
    }

    fn open(&self) -> Sums {
        self.tally.days.last_key_value().map(|(_, row)| row.open.clone()).unwrap_or_default()
    }

    /// What follows from the seed alone: the same in every run.
    #[must_use]
    pub fn decided(&self) -> Value {
        let told = |sums: &Sums| -> BTreeMap<_, _> {
            sums.iter().map(|(currency, sum)| (currency.code(), sum.to_string())).collect()
        };
        let tally = &self.tally;
        let reminders: BTreeMap<String, Value> = tally
            .reminders
            .iter()
            .map(|(channel, of)| {
                let Reminders { decided, delivered, bounced, dropped } = of;
                let of = json!({
                    "decided": decided, "delivered": delivered, "bounced": bounced,
                    "dropped": dropped,
                });
                (channel.to_string(), of)
            })
            .collect();
        let (median, p90) = self.days_late();
        let violation = |one: &Violation| {
            json!({
                "day": one.day, "account": one.account, "rule": one.rule.to_string(),
                "what": one.what,
            })
        };
        let day = |(day, row): (&Date, &DayRow)| {
            json!({
                "day": day, "open": told(&row.open), "suspended": row.suspended,
                "collected": told(&row.collected),
            })
        };
        let by_rail: BTreeMap<_, _> =
            self.by_rail.iter().map(|(rail, count)| (rail.as_str(), *count)).collect();
        json!({
            "accounts": self.accounts,
            "months": self.plan.months,
            "seed": self.plan.seed,
            "with_faults": self.plan.faults,
            "invoices": tally.invoices,
            "billed": told(&tally.billed),
            "payments": self.payments,
            "payments_by_rail": by_rail,
            "collected": told(&self.collected),
            "late_charges_by_gateways": told(&self.late_charges),
            "open": told(&self.open()),
            "days_late": { "median": median, "p90": p90, "invoices": tally.days_late.len() },
            "reminders": reminders,
            "throttled": tally.throttled,
            "suspensions": tally.suspensions,
            "restored_by_payment": tally.restored,
            "restored_on_promise": tally.restored_on_promise,
            "disconnections": tally.disconnections,
            "promises": {
                "made": tally.promises_made, "kept": tally.promises_kept,
                "broken": tally.promises_broken, "refused": tally.promises_refused,
            },
            "plan_changes": tally.plan_changes,
            "cancellations": tally.cancellations,
            "violations": self.violations.iter().map(violation).collect::<Vec<_>>(),
            "days": tally.days.iter().map(day).collect::<Vec<_>>(),
        })
    }

    /// All of it, as one object: what was measured apart.
    #[must_use]
    pub fn json(&self) -> Value {
        let faults: BTreeMap<&str, u64> =
            self.faults.iter().map(|(kind, count)| (kind.name(), *count)).collect();
        let Restorations { measured, p50, p99 } = self.restorations;
        let mut all = self.decided();
        if let Value::Object(all) = &mut all {
            let measured = json!({
                "seconds": self.took.as_secs_f64(),
                "payment_to_line": { "measured": measured, "p50_seconds": p50, "p99_seconds": p99 },
                "requests": self.requests,
                "faults": faults,
            });
            all.insert("measured".to_owned(), measured);
        }
        all
    }

    /// A table for people.
    ///
    /// # Errors
    /// None: a text takes everything.
    pub fn table(&self) -> Result<String, Error> {
        let (mut out, tally) = (String::new(), &self.tally);
        let count = |count: u64| Locale::EnUs.number(Decimal::from(count));
        let mut row = |name: &str, value: String| writeln!(out, "  {name:<36}{value:>18}");
        row("accounts", count(self.accounts))?;
        row("months", self.plan.months.to_string())?;
        row("seed", self.plan.seed.to_string())?;
        row("invoices", count(tally.invoices))?;
        row("payments", count(self.payments))?;
        for (rail, payments) in &self.by_rail {
            row(&format!("  by {rail}"), count(*payments))?;
        }
        let sums = [
            ("billed", &tally.billed),
            ("collected", &self.collected),
            ("late charges by gateways", &self.late_charges),
            ("open", &self.open()),
        ];
        for (name, sums) in sums {
            for (currency, sum) in sums {
                row(&format!("{name} {currency}"), Locale::EnUs.number(*sum))?;
            }
        }
        let (median, p90) = self.days_late();
        row("days late, median", median.to_string())?;
        row("days late, p90", p90.to_string())?;
        for (channel, of) in &tally.reminders {
            row(&format!("notices by {channel}"), count(of.decided))?;
            row("  delivered", count(of.delivered))?;
            row("  bounced", count(of.bounced))?;
            row("  dropped, paid meanwhile", count(of.dropped))?;
        }
        for (name, number) in [
            ("slowed down", tally.throttled),
            ("suspensions", tally.suspensions),
            ("restored by payment", tally.restored),
            ("restored on a promise", tally.restored_on_promise),
            ("disconnections", tally.disconnections),
            ("promises made", tally.promises_made),
            ("promises kept", tally.promises_kept),
            ("promises broken", tally.promises_broken),
            ("promises refused", tally.promises_refused),
            ("plan changes", tally.plan_changes),
            ("cancellations", tally.cancellations),
        ] {
            row(name, count(number))?;
        }
        row("violations", self.violations.len().to_string())?;
        for one in self.violations.iter().take(MOST_TOLD) {
            writeln!(out, "    {one}")?;
        }
        writeln!(out, "\n  measured, another time otherwise:")?;
        let mut row = |name: &str, value: String| writeln!(out, "  {name:<36}{value:>18}");
        row("time", format!("{:.1} s", self.took.as_secs_f64()))?;
        let Restorations { measured, p50, p99 } = self.restorations;
        row("requests", count(self.requests.values().sum()))?;
        row("payment to on line, p50", format!("{p50:.3} s"))?;
        row("payment to on line, p99", format!("{p99:.3} s"))?;
        row("  of so many", measured.to_string())?;
        for (kind, struck) in &self.faults {
            row(&format!("fault: {}", kind.name()), count(*struck))?;
        }
        Ok(out)
    }

    /// A picture: what is open, who is suspended, what was collected each day.
    #[must_use]
    pub fn svg(&self) -> String {
        picture::draw(&self.tally.days, self.accounts, self.plan.seed)
    }
}
