//! `accounts.csv`: who pays.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Address, Customer, Exemption},
    catalog::AccountType,
    ids::{AccountId, AccountTypeCode, CalendarCode, TaxCode},
    locale::Locale,
    money::{Currency, Money},
    period::{BillDay, BillDayChange},
    settings::Exclusions,
};

use crate::{
    NewAccount,
    cell::{amount, bill_day, date, email, named, phone, text},
    index::Index,
    isp::{Isp, MAX_ADDRESS_LINE, MAX_NAME},
    plans::SINCE_EVER,
    rules,
    settings::{self, with_settings},
    table::{Context, Row, Spec, Table},
};

const ACCOUNTS: Spec = Spec {
    file: "accounts.csv",
    needed: true,
    required: &["id", "type", "name", "bill_day"],
    optional: with_settings![
        "tax_id",
        "address1",
        "address2",
        "address3",
        "address4",
        "address5",
        "email",
        "phone",
        "region",
        "locale",
        "currency",
        "bill_day_before",
        "bill_day_since",
        "first_cycle",
        "opening_balance",
        "opening_date",
        "grace_until",
        "exempt",
    ],
};
const ADDRESS: [&str; 5] = ["address1", "address2", "address3", "address4", "address5"];

/// What accounts refer to.
pub(crate) struct References<'a> {
    pub(crate) isp: &'a Isp,
    pub(crate) types: &'a Index<AccountTypeCode>,
    pub(crate) calendars: &'a Index<CalendarCode>,
    pub(crate) taxes: &'a Index<TaxCode>,
    pub(crate) rules: &'a BTreeMap<AccountTypeCode, AccountType>,
}

/// The accounts that could be read, and the ids of all.
pub(crate) struct Accounts {
    pub(crate) by_id: BTreeMap<AccountId, NewAccount>,
    pub(crate) index: Index<AccountId>,
}

pub(crate) fn read(context: &Context<'_>, to: &References<'_>, as_of: Date) -> Accounts {
    let table = Table::read(context, &ACCOUNTS);
    let mut accounts = Accounts { by_id: BTreeMap::new(), index: Index::new("account", &table) };
    for row in table.rows() {
        let id = accounts.index.name(&row, "id");
        let first = id.as_ref().is_some_and(|id| accounts.index.claim(&row, "id", id));
        if let Some(new) = account(&row, id, to, as_of).filter(|_| first) {
            accounts.by_id.insert(new.account.id.clone(), new);
        }
    }
    accounts
}

fn account(
    row: &Row<'_>,
    id: Option<AccountId>,
    to: &References<'_>,
    as_of: Date,
) -> Option<NewAccount> {
    let account_type = to.types.refer(row, "type");
    let customer = customer(row);
    let email = row.may("email", email).unwrap_or_default();
    let phone = row.may("phone", phone).unwrap_or_default();
    let region = row.may("region", named);
    let locale = row.may("locale", named::<Locale>).or(to.isp.locale);
    let currency = row.may("currency", named::<Currency>);
    let currency = if row.text("currency").is_empty() { to.isp.currency } else { currency };
    let overrides = settings::read(row);
    if let Some(Exclusions::Calendar(calendar)) = &overrides.calendar {
        to.calendars.check(row, "calendar", calendar);
    }
    if let Some(of) = account_type.as_ref().and_then(|code| to.rules.get(code))
        && !overrides.is_empty()
    {
        rules::check(row, &of.settings.with(&overrides));
    }
    let bill_days = bill_days(row);
    let first_cycle = first_cycle(row, bill_days.as_deref());
    let opening = opening(row, currency);
    let grace_until = row.may_date("grace_until");
    let exemptions = exemptions(row, to.taxes);
    let zero = Money::zero(currency?);
    let mut account = Account {
        id: id?,
        version: 0,
        account_type: account_type?,
        customer: customer?,
        email,
        phone,
        region,
        locale: locale?,
        currency: currency?,
        overrides,
        bill_days: bill_days?,
        next_bill: None,
        balance: zero,
        last_balance: zero,
        credit: zero,
        grace_until,
        exemptions,
        subscriptions: vec![],
        one_offs: vec![],
        billed_one_offs: vec![],
        methods: vec![],
        next_collection: None,
        next_review: None,
        hold: None,
        lifted: None,
        promises: vec![],
        excused: vec![],
        excused_for: None,
        parked: None,
    };
    account.next_bill = first_cycle.or_else(|| account.cycle_from(as_of));
    Some(NewAccount { account, opening })
}

