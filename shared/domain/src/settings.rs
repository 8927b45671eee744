//! Billing settings: the rules of an account type, of which an account may override single
//! fields.

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::Weekdays,
    delinquency::{After, Cap, Ladder, LateCharging, PromiseBy, QuietHours, RestoreRule},
    ids::CalendarCode,
    invoice::Offer,
    stationery::Paper,
};

/// Whether days of suspension are charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspendedDays {
    /// Never. What was billed for them in advance is credited; nothing is caught up later.
    #[default]
    Free,
    /// As if the service had been there.
    Charged,
    /// Not while suspended; all of them once the service is back (a catch-up).
    ChargedOnReturn,
}

/// How the customer wants an invoice. It is kept, and nothing goes by it yet: notices go by the ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// By e-mail.
    #[default]
    Email,
    /// Printed and mailed, with a remittance slip to tear off.
    Print,
    /// Both.
    EmailAndPrint,
}

/// The days on which an account may not become delinquent, beside its weekdays.
///
/// Its own type, and no `Option`: an account that overrides a calendar by none must be told from
/// one that overrides nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusions {
    /// No day is excluded.
    #[default]
    None,
    /// The days of a calendar.
    Calendar(CalendarCode),
}

/// When the charges of an invoice are registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterDays {
    /// As soon as the invoice is issued.
    #[default]
    AtIssue,
    /// So many days before the due date, or at issue if that is later.
    BeforeDue(u16),
}

impl RegisterDays {
    /// The first day on which they are, of an invoice that nobody collects.
    #[must_use]
    pub fn from(self, issued: Date, due: Date) -> Date {
        match self {
            Self::AtIssue => issued,
            Self::BeforeDue(days) => due.saturating_sub(i64::from(days).days()).max(issued),
        }
    }
}

/// What becomes of money that nothing asked for: a second payment of one invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overpaid {
    /// It is the account's credit.
    #[default]
    Credit,
    /// It is given back at once, the way it came.
    Refund,
}

/// What is tried when a stored method has failed for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// Nothing: the customer is asked.
    #[default]
    None,
    /// The account's other stored methods, one after the other.
    NextMethod,
}

macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr),+ $(,)?) => {
        /// The rules of an account type. Days are calendar days.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct BillingSettings {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl Default for BillingSettings {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// The fields that one account has otherwise than its type.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Overrides {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
        }

        impl Overrides {
            /// Whether the account follows its type in everything.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                *self == Self::default()
            }
        }

        impl BillingSettings {
            /// These settings, with what an account has otherwise.
            #[must_use]
            pub fn with(&self, own: &Overrides) -> Self {
                let own = own.clone();
                Self { $($field: own.$field.unwrap_or_else(|| self.$field.clone()),)+ }
            }
        }
    };
}

