//! What travels between the sandbox bank and us: the domain's own words as JSON.

use jiff::civil::Date;
use mensal_domain::{
    charge::{ChargeKey, PaymentCodes, Terms},
    money::Money,
    payment::{Advice, Fact, MethodChange, Receipt},
    rail::Rail,
    reference::Reference,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::gateway::{Unreadable, shown::can_be_shown};

/// A charge to be registered or amended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Its key.
    pub key: ChargeKey,
    /// Its terms.
    pub terms: Terms,
}

/// A charge as the bank has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// What the bank calls it by.
    pub reference: Reference,
    /// How it stands.
    pub state: State,
    /// What is to be paid.
    pub amount: Money,
    /// By when.
    pub due: Date,
    /// What the payer needs.
    pub codes: PaymentCodes,
}

/// How a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It can be paid.
    Open,
    /// It was paid.
    Paid,
    /// It was taken back.
    Cancelled,
}

/// Money to be collected.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Try {
    /// The attempt's key.
    pub key: ChargeKey,
    /// The stored method.
    pub token: Reference,
    /// How much.
    pub amount: Money,
    /// When.
    pub due: Date,
    /// In how many parts.
    pub instalments: u8,
}

/// What has come of an attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The money is there.
    Received(Receipt),
    /// A webhook will tell.
    UnderWay,
    /// It was taken back before anything came of it.
    TakenBack,
}

/// Why an attempt was declined.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declined {
    /// The bank's code.
    pub code: String,
    /// What it means.
    pub advice: Advice,
}

/// How much.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// How much.
    #[serde(rename = "amt")]
    pub amount: Money,
}

/// A name that the bank gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The name.
    pub reference: Reference,
}

/// A method to be stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolling {
    /// The rail.
    pub rail: Rail,
    /// From when it may be collected from.
    pub starts_on: Date,
}

/// What the bank tells, by webhook and by list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// What has happened.
    pub facts: Vec<Fact>,
}

impl Told {
    /// What a body tells. One that tells more than is understood is none: what is passed over may
    /// be about money. The domain's own types pass over what they do not know, since an older
    /// program reads what a newer one has stored; so what was read is held against what was sent.
    ///
    /// # Errors
    /// [`Unreadable`] says where it goes wrong, and quotes nothing.
    pub fn of(body: &[u8]) -> Result<Self, Unreadable> {
        let somewhere = |why: serde_json::Error| {
            let (line, column) = (why.line(), why.column());
            Unreadable(format!("not what the bank tells, at line {line}, column {column}"))
        };
        let told: Self = serde_json::from_slice(body).map_err(somewhere)?;
        told.facts.iter().try_for_each(is_right)?;
        let sent: Value = serde_json::from_slice(body).map_err(somewhere)?;
        if serde_json::to_value(&told).map_err(somewhere)? == sent {
            Ok(told)
        } else {
            Err(Unreadable("the bank tells more than is understood, or in other words".into()))
        }
    }
}

