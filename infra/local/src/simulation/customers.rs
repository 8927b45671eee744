//! The customers of a simulated year at what they do: they pay at the bank and at the till, promise to
//! pay, change their plans, leave. All of it goes the ways that it goes in earnest.

use std::{collections::BTreeMap, time::Instant};

use jiff::civil::Date;
use mensal_domain::{
    account::{Change, ServiceEvent, Subscription},
    calendar::days_after,
    catalog::{Catalog, PlanKind},
    delinquency::PromiseBy,
    ids::{AccountId, PlanCode},
    invoice::{Invoice, InvoiceId},
    money::Money,
    payment::{About, Fact, Notice, PaymentId},
    rail::Rail,
    reference::Reference,
};
use mensal_importer::NewAccount;
use rust_decimal::Decimal;

use super::{
    behaviour::{Customer, Paid, Pays, Wish},
    draw::Draw,
    mirror::{Holdings, Mirror},
    report::Tally,
};
use crate::{
    bank::{Fate, Payable},
    importing::import_accounts,
    promising::{NotPromised, enter},
    stack::{Error, Stack},
    till::{Entry, reversal},
};

/// A cheque bounces so long after it was taken.
const BOUNCES_AFTER: u16 = 3;

/// A promise that was made, and for which invoices.
struct Promise {
    account: AccountId,
    until: Date,
    invoices: Vec<InvoiceId>,
    /// Whether the customer means to keep it.
    kept: bool,
}

/// The customers.
pub(super) struct Customers {
    draw: Draw,
    of: BTreeMap<AccountId, Customer>,
    /// What the ISP's files say of each account.
    files: BTreeMap<AccountId, NewAccount>,
    paid: BTreeMap<(AccountId, InvoiceId), Paid>,
    promises: Vec<Promise>,
    bouncing: BTreeMap<Date, Vec<(AccountId, Reference, Money)>>,
    /// What was entered at the till, and when.
    pub(super) entered: BTreeMap<PaymentId, Instant>,
    /// The same, as its books have it.
    pub(super) till: Vec<Notice>,
}

/// What the customers act on.
pub(super) struct Scene<'a> {
    pub(super) stack: &'a Stack,
    pub(super) mirror: &'a Mirror,
    pub(super) catalog: &'a Catalog,
    pub(super) today: Date,
}

impl Customers {
    pub(super) fn new(draw: Draw) -> Self {
        Self {
            draw,
            of: BTreeMap::new(),
            files: BTreeMap::new(),
            paid: BTreeMap::new(),
            promises: Vec::new(),
            bouncing: BTreeMap::new(),
            entered: BTreeMap::new(),
            till: Vec::new(),
        }
    }

    /// A customer joins.
    pub(super) fn join(&mut self, new: &NewAccount) {
        let id = &new.account.id;
        self.of.insert(id.clone(), Customer::of(id, self.draw));
        self.files.insert(id.clone(), new.clone());
    }

    /// Another plan, or an end, as the ISP's files then say.
    pub(super) async fn wish(&mut self, scene: &Scene<'_>, tally: &mut Tally) -> Result<(), Error> {
        let mut changed = Vec::new();
        for (id, customer) in &self.of {
            let Some(wish) = customer.wish(scene.today) else { continue };
            let holdings = scene.mirror.of.get(id);
            let account = holdings.and_then(|holdings| holdings.account.as_ref());
            let Some(file) = self.files.get_mut(id) else { continue };
            let quiet = file.account.subscriptions.iter().all(|one| one.history.is_empty());
            let there = account.is_some_and(|account| {
                account.hold.is_none()
                    && account.subscriptions.iter().all(|one| one.disconnected_on.is_none())
            });
            let started = file.account.subscriptions.iter().all(|one| one.start < scene.today);
            if !(quiet && there && started) {
                continue;
            }
            let subscriptions = &mut file.account.subscriptions;
            let event = |change| ServiceEvent { date: scene.today, change };
            match wish {
                Wish::Plan => {
                    let Some(main) = subscriptions.first_mut() else { continue };
                    let others = others(scene.catalog, main);
                    let about = format!("{id} {} plan", scene.today);
                    let Some(other) = self.draw.pick(&others, &about) else { continue };
                    main.history.push(event(Change::Plan(other.clone())));
                    tally.plan_changes += 1;
                }
                Wish::Cancel => {
                    for one in subscriptions {
                        one.history.push(event(Change::End));
                    }
                    tally.cancellations += 1;
                }
            }
            let again = NewAccount { account: file.account.clone(), opening: None };
            changed.push((again, Vec::new()));
        }
        import_accounts(scene.stack.store(), scene.catalog, changed, scene.today).await?;
        Ok(())
    }

