//! Billing settings as columns: the same in `account_types.csv`, where they make the rules of a
//! type, and in `accounts.csv`, where they override single ones.

use mensal_domain::{
    invoice::Offer,
    settings::{
        Delivery, Exclusions, Fallback, MAX_DAYS, Overpaid, Overrides, RegisterDays, SuspendedDays,
    },
    stationery::Paper,
};
use rust_decimal::Decimal;

use crate::{
    cell::{Parsed, named, not_negative, whole, word, wrong},
    table::Row,
};

/// What stands for "no calendar", since an empty cell stands for "as usual".
pub(crate) const NO_CALENDAR: &str = "none";

const SUSPENDED_DAYS: [(&str, SuspendedDays); 3] = [
    ("free", SuspendedDays::Free),
    ("charged", SuspendedDays::Charged),
    ("charged_on_return", SuspendedDays::ChargedOnReturn),
];
const PAPER: [(&str, Paper); 2] = [("a4", Paper::A4), ("letter", Paper::Letter)];
const DELIVERY: [(&str, Delivery); 3] = [
    ("email", Delivery::Email),
    ("print", Delivery::Print),
    ("email_and_print", Delivery::EmailAndPrint),
];

const OVERPAID: [(&str, Overpaid); 2] =
    [("credit", Overpaid::Credit), ("refund", Overpaid::Refund)];
const FALLBACK: [(&str, Fallback); 2] =
    [("none", Fallback::None), ("next_method", Fallback::NextMethod)];
/// What stands for "no rail".
const NO_RAILS: &str = "none";
/// What stands for registering a charge as soon as its invoice is issued.
const AT_ISSUE: &str = "at_issue";
/// The most attempts at one invoice: card networks fine whoever tries more often in a month.
const MAX_ATTEMPTS: u32 = 15;

/// The settings that a row has, field by field.
pub(crate) fn read(row: &Row<'_>) -> Overrides {
    let days = |column| {
        let days = row.may(column, |text| whole(0..=u32::from(MAX_DAYS), text))?;
        u16::try_from(days).ok()
    };
    let attempts = |column| {
        let attempts = row.may(column, |text| whole(1..=MAX_ATTEMPTS, text))?;
        u8::try_from(attempts).ok()
    };
    Overrides {
        due_days: days("due_days"),
        grace_days: days("grace_days"),
        auto_pay_days: days("auto_pay_days"),
        delinquent_weekdays: row.may("delinquent_weekdays", named),
        calendar: match row.text("calendar") {
            NO_CALENDAR => Some(Exclusions::None),
            _ => row.may("calendar", named).map(Exclusions::Calendar),
        },
        suspended_days: row.may("suspended_days", |text| word(&SUSPENDED_DAYS, text)),
        correction_days: days("correction_days"),
        paper: row.may("paper", |text| word(&PAPER, text)),
        delivery: row.may("delivery", |text| word(&DELIVERY, text)),
        rails: match row.text("rails") {
            NO_RAILS => Some(Vec::new()),
            _ => row.may("rails", rails),
        },
        register_days: match row.text("register_days") {
            AT_ISSUE => Some(RegisterDays::AtIssue),
            _ => days("register_days").map(RegisterDays::BeforeDue),
        },
        payable_days: days("payable_days"),
        late_fine_percent: row.may("late_fine_percent", percent),
        late_interest_percent: row.may("late_interest_percent", percent),
        overpaid: row.may("overpaid", |text| word(&OVERPAID, text)),
        card_attempts: attempts("card_attempts"),
        card_interval_days: days("card_interval_days"),
        debit_attempts: attempts("debit_attempts"),
        debit_interval_days: days("debit_interval_days"),
        fallback: row.may("fallback", |text| word(&FALLBACK, text)),
    }
}

/// Rails, each at a gateway, each at most once.
fn rails(text: &str) -> Parsed<Vec<Offer>> {
    let offers = text.split_whitespace().map(named).collect::<Parsed<Vec<Offer>>>()?;
    for (place, offer) in offers.iter().enumerate() {
        if !offer.rail.is_offered() {
            let right =
                "name boleto, pix and card: others are collected from what a customer has stored";
            return Err(wrong(format!("offers {}", offer.rail), right));
        }
        if offers.iter().take(place).any(|before| before.rail == offer.rail) {
            return Err(wrong(format!("names {} twice", offer.rail), "name each rail once"));
        }
    }
    Ok(offers)
}

/// A percentage of a late charge.
fn percent(text: &str) -> Parsed<Decimal> {
    not_negative(100, 4, text)
}

/// A list of columns with the settings' own at its end.
macro_rules! with_settings {
    ($($column:literal),* $(,)?) => {
        &[
            $($column,)*
            "due_days",
            "grace_days",
            "auto_pay_days",
            "delinquent_weekdays",
            "calendar",
            "suspended_days",
            "correction_days",
            "paper",
            "delivery",
            "rails",
            "register_days",
            "payable_days",
            "late_fine_percent",
            "late_interest_percent",
            "overpaid",
            "card_attempts",
            "card_interval_days",
            "debit_attempts",
            "debit_interval_days",
            "fallback",
        ]
    };
}
pub(crate) use with_settings;
