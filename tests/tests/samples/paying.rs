//! The world of the samples that are about money: accounts 1042 and 1043 of an ISP that is paid
//! through the sandbox bank, on a table of their own beside that of a local stack, so that nobody
//! works on it but the functions under test.

use std::fs;

use mensal::{
    bank::CODE,
    importing::import,
    stack::{LOCAL_SECRETS, Options},
};
use mensal_domain::{
    account::Account,
    charge::{Charge, ChargeKey, ChargeState, Charges, LateTerms, PaymentCodes, Terms},
    collection::Attempt,
    delinquency::After,
    ids::AccountId,
    invoice::{Invoice, InvoiceId},
    rail::Rail,
    settings::{Exclusions, Overpaid},
};
use mensal_importer::{Dataset, NewAccount, generate::Generator};
use mensal_rails::gateway::Standing;
use mensal_runtime::{
    clients::Clients,
    clock::Clock,
    gateways::{Connected, Gateways},
    requests::Requests,
};
use mensal_store::Store;
use mensal_tests::{Home, date};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    functions::{feed, issuing, sample},
    given::{self, Item},
    mailbox::Mailbox,
};

/// The table.
const TABLE: &str = "samples";
/// The gateway of another ISP's bank, and what its webhooks are signed by.
const OTHER: &str = "outro";
pub(crate) const OTHER_SECRET: &str = "the-secret-of-another-bank";

/// The world, before its first cycle or after it.
pub(crate) struct Paying {
    pub(crate) home: Home,
    pub(crate) store: Store,
    /// Today, for the functions that ask.
    pub(crate) clock: Clock,
}

/// What the accounts have of their own.
#[derive(Clone, Copy, Default)]
struct Own {
    /// A stored card each: that of 1042 is good, that of 1043 has no money on it.
    cards: bool,
    /// What becomes of what is paid twice.
    overpaid: Option<Overpaid>,
    /// The notices that follow an invoice.
    ladder: Option<&'static str>,
    /// The hours in which none is sent.
    quiet: Option<&'static str>,
    /// Whether service is slowed down, suspended and ended when it is not paid.
    cut: bool,
    /// Whether the network knows it by a login.
    at_site: bool,
}

impl Own {
    /// An account; of its card the bank makes what the end of the token says.
    fn account(self, id: &str, fate: &str) -> NewAccount {
        let mut account = given::account(id);
        if self.cards {
            let card = json!({
                "id": "card", "rail": "card", "gw": CODE, "state": "active",
                "label": "Visa •••• 4242", "token": format!("tok-{id}{fate}"),
                "since": "2026-01-01",
            });
            account.methods.push(serde_json::from_value(card).unwrap());
        }
        account.overrides.overpaid = self.overpaid;
        if self.cut {
            account.overrides.calendar = Some(Exclusions::None);
            account.overrides.throttle_after_days = Some(After::Days(0));
            account.overrides.suspend_after_days = Some(After::Days(3));
            account.overrides.disconnect_after_days = Some(After::Days(10));
        }
        if self.at_site {
            account.subscriptions[0].site = "centro".parse().ok();
            account.subscriptions[0].login = format!("login-{id}").parse().ok();
        }
        account.overrides.quiet_hours = self.quiet.map(|hours| hours.parse().unwrap());
        account.overrides.ladder = self.ladder.map(|ladder| ladder.parse().unwrap());
        NewAccount { account, opening: None }
    }
}

impl Paying {
    /// The accounts, as they were imported.
    pub(crate) async fn imported() -> Self {
        Self::of(Own::default()).await
    }

