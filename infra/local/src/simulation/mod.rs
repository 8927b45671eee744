//! A simulated year: an ISP's accounts live through months on the local stack, day by day. The real
//! handlers bill, charge, collect, remind, cut and restore; customers pay early, late, never, twice, by
//! every rail; what goes wrong on purpose does; and each day it is checked what must always hold.
//!
//! Everything that is decided follows from the seed: whatever the clock on the wall says, and in
//! whichever order messages are handled, the same seed gives the same year. What is measured is told
//! apart: how long it took, how soon service was back, how often what went wrong.

mod behaviour;
mod check;
mod customers;
mod draw;
mod isp;
mod mirror;
mod network;
mod picture;
mod report;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::civil::{Date, date};
use mensal_domain::{
    calendar::{days_after, months_after},
    catalog::Rules,
    ids::{AccountId, GatewayCode},
    payment::{Notice, PaymentId},
};
use mensal_importer::Dataset;
use mensal_runtime::messages::RunKind;
use tokio::sync::mpsc::UnboundedReceiver;

pub use check::{Rule, Violation};
pub use report::{Report, Restorations};

use self::{
    check::{Awaited, BankBooks, By, Found},
    customers::{Customers, Scene},
    draw::Draw,
    isp::Isp,
    mirror::Mirror,
    network::Network,
    report::Tally,
};
use crate::{
    bank::{Behaviour, CODE, Payers, Telling},
    importing::{import, import_accounts},
    stack::{Error, Mischief, Options, Order, Seen, Stack},
};

/// The first day of every simulated year.
const FIRST: Date = date(2026, 11, 1);
/// Whoever is kept waiting for no longer than this has waited when all is still.
const SOON: Duration = Duration::from_mins(20);
/// So often somebody is kept waiting before all is still.
const MOST_WAITS: u16 = 200;
/// A run whose schedule fails is begun again so often, as the scheduler does.
const MOST_TRIES: u8 = 10;

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// So many accounts.
    pub accounts: u64,
    /// So many months.
    pub months: u16,
    /// From this everything is drawn.
    pub seed: u64,
    /// Whether things go wrong besides.
    pub faults: bool,
}

/// A year under way.
pub struct Year {
    stack: Stack,
    isp: Isp,
    changes: UnboundedReceiver<Seen>,
    mirror: Mirror,
    orders: UnboundedReceiver<Order>,
    network: Network,
    customers: Customers,
    gateway: GatewayCode,
    /// Of the bank's books what was read.
    booked: i64,
    books: BankBooks,
    awaited: Awaited,
    rules: BTreeMap<AccountId, Rules>,
    tally: Tally,
    violations: Vec<Violation>,
    plan: Plan,
    begun: Instant,
}

/// Simulates all of a plan in a folder, which is to be empty. Tells of each day that is over.
///
/// # Errors
/// The stack's: what does not hold is in the report.
pub async fn simulate(
    folder: &Path,
    plan: Plan,
    mut tell: impl FnMut(Date),
) -> Result<Report, Error> {
    let mut year = Year::begin(folder, plan).await?;
    let mut day = FIRST;
    let end = months_after(FIRST, i32::from(plan.months));
    while day < end {
        year.live(day).await?;
        tell(day);
        day = days_after(day, 1);
    }
    year.end(day).await
}

impl Year {
    /// The stack of a year in a folder, with nobody on it yet.
    ///
    /// # Errors
    /// The stack's.
    pub async fn begin(folder: &Path, plan: Plan) -> Result<Self, Error> {
        let seed = plan.faults.then_some(plan.seed);
        let options = Options {
            mischief: Mischief { twice: false, shuffled: seed },
            bank: Behaviour { payers: Payers::NOBODY, telling: Telling::default() },
            faults: seed,
            timed: true,
        };
        let stack = Stack::start(folder, options).await?;
        let (draw, gateway) = (Draw::new(plan.seed), CODE.parse()?);
        let isp = Isp::of(plan.accounts, FIRST, plan.months, draw, plan.seed, &gateway)?;
        Ok(Self {
            changes: stack.watch(),
            orders: stack.watch_network(),
            network: Network::default(),
            stack,
            isp,
            mirror: Mirror::default(),
            customers: Customers::new(draw),
            gateway,
            booked: 0,
            books: BankBooks::default(),
            awaited: Awaited::default(),
            rules: BTreeMap::new(),
            tally: Tally::default(),
            violations: Vec::new(),
            plan,
            begun: Instant::now(),
        })
    }

