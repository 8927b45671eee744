//! What gateways answer: a gateway is asked for something, and hears whatever the input says.
//!
//! An input is a line that says who is asked for what, `pix fetch pix`, and answers one after the
//! other, each behind a line with its status, `--- 200`; `--- 200 token` is one to signing in. After
//! the last one the gateway is out of reach. No answer leads a request to another path than those
//! of that gateway's API, and what is made of it can be told, printed and put into the books.

mod given;
mod host;
mod paths;

use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use mensal_domain::{charge::PaymentCodes, payment::Fact, rail::Rail};
use mensal_rails::{
    boleto::Boleto,
    gateway::{Collected, Fault, Gateway, Registered, Standing},
};
use tokio::runtime::{Builder, Runtime};

use self::{
    given::{Asked, Given},
    host::{Answer, Host},
};
use crate::{
    Target,
    connected::{KEY, KINDS, connected},
    is_short, vectors,
    webhook::{is_a_notice, is_right, is_shown},
};

/// What reaches a gateway and hears its answers allocates in any case, however short those are.
const BY_ASKING: usize = 16 * 1024 * 1024;

pub(crate) const TARGET: Target = Target {
    fixed: BY_ASKING,
    ready: || {
        LazyLock::force(&FAR);
    },
    ..Target::of("answer", vectors::answers, check)
};

/// The gateways, connected with one host that says what the input wants.
struct Far {
    host: Host,
    gateways: BTreeMap<&'static str, Box<dyn Gateway>>,
    runtime: Runtime,
}

static FAR: LazyLock<Mutex<Far>> = LazyLock::new(|| {
    let host = Host::start().expect("a port of this machine is free");
    let gateways = KINDS.map(|kind| (kind, connected(kind, &host.address))).into();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    Mutex::new(Far { host, gateways, runtime })
});

fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let (asked, answers) = text.split_once("\n--- ").unwrap_or((text, ""));
    let mut words = asked.split_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let (kind, what, rail) = (next(), next(), next());
    let rail = rail.parse().unwrap_or(Rail::Pix);
    let answers: Vec<_> = answers.split("\n--- ").map(Answer::read).collect();
    // One that signs in anew knows no token.
    let anew = answers.iter().any(|answer| answer.to_sign_in);
    let far = FAR.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(known) = far.gateways.get(kind) else { return };
    let fresh = anew.then(|| connected(kind, &far.host.address));
    let gateway = fresh.as_deref().unwrap_or(&**known);
    far.host.will_say(answers);
    let Some(asked) = far.runtime.block_on(Given::of(kind, rail).ask(gateway, what)) else {
        return;
    };
    for request in far.host.asked() {
        assert!(paths::are_of(kind, &request), "{kind} is asked for {request}");
    }
    match asked {
        Ok(asked) => is_usable(&asked),
        Err(fault) => is_told(&fault),
    }
}

/// What is told of a fault goes to logs: it is short, and has no secret.
fn is_told(fault: &Fault) {
    let told = fault.to_string();
    is_short(&told);
    assert!(!told.contains(KEY), "an error tells the key");
    if let Fault::Declined(decline) = fault {
        is_shown(&decline.code);
    }
}

fn is_usable(asked: &Asked) {
    match asked {
        Asked::Registered(registered) => is_registered(registered),
        Asked::Standing(standing) => {
            if let Standing::Registered { charge, amount, .. } = &**standing {
                is_registered(charge);
                assert!(!amount.is_negative(), "{amount} is to be paid");
            }
        }
        Asked::Collected(Collected::Received(receipt)) => {
            is_right(&Fact::Received(receipt.clone()));
        }
        Asked::Told(notices) => notices.iter().for_each(is_a_notice),
        Asked::Collected(Collected::UnderWay(_) | Collected::NotMade) | Asked::Nothing => {}
    }
}

/// What is printed is right: barcode and line are of one boleto.
fn is_registered(registered: &Registered) {
    let PaymentCodes { boleto, .. } = &registered.codes;
    if let Some(printed) = boleto {
        let barcode: Boleto = printed.barcode.as_str().parse().expect("a barcode");
        assert_eq!(printed.line.parse(), Ok(barcode));
    }
}