/// Money that came in or did not stay is above zero, what was added to it for being late is a part
/// of it, and what people are to read can be shown.
///
/// # Errors
/// [`Unreadable`] says which of these does not hold, and quotes nothing.
pub(super) fn is_right(fact: &Fact) -> Result<(), Unreadable> {
    let (holds, what) = match fact {
        Fact::Received(Receipt { amount, late, .. }) => {
            let part = |late: Money| !late.is_negative() && late < *amount;
            let holds = amount.is_positive() && late.is_none_or(part);
            (holds, "money is above zero, and more than was added to it for being late")
        }
        Fact::Returned(back) => (back.amount.is_positive(), "what did not stay is above zero"),
        Fact::NotCollected(failed) => (can_be_shown(&failed.code), "a code is a word"),
        Fact::Method(news) => match &news.change {
            MethodChange::Active { label, .. } => {
                (label.is_empty() || can_be_shown(label), "a label is a few words")
            }
            _ => (true, ""),
        },
    };
    if holds { Ok(()) } else { Err(Unreadable(format!("not what the bank tells: {what}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIPT: &str = r#"{"received":{"money":"E1","about":{"charge":"1042/2026-11-10-cycle/pix/1"},"rail":"pix","amt":"109.90 BRL","on":"2026-11-18"}}"#;

    fn told(fact: &str) -> String {
        format!(r#"{{"facts":[{fact}]}}"#)
    }

    /// The receipt, with a piece of its text put in the place of another.
    fn with(piece: &str, other: &str) -> String {
        assert!(RECEIPT.contains(piece), "{piece}");
        told(&RECEIPT.replacen(piece, other, 1))
    }

    #[test]
    fn what_the_bank_tells_is_read_as_it_is_written() {
        let body = told(RECEIPT);
        let read = Told::of(body.as_bytes()).unwrap();
        assert!(matches!(&read.facts[..], [Fact::Received(receipt)] if receipt.late.is_none()));
        assert_eq!(
            serde_json::to_value(read).unwrap(),
            serde_json::from_str::<Value>(&body).unwrap()
        );
        assert!(Told::of(br#" { "facts" : [ ] } "#).unwrap().facts.is_empty());
    }

    #[test]
    fn what_is_more_than_is_understood_is_refused() {
        let extra = r#""Ana":"Ana Exemplo""#;
        let bodies = [
            format!(r#"{{"facts":[],{extra}}}"#),
            format!(r#"{{"facts":[{RECEIPT}],{extra}}}"#),
            with(r#"{"received":"#, &format!(r#"{{{extra},"received":"#)),
            with(r#""money""#, &format!(r#"{extra},"money""#)),
            with(r#"{"charge":"#, &format!(r#"{{{extra},"charge":"#)),
            // Twice: nobody can say which of the two somebody else has read.
            with(r#""rail""#, r#""money":"E2","rail""#),
            with(r#"{"received""#, r#"{"Ana""#),
            r#"{"facts":[],"facts":[]}"#.into(),
            told(RECEIPT) + "Ana",
        ];
        for body in bodies {
            let why = Told::of(body.as_bytes()).unwrap_err().to_string();
            assert!(!why.contains("Ana"), "{body}: {why}");
        }
    }

    #[test]
    fn what_is_no_amount_of_money_is_refused() {
        let nines = "9".repeat(400);
        let amounts = [
            nines.clone(),
            format!("-{nines}"),
            "109.90".into(),
            "1e308".into(),
            "1e999".into(),
            "18446744073709551616".into(),
            "null".into(),
            format!(r#""{nines} BRL""#),
            format!(r#""{nines}.00 BRL""#),
            r#""79228162514264337593543950335 BRL""#.into(),
            r#""-79228162514264337593543950336.00 BRL""#.into(),
            r#""100000000000.01 BRL""#.into(),
            r#""0.0000000000000000000000000001 BRL""#.into(),
            r#""1e3 BRL""#.into(),
            r#""NaN BRL""#.into(),
            r#""109.90 BRL BRL""#.into(),
            r#""109.90""#.into(),
        ];
        for amount in amounts {
            let body = with(r#""109.90 BRL""#, &amount);
            assert!(Told::of(body.as_bytes()).is_err(), "{amount}");
        }
        for (piece, other) in [
            ("2026-11-18", "99999-01-01"),
            ("2026-11-18", "2026-02-30"),
            ("pix/1", "pix/256"),
            ("2026-11-10-cycle", "99999999999999999999-11-10-cycle"),
            (r#""E1""#, &format!(r#""{}""#, "E".repeat(100_000))),
        ] {
            assert!(Told::of(with(piece, other).as_bytes()).is_err(), "{piece}");
        }
    }

    #[test]
    fn what_is_of_nothing_or_cannot_be_shown_is_refused() {
        let late = |late: &str| with(r#""on""#, &format!(r#""late":"{late}","on""#));
        let back = |amount: &str| {
            told(&format!(
                r#"{{"returned":{{"money":"E1","id":"r1","about":"nothing","kind":"refund","amt":"{amount} BRL","on":"2026-11-18"}}}}"#
            ))
        };
        let failed = |code: &str| {
            told(&format!(
                r#"{{"not_collected":{{"about":"nothing","code":"{code}","advice":"retry_later","on":"2026-11-18"}}}}"#
            ))
        };
        let stored = |label: &str| {
            told(&format!(
                r#"{{"method":{{"about":"nothing","token":"t","change":{{"active":{{"rail":"card","label":"{label}"}}}}}}}}"#
            ))
        };
        let amount = |amount: &str| with("109.90 BRL", amount);
        for body in [late("2.60 BRL"), back("9.90"), failed("no_funds"), stored("Visa •••• 4242")]
        {
            assert!(Told::of(body.as_bytes()).is_ok(), "{body}");
        }
        for body in [
            amount("0.00 BRL"),
            amount("-109.90 BRL"),
            late("-0.01 BRL"),
            late("109.90 BRL"),
            late("1.00 USD"),
            back("0.00"),
            back("-9.90"),
            failed(""),
            failed("4242424242424242"),
            failed(r"two\nlines"),
            stored("4242424242424242"),
            stored(&"x".repeat(81)),
        ] {
            let why = Told::of(body.as_bytes()).unwrap_err().to_string();
            assert!(why.starts_with("not what the bank tells: ") && !why.contains("4242"), "{why}");
        }
    }

    #[test]
    fn what_is_nested_without_end_is_refused() {
        const DEEP: usize = 200_000;
        for (open, close) in [("[", "]"), (r#"{"facts":["#, "]}"), (r#"{"a":"#, "}")] {
            let nested = format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
            let bodies = [
                nested.clone(),
                open.repeat(DEEP),
                told(&nested),
                format!(r#"{{"facts":[],"deep":{nested}}}"#),
                with(r#""E1""#, &nested),
                with(r#""money""#, &format!(r#""deep":{nested},"money""#)),
            ];
            for body in bodies {
                assert!(Told::of(body.as_bytes()).is_err(), "{open}");
            }
        }
    }

    #[test]
    fn what_travels_to_the_bank_and_back_has_no_fields_of_others() {
        let refused = [
            serde_json::from_str::<Named>(r#"{"reference":"a","x":1}"#).is_err(),
            serde_json::from_str::<Declined>(r#"{"code":"a","advice":"retry_later","x":1}"#)
                .is_err(),
            serde_json::from_str::<Declined>(r#"{"code":"a","advice":"perhaps"}"#).is_err(),
            serde_json::from_str::<Outcome>(r#"{"received":{}}"#).is_err(),
            serde_json::from_str::<Outcome>(r#""lost""#).is_err(),
            serde_json::from_str::<State>(r#""Open""#).is_err(),
        ];
        assert_eq!(refused, [true; 6]);
        let registration = |extra: &str| {
            let text = format!(
                r#"{{"reference":"a","state":"open","amount":"1.00 BRL","due":"2026-11-20","codes":{{}}{extra}}}"#
            );
            serde_json::from_str::<Registration>(&text)
        };
        assert!(registration("").is_ok() && registration(r#","x":1"#).is_err());
    }
}