    /// The stack: for those who tamper with what lies there, to see it found.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// What was found so far.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// One day, and the check of it.
    ///
    /// # Errors
    /// The stack's.
    pub async fn live(&mut self, day: Date) -> Result<(), Error> {
        let mut touched = BTreeSet::new();
        self.join(day).await?;
        self.still(day, &mut touched).await?;
        // In the night: what is swept later in the day finds it.
        let fate = Fate::of(self.plan, day);
        if fate.forgets {
            self.forget(day);
        }
        // What was put off until today comes before anything of today.
        self.stack.next_day(day)?;
        self.customers
            .wish(&scene(&self.stack, &self.mirror, &self.isp, day), &mut self.tally)
            .await?;
        self.run(RunKind::ReconciliationReport, day).await?;
        let account = |one: &mirror::Holdings| one.account.clone();
        let due = |next: Option<Date>| next.is_some_and(|next| next <= day);
        if self.mirror.of.values().filter_map(account).any(|one| due(one.next_bill)) {
            self.run(RunKind::Billing, day).await?;
        }
        self.still(day, &mut touched).await?;
        if fate.meanwhile {
            self.stack.hold_notices();
        }
        if self.mirror.of.values().filter_map(account).any(|one| due(one.next_look())) {
            self.run(RunKind::Collection, day).await?;
        }
        self.still(day, &mut touched).await?;
        let scene = scene(&self.stack, &self.mirror, &self.isp, day);
        self.customers.promise(&scene, &mut self.tally).await?;
        self.customers.pay(&scene)?;
        self.stack.pass_day(day).await?;
        self.still(day, &mut touched).await?;
        if fate.meanwhile {
            self.stack.let_notices_go();
            self.still(day, &mut touched).await?;
        }
        if !fate.unasked {
            self.run(RunKind::Reconciliation, day).await?;
            self.still(day, &mut touched).await?;
        }
        self.customers.keep_promises(&self.mirror, day, &mut self.tally);
        self.check(day, touched, !fate.unasked).await?;
        self.tally.end_day(day, &self.mirror);
        Ok(())
    }

    /// The report, once the last day is over.
    ///
    /// # Errors
    /// The table's.
    pub async fn end(mut self, day: Date) -> Result<Report, Error> {
        self.compare(day).await?;
        let mut sent = BTreeMap::<_, u32>::new();
        for posted in self.stack.posted()? {
            *sent.entry(posted.label).or_default() += 1;
        }
        // What had not arrived, or arrived before its invoice was paid and owed again, is sent anew.
        for notice in self.mirror.of.values().flat_map(|one| one.notices.values()) {
            let label = format!("{}/{}", notice.account, notice.id);
            let tag = URL_SAFE_NO_PAD.encode(&label);
            let anew = u32::try_from(notice.earlier.len()).unwrap_or(u32::MAX);
            for label in [label, tag] {
                sent.entry(label).and_modify(|times| *times = times.saturating_sub(anew));
            }
        }
        for (label, times) in sent.into_iter().filter(|(_, times)| *times > 1) {
            Found::new(day, "", &mut self.violations)
                .not(Rule::NoticeOnce, format!("{label} was sent {times} times"));
        }
        self.violations.sort();
        let Self { plan, tally, mirror, violations, stack, begun, .. } = self;
        Ok(Report::of(plan, tally, &mirror, violations, &stack, begun.elapsed()))
    }

    /// Access servers lose what they were told of some logins, on a day on which they may be told again.
    fn forget(&mut self, day: Date) {
        for (id, rules) in &self.rules {
            let by = By { today: day, settings: &rules.settings };
            if check::may_be_cut(by)
                && Draw::new(self.plan.seed).percent(20, &format!("{id} {day} forgotten"))
            {
                self.network.forget(id);
            }
        }
    }

    async fn join(&mut self, day: Date) -> Result<(), Error> {
        let Some(joining) = self.isp.joining.remove(&day) else { return Ok(()) };
        for (new, _) in &joining {
            self.customers.join(new);
        }
        let (store, catalog) = (self.stack.store(), &self.isp.catalog);
        if day == FIRST {
            let usage = joining.iter().map(|(new, usage)| (new.account.id.clone(), usage.clone()));
            let usage = usage.filter(|(_, usage)| !usage.is_empty()).collect();
            let accounts = joining.into_iter().map(|(new, _)| new).collect();
            let data = Dataset { catalog: catalog.clone(), accounts, usage };
            import(store, &data, day, true).await?;
        } else {
            import_accounts(store, catalog, joining, day).await?;
        }
        Ok(())
    }

