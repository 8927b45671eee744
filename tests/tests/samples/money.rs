//! publish-events: the samples of charges, payments and methods, made of what the real functions
//! leave in the table.

use mensal_domain::{
    charge::{ChargeState, Charges, Next, PaymentCodes, desired, plan},
    collection::{Attempt, AttemptState},
    method::pass_day,
    payment::Advice,
    rail::Rail,
};
use mensal_runtime::messages::{self, ApplyNotice};
use mensal_tests::date;
use serde_json::{Value, json};

use crate::{
    functions::{apply_payment, batch_of, feed, register_charge, sample},
    mailbox::Mailbox,
    paying::Paying,
    publish::{INVOICE, event, image, record},
};

pub(crate) const SETTLED: &[&str] =
    &["mensal.invoice.part-paid.v1", "mensal.invoice.paid.v1", "mensal.invoice.reopened.v1"];
pub(crate) const REGISTERED: &[&str] = &["mensal.charge.registered.v1"; 2];
pub(crate) const CHANGED: &[&str] = &[
    "mensal.charge.amended.v1",
    "mensal.charge.cancelled.v1",
    "mensal.charge.expired.v1",
    "mensal.charge.refused.v1",
];
pub(crate) const RETURNED: &[&str] = &[
    "mensal.payment.disputed.v1",
    "mensal.payment.dispute-won.v1",
    "mensal.payment.refunded.v1",
    "mensal.payment.refund-failed.v1",
    "mensal.payment.reversed.v1",
    "mensal.payment.dispute-lost.v1",
];
pub(crate) const METHODS: &[&str] = &[
    "mensal.method.added.v1",
    "mensal.method.expiring.v1",
    "mensal.method.expired.v1",
    "mensal.method.revoked.v1",
];
/// What `payment-held.json` asks for.
pub(crate) const REFUND: &str = r#"{"v":1,"do":"refund","account":"1042","payment":{"gateway":"sandbox","money":"E2026111814300000000002"}}"#;

pub(crate) const ACCOUNT: &str = "ACCOUNT";
const CHARGES: &str = "CHG#2026-11-10-cycle";
const FIRST: &str = "E2026111812000000000001";
const SECOND: &str = "E2026111814300000000002";

/// The names of the samples, and what they should be.
pub(crate) async fn true_samples() -> Vec<(&'static str, Value)> {
    let mut samples = of_charges().await;
    samples.extend(of_payments().await);
    samples.extend(of_methods().await);
    samples
}

/// Records of one item, from one image of it to the next.
pub(crate) fn story(sk: &str, images: &[Option<Value>]) -> Value {
    let records = images.windows(2).enumerate();
    let records = records.map(|(at, pair)| record(at + 1, sk, pair[0].as_ref(), pair[1].as_ref()));
    event(&records.collect::<Vec<_>>())
}

pub(crate) async fn lies(paying: &Paying, sk: &str) -> Option<Value> {
    paying.raw("A#1042", sk).await.map(image)
}

/// Changes the charges of 1042's invoice; how they lie in the table then.
async fn changed(paying: &Paying, change: impl FnOnce(&mut Charges)) -> Option<Value> {
    let mut charges = paying.charges("1042").await;
    change(&mut charges);
    paying.store.put_charges(&charges, &[]).await.unwrap();
    lies(paying, CHARGES).await
}

/// Charges are registered; amended; cancelled and expired; one more is refused; a card is declined.
async fn of_charges() -> Vec<(&'static str, Value)> {
    let paying = Paying::issued().await;
    let wanted = desired(&paying.invoice("1042").await, paying.clock.today());
    let pending = changed(&paying, |charges| {
        for next in plan(&wanted, &charges.clone(), |_, _| true) {
            let (Next::Take(charge) | Next::Ask(charge)) = next;
            charges.note(charge);
        }
    })
    .await;
    let mailbox = Mailbox::open().await;
    let function = register_charge(&paying, &mailbox);
    assert!(feed(&function, sample("register-charge/invoices.json")).await.is_empty());
    let registered = lies(&paying, CHARGES).await;
    let amended = changed(&paying, |charges| {
        charges.charges[0].terms.amount = "60.00 BRL".parse().unwrap();
    })
    .await;
    let over = changed(&paying, |charges| {
        charges.charges[0].state = ChargeState::Cancelled;
        charges.charges[1].state = ChargeState::Expired;
    })
    .await;
    let refused = changed(&paying, |charges| {
        let mut next = charges.charges[0].clone();
        (next.serial, next.reference, next.codes) = (2, None, PaymentCodes::default());
        next.state = ChargeState::Refused("the key of the account is not registered".into());
        charges.note(next);
    })
    .await;
    let declined = changed(&paying, |charges| {
        charges.note_attempt(Attempt {
            rail: Rail::Card,
            gateway: "sandbox".parse().unwrap(),
            serial: 1,
            method: "card".parse().unwrap(),
            amount: "60.00 BRL".parse().unwrap(),
            on: date("2026-11-20"),
            due: date("2026-11-20"),
            state: AttemptState::Failed {
                code: "insufficient_funds".into(),
                advice: Advice::RetryLater,
            },
        });
    })
    .await;
    vec![
        ("charges-registered", story(CHARGES, &[None, pending, registered.clone()])),
        ("charges-changed", story(CHARGES, &[registered, amended, over, refused.clone()])),
        ("collection-failed", story(CHARGES, &[refused, declined])),
    ]
}