settings! {
    /// From the invoice date to the due date.
    due_days: u16 = 10,
    /// From the due date to the day from which an open invoice makes the account delinquent.
    grace_days: u16 = 5,
    /// From the invoice date to the charge of the stored payment method.
    auto_pay_days: u16 = 10,
    /// The weekdays on which an account may become delinquent.
    delinquent_weekdays: Weekdays = Weekdays::MONDAY_TO_FRIDAY,
    /// The days on which it may not.
    calendar: Exclusions = Exclusions::None,
    /// Whether days of suspension are charged.
    suspended_days: SuspendedDays = SuspendedDays::Free,
    /// How far back a change of history corrects what has been billed, in days before the cycle.
    correction_days: u16 = 92,
    /// The paper of its invoices.
    paper: Paper = Paper::A4,
    /// How its customer wants invoices; kept only.
    delivery: Delivery = Delivery::Email,
    /// The rails that its invoices offer, each at the gateway that serves it.
    rails: Vec<Offer> = Vec::new(),
    /// Charges are registered so many days before the due date; none: as soon as the invoice is
    /// issued. Banks charge for each boleto that is registered.
    register_days: RegisterDays = RegisterDays::AtIssue,
    /// For so many days after the due date a charge can be paid.
    payable_days: u16 = 60,
    /// The fine of a charge that is paid late, in percent, once.
    late_fine_percent: Decimal = Decimal::ZERO,
    /// The interest of a charge that is paid late, in percent a month, by calendar day.
    late_interest_percent: Decimal = Decimal::ZERO,
    /// What becomes of a second payment of one invoice.
    overpaid: Overpaid = Overpaid::Credit,
    /// So often a card is tried for one invoice.
    card_attempts: u8 = 4,
    /// Days between two tries of a card.
    card_interval_days: u16 = 3,
    /// So often a bank account is debited for one invoice.
    debit_attempts: u8 = 2,
    /// Days between two debits of a bank account.
    debit_interval_days: u16 = 5,
    /// Whether another stored method is tried when the default one has failed for good.
    fallback: Fallback = Fallback::None,
    /// The notices that follow an invoice.
    ladder: Ladder = Ladder::default(),
    /// The weekdays on which notices are sent that have a day; never on one that the calendar excludes.
    notice_weekdays: Weekdays = Weekdays::ALL,
    /// The hours in which none is sent.
    quiet_hours: QuietHours = QuietHours::None,
    /// When Mensal itself charges for being late, by the fine and the interest above and what follows.
    late_charges: LateCharging = LateCharging::ByGateway,
    /// A fee for being late, once an invoice, in the currency of the account.
    late_fee: Decimal = Decimal::ZERO,
    /// Nothing is charged for less than this.
    late_minimum: Decimal = Decimal::ZERO,
    /// No invoice is charged more than this for being late.
    late_cap: Cap = Cap::None,
    /// Paid within so many days after the due date is paid in time.
    late_after_days: u16 = 0,
    /// The weekdays on which service is slowed down, suspended or ended; never on a day that the calendar
    /// excludes.
    cut_weekdays: Weekdays = Weekdays::MONDAY_TO_THURSDAY,
    /// Nothing is cut for less than this.
    cut_minimum: Decimal = Decimal::ZERO,
    /// So many days pass after the legal notice was delivered before anything is cut.
    legal_notice_days: u16 = 0,
    /// Slowed down so many days after the account is delinquent.
    throttle_after_days: After = After::Never,
    /// Suspended so many days after the account is delinquent.
    suspend_after_days: After = After::Never,
    /// The contract ends so many days after service was suspended.
    disconnect_after_days: After = After::Never,
    /// What has to be paid before a suspended service comes back.
    restore: RestoreRule = RestoreRule::AllOverdue,
    /// Who may promise to pay.
    promise_by: PromiseBy = PromiseBy::Nobody,
    /// For so many days at most.
    promise_days: u16 = 3,
    /// So often...
    promise_times: u8 = 1,
    /// ... within so many days.
    promise_within_days: u16 = 30,
    /// Equipment is to be returned within so many days after the contract has ended.
    equipment_days: u16 = 30,
}

/// The longest of the settings that are days.
pub const MAX_DAYS: u16 = 730;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_overrides_single_fields() {
        let residential = BillingSettings { due_days: 15, ..BillingSettings::default() };
        let own = Overrides { grace_days: Some(30), ..Overrides::default() };
        let effective = residential.with(&own);
        assert_eq!((effective.due_days, effective.grace_days), (15, 30));
        assert_eq!(residential.with(&Overrides::default()), residential);
    }

    #[test]
    fn overriding_a_calendar_by_none_is_not_overriding_nothing() {
        let own = Overrides { calendar: Some(Exclusions::None), ..Overrides::default() };
        let stored = serde_json::to_string(&own).unwrap();
        assert_eq!(serde_json::from_str::<Overrides>(&stored).unwrap(), own);
        assert_ne!(own, Overrides::default());
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused() {
        let error = serde_json::from_str::<Overrides>(r#"{"due_day": 3}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `due_day`"), "{error}");
    }
}
