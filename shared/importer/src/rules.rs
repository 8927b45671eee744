//! `discounts.csv`, `taxes.csv`, `calendars.csv` and `account_types.csv`: the rules by which is
//! billed what is sold.

use std::collections::BTreeMap;

use mensal_domain::{
    calendar::{Calendar, ExcludedDay},
    catalog::{AccountType, Discount, DiscountTerm, DiscountValue, Tax},
    delinquency::After,
    ids::{AccountTypeCode, CalendarCode, CategoryCode, DiscountCode, TaxCode},
    invoice::TaxMode,
    locale::Locale,
    settings::{BillingSettings, Exclusions},
};

use crate::{
    cell::{MAX_PRICE, lines, named, not_negative, percent, text, whole, word},
    index::Index,
    isp::MAX_NAME,
    presets,
    settings::{self, with_settings},
    table::{Context, Row, Spec, Table},
};

/// The longest message on an invoice.
pub const MAX_MESSAGE: usize = 2000;
/// The most full periods that a discount lasts.
pub const MAX_CYCLES: u32 = 600;

const DISCOUNTS: Spec = Spec {
    file: "discounts.csv",
    needed: false,
    required: &["code", "name"],
    optional: &["percent", "fixed", "cycles", "until"],
};
const TAXES: Spec = Spec {
    file: "taxes.csv",
    needed: false,
    required: &["code", "name", "rate", "mode", "categories"],
    optional: &["region", "from", "until"],
};
const CALENDARS: Spec = Spec {
    file: "calendars.csv",
    needed: false,
    required: &["calendar", "day", "name"],
    optional: &[],
};
const ACCOUNT_TYPES: Spec = Spec {
    file: "account_types.csv",
    needed: true,
    required: &["code", "name"],
    optional: with_settings!["preset", "message_pt", "message_en"],
};
const MODES: [(&str, TaxMode); 3] = [
    ("exclusive", TaxMode::Exclusive),
    ("inclusive", TaxMode::Inclusive),
    ("embedded", TaxMode::Embedded),
];

pub(crate) fn discounts(
    context: &Context<'_>,
) -> (BTreeMap<DiscountCode, Discount>, Index<DiscountCode>) {
    let table = Table::read(context, &DISCOUNTS);
    let mut index = Index::new("discount", &table);
    let mut discounts = BTreeMap::new();
    for row in table.rows() {
        let code = index.name(&row, "code");
        let first = code.as_ref().is_some_and(|code| index.claim(&row, "code", code));
        if let Some(discount) = discount(&row, code).filter(|_| first) {
            discounts.insert(discount.code.clone(), discount);
        }
    }
    (discounts, index)
}

fn discount(row: &Row<'_>, code: Option<DiscountCode>) -> Option<Discount> {
    let name = row.need("name", |given| text(MAX_NAME, given));
    let both = |one: &str, other: &str| !row.text(one).is_empty() && !row.text(other).is_empty();
    let share = row.may("percent", percent).map(DiscountValue::Percent);
    let fixed = row.may("fixed", |given| not_negative(MAX_PRICE, 4, given));
    let fixed = fixed.map(|value| DiscountValue::Fixed(value.normalize()));
    if both("percent", "fixed") {
        row.fault("fixed", "stands beside percent", "use one of the two");
    } else if row.text("percent").is_empty() && row.text("fixed").is_empty() {
        row.fault("percent", "the discount has no value", "fill in percent or fixed");
    }
    let cycles = row.may("cycles", |given| whole(1..=MAX_CYCLES, given));
    let cycles = cycles.and_then(|cycles| u16::try_from(cycles).ok()).map(DiscountTerm::Cycles);
    let until = row.may_date("until").map(DiscountTerm::Until);
    if both("cycles", "until") {
        row.fault("until", "stands beside cycles", "use one of the two, or none for no end");
    }
    let term = cycles.or(until).unwrap_or(DiscountTerm::Always);
    Some(Discount { code: code?, name: name?, value: share.or(fixed)?, term })
}

pub(crate) fn taxes(context: &Context<'_>) -> (Vec<Tax>, Index<TaxCode>) {
    let table = Table::read(context, &TAXES);
    let mut index = Index::new("tax", &table);
    let mut taxes: Vec<(u64, Tax)> = Vec::new();
    for row in table.rows() {
        let code = index.name(&row, "code");
        if let Some(code) = &code {
            index.note(&row, code);
        }
        let Some(tax) = tax(&row, code) else { continue };
        if let Some((line, _)) = taxes.iter().find(|(_, other)| overlap(&tax, other)) {
            let wrong =
                format!("holds for the same lines as line {line}, and would be charged twice");
            row.fault("code", wrong, "let one end (until) before the other begins (from)");
        }
        taxes.push((row.line, tax));
    }
    (taxes.into_iter().map(|(_, tax)| tax).collect(), index)
}

