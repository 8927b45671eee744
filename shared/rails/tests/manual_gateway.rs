//! The till: it asks nobody, and what comes to it is entered by people.
#![allow(clippy::unwrap_used, unreachable_pub)] // its modules are of this program alone

mod contract;

use contract::{date, key, money, order, payer};
use jiff::Timestamp;
use mensal_domain::{
    locale::Locale,
    method::{MethodState, PaymentMethod},
    rail::Rail,
};
use mensal_rails::{
    gateway::{
        Collection, Enrollment, Fault, Gateway, RefundOrder, Standing, WebhookRequest, connect,
    },
    signature::{Refused, Secrets, shared_token},
};

fn till() -> Box<dyn Gateway> {
    connect("till".parse().unwrap(), r#"{"kind":"manual"}"#).unwrap()
}

fn by_hand() -> [Rail; 3] {
    [Rail::Cash, Rail::Cheque, Rail::Wire]
}

fn method(rail: Rail) -> PaymentMethod {
    PaymentMethod {
        id: "m1".parse().unwrap(),
        rail,
        gateway: "till".parse().unwrap(),
        state: MethodState::Active,
        token: "m1".parse().ok(),
        label: String::new(),
        expires: None,
        limit: None,
        instalments: 1,
        since: date("2026-11-01"),
        warned: false,
    }
}

#[tokio::test]
async fn nothing_is_registered_at_the_till_and_nothing_there_has_to_be_taken_back() {
    let till = till();
    for rail in Rail::ALL {
        assert_eq!(till.serves(rail), by_hand().contains(&rail), "{rail}");
        assert!(!till.amends(rail), "{rail}");
    }
    for rail in by_hand() {
        let key = key(rail, 1);
        assert_eq!(till.fetch(&key, None).await.unwrap(), Standing::Missing, "{rail}");
        assert_eq!(till.cancel(&key, None).await.unwrap(), Standing::Missing, "{rail}");
    }
    let lists = till.history(Timestamp::MIN, Timestamp::MAX).await;
    assert!(matches!(lists, Err(Fault::Unsupported(_))), "{lists:?}");
}

#[tokio::test]
async fn what_the_till_does_not_do_is_said() {
    let till = till();
    for rail in by_hand() {
        let order = order(rail, 1, "BRL");
        let collection = Collection {
            key: order.key.clone(),
            method: method(rail),
            amount: order.terms.amount,
            due: order.terms.due,
            today: order.today,
            payer: payer(),
        };
        let refund = RefundOrder {
            money: "receipt-17".parse().unwrap(),
            rail,
            account: "1042".parse().unwrap(),
            key: "r1".parse().unwrap(),
            amount: money("9.90", "BRL"),
        };
        let enrollment = Enrollment {
            account: "1042".parse().unwrap(),
            method: "m1".parse().unwrap(),
            rail,
            payer: payer(),
            locale: Locale::PtBr,
            return_to: "https://portal.provedor.example/".into(),
            starts_on: date("2026-11-10"),
            limit: None,
        };
        let faults = [
            till.register(&order).await.unwrap_err(),
            till.amend(&order, None).await.unwrap_err(),
            till.collect(&collection).await.unwrap_err(),
            till.refund(&refund).await.unwrap_err(),
            till.enroll(&enrollment).await.unwrap_err(),
            till.revoke(&method(rail)).await.unwrap_err(),
        ];
        for fault in faults {
            assert!(matches!(fault, Fault::Unsupported(_)), "{rail}: {fault}");
        }
    }
}

#[test]
fn no_webhook_is_the_tills() {
    let till = till();
    let body = br#"{"facts":[]}"#;
    let headers = [("sandbox-signature", "t=0,v1=00"), ("asaas-access-token", "t")];
    for headers in [&headers[..], &[]] {
        let request = WebhookRequest { headers, query: "token=t", tail: "", body };
        assert_eq!(till.verify(&request, Timestamp::now()), Err(Refused::Unsigned));
    }
    // Not even one that another gateway has verified.
    let secrets = Secrets::of(&["t"]).unwrap();
    let verified = shared_token(Some("t"), body, &secrets).unwrap();
    assert!(till.read(verified).is_err());
}

#[test]
fn the_till_has_nothing_to_be_set() {
    for secret in [r#"{"kind":"manual","settings":{}}"#, r#"{"kind":"manual","credentials":{}}"#] {
        assert!(connect("till".parse().unwrap(), secret).is_err(), "{secret}");
    }
}