    /// Begins a run as the scheduler does: again, if the function fails.
    async fn run(&self, run: RunKind, day: Date) -> Result<(), Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.stack.schedule(run, day).await {
                Err(why) if tried >= MOST_TRIES || !self.plan.faults => return Err(why),
                Err(_) => {}
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Waits until all is still, and takes in what has changed.
    async fn still(&mut self, day: Date, touched: &mut BTreeSet<AccountId>) -> Result<(), Error> {
        self.stack.settle().await?;
        let mut waits = 0;
        while self.stack.pass_time(SOON) {
            waits += 1;
            if waits > MOST_WAITS {
                return Err("somebody waits again and again, and nothing comes of it".into());
            }
            self.stack.settle().await?;
        }
        while let Ok((at, record)) = self.changes.try_recv() {
            let Some(changed) = self.mirror.hear(record)? else { continue };
            let id = &changed.account;
            self.tally.hear(day, at, &changed);
            if let Some(holdings) = self.mirror.of.get(id)
                && let Some(account) = &holdings.account
            {
                if !self.rules.contains_key(id) {
                    self.rules.insert(id.clone(), self.isp.catalog.rules_of(account)?);
                }
                if let Some(rules) = self.rules.get(id) {
                    let by = By { today: day, settings: &rules.settings };
                    let mut found = Found::new(day, id.as_str(), &mut self.violations);
                    let (before, after) = (changed.before.as_ref(), &changed.after);
                    check::changed(holdings, before, after, by, &mut found);
                }
            }
            touched.insert(changed.account);
        }
        while let Ok((at, order)) = self.orders.try_recv() {
            let (id, login, after) = (order.account.clone(), order.login.clone(), order.service);
            let before = self.network.hear(day, at, order);
            let account = self.mirror.of.get(&id).and_then(|one| one.account.as_ref());
            if let Some((account, rules)) = account.zip(self.rules.get(&id)) {
                let by = By { today: day, settings: &rules.settings };
                let mut found = Found::new(day, id.as_str(), &mut self.violations);
                check::told(account, &login, (before, after), by, &mut found);
            }
        }
        Ok(())
    }

    /// What must hold at the end of a day; `reconciled` says whether the gateways were asked what they have.
    async fn check(
        &mut self,
        day: Date,
        touched: BTreeSet<AccountId>,
        reconciled: bool,
    ) -> Result<(), Error> {
        for id in &touched {
            let (Some(holdings), Some(rules)) = (self.mirror.of.get(id), self.rules.get(id)) else {
                Found::new(day, id.as_str(), &mut self.violations)
                    .not(Rule::Stream, "documents of an account that does not exist");
                continue;
            };
            let by = By { today: day, settings: &rules.settings };
            check::stands(holdings, by, &mut Found::new(day, id.as_str(), &mut self.violations));
        }
        for (id, holdings) in &self.mirror.of {
            let Some(account) = &holdings.account else { continue };
            let mut found = Found::new(day, id.as_str(), &mut self.violations);
            check::serves(account, day, |login| self.network.service(id, login), &mut found);
            if let Some(rules) = self.rules.get(id) {
                let by = By { today: day, settings: &rules.settings };
                check::agendas(account, by, &mut found);
                self.awaited.look(holdings, by, &mut found);
            }
        }
        for (number, fact) in self.stack.bank().booked_after(self.booked)? {
            self.booked = number;
            self.books.book(&Notice { gateway: self.gateway.clone(), fact });
        }
        for entered in self.customers.till.drain(..) {
            self.books.book(&entered);
        }
        let unmatched = self.stack.store().unmatched().await?;
        // What no webhook has told is known once the gateways are asked.
        let bank = self.stack.bank();
        let asked = |id: &PaymentId| reconciled || id.gateway != self.gateway;
        let told = |id: &PaymentId| asked(id) || bank.sent(&id.money).is_some();
        self.books.compare(day, &self.mirror, &unmatched, told, asked, &mut self.violations);
        for (queue, letter) in self.stack.dead_letters() {
            let why = letter.reason.unwrap_or_else(|| "failed too often".into());
            Found::new(day, "", &mut self.violations)
                .not(Rule::DeadLetter, format!("{queue}: {why}: {}", letter.body));
        }
        for parked in self.stack.store().parked().await? {
            Found::new(day, parked.account.as_str(), &mut self.violations)
                .not(Rule::Parked, parked.reason);
        }
        let (bank, entered) = (self.stack.bank(), &self.customers.entered);
        self.tally.back_on_line(&self.mirror, &self.network, day, |id| {
            entered.get(id).copied().or_else(|| bank.sent(&id.money))
        });
        if days_after(day, 1).day() == 1 {
            self.compare(day).await?;
        }
        Ok(())
    }

    /// Whether what the stream has told is what the table has.
    async fn compare(&mut self, day: Date) -> Result<(), Error> {
        let table = Mirror::read(self.stack.store()).await?;
        let ids: BTreeSet<_> = table.of.keys().chain(self.mirror.of.keys()).collect();
        for id in ids {
            if table.of.get(id) != self.mirror.of.get(id) {
                Found::new(day, id.as_str(), &mut self.violations)
                    .not(Rule::Stream, "the table has something else than the stream has told");
            }
        }
        Ok(())
    }
}

/// What is in store for a day, beside what strikes single things.
#[derive(Clone, Copy, Default)]
struct Fate {
    /// Customers pay after it was decided to remind them, and before that is sent.
    meanwhile: bool,
    /// Nobody asks the gateways in the evening.
    unasked: bool,
    /// Access servers start again.
    forgets: bool,
}

impl Fate {
    fn of(plan: Plan, day: Date) -> Self {
        if !plan.faults {
            return Self::default();
        }
        let draw = |chance, what| Draw::new(plan.seed).percent(chance, &format!("{day} {what}"));
        Self {
            meanwhile: draw(30, "meanwhile"),
            unasked: draw(10, "unasked"),
            forgets: draw(20, "forgets"),
        }
    }
}

fn scene<'a>(stack: &'a Stack, mirror: &'a Mirror, isp: &'a Isp, today: Date) -> Scene<'a> {
    Scene { stack, mirror, catalog: &isp.catalog, today }
}
