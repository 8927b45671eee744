//! Bringing data: reads an ISP's CSV files and tells all that is wrong with them, or returns
//! what they say in the words of the domain. `docs/importing.md` describes the files.
//!
//! Pure: bytes in, data or faults out. Nothing is imported if there is a single fault. Whoever
//! writes the data keeps what billing has written with the help of [`merge`].

mod accounts;
mod cell;
mod fault;
mod files;
pub mod generate;
mod ics;
mod index;
mod isp;
mod merge;
mod methods;
mod notices;
mod plans;
pub mod presets;
mod rules;
mod settings;
mod subscriptions;
mod table;
mod usage;

use std::{collections::BTreeMap, path::Path};

use jiff::civil::{Date, date};
use mensal_domain::{
    account::Account, calendar::months_after, catalog::Catalog, ids::AccountId, money::Money,
    settings::Exclusions, suggest::nearest, usage::UsageDay,
};

use crate::{accounts::References, fault::Sink, files::NAMES, table::Context};
pub use crate::{
    fault::{Fault, Faults, MAX_FAULTS_PER_FILE},
    files::{Files, MAX_FILE_BYTES},
    merge::merge,
};

/// The limits of what files may hold; `docs/importing.md` lists them.
pub mod limits {
    pub use crate::{
        cell::{MAX_DECIMALS, MAX_PRICE, MAX_QUANTITY, YEARS},
        ics::{
            MAX_CALENDAR_BYTES, MAX_CALENDAR_DAYS, MAX_CALENDAR_EVENTS, MAX_EVENT_DAYS,
            RULES_THROUGH,
        },
        isp::{MAX_ADDRESS_LINE, MAX_ADDRESS_LINES, MAX_LOGO_PATH, MAX_LOGO_PATHS, MAX_NAME},
        methods::{MAX_INSTALMENTS, MAX_LABEL, MAX_METHODS},
        plans::MAX_UNIT,
        rules::{MAX_CYCLES, MAX_MESSAGE},
        subscriptions::{
            MAX_DISCOUNTS, MAX_EQUIPMENT, MAX_EVENTS, MAX_SUBSCRIBED, MAX_SUBSCRIPTIONS,
        },
        table::MAX_ROWS,
        usage::{MAX_CHARGES, MAX_DESCRIPTION},
    };
}

/// The first day of the month that the sample is written for: every account of it has exactly
/// one monthly cycle from this day up to a month later.
pub const SAMPLE_AS_OF: Date = date(2026, 10, 22);

/// The most months that dates move, either way: a hundred years.
pub const MAX_SHIFT: i32 = 1200;

/// How to read the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The first cycle of an account that names none is its first bill day on or after this.
    pub as_of: Date,
    /// Every date in the files moves by so many months, clamped to the month's last day.
    /// Holidays stay: they lie where they lie. At most [`MAX_SHIFT`] either way.
    pub shift_months: i32,
}

impl Options {
    /// For files that are as they are.
    #[must_use]
    pub fn new(as_of: Date) -> Self {
        Self { as_of, shift_months: 0 }
    }

    /// For the sample, moved by whole months from the one that it is written for.
    #[must_use]
    pub fn sample(shift_months: i32) -> Self {
        let shift_months = shift_months.clamp(-MAX_SHIFT, MAX_SHIFT);
        Self { as_of: months_after(SAMPLE_AS_OF, shift_months), shift_months }
    }
}

/// What the files say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// What accounts refer to.
    pub catalog: Catalog,
    /// The accounts, in the order of their ids.
    pub accounts: Vec<NewAccount>,
    /// What was metered.
    pub usage: BTreeMap<AccountId, Vec<UsageDay>>,
}

/// An account as the files have it, without anything that billing writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The account at version 0, with nothing billed, and its first cycle to be billed next.
    pub account: Account,
    /// The balance brought along from another system (positive: owed), if there is one.
    pub opening: Option<(Date, Money)>,
}

/// Reads the files.
///
/// # Errors
/// All that is wrong with them.
pub fn read(files: &Files, options: &Options) -> Result<Dataset, Faults> {
    let sink = Sink::default();
    let dataset = dataset(files, *options, &sink);
    match (sink.into_faults(), dataset) {
        (Some(faults), _) => Err(faults),
        (None, Some(dataset)) => Ok(dataset),
        (None, None) => Err(Faults::unexplained()),
    }
}

fn dataset(files: &Files, options: Options, sink: &Sink) -> Option<Dataset> {
    let shift_months = options.shift_months.clamp(-MAX_SHIFT, MAX_SHIFT);
    let context = Context { files, shift_months, sink };
    unknown_files(files, sink);
    let isp = isp::read(&context);
    let plans = plans::read(&context, isp.currency);
    let (discounts, discount_index) = rules::discounts(&context);
    let (taxes, tax_index) = rules::taxes(&context);
    let (mut calendars, mut calendar_index) = rules::calendars(&context);
    let days = ics::read(&context, &mut calendar_index, options.as_of);
    let (account_types, types) = rules::account_types(&context, &mut calendars, &calendar_index);
    let references = References {
        isp: &isp,
        types: &types,
        calendars: &calendar_index,
        taxes: &tax_index,
        rules: &account_types,
    };
    let mut accounts = accounts::read(&context, &references, options.as_of);
    let of_types = account_types.values().map(|of| &of.settings.calendar);
    let of_accounts =
        accounts.by_id.values().filter_map(|new| new.account.overrides.calendar.as_ref());
    let named = of_types.chain(of_accounts).filter_map(|of| match of {
        Exclusions::Calendar(code) => Some(code.clone()),
        Exclusions::None => None,
    });
    ics::unnamed(&context, &days, &named.collect());
    ics::add(days, &mut calendars);
    let mut subscriptions = subscriptions::read(&context, &accounts, &plans, &discount_index);
    usage::charges(&context, &mut accounts);
    methods::read(&context, &mut accounts);
    let usage = usage::usage(&context, &accounts, &plans, &subscriptions);
    for ((account, _), subscription) in std::mem::take(&mut subscriptions.by_key) {
        if let Some(new) = accounts.by_id.get_mut(&account) {
            new.account.subscriptions.push(subscription);
        }
    }
    let needs = notices::Needs {
        seller: isp.seller.as_ref(),
        locale: isp.locale,
        types: &account_types,
        type_index: &types,
        accounts: &accounts,
    };
    let notices = notices::read(&context, &needs);
    let catalog = Catalog {
        seller: isp.seller?,
        time_zone: isp.time_zone?,
        plans: plans.by_code,
        discounts,
        taxes,
        account_types,
        calendars,
        notices,
    };
    Some(Dataset { catalog, accounts: accounts.by_id.into_values().collect(), usage })
}

/// A file with a name that is nearly right would be left out without a word.
fn unknown_files(files: &Files, sink: &Sink) {
    let is_csv =
        |name: &&str| Path::new(name).extension().is_some_and(|extension| extension == "csv");
    let is_unknown = |name: &&str| !name.contains('/') && !NAMES.contains(name);
    for name in files.names().filter(is_csv).filter(is_unknown) {
        let right = match nearest(name, NAMES.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "move it to another folder".to_owned(),
        };
        sink.push(Fault::of_file(name, "is no file of an import", right));
    }
}
