//! Billing settings as columns: the same in `account_types.csv`, where they make the rules of a
//! type, and in `accounts.csv`, where they override single ones.

use mensal_domain::{
    delinquency::{After, Cap, Ladder, LateCharging, PromiseBy},
    invoice::Offer,
    settings::{
        Delivery, Exclusions, Fallback, MAX_DAYS, Overpaid, Overrides, RegisterDays, SuspendedDays,
    },
    stationery::Paper,
};
use rust_decimal::Decimal;

use crate::{
    cell::{MAX_PRICE, Parsed, named, not_negative, whole, word, wrong},
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
const LATE_CHARGES: [(&str, LateCharging); 3] = [
    ("by_gateway", LateCharging::ByGateway),
    ("next_invoice", LateCharging::NextInvoice),
    ("at_once", LateCharging::AtOnce),
];
const PROMISE_BY: [(&str, PromiseBy); 3] =
    [("nobody", PromiseBy::Nobody), ("staff", PromiseBy::Staff), ("customer", PromiseBy::Customer)];
/// The most promises that count.
const MAX_PROMISES: u32 = 12;
/// What stands for "no notices" and "no limit".
const NONE: &str = "none";
/// What stands for "never".
const NEVER: &str = "never";
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
    let after = |column| match row.text(column) {
        NEVER => Some(After::Never),
        _ => days(column).map(After::Days),
    };
    let amount = |column| row.may(column, |text| not_negative(MAX_PRICE, 4, text));
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
        ladder: match row.text("ladder") {
            NONE => Some(Ladder::default()),
            _ => ladder(row),
        },
        notice_weekdays: row.may("notice_weekdays", named),
        quiet_hours: row.may("quiet_hours", named),
        late_charges: row.may("late_charges", |text| word(&LATE_CHARGES, text)),
        late_fee: amount("late_fee"),
        late_minimum: amount("late_minimum"),
        late_cap: match row.text("late_cap") {
            NONE => Some(Cap::None),
            _ => amount("late_cap").map(Cap::At),
        },
        late_after_days: days("late_after_days"),
        cut_weekdays: row.may("cut_weekdays", named),
        cut_minimum: amount("cut_minimum"),
        legal_notice_days: days("legal_notice_days"),
        throttle_after_days: after("throttle_after_days"),
        suspend_after_days: after("suspend_after_days"),
        disconnect_after_days: after("disconnect_after_days"),
        restore: row.may("restore", named),
        promise_by: row.may("promise_by", |text| word(&PROMISE_BY, text)),
        promise_days: days("promise_days"),
        promise_times: row
            .may("promise_times", |text| whole(1..=MAX_PROMISES, text))
            .and_then(|times| u8::try_from(times).ok()),
        promise_within_days: days("promise_within_days"),
        equipment_days: row
            .may("equipment_days", |text| whole(1..=u32::from(MAX_DAYS), text))
            .and_then(|days| u16::try_from(days).ok()),
    }
}

/// A ladder, with a fault for each step of it that does not fit.
fn ladder(row: &Row<'_>) -> Option<Ladder> {
    let given = Some(row.text("ladder")).filter(|given| !given.is_empty())?;
    let wrong = match Ladder::read(given) {
        Ok(ladder) => return Some(ladder),
        Err(wrong) => wrong,
    };
    for one in wrong {
        let (step, told) = (one.step(), one.to_string());
        // It says "`step` is wrong: right", and what is right may quote a part of the step.
        let told = told.strip_prefix(&format!("`{step}` ")).unwrap_or(&told);
        let (what, right) = told.split_once(": ").unwrap_or((told, "see docs/importing.md"));
        row.fault_at("ladder", &step, what, right);
    }
    None
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
            "ladder",
            "notice_weekdays",
            "quiet_hours",
            "late_charges",
            "late_fee",
            "late_minimum",
            "late_cap",
            "late_after_days",
            "cut_weekdays",
            "cut_minimum",
            "legal_notice_days",
            "throttle_after_days",
            "suspend_after_days",
            "disconnect_after_days",
            "restore",
            "promise_by",
            "promise_days",
            "promise_times",
            "promise_within_days",
            "equipment_days",
        ]
    };
}
pub(crate) use with_settings;