/// A message of what pays all that an account owes, in cash.
pub(crate) fn paid_by(account: &str, on: &str) -> String {
    let fact = json!({ "received": {
        "money": format!("E{account}"), "rail": "pix", "amt": "109.90 BRL", "on": on,
        "about": { "account": account },
    }});
    json!({ "v": 1, "notice": { "gateway": "sandbox", "fact": fact } }).to_string()
}

/// Applies one fact that the bank tells of 1042.
pub(crate) async fn hear(paying: &Paying, fact: Value) {
    let message = json!({ "v": 1, "notice": { "gateway": "sandbox", "fact": fact } });
    let message: ApplyNotice = messages::read(&message.to_string()).unwrap();
    let batch = batch_of(&messages::write(&message).unwrap());
    let mailbox = Mailbox::open().await;
    let function = apply_payment(paying, &mailbox);
    assert!(feed(&function, batch).await.is_empty());
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

fn received(money: &str, amount: &str) -> Value {
    json!({ "received": {
        "money": money, "about": { "charge": "1042/2026-11-10-cycle/pix/1" }, "rail": "pix",
        "amt": amount, "on": "2026-11-18",
    }})
}

fn returned(money: &str, id: &str, kind: &str, amount: &str, on: &str) -> Value {
    json!({ "returned": {
        "money": money, "id": id, "about": { "account": "1042" }, "kind": kind, "amt": amount,
        "on": on,
    }})
}

/// How an item lies in the table before facts are heard, and after each of them.
async fn heard(paying: &Paying, sk: &str, facts: &[Value]) -> Vec<Option<Value>> {
    let mut images = vec![lies(paying, sk).await];
    for fact in facts {
        hear(paying, fact.clone()).await;
        images.push(lies(paying, sk).await);
    }
    images
}

/// An invoice is paid in two parts, of which one is disputed. A payment comes, and all that can be
/// heard of money after it. Another is to be given back.
async fn of_payments() -> Vec<(&'static str, Value)> {
    let disputed = |amount| returned(FIRST, "d1", "dispute_opened", amount, "2026-11-25");
    let paying = Paying::issued().await;
    let parts =
        [received(FIRST, "60.00 BRL"), received(SECOND, "49.90 BRL"), disputed("60.00 BRL")];
    let settled = story(INVOICE, &heard(&paying, INVOICE, &parts).await);

    let paying = Paying::issued().await;
    let sk = format!("PAY#sandbox#{FIRST}");
    let came = story(&sk, &heard(&paying, &sk, &[received(FIRST, "109.90 BRL")]).await);
    let went = [
        disputed("109.90 BRL"),
        returned(FIRST, "d1", "dispute_won", "109.90 BRL", "2026-12-16"),
        returned(FIRST, "r1", "refund", "10.00 BRL", "2026-12-17"),
        returned(FIRST, "r1", "refund_failed", "10.00 BRL", "2026-12-18"),
        returned(FIRST, "x1", "reversal", "50.00 BRL", "2026-12-19"),
        returned(FIRST, "d2", "dispute_lost", "59.90 BRL", "2026-12-20"),
    ];
    let went = story(&sk, &heard(&paying, &sk, &went).await);

    let paying = Paying::giving_back().await;
    let sk = format!("PAY#sandbox#{SECOND}");
    let twice = [received(FIRST, "109.90 BRL"), received(SECOND, "109.90 BRL")];
    let held = story(&sk, &heard(&paying, &sk, &twice).await[1..]);
    vec![
        ("invoice-settled", settled),
        ("payment-received", came),
        ("payment-returned", went),
        ("payment-held", held),
    ]
}

/// A card is stored; runs out; another is revoked.
async fn of_methods() -> Vec<(&'static str, Value)> {
    let paying = Paying::with_cards().await;
    let news = |id: &str, token: &str, change: Value| {
        let about = json!({ "account": "1042" });
        json!({ "method": { "about": about, "method": id, "token": token, "change": change } })
    };
    let active = json!({
        "active": { "rail": "card", "label": "Visa •••• 4242", "expires": "2029-12" },
    });
    let added = [news("visa", "tok-1042-visa", active)];
    let mut images = heard(&paying, ACCOUNT, &added).await;
    for day in ["2029-12-05", "2030-01-01"] {
        let mut account = paying.account("1042").await;
        let was = account.version;
        account.version += 1;
        account.next_collection = pass_day(&mut account.methods, date(day));
        paying.store.commit_account(was, &account).await.unwrap();
        images.push(lies(&paying, ACCOUNT).await);
    }
    hear(&paying, news("card", "tok-1042", json!("revoked"))).await;
    images.push(lies(&paying, ACCOUNT).await);
    vec![("methods", story(ACCOUNT, &images))]
}
