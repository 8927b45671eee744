//! What whoever delivers notices tells of one, and what of it weighs more than what was told before.

use jiff::Timestamp;

use super::NoticeState;

/// News of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// How it stands: sent, delivered, bounced or complained of.
    pub state: NoticeState,
    /// Of one that has bounced: only for the moment (an absence, a mailbox that is full).
    pub passing: bool,
    /// When that was.
    pub at: Timestamp,
    /// A code; empty where there is nothing to explain.
    pub reason: String,
    /// What the one who tells it calls the notice by; empty where it has no name of its own.
    pub reference: String,
    /// Which sending of the notice it is about, the first being 0; none if only the name tells that.
    pub sending: Option<usize>,
}

impl News {
    /// News without a reason, and without a name.
    #[must_use]
    pub fn of(state: NoticeState, at: Timestamp) -> Self {
        Self {
            state,
            passing: false,
            at,
            reason: String::new(),
            reference: String::new(),
            sending: None,
        }
    }
}

/// Which of two states counts. One that is told of late, twice or in another order changes nothing of
/// what the notice comes to. That there is no such address is the last word.
pub(super) fn rank(state: NoticeState, passing: bool) -> u8 {
    match state {
        NoticeState::Planned | NoticeState::Dropped => 0,
        NoticeState::Sending => 1,
        NoticeState::Sent => 2,
        NoticeState::Bounced if passing => 3,
        NoticeState::Delivered => 4,
        NoticeState::Complained => 5,
        NoticeState::Bounced => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delinquency::{CustomerNotice, NoticeAbout};

    fn notice() -> CustomerNotice {
        let step = "+5:email:last:legal".parse().unwrap();
        let about = NoticeAbout::Invoice("2026-11-10-cycle".parse().unwrap());
        let on = "2026-11-25".parse().unwrap();
        CustomerNotice::planned("1042".parse().unwrap(), about, &step, "", on)
    }

    fn told(word: &str) -> News {
        let (state, passing) = match word {
            "sent" => (NoticeState::Sent, false),
            "delivered" => (NoticeState::Delivered, false),
            "absent" => (NoticeState::Bounced, true),
            "none" => (NoticeState::Bounced, false),
            _ => (NoticeState::Complained, false),
        };
        let reason = if passing { "bounce Transient General" } else { "" };
        let at = "2026-11-25T12:00:00Z".parse().unwrap();
        News { passing, reason: reason.into(), ..News::of(state, at) }
    }

    #[test]
    fn what_is_told_in_any_order_and_twice_comes_to_the_same() {
        use NoticeState::{Bounced, Complained, Delivered, Sent};
        let cases = [
            (&["sent"][..], Sent, false),
            (&["sent", "delivered"], Delivered, true),
            (&["delivered", "delivered"], Delivered, true),
            // It has reached them once: neither an absence nor anger undoes that.
            (&["sent", "delivered", "absent"], Delivered, true),
            (&["delivered", "absent", "angry"], Complained, true),
            (&["sent", "absent"], Bounced, false),
            (&["sent", "delivered", "none"], Bounced, false),
            (&["delivered", "none", "absent", "angry"], Bounced, false),
            (&["angry"], Complained, false),
        ];
        for (words, state, arrived) in cases {
            let mut orders = vec![words.to_vec(), words.iter().rev().copied().collect()];
            orders.push(words.iter().cycle().skip(1).take(words.len()).copied().collect());
            for order in orders {
                let mut notice = notice();
                for word in &order {
                    notice.hear(&told(word));
                    assert!(!notice.hear(&told(word)), "twice: {order:?}");
                }
                assert_eq!((notice.state, notice.has_arrived()), (state, arrived), "{order:?}");
                let absent = words.contains(&"absent");
                assert_eq!(!notice.reason.is_empty(), absent, "it is noted: {order:?}");
            }
        }
    }

    #[test]
    fn what_is_told_of_an_earlier_sending_counts_no_more() {
        let mut notice = notice();
        notice.begin("Olá".into(), "old@customer.example", told("sent").at);
        let of = |word: &str, reference: &str| News { reference: reference.into(), ..told(word) };
        assert!(notice.hear(&of("sent", "mail-1")) && notice.hear(&of("none", "mail-1")));
        assert!(notice.goes_elsewhere("new@customer.example"));
        notice.renew("2026-11-27".parse().unwrap());
        assert_eq!((notice.state, notice.reason.as_str()), (NoticeState::Planned, ""));
        notice.begin("Olá".into(), "new@customer.example", told("sent").at);
        assert!(!notice.goes_elsewhere("new@customer.example"));
        assert!(!notice.hear(&of("none", "mail-1")), "of the mail before");
        assert!(notice.hear(&of("delivered", "mail-2")) && notice.has_arrived());
        assert!(!notice.hear(&of("none", "mail-1")) && notice.has_arrived());
        let of = |word: &str, sending| News { sending: Some(sending), ..told(word) };
        assert!(!notice.hear(&of("none", 0)) && notice.has_arrived());
        assert!(notice.hear(&of("none", 1)) && !notice.has_arrived());
        // One that calls all of them by one name, and says which it is about.
        notice.renew("2026-11-29".parse().unwrap());
        let one_name = News { reference: "mail-1".into(), sending: Some(2), ..told("delivered") };
        assert!(notice.hear(&one_name) && notice.has_arrived());
    }
}