    /// Whoever wants to promises to pay.
    pub(super) async fn promise(
        &mut self,
        scene: &Scene<'_>,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let today = scene.today;
        for (id, customer) in &self.of {
            let Some(holdings) = scene.mirror.of.get(id) else { continue };
            let Some(account) = &holdings.account else { continue };
            let Some(hold) = &account.hold else { continue };
            let Some(after) = customer.promises_after(hold.begun) else { continue };
            if days_after(hold.begun, after) != today {
                continue;
            }
            let rules = scene.catalog.rules_of(account)?;
            let by = match rules.settings.promise_by {
                PromiseBy::Nobody => continue,
                by => by,
            };
            match enter(scene.stack.store(), id, today, by, None).await {
                Ok(promised) => {
                    let Some(promise) = promised.promise else { continue };
                    let overdue = holdings.invoices.values();
                    let overdue = overdue.filter(|one| one.is_open() && one.due < today);
                    self.promises.push(Promise {
                        account: id.clone(),
                        until: promise.until,
                        invoices: overdue.map(|one| one.id).collect(),
                        kept: customer.keeps(hold.begun),
                    });
                    tally.promises_made += 1;
                }
                Err(NotPromised::Refused(_)) => tally.promises_refused += 1,
                Err(why) => return Err(why.into()),
            }
        }
        Ok(())
    }

    /// Counts the promises whose last day it was.
    pub(super) fn keep_promises(&mut self, mirror: &Mirror, today: Date, tally: &mut Tally) {
        let (over, standing): (Vec<_>, Vec<_>) =
            self.promises.drain(..).partition(|promise| promise.until <= today);
        self.promises = standing;
        for promise in over {
            let holdings = mirror.of.get(&promise.account);
            let is_open =
                |id| holdings.and_then(|one| one.invoices.get(id)).is_some_and(Invoice::is_open);
            if promise.invoices.iter().any(is_open) {
                tally.promises_broken += 1;
            } else {
                tally.promises_kept += 1;
            }
        }
    }

    /// Whoever pays today does.
    pub(super) fn pay(&mut self, scene: &Scene<'_>) -> Result<(), Error> {
        let payable = scene.stack.bank().payable()?;
        let of = std::mem::take(&mut self.of);
        for (id, customer) in &of {
            let Some(holdings) = scene.mirror.of.get(id) else { continue };
            for invoice in holdings.invoices.values().filter(|invoice| invoice.is_open()) {
                self.pay_one(customer, holdings, invoice, scene, &payable)?;
            }
        }
        self.of = of;
        for (id, receipt, amount) in self.bouncing.remove(&scene.today).into_iter().flatten() {
            self.enter(scene.stack, reversal(&id, receipt, amount, scene.today)?)?;
        }
        Ok(())
    }

