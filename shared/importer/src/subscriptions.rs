//! `subscriptions.csv`, `given_discounts.csv` and `history.csv`: what accounts have, and what
//! happened to it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    account::{Change, GivenDiscount, ServiceEvent, Subscription},
    calendar::Span,
    history::{HistoryFault, Stretch, stretches},
    ids::{AccountId, DiscountCode, PlanCode, SiteCode, SubscriptionId},
    network::Login,
    suggest::nearest,
};

use crate::{
    accounts::Accounts,
    cell::{named, price, text, whole, word},
    index::{Index, Spoilt},
    plans::Plans,
    table::{Context, Row, Spec, Table},
};

/// The most of one plan that a subscription counts.
pub const MAX_SUBSCRIBED: u32 = 10_000;
/// The most subscriptions of an account.
pub const MAX_SUBSCRIPTIONS: usize = 1000;
/// The most events of one subscription.
pub const MAX_EVENTS: usize = 200;
/// The longest text of what is lent with a subscription.
pub const MAX_EQUIPMENT: usize = 120;
/// The most discounts of one subscription.
pub const MAX_DISCOUNTS: usize = 20;

const SUBSCRIPTIONS: Spec = Spec {
    file: "subscriptions.csv",
    needed: false,
    required: &["account", "id", "plan", "start"],
    optional: &["quantity", "bill_from", "price", "site", "login", "equipment"],
};
const GIVEN: Spec = Spec {
    file: "given_discounts.csv",
    needed: false,
    required: &["account", "subscription", "discount", "from"],
    optional: &[],
};
const HISTORY: Spec = Spec {
    file: "history.csv",
    needed: false,
    required: &["account", "subscription", "date", "change"],
    optional: &["value"],
};
const CHANGES: [(&str, Kind); 5] = [
    ("plan", Kind::Plan),
    ("quantity", Kind::Quantity),
    ("suspend", Kind::Suspend),
    ("resume", Kind::Resume),
    ("end", Kind::End),
];

#[derive(Clone, Copy)]
enum Kind {
    Plan,
    Quantity,
    Suspend,
    Resume,
    End,
}

type Key = (AccountId, SubscriptionId);

/// The subscriptions that could be read, and the names of all.
pub(crate) struct Subscriptions {
    pub(crate) by_key: BTreeMap<Key, Subscription>,
    /// What each was, day by day, unless its history contradicts itself.
    pub(crate) stretches: BTreeMap<Key, Vec<Stretch>>,
    known: BTreeMap<AccountId, BTreeMap<SubscriptionId, u64>>,
    spoilt: Spoilt,
    complete: bool,
}

impl Subscriptions {
    /// The account and the subscription that a row names, with a fault if they do not exist.
    pub(crate) fn key(&self, row: &Row<'_>, accounts: &Accounts) -> Option<Key> {
        let account = accounts.index.refer(row, "account");
        let id = row.need("subscription", named::<SubscriptionId>);
        let (account, id) = account.zip(id)?;
        let of_account = self.known.get(&account);
        if self.complete && !of_account.is_some_and(|known| known.contains_key(&id)) {
            let wrong = format!("is no subscription of account {account}");
            row.fault_once("subscription", id.as_str(), wrong, || {
                let names = of_account.into_iter().flat_map(|known| known.keys());
                match nearest(id.as_str(), names.map(SubscriptionId::as_str)) {
                    _ if self.spoilt.may_be(id.as_str()) => None,
                    Some(meant) => Some(format!("did you mean `{meant}`?")),
                    None => Some("add it to subscriptions.csv or use one that is there".to_owned()),
                }
            });
            return None;
        }
        Some((account, id))
    }
}