    async fn of(own: Own) -> Self {
        let folder = TempDir::new().unwrap();
        let gateways = folder.path().join("gateways");
        fs::create_dir_all(&gateways).unwrap();
        let other = json!({
            "kind": "sandbox",
            "settings": { "address": "http://127.0.0.1:9" },
            "credentials": { "key": "k", "webhook_secrets": [OTHER_SECRET] },
        });
        fs::write(gateways.join(format!("{OTHER}.json")), other.to_string()).unwrap();
        let sites = folder.path().join("network");
        fs::create_dir_all(&sites).unwrap();
        let down = json!({ "servers": [{
            "kind": "webhook", "url": "http://127.0.0.1:9/", "secret": "0123456789abcdef",
        }]});
        fs::write(sites.join("down.json"), down.to_string()).unwrap();
        let home = Home::on(folder, Options::default()).await.unwrap();
        let dynamodb = &home.stack.endpoints().dynamodb;
        let dynamodb = Clients::local(dynamodb, Requests::default()).dynamodb();
        let store = Store::new(dynamodb, TABLE);
        store.create_table().await.unwrap();
        let (start, gateway) = (date("2026-11-01"), CODE.parse().ok());
        let catalog = Generator { seed: 1, accounts: 0, start, gateway }.catalog();
        let accounts = vec![own.account("1042", ""), own.account("1043", "-broke")];
        let data = Dataset { catalog, accounts, usage: [].into() };
        import(&store, &data, start, true).await.unwrap();
        Self { home, store, clock: Clock::at(date("2026-11-10")) }
    }

    /// Both accounts have their invoice of 2026-11-10, of 109.90 BRL each, and nothing more.
    pub(crate) async fn issued() -> Self {
        Self::issued_of(Own::default()).await
    }

    /// As [`Paying::issued`], with a stored card each.
    pub(crate) async fn with_cards() -> Self {
        Self::issued_of(Own { cards: true, ..Own::default() }).await
    }

    /// As [`Paying::issued`]; what is paid twice is to be given back.
    pub(crate) async fn giving_back() -> Self {
        Self::issued_of(Own { overpaid: Some(Overpaid::Refund), ..Own::default() }).await
    }

    /// As [`Paying::with_cards`], reminded on the day after their invoices are due: the cards were tried on
    /// that, in vain, and are again on the 23rd.
    pub(crate) async fn reminded() -> Self {
        Self::reminded_of(Own::default()).await
    }

    /// As [`Paying::reminded`], but not in these hours.
    pub(crate) async fn reminded_outside(quiet: &'static str) -> Self {
        Self::reminded_of(Own { quiet: Some(quiet), ..Own::default() }).await
    }

    async fn reminded_of(own: Own) -> Self {
        let ladder = Some("+1:email:overdue");
        let paying = Self::issued_of(Own { cards: true, ladder, ..own }).await;
        for id in ["1042", "1043"] {
            let tried = json!({
                "rail": "card", "gateway": CODE, "n": 1, "method": "card", "amt": "109.90 BRL",
                "on": "2026-11-20", "due": "2026-11-20",
                "state": { "failed": { "code": "51", "advice": "retry_later" } },
            });
            let mut charges = paying.charges(id).await;
            charges.attempts.push(serde_json::from_value(tried).unwrap());
            paying.store.put_charges(&charges, &[]).await.unwrap();
        }
        paying
    }

    /// As [`Paying::issued`]; service is slowed down, suspended and ended when it is not paid.
    pub(crate) async fn cut() -> Self {
        Self::issued_of(Own { cut: true, ..Own::default() }).await
    }

    /// As [`Paying::cut`], and the network knows them as `login-1042` and `login-1043`, at the local stack's
    /// access server; at the site `down` nobody listens.
    pub(crate) async fn cut_at_site() -> Self {
        Self::issued_of(Own { cut: true, at_site: true, ..Own::default() }).await
    }

    async fn issued_of(own: Own) -> Self {
        let paying = Self::of(own).await;
        let mailbox = Mailbox::open().await;
        let function = issuing(paying.store.clone(), &mailbox);
        let again = feed(&function, sample("issue-invoice/accounts.json")).await;
        assert!(again.is_empty() && mailbox.dead().is_empty(), "{again:?} {:?}", mailbox.dead());
        for id in ["1042", "1043"] {
            assert_eq!(paying.invoice(id).await.open().to_string(), "109.90 BRL", "{id}");
        }
        paying
    }

