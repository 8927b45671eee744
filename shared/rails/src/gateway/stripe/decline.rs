//! What a decline means for trying again.
//!
//! Stripe says it in three places: the decline code of the payer's bank, the error's own code
//! where no bank has spoken, and the advice of the card's network. From Stripe's manual, "Decline
//! codes", "Card declines" (advice codes), "Smart Retries" (what is not tried again) and "ACH
//! Direct Debit" (codes of failures).

use mensal_domain::payment::Advice;
use serde::Deserialize;

use crate::gateway::{Decline, shown::can_be_shown};

/// Why it was declined, as an error or a failed intent says it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Reason {
    /// Stripe's code.
    pub(super) code: Option<String>,
    /// What the payer's bank says.
    pub(super) decline_code: Option<String>,
    /// What the card's network advises.
    pub(super) advice_code: Option<String>,
}

impl Reason {
    /// One of Stripe's codes.
    pub(super) fn coded(code: &str) -> Self {
        Self { code: Some(code.into()), ..Self::default() }
    }

    /// In our words, with the code of whoever has spoken. What is no code is left out.
    pub(super) fn decline(&self) -> Decline {
        let codes = [&self.decline_code, &self.code].into_iter().flatten();
        let code = codes.map(String::as_str).find(|code| can_be_shown(code));
        Decline { code: code.unwrap_or("declined").into(), advice: self.advice() }
    }

    /// Whether the code is about the method and its owner, not about how we asked.
    pub(super) fn is_of_the_method(&self) -> bool {
        self.known().is_some()
    }

    fn known(&self) -> Option<Advice> {
        let known = |code: &Option<String>| code.as_deref().and_then(advice_of);
        known(&self.decline_code).or_else(|| known(&self.code))
    }

    /// The network's advice counts, but a card that is lost stays lost. A code that nobody has
    /// explained is tried again, as Stripe's own retries do.
    fn advice(&self) -> Advice {
        let own = self.known().unwrap_or(Advice::RetryLater);
        match self.advice_code.as_deref() {
            Some("do_not_try_again") => Advice::NeverAgain,
            Some("confirm_card_data") => own.max(Advice::AskCustomer),
            Some("try_again_later") if own != Advice::NeverAgain => Advice::RetryLater,
            _ => own,
        }
    }
}

/// What a code means; none for one that says nothing about it.
fn advice_of(code: &str) -> Option<Advice> {
    Some(match code {
        "approve_with_id"
        | "card_velocity_exceeded"
        | "charge_exceeds_source_limit"
        | "charge_exceeds_transaction_limit"
        | "could_not_process"
        | "card_decline_rate_limit_exceeded"
        | "do_not_honor"
        | "duplicate_transaction"
        | "generic_decline"
        | "insufficient_funds"
        | "issuer_not_available"
        | "no_action_taken"
        | "processing_error"
        | "reenter_transaction"
        | "try_again_later"
        | "withdrawal_count_limit_exceeded" => Advice::RetryLater,
        "authentication_not_handled"
        | "authentication_required"
        | "bank_account_restricted"
        | "bank_account_unusable"
        | "bank_account_unverified"
        | "call_issuer"
        | "card_not_supported"
        | "currency_not_supported"
        | "expired_card"
        | "fraudulent"
        | "incorrect_account_holder_name"
        | "incorrect_address"
        | "incorrect_cvc"
        | "incorrect_number"
        | "incorrect_pin"
        | "incorrect_zip"
        | "invalid_account"
        | "invalid_amount"
        | "invalid_cvc"
        | "invalid_expiry_month"
        | "invalid_expiry_year"
        | "invalid_number"
        | "invalid_pin"
        | "mobile_device_authentication_required"
        | "new_account_information_available"
        | "not_permitted"
        | "offline_pin_required"
        | "online_or_offline_pin_required"
        | "payment_intent_authentication_failure"
        | "payment_intent_mandate_invalid"
        | "payment_method_customer_decline"
        | "pin_try_exceeded"
        | "refer_to_customer"
        | "service_not_allowed"
        | "testmode_decline"
        | "transaction_not_allowed" => Advice::AskCustomer,
        "account_closed"
        | "bank_account_declined"
        | "bank_ownership_changed"
        | "debit_not_authorized"
        | "do_not_try_again"
        | "highest_risk_level"
        | "invalid_account_number"
        | "lost_card"
        | "merchant_blacklist"
        | "no_account"
        | "payment_method_bank_account_blocked"
        | "payment_method_detached"
        | "pickup_card"
        | "restricted_card"
        | "revocation_of_all_authorizations"
        | "revocation_of_authorization"
        | "security_violation"
        | "stolen_card"
        | "stop_payment_order" => Advice::NeverAgain,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Advice::{AskCustomer, NeverAgain, RetryLater};

    #[test]
    fn bank_stripe_and_network_are_weighed() {
        // Code, the bank's word, the network's advice.
        let cases = [
            ("card_declined", "insufficient_funds", "", RetryLater),
            ("card_declined", "do_not_honor", "", RetryLater),
            ("card_declined", "do_not_honor", "do_not_try_again", NeverAgain),
            ("card_declined", "generic_decline", "confirm_card_data", AskCustomer),
            ("card_declined", "transaction_not_allowed", "try_again_later", RetryLater),
            ("card_declined", "stolen_card", "try_again_later", NeverAgain),
            ("card_declined", "lost_card", "confirm_card_data", NeverAgain),
            ("card_declined", "pickup_card", "", NeverAgain),
            ("expired_card", "", "", AskCustomer),
            ("authentication_required", "authentication_required", "", AskCustomer),
            ("account_closed", "", "", NeverAgain),
            ("card_declined", "a_code_of_next_year", "", RetryLater),
            ("card_declined", "a_code_of_next_year", "do_not_try_again", NeverAgain),
            ("card_declined", "insufficient_funds", "advice_of_next_year", RetryLater),
        ];
        for (code, bank, network, want) in cases {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let reason =
                Reason { code: some(code), decline_code: some(bank), advice_code: some(network) };
            let decline = reason.decline();
            assert_eq!(decline.advice, want, "{reason:?}");
            assert_eq!(decline.code, if bank.is_empty() { code } else { bank });
        }
    }

    #[test]
    fn how_we_asked_is_no_fault_of_the_method() {
        assert!(Reason::coded("payment_intent_mandate_invalid").is_of_the_method());
        for code in ["parameter_missing", "amount_too_small", "resource_missing"] {
            assert!(!Reason::coded(code).is_of_the_method(), "{code}");
        }
        assert_eq!(Reason::default().decline().code, "declined");
    }

    #[test]
    fn what_is_no_code_is_not_told() {
        for number in ["4242424242424242", "two\nlines", "", &"x".repeat(81)] {
            let said =
                Reason { decline_code: Some(number.into()), ..Reason::coded("card_declined") };
            assert_eq!(said.decline().code, "card_declined", "{number}");
            assert_eq!(Reason::coded(number).decline().code, "declined", "{number}");
        }
    }
}