pub(crate) fn read(
    context: &Context<'_>,
    accounts: &Accounts,
    plans: &Plans,
    discounts: &Index<DiscountCode>,
) -> Subscriptions {
    let table = Table::read(context, &SUBSCRIPTIONS);
    let mut all = Subscriptions {
        by_key: BTreeMap::new(),
        stretches: BTreeMap::new(),
        known: BTreeMap::new(),
        spoilt: Spoilt::default(),
        complete: table.complete,
    };
    let mut on_network = Vec::new();
    for row in table.rows() {
        let account = accounts.index.refer(&row, "account");
        let id = all.spoilt.name(&row, "id");
        if let Some((account, id)) = account.as_ref().zip(id.as_ref()) {
            let known = all.known.entry(account.clone()).or_default();
            if let Some(first) = known.get(id) {
                let wrong = format!("account {account} has it twice (first on line {first})");
                row.fault("id", wrong, "leave one of the two out, or give it a name of its own");
            } else if known.len() == MAX_SUBSCRIPTIONS {
                let wrong = format!("account {account} has too many subscriptions");
                row.fault("account", wrong, format!("use at most {MAX_SUBSCRIPTIONS}"));
            }
            known.entry(id.clone()).or_insert(row.line);
        }
        let read = subscription(&row, account.as_ref(), id, accounts, plans);
        if let Some((account, subscription)) = account.zip(read) {
            let key = (account, subscription.id.clone());
            if subscription.is_on_network() {
                on_network.push((key.clone(), row));
            }
            all.by_key.entry(key).or_insert(subscription);
        }
    }
    given_discounts(context, accounts, discounts, &mut all);
    history(context, accounts, plans, &mut all);
    own_logins(&on_network, &all);
    all
}