    /// It is another day.
    pub(crate) fn on(&self, day: &str) {
        self.clock.set(date(day));
    }

    /// The gateways: the bank, another bank, the till.
    pub(crate) fn gateways(&self) -> Gateways {
        self.gateways_and(&[])
    }

    /// The gateways, and some that have no secret.
    pub(crate) fn gateways_and(&self, more: &[&str]) -> Gateways {
        let messaging = &self.home.stack.endpoints().messaging;
        let secrets = Clients::local(messaging, Requests::default()).secrets();
        let codes = [CODE, OTHER, "till"].iter().chain(more);
        Gateways::new(secrets, LOCAL_SECRETS, codes.map(|code| code.parse().unwrap()).collect())
    }

    /// The bank, as a gateway.
    pub(crate) async fn bank(&self) -> Connected {
        self.gateways().named(&CODE.parse().unwrap()).await.unwrap()
    }

    /// How the bank says that a charge of 1042's invoice stands.
    pub(crate) async fn at_bank(&self, charge: &str) -> Standing {
        let key: ChargeKey = format!("1042/2026-11-10-cycle/{charge}").parse().unwrap();
        self.bank().await.fetch(&key, None).await.unwrap()
    }

    pub(crate) async fn account(&self, id: &str) -> Account {
        self.store.account(&account_id(id)).await.unwrap().unwrap()
    }

    pub(crate) async fn invoice(&self, account: &str) -> Invoice {
        self.store.invoice(&account_id(account), cycle()).await.unwrap().unwrap()
    }

    /// The charges of an account's invoice; none yet are none.
    pub(crate) async fn charges(&self, account: &str) -> Charges {
        let id = account_id(account);
        let found = self.store.charges(&id, cycle()).await.unwrap();
        found.unwrap_or_else(|| Charges::none(id, cycle(), date("2026-11-10")))
    }

    /// 1042's invoice has a Pix registered at a gateway.
    pub(crate) async fn charged_at(&self, gateway: &str) {
        let mut charges = self.charges("1042").await;
        charges.note(Charge {
            rail: Rail::Pix,
            gateway: gateway.parse().unwrap(),
            serial: 1,
            terms: Terms {
                amount: "109.90 BRL".parse().unwrap(),
                due: date("2026-11-20"),
                payable_days: 60,
                late: LateTerms::default(),
            },
            state: ChargeState::Registered,
            reference: None,
            codes: PaymentCodes::default(),
        });
        self.store.put_charges(&charges, &[]).await.unwrap();
    }

    /// The charges of an account's invoice as `pix/1 Registered`.
    pub(crate) async fn registered(&self, account: &str) -> Vec<String> {
        let charges = self.charges(account).await.charges;
        let told = charges.iter().map(|one| format!("{}/{} {:?}", one.rail, one.serial, one.state));
        told.collect()
    }

    /// The attempts to collect an account's invoice.
    pub(crate) async fn attempts(&self, account: &str) -> Vec<Attempt> {
        self.charges(account).await.attempts
    }

    /// Why what could not be matched could not, sorted.
    pub(crate) async fn unmatched(&self) -> Vec<String> {
        let all = self.store.unmatched().await.unwrap();
        let mut reasons: Vec<_> = all.into_iter().map(|one| one.reason).collect();
        reasons.sort();
        reasons
    }

    /// An item as it lies in the table.
    pub(crate) async fn raw(&self, pk: &str, sk: &str) -> Option<Item> {
        given::raw_in(&self.home, TABLE, pk, sk).await
    }
}

pub(crate) fn account_id(id: &str) -> AccountId {
    id.parse().unwrap()
}

/// The cycle that all samples are about.
pub(crate) fn cycle() -> InvoiceId {
    "2026-11-10-cycle".parse().unwrap()
}
