//! What breaks while customers pay: webhooks come up to three times, in any order, refunds before
//! their payments, and each payment counts once.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use jiff::civil::Date;
use mensal::{
    bank::{Bank, Behaviour, CODE, Telling},
    stack::Error,
    summary::Books,
};
use mensal_cloud::Fault;
use mensal_domain::{
    events::Document, ids::AccountId, invoice::InvoiceId, money::Money, payment::Fact,
};
use mensal_tests::cloud::Cloud;
use serde_json::{Value, json};

use crate::kill_functions;

/// So many are made while one thing breaks.
const PAYMENTS: usize = 150;
/// One in so many is given back, which is told of before it has come.
const REFUNDED: usize = 7;

struct Case {
    name: &'static str,
    faults: Vec<Fault>,
    killed: bool,
}

fn cases() -> Vec<Case> {
    let case = |name, faults| Case { name, faults, killed: false };
    let error = |code: &str, status: u16| json!({ "code": code, "status": status });
    let conflict = json!({
        "code": "TransactionCanceledException",
        "status": 400,
        "message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
        "fields": { "CancellationReasons": [{ "Code": "TransactionConflict" }, { "Code": "None" }] },
    });
    vec![
        case(
            "payments: acknowledgement lost after commit",
            vec![
                Fault::lost_acknowledgement("dynamodb", "TransactWriteItems").percent(40),
                Fault::lost_acknowledgement("dynamodb", "PutItem").percent(40),
                Fault::lost_acknowledgement("sqs", "SendMessageBatch").percent(40),
            ],
        ),
        case(
            "payments: queue and table throttled",
            vec![
                Fault::error("dynamodb", None, &error("ThrottlingException", 400)),
                Fault::error("sqs", None, &error("RequestThrottled", 503)),
            ],
        ),
        case(
            "payments: TransactionConflict",
            vec![Fault::error("dynamodb", Some("TransactWriteItems"), &conflict).percent(50)],
        ),
        Case { name: "payments: functions killed", faults: Vec::new(), killed: true },
    ]
}

/// Pays invoices while one thing after the other breaks; what came of each.
pub(crate) async fn each_counts_once(cloud: &Cloud, folder: &Path) -> Vec<Value> {
    let telling = Telling { lost: 0, again: 2, shuffled: Some(7) };
    let behaviour = Behaviour { telling, ..Behaviour::default() };
    let bank = Bank::open(&folder.join("bank.sqlite"), behaviour).await.unwrap();
    cloud.deployed.create_gateway_secret(CODE, &bank.secret()).await.unwrap();
    let mut report = Vec::new();
    for (number, case) in cases().into_iter().enumerate() {
        let begun = Instant::now();
        let made = book(cloud, &bank, number).await.unwrap();
        assert_eq!(made, PAYMENTS, "{}: too few invoices are open", case.name);
        let injected = pay(cloud, &bank, &case).await.unwrap();
        let name = case.name;
        let found = cloud.audit().await.unwrap();
        assert_eq!(found.violations, Vec::<String>::new(), "{name}");
        assert_eq!(cloud.deployed.dead_letters().await.unwrap(), [], "{name}");
        let took = begun.elapsed();
        eprintln!("{name}: {injected} faults, {made} payments in {took:.0?}");
        report.push(json!({
            "fault": name, "injected": injected, "payments": made, "seconds": took.as_secs(),
            "violations": found.violations.len(), "dead_letters": 0,
        }));
    }
    report
}

/// An invoice of which something is open.
struct Open {
    account: AccountId,
    invoice: InvoiceId,
    amount: Money,
    issued: Date,
}

async fn open(cloud: &Cloud) -> Result<Vec<Open>, Error> {
    let store = cloud.deployed.store();
    let mut found = Vec::new();
    let mut page = store.scan(None).await?;
    while let Some(mut read) = page {
        for document in std::mem::take(&mut read.documents) {
            if let Document::Invoice(invoice) = document?
                && invoice.open().is_positive()
            {
                let (amount, issued) = (invoice.open(), invoice.issued);
                found.push(Open { account: invoice.account, invoice: invoice.id, amount, issued });
            }
        }
        page = store.scan(Some(read)).await?;
    }
    Ok(found)
}

/// Has customers pay at the bank, which has told nobody yet.
async fn book(cloud: &Cloud, bank: &Bank, case: usize) -> Result<usize, Error> {
    let all = open(cloud).await?;
    let chosen = all.into_iter().take(PAYMENTS).enumerate();
    let mut made = 0;
    for (number, Open { account, invoice, amount, issued }) in chosen {
        let money = format!("E{case}-{number}");
        let refunded = number % REFUNDED == 0;
        if refunded {
            let fact: Fact = serde_json::from_value(json!({ "returned": {
                "money": money, "id": "r1", "about": "nothing", "kind": "refund", "amt": amount,
                "on": issued,
            }}))?;
            bank.book(&format!("{money}-r1"), issued, &fact)?;
        }
        let mut fact = json!({ "received": {
            "money": money, "about": { "invoice": [account, invoice] }, "rail": "pix",
            "amt": amount, "on": issued,
        }});
        if refunded {
            fact["received"]["recalled_by_name"] = true.into();
        }
        bank.book(&money, issued, &serde_json::from_value(fact)?)?;
        made += 1;
    }
    Ok(made)
}

/// The bank tells of all that while things break; then they calm down, and what is left comes to
/// its end by itself. Says how often something broke.
async fn pay(cloud: &Cloud, bank: &Bank, case: &Case) -> Result<u64, Error> {
    let proxy = cloud.faults.as_ref().ok_or("nothing stands before the emulator")?;
    let webhooks = cloud.webhooks(CODE)?;
    let before = proxy.count()?;
    proxy.set(&case.faults)?;
    let mut killed = 0;
    if case.killed {
        let (told, times) = tokio::join!(bank.tell(&webhooks), kill_functions(cloud));
        told?;
        killed = times;
    } else {
        bank.tell(&webhooks).await?;
    }
    // Calm comes once most of it is in the books, so that some is only mended afterwards.
    let wanted = bank.taken()?.payments;
    let begun = Instant::now();
    while Books::read(cloud.deployed.store()).await?.payments < wanted - wanted / 10
        && begun.elapsed() < Duration::from_mins(2)
    {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let injected = proxy.count()? - before + killed;
    proxy.set(&[])?;
    if injected == 0 {
        return Err(format!("{}: nothing broke", case.name).into());
    }
    bank.tell(&webhooks).await?;
    let taken = bank.taken()?;
    let mut theirs = taken.sums.clone();
    for (currency, returned) in &taken.returned {
        *theirs.entry(*currency).or_default() -= returned;
    }
    let look = || async {
        let books = Books::read(cloud.deployed.store()).await?;
        let flow = cloud.deployed.in_flow().await?;
        let same = (books.payments, &books.collected) == (taken.payments, &theirs);
        let calm = books.unmatched.is_empty() && flow.waiting + flow.away == 0;
        Ok((same && calm).then_some(()))
    };
    cloud.until(&format!("books that are the bank's ({})", case.name), look).await?;
    Ok(injected)
}