fn tax(row: &Row<'_>, code: Option<TaxCode>) -> Option<Tax> {
    let name = row.need("name", |given| text(MAX_NAME, given));
    let rate = row.need("rate", percent);
    let mode = row.need("mode", |given| word(&MODES, given));
    let mut categories: Vec<CategoryCode> = Vec::new();
    for given in row.text("categories").split_whitespace() {
        match named(given) {
            Ok(category) => categories.push(category),
            Err(told) => row.fault_at("categories", given, told.wrong, told.right),
        }
    }
    if row.text("categories").is_empty() {
        row.fault("categories", "must not be empty", "name categories, with spaces between them");
    }
    let region = row.may("region", named);
    let (from, until) = (row.may_date("from"), row.may_date("until"));
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        row.fault("until", "is before from", "use the last day on which it holds");
    }
    Some(Tax {
        code: code?,
        name: name?,
        rate: rate?,
        mode: mode?,
        categories,
        region,
        from,
        until,
    })
}

/// Whether two entries of one tax could both hold for a line.
fn overlap(a: &Tax, b: &Tax) -> bool {
    let after = |a: &Tax, b: &Tax| a.from.zip(b.until).is_some_and(|(from, until)| from > until);
    let regions = a.region.is_none() || b.region.is_none() || a.region == b.region;
    let categories = a.categories.iter().any(|category| b.categories.contains(category));
    a.code == b.code && regions && categories && !after(a, b) && !after(b, a)
}

pub(crate) fn calendars(
    context: &Context<'_>,
) -> (BTreeMap<CalendarCode, Calendar>, Index<CalendarCode>) {
    let table = Table::read(context, &CALENDARS);
    let mut index: Index<CalendarCode> = Index::new("calendar", &table);
    let mut calendars: BTreeMap<CalendarCode, Calendar> = BTreeMap::new();
    let mut days: BTreeMap<(CalendarCode, ExcludedDay), u64> = BTreeMap::new();
    for row in table.rows() {
        let code = index.name(&row, "calendar");
        if let Some(code) = &code {
            index.note(&row, code);
        }
        // Holidays lie where they lie: they do not move with a sample that does.
        let day = row.need("day", named::<ExcludedDay>);
        // The law names its holidays.
        let name = match day {
            Some(ExcludedDay::Holidays(_)) => {
                Some(row.may("name", |given| text(MAX_NAME, given)).unwrap_or_default())
            }
            _ => row.need("name", |given| text(MAX_NAME, given)),
        };
        let Some((code, (day, name))) = code.zip(day.zip(name)) else { continue };
        if let Some(first) = days.insert((code.clone(), day), row.line) {
            let wrong = format!("is in this calendar already, on line {first}");
            row.fault("day", wrong, "leave one of the two out");
        }
        calendars.entry(code).or_default().exclude(day, name);
    }
    (calendars, index)
}

pub(crate) fn account_types(
    context: &Context<'_>,
    calendars: &mut BTreeMap<CalendarCode, Calendar>,
    calendar_index: &Index<CalendarCode>,
) -> (BTreeMap<AccountTypeCode, AccountType>, Index<AccountTypeCode>) {
    let table = Table::read(context, &ACCOUNT_TYPES);
    let mut index: Index<AccountTypeCode> = Index::new("account type", &table);
    let mut types = BTreeMap::new();
    for row in table.rows() {
        let code = index.name(&row, "code");
        let first = code.as_ref().is_some_and(|code| index.claim(&row, "code", code));
        let name = row.need("name", |given| text(MAX_NAME, given));
        let preset = row.may("preset", presets::named);
        let own = settings::read(&row);
        if let Some(Exclusions::Calendar(calendar)) = &own.calendar {
            calendar_index.check(&row, "calendar", calendar);
        } else if let Some(preset) = preset.filter(|_| own.calendar.is_none()) {
            // The holidays that it goes by, unless the files have a calendar of that name.
            let (code, calendar) = &preset.calendar;
            calendars.entry(code.clone()).or_insert_with(|| calendar.clone());
        }
        let follows = preset.map(|preset| preset.followed_by(&row));
        let settings =
            preset.map_or_else(BillingSettings::default, |preset| preset.settings.clone());
        let settings = settings.with(&own);
        check(&row, &settings);
        let mut messages = BTreeMap::new();
        for (locale, column) in [(Locale::PtBr, "message_pt"), (Locale::EnUs, "message_en")] {
            messages
                .extend(row.may(column, |given| lines(MAX_MESSAGE, given)).map(|m| (locale, m)));
        }
        let Some((code, name)) = code.zip(name).filter(|_| first) else { continue };
        let follows = follows.unwrap_or_default();
        types.insert(code.clone(), AccountType { code, name, settings, follows, messages });
    }
    (types, index)
}

/// What settings say together that each of them may say.
pub(crate) fn check(row: &Row<'_>, settings: &BillingSettings) {
    let cuts = [settings.throttle_after_days, settings.suspend_after_days];
    let cuts = cuts.iter().any(|after| *after != After::Never);
    if cuts && settings.legal_notice_days > 0 && !settings.ladder.has_legal_notice() {
        let wrong = "no step of the ladder is the legal notice, so that nothing is ever cut";
        let right =
            "mark one, like +5:email:suspension-notice:legal, or set legal_notice_days to 0";
        row.fault("legal_notice_days", wrong, right);
    }
    if settings.disconnect_after_days != After::Never && settings.suspend_after_days == After::Never
    {
        let wrong = "counts from a suspension that never comes";
        row.fault("disconnect_after_days", wrong, "set suspend_after_days, or use never");
    }
}
