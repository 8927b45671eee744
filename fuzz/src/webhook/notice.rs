//! What must hold of whatever a gateway is understood to say.

use mensal_domain::payment::{Fact, Failed, MethodChange, Notice, Receipt, Return};

/// The longest code of a failure, and the longest label of a method, in characters.
const LONGEST: usize = 80;
/// A card has thirteen digits at least, a person eleven: so many in a row are neither's.
const MOST_DIGITS: usize = 8;

/// What is put into a queue is taken out as the same, and is right.
pub(crate) fn is_a_notice(notice: &Notice) {
    let written = serde_json::to_string(notice).expect("it is written");
    assert_eq!(serde_json::from_str::<Notice>(&written).expect("it is read"), *notice);
    is_right(&notice.fact);
}

/// Money is above zero, and what is shown can be.
pub(crate) fn is_right(fact: &Fact) {
    match fact {
        Fact::Received(receipt) => is_a_receipt(receipt),
        Fact::Returned(part) => is_a_return(part),
        Fact::NotCollected(failed) => is_a_failure(failed),
        Fact::Method(news) => {
            if let MethodChange::Active { label, .. } = &news.change {
                is_shown(label);
            }
        }
    }
}

/// What was added for being late is a part of the money, and less than all of it.
fn is_a_receipt(receipt: &Receipt) {
    assert!(receipt.amount.is_positive(), "{receipt:?}");
    if let Some(late) = receipt.late {
        assert!(!late.is_negative() && late < receipt.amount, "{receipt:?}");
    }
}

fn is_a_return(part: &Return) {
    assert!(part.amount.is_positive(), "{part:?}");
}

fn is_a_failure(failed: &Failed) {
    assert!(!failed.code.is_empty(), "{failed:?}");
    is_shown(&failed.code);
}

/// It goes to screens and logs as it is: short, of one line, and no card's or person's number.
pub(crate) fn is_shown(text: &str) {
    assert!(text.chars().count() <= LONGEST, "{text:?}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(digits <= Some(MOST_DIGITS), "{text:?}");
}
