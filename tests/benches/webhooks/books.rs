//! Verified, read and applied, on one core and in memory.

use std::{fmt, hint::black_box, time::Instant};

use jiff::Timestamp;
use mensal::{
    bank::{CODE, signature},
    stack::Error,
};
use mensal_domain::{
    account::Account,
    billing::{Billed, bill},
    invoice::Invoice,
    payment::{Fact, Known, Outcome, apply},
    settings::Overpaid,
};
use mensal_importer::generate::Generator;
use mensal_rails::gateway::{
    Gateway, WebhookRequest, connect,
    sandbox::{SIGNATURE, Told},
};
use mensal_tests::date;
use serde_json::{Value, json};

const ACCOUNTS: u64 = 4_000;
const ROUNDS: usize = 9;
const SECRET: &str = "the-secret-of-the-benchmark";

/// What comes in, and what it is applied to.
struct Case {
    account: Account,
    invoice: Invoice,
    body: Vec<u8>,
    signature: String,
}

/// Webhooks a second, round by round.
pub(crate) struct Books {
    ours: Vec<f64>,
    floor: Vec<f64>,
    bytes: usize,
}

pub(crate) fn measure() -> Result<Books, Error> {
    let secret = json!({
        "kind": "sandbox", "settings": { "address": "http://127.0.0.1:9" },
        "credentials": { "key": "k", "webhook_secrets": [SECRET] },
    });
    let gateway = connect(CODE.parse()?, &secret.to_string())?;
    let cases = cases()?;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(pace(&cases, |case| heard(&*gateway, case))?);
        floor.push(pace(&cases, |case| {
            black_box(ring::hmac::sign(&key, &case.body));
            black_box(serde_json::from_slice::<Value>(&case.body)?);
            Ok(())
        })?);
    }
    let bytes = cases.iter().map(|case| case.body.len()).sum::<usize>() / cases.len();
    Ok(Books { ours, floor, bytes })
}

/// One invoice each, paid in full.
fn cases() -> Result<Vec<Case>, Error> {
    let gateway = Some(CODE.parse()?);
    let start = date("2026-11-01");
    let generator = Generator { seed: 1, accounts: ACCOUNTS, start, gateway };
    let catalog = generator.catalog();
    let now = Timestamp::now();
    let mut cases = Vec::new();
    for (new, usage) in generator.iter() {
        let Billed { account, invoice, .. } = bill(&new.account, &catalog, &usage)?;
        let Some(invoice) = invoice.filter(|invoice| invoice.open().is_positive()) else {
            continue;
        };
        let fact: Fact = serde_json::from_value(json!({ "received": {
            "money": format!("E{:0>31}", account.id.as_str()), "rail": "pix",
            "about": { "charge": format!("{}/{}/pix/1", account.id, invoice.id) },
            "amt": invoice.open(), "on": invoice.due,
        }}))?;
        let body = serde_json::to_vec(&Told { facts: vec![fact] })?;
        let signature = signature(&body, now, SECRET);
        cases.push(Case { account, invoice, body, signature });
    }
    Ok(cases)
}

/// What a webhook goes through, but for the network.
fn heard(gateway: &dyn Gateway, case: &Case) -> Result<(), Error> {
    let headers = [(SIGNATURE, case.signature.as_str())];
    let request = WebhookRequest { headers: &headers, query: "", tail: "", body: &case.body };
    let verified = gateway.verify(&request, Timestamp::now())?;
    for notice in gateway.read(verified)? {
        let known = Known {
            account: &case.account,
            invoices: std::slice::from_ref(&case.invoice),
            all: false,
            payment: None,
            overpaid: Overpaid::Credit,
            today: case.invoice.due,
        };
        match apply(known, &notice.gateway, &notice.fact)? {
            Outcome::Applied(applied) => drop(black_box(applied)),
            other => return Err(format!("not applied: {other:?}").into()),
        }
    }
    Ok(())
}

fn pace(cases: &[Case], mut work: impl FnMut(&Case) -> Result<(), Error>) -> Result<f64, Error> {
    let begun = Instant::now();
    for case in cases {
        work(black_box(case))?;
    }
    Ok(cases.len() as f64 / begun.elapsed().as_secs_f64())
}

fn sorted(rounds: &[f64]) -> Vec<f64> {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median(rounds: &[f64]) -> f64 {
    sorted(rounds)[rounds.len() / 2]
}

impl Books {
    /// How many times as long as the floor.
    fn times_floor(&self) -> f64 {
        (median(&self.floor) / median(&self.ours) * 10.0).round() / 10.0
    }

    pub(crate) fn json(&self) -> Value {
        let told = |rounds: &[f64]| {
            let sorted = sorted(rounds);
            json!({ "per_second": median(rounds).round(), "slowest": sorted[0].round(),
                    "fastest": sorted[ROUNDS - 1].round() })
        };
        json!({ "bytes": self.bytes, "rounds": ROUNDS, "verified_and_applied": told(&self.ours),
                "hmac_and_json": told(&self.floor), "times_floor": self.times_floor() })
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes;
        writeln!(f, "webhooks of {bytes} bytes, one core, median of {ROUNDS} rounds")?;
        for (name, rounds) in
            [("verified, read and applied", &self.ours), ("HMAC and JSON alone", &self.floor)]
        {
            let sorted = sorted(rounds);
            writeln!(
                f,
                "  {name:<28} {:>10.0} a second (slowest {:.0}, fastest {:.0})",
                median(rounds),
                sorted[0],
                sorted[ROUNDS - 1]
            )?;
        }
        writeln!(f, "  {:.1} times the floor", self.times_floor())
    }
}