/// A login is one subscription's on any day: what is done to it is done to whoever has it.
fn own_logins(on_network: &[(Key, Row<'_>)], all: &Subscriptions) {
    let mut known: BTreeMap<_, Vec<(Span, &Key, u64)>> = BTreeMap::new();
    for (key, row) in on_network {
        let (Some(subscription), Some(stretches)) = (all.by_key.get(key), all.stretches.get(key))
        else {
            continue;
        };
        let ends = stretches.first().zip(stretches.last());
        let days = ends.and_then(|(first, last)| Span::new(first.span.start(), last.span.end()));
        let (Some(days), Some(login)) = (days, &subscription.login) else { continue };
        let others = known.entry((&subscription.site, login)).or_default();
        if let Some((_, (account, id), line)) =
            others.iter().find(|(taken, ..)| taken.intersect(days).is_some())
        {
            let wrong =
                format!("is that of account {account}, subscription {id} (line {line}), too");
            row.fault("login", wrong, "give it one of its own, or end the other first");
        }
        others.push((days, key, row.line));
    }
}

fn subscription(
    row: &Row<'_>,
    account: Option<&AccountId>,
    id: Option<SubscriptionId>,
    accounts: &Accounts,
    plans: &Plans,
) -> Option<Subscription> {
    let plan = plan(row, "plan", account, accounts, plans);
    let quantity = row.may("quantity", |given| whole(1..=MAX_SUBSCRIBED, given));
    let start = row.need_date("start");
    let bill_from = row.may_date("bill_from");
    if bill_from.zip(start).is_some_and(|(from, start)| from < start) {
        row.fault("bill_from", "is before the start", "leave it empty: all days are billed then");
    }
    let currency = plan.as_ref().and_then(|plan| plans.by_code.get(plan)).map(|plan| plan.currency);
    let equipment = row.may("equipment", |given| text(MAX_EQUIPMENT, given));
    let own_price = row.may("price", |given| price(currency, given));
    let site = row.may("site", named::<SiteCode>);
    let login = row.may("login", named::<Login>);
    if site.is_some() != login.is_some() {
        let column = if site.is_some() { "login" } else { "site" };
        let right = "the network is told of a login at a site: give both, or neither";
        row.fault(column, "is missing", right);
    }
    Some(Subscription {
        id: id?,
        plan: plan?,
        quantity: quantity.unwrap_or(1),
        start: start?,
        site: login.as_ref().and(site),
        login,
        billed_elsewhere_until: bill_from.filter(|from| Some(*from) != start),
        own_price,
        discounts: vec![],
        history: vec![],
        billed: vec![],
        billed_usage: vec![],
        seen_until: None,
        forgotten_until: None,
        usage_closed_until: None,
        cuts: vec![],
        disconnected_on: None,
        equipment,
    })
}

/// A plan that exists, in the currency of the account.
fn plan(
    row: &Row<'_>,
    column: &str,
    account: Option<&AccountId>,
    accounts: &Accounts,
    plans: &Plans,
) -> Option<PlanCode> {
    let code = plans.index.refer(row, column)?;
    let account = account.and_then(|account| accounts.by_id.get(account)).map(|new| &new.account);
    if let Some((plan, account)) = plans.by_code.get(&code).zip(account)
        && plan.currency != account.currency
    {
        let wrong = format!(
            "is sold in {}, account {} pays {}",
            plan.currency, account.id, account.currency
        );
        row.fault(column, wrong, format!("use a plan with prices in {}", account.currency));
    }
    Some(code)
}

fn given_discounts(
    context: &Context<'_>,
    accounts: &Accounts,
    discounts: &Index<DiscountCode>,
    all: &mut Subscriptions,
) {
    for row in Table::read(context, &GIVEN).rows() {
        let key = all.key(&row, accounts);
        let code = discounts.refer(&row, "discount");
        let from = row.need_date("from");
        let Some(subscription) = key.and_then(|key| all.by_key.get_mut(&key)) else { continue };
        let Some((code, from)) = code.zip(from) else { continue };
        let given = GivenDiscount { code, from };
        if subscription.discounts.contains(&given) {
            row.fault("discount", "is given twice from the same day", "leave one of the two out");
        } else if subscription.discounts.len() == MAX_DISCOUNTS {
            let right = format!("use at most {MAX_DISCOUNTS}");
            row.fault("discount", "is one discount too many for this subscription", right);
        } else {
            subscription.discounts.push(given);
        }
    }
}

fn history(context: &Context<'_>, accounts: &Accounts, plans: &Plans, all: &mut Subscriptions) {
    let table = Table::read(context, &HISTORY);
    let mut lines: BTreeMap<Key, Vec<(Date, Row<'_>)>> = BTreeMap::new();
    for row in table.rows() {
        let key = all.key(&row, accounts);
        let date = row.need_date("date");
        let account = key.as_ref().map(|(account, _)| account);
        let change = change(&row, account, accounts, plans);
        let Some((key, (date, change))) = key.zip(date.zip(change)) else { continue };
        let rows = lines.entry(key.clone()).or_default();
        rows.push((date, row));
        let Some(subscription) = all.by_key.get_mut(&key) else { continue };
        if rows.len() > MAX_EVENTS {
            let right = format!("use at most {MAX_EVENTS}");
            row.fault("subscription", "has too many events", right);
        } else {
            subscription.history.push(ServiceEvent { date, change });
        }
    }
    for (key, subscription) in &mut all.by_key {
        subscription.history.sort();
        subscription.discounts.sort();
        match stretches(subscription) {
            Ok(stretches) => {
                all.stretches.insert(key.clone(), stretches);
            }
            Err(error) => {
                let rows = lines.get(key).into_iter().flatten();
                let rows = rows.filter(|(date, _)| *date == error.date).map(|(_, row)| row);
                contradicted(&rows.collect::<Vec<_>>(), error.fault);
            }
        }
    }
}

/// Tells what is wrong with the events of a day: of several, the last is the one too many.
fn contradicted(rows: &[&Row<'_>], fault: HistoryFault) {
    let first = |(index, row): (usize, &&Row<'_>)| {
        let same = |before: &&&Row<'_>| before.text("change") == row.text("change");
        rows.iter().take(index).find(same).map(|first| first.line)
    };
    let twice = rows.iter().enumerate().rev().find_map(|at| Some((*at.1, first(at)?)));
    match (fault, twice, rows.last()) {
        (HistoryFault::SameDayTwice, Some((row, line)), _) => {
            row.fault(
                "date",
                format!("does not fit: {fault} (first on line {line})"),
                mended(fault),
            );
        }
        (_, _, Some(row)) => row.fault("date", format!("does not fit: {fault}"), mended(fault)),
        _ => {}
    }
}

fn change(
    row: &Row<'_>,
    account: Option<&AccountId>,
    accounts: &Accounts,
    plans: &Plans,
) -> Option<Change> {
    let kind = row.need("change", |given| word(&CHANGES, given))?;
    let value = row.text("value");
    if matches!(kind, Kind::Suspend | Kind::Resume | Kind::End) && !value.is_empty() {
        row.fault("value", "does not belong to this change", "leave it empty");
    }
    Some(match kind {
        Kind::Plan => Change::Plan(plan(row, "value", account, accounts, plans)?),
        Kind::Quantity => {
            Change::Quantity(row.need("value", |given| whole(1..=MAX_SUBSCRIBED, given))?)
        }
        Kind::Suspend => Change::Suspend,
        Kind::Resume => Change::Resume,
        Kind::End => Change::End,
    })
}

fn mended(fault: HistoryFault) -> &'static str {
    match fault {
        HistoryFault::BeforeStart => "use a date from the start in subscriptions.csv on",
        HistoryFault::AfterEnd => "leave it out, or mend the date of the end",
        HistoryFault::SuspendedTwice => "leave it out, or add the resume before it",
        HistoryFault::NotSuspended => "leave it out, or add the suspend before it",
        HistoryFault::NoQuantity => "use end instead",
        HistoryFault::SameDayTwice => "keep the one that holds at the end of the day",
    }
}