fn customer(row: &Row<'_>) -> Option<Customer> {
    let name = row.need("name", |given| text(MAX_NAME, given));
    let tax_id = row.may("tax_id", |given| text(MAX_ADDRESS_LINE, given)).unwrap_or_default();
    let line = |column| row.may(column, |given| text(MAX_ADDRESS_LINE, given));
    let address = Address { lines: ADDRESS.into_iter().filter_map(line).collect() };
    Some(Customer { name: name?, tax_id, address })
}

/// The bill day, and the one before it if the account is just changing from one to the other.
fn bill_days(row: &Row<'_>) -> Option<Vec<BillDayChange>> {
    let day = row.need("bill_day", bill_day);
    let before = row.may("bill_day_before", bill_day);
    let since = row.may_date("bill_day_since");
    match (row.text("bill_day_before").is_empty(), row.text("bill_day_since").is_empty()) {
        (true, false) => {
            row.fault("bill_day_before", "must not be empty", "fill in the bill day before");
        }
        (false, true) => {
            let right = "fill in the day on which the change was asked for";
            row.fault("bill_day_since", "must not be empty", right);
        }
        _ => {}
    }
    let (day, ever) = (day?, SINCE_EVER);
    Some(match before.zip(since) {
        Some((before, date)) => {
            vec![BillDayChange { date: ever, day: before }, BillDayChange { date, day }]
        }
        None => vec![BillDayChange { date: ever, day }],
    })
}

fn first_cycle(row: &Row<'_>, bill_days: Option<&[BillDayChange]>) -> Option<Date> {
    let date = row.may_date("first_cycle")?;
    let days: Vec<BillDay> = bill_days?.iter().map(|change| change.day).collect();
    if !days.iter().any(|day| i8::from(*day) == date.day()) {
        row.fault(
            "first_cycle",
            "is not on the bill day",
            "use a date on the bill day (or empty it, if the account was imported before)",
        );
    }
    Some(date)
}

fn opening(row: &Row<'_>, currency: Option<Currency>) -> Option<(Date, Money)> {
    let balance = row.may("opening_balance", |given| amount(currency, given));
    let date = row.may_date("opening_date");
    match (row.text("opening_balance").is_empty(), row.text("opening_date").is_empty()) {
        (true, false) => row.fault("opening_balance", "must not be empty", "fill in the amount"),
        (false, true) => {
            let right = "fill in the date of the balance, like 2026-10-21";
            row.fault("opening_date", "must not be empty", right);
        }
        _ => {}
    }
    let money = Money::exact(balance?, currency?).ok().filter(|money| !money.is_zero());
    date.zip(money)
}

/// Tax codes with spaces between them, each with `@` and its last day if it has one.
fn exemptions(row: &Row<'_>, taxes: &Index<TaxCode>) -> Vec<Exemption> {
    let mut all: Vec<Exemption> = Vec::new();
    for given in row.text("exempt").split_whitespace() {
        let (code, until) = given.split_once('@').map_or((given, None), |(c, d)| (c, Some(d)));
        let told = |told: crate::cell::Wrong| row.fault_at("exempt", given, told.wrong, told.right);
        let tax = named::<TaxCode>(code).map_err(told).ok();
        let until = until.and_then(|until| date(until).map_err(told).ok());
        let Some(tax) = tax.filter(|tax| taxes.check(row, "exempt", tax)) else { continue };
        if all.iter().any(|exemption| exemption.tax == tax) {
            row.fault_at("exempt", given, "is there twice", "name each tax once");
        }
        all.push(Exemption { tax, until: until.map(|date| row.moved(date)) });
    }
    all.sort_by(|a, b| a.tax.cmp(&b.tax));
    all
}
