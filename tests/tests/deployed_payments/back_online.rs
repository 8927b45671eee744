//! One account on the deployed stack: billed, reminded, cut off, paid, and back on line. Its notices go
//! to a hook, and its network is told by a webhook: both are another system here, which checks that each
//! request is signed.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    routing::post,
};
use jiff::{Timestamp, civil::Date};
use mensal::{
    bank::{Bank, CODE},
    importing::import_accounts,
    stack::Error,
};
use mensal_domain::{
    calendar::days_after, delinquency::NoticeState, ids::AccountId, network::Service, payment::Fact,
};
use mensal_importer::NewAccount;
use mensal_rails::{
    gateway::sandbox::SIGNATURE,
    signature::{OWN_HEADER, Secret, own},
};
use mensal_tests::cloud::{Cloud, STACK};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const ID: &str = "90042";
pub(crate) const SECRET: &str = "known to the other system alone";
/// By then the account is cut off: due after ten days, delinquent after fifteen, on a weekday. It is cut on
/// the day of the wall's calendar, so that is to be a permitted one whichever it is.
const LATEST: u16 = 45;

/// What the other system has been asked, by path.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// The other system.
struct Other {
    address: String,
    asked: Asked,
}

impl Other {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Asked::default();
        let routes = Router::new()
            .route("/hook", post(keep))
            .route("/network", post(keep))
            .with_state(asked.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, asked }
    }

    /// What it was told the service is, in its order, each state once.
    fn services(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let network = asked.iter().filter(|(path, _)| path == "/network");
        let mut told: Vec<String> =
            network.map(|(_, body)| body["service"].as_str().unwrap().to_owned()).collect();
        told.dedup();
        told
    }

    /// The steps of the ladder that it was told of.
    fn notices(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let hook = asked.iter().filter(|(path, _)| path == "/hook");
        hook.map(|(_, body)| body["notice"].as_str().unwrap().to_owned()).collect()
    }
}

async fn keep(
    State(asked): State<Asked>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let given = headers.get(OWN_HEADER).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let at = given.split(',').find_map(|part| part.strip_prefix("t=")?.parse().ok());
    let at = at.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default();
    if given != own(&body, &Secret::new(SECRET).unwrap(), at) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    asked.lock().unwrap().push((uri.path().to_owned(), body));
    (StatusCode::OK, json!({ "id": "told" }).to_string())
}

fn account(start: Date) -> NewAccount {
    let first = days_after(start, 9);
    let account = json!({
        "id": ID, "ver": 0, "type": "residencial", "locale": "pt-BR", "cur": "BRL",
        "cust": { "name": "Ana Exemplo" }, "days": [{ "date": "2020-01-01", "day": 10 }],
        "next": first, "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
        "subs": [{ "id": "1", "plan": "fibra-500", "start": "2026-01-10", "bill_from": first,
            "site": "centro", "login": "ana" }],
        "own": {
            "ladder": "+1:hook:overdue suspended:hook:suspended restored:hook:restored",
            "calendar": "none", "cut_weekdays": "Mo Tu We Th Fr Sa Su",
            "suspend_after_days": { "days": 0 }, "rails": [format!("pix@{CODE}")],
        },
    });
    NewAccount { account: serde_json::from_value(account).unwrap(), opening: None }
}

/// From the invoice to the cut, and from the payment to service.
pub(crate) async fn walk(cloud: &Cloud, bank: &Bank, start: Date) -> Result<(), Error> {
    let other = Other::start().await;
    let (deployed, store) = (&cloud.deployed, cloud.deployed.store());
    let hook = json!({ "url": format!("{}/hook", other.address), "secret": SECRET });
    deployed.create_secret(&format!("mensal-notices/{STACK}/hook"), &hook.to_string()).await?;
    let server = json!({
        "kind": "webhook", "url": format!("{}/network", other.address), "secret": SECRET,
    });
    let site = json!({ "servers": [server] }).to_string();
    deployed.create_secret(&format!("mensal-network/{STACK}/centro"), &site).await?;
    let catalog = store.catalog(store.head().await?.version).await?;
    import_accounts(store, &catalog, vec![(account(start), Vec::new())], start).await?;
    let id: AccountId = ID.parse()?;
    let last = start.last_of_month();
    cloud.fire(last)?;
    cloud.settle(last).await?;

    let still = || async {
        let flow = deployed.in_flow().await?;
        Ok((flow.waiting + flow.away == 0).then_some(()))
    };
    for day in 10..=LATEST {
        cloud.collect(days_after(start, day))?;
        cloud.until("end of what a day's run has begun", still).await?;
        if store.account(&id).await?.is_some_and(|account| account.is_suspended()) {
            break;
        }
    }
    let confirmed = |service: Service| {
        let id = &id;
        move || async move {
            let known = store.all_enforced(id).await?;
            Ok(known.into_iter().find(|login| login.confirmed == Some(service)))
        }
    };
    cloud.until("confirmation that it is cut", confirmed(Service::Suspended)).await?;
    assert_eq!(other.services(), ["suspended"]);

    let invoice = store.invoices(&id).await?.into_iter().next().ok_or("no invoice")?;
    let fact: Fact = serde_json::from_value(json!({ "received": {
        "money": "E9004200000000000000000000000001", "rail": "pix", "amt": invoice.open(),
        "on": days_after(start, LATEST), "about": { "invoice": [id, invoice.id] },
    }}))?;
    let (body, signature) = bank.webhook(vec![fact])?;
    let request = Client::new().post(cloud.webhooks(CODE)?);
    let begun = Instant::now();
    request.header(SIGNATURE, signature).body(body).send().await?.error_for_status()?;
    cloud.until("confirmation that it is back", confirmed(Service::Full)).await?;
    println!("back on line {:?} after the webhook", begun.elapsed());
    assert_eq!(other.services(), ["suspended", "full"]);
    let account = store.account(&id).await?.ok_or("no account")?;
    assert_eq!(account.hold, None);

    cloud.until("end of what the payment has begun", still).await?;
    let steps = other.notices();
    for step in [":+1:hook", ":suspended:hook", ":restored:hook"] {
        let times = steps.iter().filter(|id| id.ends_with(step)).count();
        assert_eq!(times, 1, "{step}: {steps:?}");
    }
    let notices = store.notices(&id).await?;
    assert!(notices.iter().all(|one| one.state == NoticeState::Delivered), "{notices:?}");
    assert_eq!(deployed.dead_letters().await?, []);
    assert_eq!(cloud.audit().await?.violations, Vec::<String>::new());
    Ok(())
}
