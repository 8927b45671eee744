//! Billing settings as columns: the same in `account_types.csv`, where they make the rules of a
//! type, and in `accounts.csv`, where they override single ones.

use mensal_domain::{
    settings::{Delivery, Exclusions, MAX_DAYS, Overrides, SuspendedDays},
    stationery::Paper,
};

use crate::{
    cell::{named, whole, word},
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

/// The settings that a row has, field by field.
pub(crate) fn read(row: &Row<'_>) -> Overrides {
    let days = |column| {
        let days = row.may(column, |text| whole(0..=u32::from(MAX_DAYS), text))?;
        u16::try_from(days).ok()
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
    }
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
        ]
    };
}
pub(crate) use with_settings;