    fn pay_one(
        &mut self,
        customer: &Customer,
        holdings: &Holdings,
        invoice: &Invoice,
        scene: &Scene<'_>,
        payable: &BTreeMap<String, Vec<Payable>>,
    ) -> Result<(), Error> {
        let Some(account) = &holdings.account else { return Ok(()) };
        let id = &account.id;
        let key = (id.clone(), invoice.id);
        let paid = self.paid.get(&key).copied().unwrap_or_default();
        let promised = self.promises.iter().find(|promise| {
            promise.kept && promise.account == *id && promise.invoices.contains(&invoice.id)
        });
        let promised = promised.map(|promise| promise.until);
        let payday = customer.payday(account, invoice, paid, promised);
        if payday.is_none_or(|payday| payday > scene.today) {
            return Ok(());
        }
        let ways = payable.get(&format!("{id}/{}", invoice.id)).map_or(&[][..], Vec::as_slice);
        let (pays, bank) = (customer.pays(invoice, paid), scene.stack.bank());
        match ways.get(customer.prefers(ways.len())) {
            Some(way) if !customer.goes_to_till() => {
                let (fate, taken) = match pays {
                    Pays::Exactly => (Fate::OnTime, std::slice::from_ref(way)),
                    Pays::Short => (Fate::Short, std::slice::from_ref(way)),
                    Pays::Over => (Fate::Over, std::slice::from_ref(way)),
                    Pays::Twice => (Fate::Twice, ways),
                };
                for way in taken {
                    bank.pays(&way.key, fate, scene.today)?;
                }
            }
            _ => self.by_hand(customer, id, invoice, paid, pays, scene)?,
        }
        let paid = Paid { times: paid.times + 1, last: Some(scene.today) };
        self.paid.insert(key, paid);
        Ok(())
    }

    /// At the till.
    fn by_hand(
        &mut self,
        customer: &Customer,
        id: &AccountId,
        invoice: &Invoice,
        paid: Paid,
        pays: Pays,
        scene: &Scene<'_>,
    ) -> Result<(), Error> {
        let (open, today) = (invoice.open(), scene.today);
        let amount = match pays {
            Pays::Short => Money::rounded(open.amount() * Decimal::new(6, 1), open.currency())?,
            Pays::Over => open.plus(Money::rounded(Decimal::TEN, open.currency())?)?,
            Pays::Exactly | Pays::Twice => open,
        };
        if !amount.is_positive() {
            return Ok(());
        }
        let rail = customer.by_hand(invoice);
        let times = if pays == Pays::Twice { 2 } else { 1 };
        for time in 0..times {
            let receipt = format!("{id}.{}.{}.{time}", invoice.id, paid.times);
            let entry = Entry {
                receipt: receipt.parse()?,
                about: About::Invoice(id.clone(), invoice.id),
                rail,
                amount,
                paid_on: today,
            };
            if rail == Rail::Cheque && customer.bounces(invoice) {
                let bounced = (id.clone(), entry.receipt.clone(), amount);
                self.bouncing.entry(days_after(today, BOUNCES_AFTER)).or_default().push(bounced);
            }
            self.enter(scene.stack, entry.notice()?)?;
        }
        Ok(())
    }

    fn enter(&mut self, stack: &Stack, notice: Notice) -> Result<(), Error> {
        if let Fact::Received(receipt) = &notice.fact {
            let id = PaymentId { gateway: notice.gateway.clone(), money: receipt.money.clone() };
            self.entered.insert(id, Instant::now());
        }
        self.till.push(notice.clone());
        stack.enter(notice)
    }
}

/// The plans that somebody may change to: sold the same way, at another price.
fn others<'a>(catalog: &'a Catalog, main: &Subscription) -> Vec<&'a PlanCode> {
    let Some(now) = catalog.plans.get(&main.plan) else { return Vec::new() };
    let same = catalog.plans.values().filter(|plan| {
        plan.code != now.code
            && plan.kind == PlanKind::Plan
            && (plan.currency, plan.interval, plan.timing)
                == (now.currency, now.interval, now.timing)
            && plan.meters.is_empty()
            && now.meters.is_empty()
    });
    same.map(|plan| &plan.code).collect()
}
