//! Why a card was declined.
//!
//! The page on card payments says that a declined payment is not kept and is answered by 400 and
//! `invalid_creditCard`, often in general words so that nobody learns about somebody else's card.
//! With tokenisation the words are particular; they are not published, so they are looked through
//! for the few that decide.

use mensal_domain::payment::Advice;

use super::api::Refusal;
use crate::gateway::Decline;

/// What words of a decline mean, the ones that end it first.
const WORDS: [(&str, Advice); 14] = [
    ("roubad", Advice::NeverAgain),
    ("perdid", Advice::NeverAgain),
    ("extraviad", Advice::NeverAgain),
    ("cancelad", Advice::NeverAgain),
    ("encerrad", Advice::NeverAgain),
    ("fraude", Advice::NeverAgain),
    ("expirad", Advice::AskCustomer),
    ("vencid", Advice::AskCustomer),
    ("validade", Advice::AskCustomer),
    ("bloquead", Advice::AskCustomer),
    ("senha", Advice::AskCustomer),
    ("saldo", Advice::RetryLater),
    ("limite", Advice::RetryLater),
    ("indispon", Advice::RetryLater),
];

/// What a refusal of a card's payment says of the card; none if something else is wrong.
pub(super) fn decline(refusal: &Refusal) -> Option<Decline> {
    let words = refusal.words.to_lowercase();
    let advice = match refusal.code.as_str() {
        // It is not there, or is another customer's.
        "invalid_creditCardToken" => Advice::NeverAgain,
        "invalid_creditCard" => advice(&words),
        // So said before 2024.
        "invalid_action" if words.contains("não autorizada") => advice(&words),
        _ => return None,
    };
    Some(Decline { code: refusal.code.clone(), advice })
}

/// In general words nothing is known: funds are what lacks most often.
fn advice(words: &str) -> Advice {
    let known = WORDS.into_iter().find(|(word, _)| words.contains(word));
    known.map_or(Advice::RetryLater, |(_, advice)| advice)
}
