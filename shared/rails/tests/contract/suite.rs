//! The suite.

use jiff::Timestamp;
use mensal_domain::{
    charge::Terms,
    payment::{About, Fact, Notice, Receipt},
    rail::Rail,
};
use mensal_rails::gateway::{Collected, Collection, Fault, RefundOrder, Standing};

use super::{FarSide, Hook, State, Trouble, date, key, money, order, payer};

/// Noon of a day, UTC.
fn noon(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// What a webhook says once it is verified.
fn read(far: &dyn FarSide, hook: &Hook) -> Vec<Notice> {
    hook.with(|request| {
        let verified = far.gateway().verify(request, Timestamp::now()).unwrap();
        far.gateway().read(verified).unwrap()
    })
}

fn receipts(notices: &[Notice]) -> Vec<Receipt> {
    let receipt = |notice: &Notice| match &notice.fact {
        Fact::Received(receipt) => Some(receipt.clone()),
        _ => None,
    };
    notices.iter().filter_map(receipt).collect()
}

/// Charges that payers pay: registered once under their key, amended, cancelled, paid, and told of
/// alike by webhook and by list.
pub async fn offering(far: &dyn FarSide) {
    for rail in far.offered() {
        registered_twice_is_registered_once(far, rail).await;
        amended_or_not(far, rail).await;
        cancelled_stays_cancelled(far, rail).await;
        paid_is_told_and_stays_paid(far, rail).await;
        nothing_of_an_unknown_key(far, rail).await;
    }
}

async fn registered_twice_is_registered_once(far: &dyn FarSide, rail: Rail) {
    let gateway = far.gateway();
    assert!(gateway.serves(rail));
    let order = order(rail, 1, far.currency());
    let before = far.server().books().charges.len();
    let first = gateway.register(&order).await.unwrap();
    assert!(!first.codes.is_empty(), "{rail}: nothing to pay with");
    assert_eq!(gateway.register(&order).await.unwrap(), first, "{rail}: told twice");
    assert_eq!(far.server().books().charges.len(), before + 1, "{rail}: registered twice");
    let standing = gateway.fetch(&order.key, first.reference.as_ref()).await.unwrap();
    let Standing::Registered { charge, amount, due } = standing else { panic!("{standing:?}") };
    assert_eq!((charge, amount), (first, order.terms.amount));
    // A page of a gateway has no due date.
    assert!(due.is_none_or(|due| due == order.terms.due), "{rail}: due {due:?}");
}

async fn amended_or_not(far: &dyn FarSide, rail: Rail) {
    let gateway = far.gateway();
    let first = order(rail, 2, far.currency());
    let registered = gateway.register(&first).await.unwrap();
    let reference = registered.reference.as_ref();
    let terms = Terms {
        amount: money("59.90", far.currency()),
        due: date("2026-11-25"),
        ..first.terms.clone()
    };
    let other = mensal_rails::gateway::Order { terms, ..first };
    if !gateway.amends(rail) {
        let fault = gateway.amend(&other, reference).await.unwrap_err();
        assert!(matches!(fault, Fault::Unsupported(_)), "{rail}: {fault}");
        return;
    }
    gateway.amend(&other, reference).await.unwrap();
    let standing = gateway.fetch(&other.key, reference).await.unwrap();
    let Standing::Registered { amount, due, .. } = standing else { panic!("{standing:?}") };
    assert_eq!((amount, due), (other.terms.amount, Some(other.terms.due)));
}

async fn cancelled_stays_cancelled(far: &dyn FarSide, rail: Rail) {
    let gateway = far.gateway();
    let order = order(rail, 3, far.currency());
    let registered = gateway.register(&order).await.unwrap();
    let reference = registered.reference.as_ref();
    for _ in 0..2 {
        let standing = gateway.cancel(&order.key, reference).await.unwrap();
        assert_eq!(standing, Standing::Cancelled, "{rail}");
    }
    assert_eq!(gateway.fetch(&order.key, reference).await.unwrap(), Standing::Cancelled);
    if gateway.amends(rail) {
        let fault = gateway.amend(&order, reference).await.unwrap_err();
        assert!(matches!(fault, Fault::Conflict(_)), "{rail}: {fault}");
    }
}

async fn paid_is_told_and_stays_paid(far: &dyn FarSide, rail: Rail) {
    let gateway = far.gateway();
    let order = order(rail, 4, far.currency());
    let registered = gateway.register(&order).await.unwrap();
    let reference = registered.reference.as_ref();
    let hooks = far.pay(&order.key, order.terms.amount, "2026-11-18");
    let told: Vec<_> = hooks.iter().flat_map(|hook| read(far, hook)).collect();
    let told = receipts(&told);
    let [receipt] = &told[..] else { panic!("{rail}: told {told:?}") };
    match &receipt.about {
        About::Charge(about) => assert_eq!(about, &order.key, "{rail}"),
        About::Reference(about) => {
            assert!(registered.called_by_reference, "{rail}");
            assert_eq!(Some(about), reference, "{rail}");
        }
        other => panic!("{rail}: about {other:?}"),
    }
    assert_eq!((receipt.amount, receipt.rail), (order.terms.amount, rail));
    assert_eq!(receipt.paid_on, date("2026-11-18"), "{rail}");
    let listed = gateway.history(noon("2026-11-17"), noon("2026-11-20")).await.unwrap();
    let same = receipts(&listed).into_iter().filter(|one| one.money == receipt.money);
    assert_eq!(
        same.collect::<Vec<_>>(),
        std::slice::from_ref(receipt),
        "{rail}: the list tells otherwise"
    );
    let later = gateway.history(noon("2026-12-17"), noon("2026-12-20")).await.unwrap();
    assert!(receipts(&later).is_empty(), "{rail}: told of another month");
    assert_eq!(gateway.fetch(&order.key, reference).await.unwrap(), Standing::Paid, "{rail}");
    assert_eq!(gateway.cancel(&order.key, reference).await.unwrap(), Standing::Paid, "{rail}");
    if gateway.amends(rail) {
        let fault = gateway.amend(&order, reference).await.unwrap_err();
        assert!(matches!(fault, Fault::Conflict(_)), "{rail}: {fault}");
    }
}

async fn nothing_of_an_unknown_key(far: &dyn FarSide, rail: Rail) {
    let standing = far.gateway().fetch(&key(rail, 99), None).await.unwrap();
    assert_eq!(standing, Standing::Missing, "{rail}");
}

/// Each failure says whether the thing may have been done.
pub async fn troubled(far: &dyn FarSide) {
    let gateway = far.gateway();
    let rail = far.offered()[0];
    let expect = |trouble, fault: &Fault| match trouble {
        Trouble::Busy => matches!(fault, Fault::Unavailable(_)),
        Trouble::LostAnswer | Trouble::Garbage | Trouble::Broken => {
            matches!(fault, Fault::Unknown(_))
        }
        Trouble::StaleToken => matches!(fault, Fault::Credentials(_)),
    };
    let all = [
        Trouble::LostAnswer,
        Trouble::Broken,
        Trouble::Busy,
        Trouble::StaleToken,
        Trouble::Garbage,
    ];
    for (serial, trouble) in (20..).zip(all) {
        let order = order(rail, serial, far.currency());
        let before = far.server().books().charges.len();
        far.server().trouble(trouble);
        // A token that has run out may be renewed at once: then nothing was wrong.
        if let Err(fault) = gateway.register(&order).await {
            assert!(expect(trouble, &fault), "{trouble:?}: {fault:?}");
            for secret in far.secrets() {
                assert!(!fault.to_string().contains(&secret), "{fault} tells a secret");
            }
        } else {
            assert_eq!(trouble, Trouble::StaleToken, "was not heard of");
        }
        // Given again, it is there once, whatever had become of it.
        let registered = gateway.register(&order).await.unwrap();
        let standing = gateway.fetch(&order.key, registered.reference.as_ref()).await.unwrap();
        assert!(matches!(standing, Standing::Registered { .. }), "{trouble:?}: {standing:?}");
        assert_eq!(far.server().books().charges.len(), before + 1, "{trouble:?}: not once");
    }
    let shown = format!("{gateway:?}");
    for secret in far.secrets() {
        assert!(!shown.contains(&secret), "{shown} shows a secret");
    }
}

/// Money is given back once per key, in parts, and never more than came.
pub async fn refunding(far: &dyn FarSide) {
    let gateway = far.gateway();
    for rail in far.offered() {
        let order = order(rail, 5, far.currency());
        gateway.register(&order).await.unwrap();
        let hooks = far.pay(&order.key, order.terms.amount, "2026-11-18");
        let told: Vec<_> = hooks.iter().flat_map(|hook| read(far, hook)).collect();
        let money_id = receipts(&told)[0].money.clone();
        let refund = |key: &str, amount: &str| RefundOrder {
            money: money_id.clone(),
            rail,
            account: "1042".parse().unwrap(),
            key: key.parse().unwrap(),
            amount: money(amount, far.currency()),
        };
        match gateway.refund(&refund("r1", "9.90")).await {
            Ok(_) => {}
            // A boleto is given back by hand in most banks.
            Err(Fault::Unsupported(_)) => continue,
            Err(fault) => panic!("{rail}: {fault}"),
        }
        gateway.refund(&refund("r1", "9.90")).await.unwrap();
        gateway.refund(&refund("r2", "100.00")).await.unwrap();
        let fault = gateway.refund(&refund("r3", "0.01")).await.unwrap_err();
        assert!(matches!(fault, Fault::Refused(_) | Fault::Conflict(_)), "{rail}: {fault}");
        let told: Vec<_> =
            far.refunded(&money_id).iter().flat_map(|hook| read(far, hook)).collect();
        let mut returned = Vec::new();
        for notice in told {
            if let Fact::Returned(one) = notice.fact {
                assert_eq!(one.money, money_id, "{rail}");
                returned.push((one.id, one.amount.amount()));
            }
        }
        returned.sort();
        returned.dedup();
        let sum: rust_decimal::Decimal = returned.iter().map(|(_, amount)| *amount).sum();
        assert_eq!(sum, order.terms.amount.amount(), "{rail}: {returned:?}");
    }
}

/// What comes from outside is believed only if it is rightly signed, and read only if it is whole.
pub async fn telling(far: &dyn FarSide) {
    let gateway = far.gateway();
    let rail = far.offered()[0];
    let order = order(rail, 6, far.currency());
    gateway.register(&order).await.unwrap();
    let hooks = far.pay(&order.key, order.terms.amount, "2026-11-18");
    let now = Timestamp::now();
    for hook in &hooks {
        let accepted = |hook: &Hook| hook.with(|request| gateway.verify(request, now).is_ok());
        assert!(accepted(hook));
        assert!(!accepted(&far.of_another_tenant(hook)), "another tenant's");
        let unsigned = Hook { headers: vec![], query: String::new(), ..hook.clone() };
        assert!(!accepted(&unsigned), "unsigned");
    }
    assert!(read(far, &far.irrelevant()).is_empty());
    let whole = &hooks[0].body;
    let cuts = (0..whole.len()).step_by(7).map(|end| whole[..end].to_vec());
    let others =
        [&b"{}"[..], b"[]", b"null", b"\xff\xfe", b"{\"pix\":5}", b"<html>"].map(<[u8]>::to_vec);
    for body in cuts.chain(others) {
        let hook = far.signed(&body);
        hook.with(|request| {
            let verified = gateway.verify(request, now).unwrap();
            match gateway.read(verified) {
                // What says nothing of ours says nothing.
                Ok(notices) => assert!(notices.is_empty(), "{}", String::from_utf8_lossy(&body)),
                Err(why) => assert!(!why.to_string().contains("Ana"), "{why} quotes"),
            }
        });
    }
}

/// Collections from stored methods: once per key, declined with advice.
pub async fn collecting(far: &dyn FarSide) {
    let gateway = far.gateway();
    for rail in Rail::ALL {
        let Some(method) = far.method(rail) else { continue };
        assert!(gateway.serves(rail));
        let collection = |serial, method| Collection {
            key: key(rail, serial),
            method,
            amount: money("109.90", far.currency()),
            due: date("2026-11-20"),
            today: date("2026-11-10"),
            payer: payer(),
        };
        let first = gateway.collect(&collection(1, method.clone())).await.unwrap();
        assert_eq!(gateway.collect(&collection(1, method.clone())).await.unwrap(), first, "{rail}");
        if let Collected::Received(receipt) = first {
            assert_eq!(receipt.about, About::Charge(key(rail, 1)), "{rail}");
        }
        far.server().trouble(Trouble::LostAnswer);
        let fault = gateway.collect(&collection(2, method.clone())).await.unwrap_err();
        assert!(matches!(fault, Fault::Unknown(_)), "{rail}: {fault}");
        gateway.collect(&collection(2, method)).await.unwrap();
        let books = far.server().books();
        let collected = books.charges.values().filter(|entry| entry.state != State::Cancelled);
        let own = key(rail, 2).to_string();
        assert_eq!(
            collected.filter(|entry| entry.own == own).count(),
            1,
            "{rail}: collected twice"
        );
    }
    for (serial, (method, advice)) in (30..).zip(far.declined()) {
        let collection = Collection {
            key: key(method.rail, serial),
            method,
            amount: money("109.90", far.currency()),
            due: date("2026-11-20"),
            today: date("2026-11-10"),
            payer: payer(),
        };
        match far.gateway().collect(&collection).await {
            Err(Fault::Declined(decline)) => assert_eq!(decline.advice, advice, "{decline:?}"),
            other => panic!("not declined: {other:?}"),
        }
    }
}
