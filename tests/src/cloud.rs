//! A stack that is deployed: by `sam build` and `sam deploy` of the real template, on an emulator
//! of AWS that runs the real `bootstrap` programs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::civil::Date;
use mensal::{
    audit::{Audit, Pdfs, audit},
    bank::CODE,
    importing::import_generated,
    stack::Error,
};
use mensal_cloud::{Built, Deployed, Emulator, Faults, Listener, Tools, deploy};
use mensal_domain::events::Document;
use mensal_importer::generate::Generator;
use mensal_store::{Run, Store};
use render_invoice::object_key;
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// The name of the stack.
pub const STACK: &str = "isp";
/// What has not come to an end after so long never will: a message whose function ran out of time is
/// away for six minutes at most, and may be once more.
const PATIENCE: Duration = Duration::from_mins(15);
/// How often is looked whether it has.
const LOOK: Duration = Duration::from_millis(250);

/// A deployed stack, and what it stands on. All of it goes with this value.
pub struct Cloud {
    /// The stack.
    pub deployed: Deployed,
    /// An outside system that listens to its bus.
    pub listener: Listener,
    /// What breaks between the functions and AWS, if that was asked for.
    pub faults: Option<Faults>,
    /// What stands for AWS.
    pub emulator: Emulator,
    /// What `sam build` made.
    pub built: Built,
}

/// The root of the project.
#[must_use]
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// The tools for it. On a machine without Python the caller has nothing to do; in CI, where
/// nothing may be left out, that is an error.
///
/// # Errors
/// When they cannot be installed.
pub fn tools() -> Result<Option<Tools>, Error> {
    if !Tools::have_python() && std::env::var_os("CI").is_none() {
        eprintln!("left out: there is no python3, which a deployed stack needs");
        return Ok(None);
    }
    Ok(Some(Tools::at_hand()?))
}

impl Cloud {
    /// Builds and deploys, with the template's own parameters but for those that are given.
    ///
    /// # Errors
    /// What the tools say.
    pub async fn deploy(
        tools: &Tools,
        parameters: &[(&str, &str)],
        with_faults: bool,
    ) -> Result<Self, Error> {
        let built = Built::build(tools, &project())?;
        let port = Emulator::port()?;
        let own = format!("http://127.0.0.1:{port}");
        // The proxy first: it may stand before what is not there yet, and the functions have to
        // be told of it when the emulator starts.
        let scratch = tempfile::tempdir()?;
        let faults =
            with_faults.then(|| Faults::before(tools, &own, scratch.path())).transpose()?;
        let through = faults.as_ref().map(Faults::url);
        let emulator = Emulator::start(tools, port, through.as_deref())?;
        // The emulator knows neither gradual deployments nor budgets.
        let mut all = vec![("Gradual", "false"), ("MonthlyBudgetUsd", "0")];
        all.extend(parameters);
        deploy(&emulator, &built, STACK, &all)?;
        let deployed = Deployed::emulated(&emulator, STACK).await?;
        let listener = Listener::to(&deployed).await?;
        Ok(Self { deployed, listener, faults, emulator, built })
    }

    /// Imports generated accounts whose first cycle is in a month.
    ///
    /// # Errors
    /// The table's.
    pub async fn generate(&self, accounts: u64, start: Date) -> Result<(), Error> {
        self.import(Generator { seed: 1, accounts, start, gateway: None }).await
    }

    /// The same accounts, whose gateway is the sandbox bank.
    ///
    /// # Errors
    /// The table's.
    pub async fn generate_at_bank(&self, accounts: u64, start: Date) -> Result<(), Error> {
        let gateway = Some(CODE.parse()?);
        self.import(Generator { seed: 1, accounts, start, gateway }).await
    }

    async fn import(&self, generator: Generator) -> Result<(), Error> {
        import_generated(self.deployed.store(), &generator, |_| ()).await?;
        Ok(())
    }

    /// Where a gateway's webhooks go.
    ///
    /// # Errors
    /// When the stack has no such address.
    pub fn webhooks(&self, gateway: &str) -> Result<String, Error> {
        let address = self.deployed.output("WebhookUrl")?;
        self.emulator.served_at(&format!("{address}{gateway}"))
    }

    /// Fires the billing schedule of a date, at its own time of day in São Paulo.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub fn fire(&self, date: Date) -> Result<(), Error> {
        self.emulator.fire(&format!("{STACK}-BillingSchedule"), &format!("{date}T03:05:00Z"))
    }

    /// Fires the schedule that looks whether a date's run is done, at its own time of day.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub fn check(&self, date: Date) -> Result<(), Error> {
        self.emulator.fire(&format!("{STACK}-RunCheckSchedule"), &format!("{date}T09:00:00Z"))
    }

    /// Fires the schedule that begins a date's collection, at its own time of day.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub fn collect(&self, date: Date) -> Result<(), Error> {
        self.emulator.fire(&format!("{STACK}-CollectionSchedule"), &format!("{date}T09:30:00Z"))
    }

    /// Fires the schedule that asks gateways for what they have of a date.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub fn reconcile(&self, date: Date) -> Result<(), Error> {
        self.emulator.fire(&format!("{STACK}-ReconciliationSchedule"), &format!("{date}T15:20:00Z"))
    }

    /// Fires the schedule that reports on the day before a date, at its own time of day.
    ///
    /// # Errors
    /// When there is no such schedule.
    pub fn report(&self, date: Date) -> Result<(), Error> {
        let schedule = format!("{STACK}-ReconciliationReportSchedule");
        self.emulator.fire(&schedule, &format!("{date}T10:00:00Z"))
    }

    /// Looks again and again until something is there.
    ///
    /// # Errors
    /// Those of the look, and when it takes too long.
    pub async fn until<T, F>(&self, what: &str, look: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<Option<T>, Error>>,
    {
        let begun = Instant::now();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if begun.elapsed() > PATIENCE {
                let says = self.complaints().await?;
                return Err(format!("no {what} after {PATIENCE:?}; in the logs:\n{says}").into());
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until everything through a date is billed, each invoice has its PDF, and nothing is
    /// under way.
    ///
    /// # Errors
    /// What is left when it takes too long.
    pub async fn settle(&self, through: Date) -> Result<(), Error> {
        let begun = Instant::now();
        let mut left;
        loop {
            left = self.left(through).await?;
            if left.is_empty() {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                let (dead, says) = (self.deployed.dead_letters().await?, self.complaints().await?);
                let why = format!("{left} after {PATIENCE:?}; dead letters: {dead:?}");
                return Err(format!("{why}; in the logs:\n{says}").into());
            }
            sleep(LOOK).await;
        }
    }

    async fn left(&self, through: Date) -> Result<String, Error> {
        let progress = self.deployed.store().progress(Run::Billing, through).await?;
        if !progress.is_done() {
            return Ok(format!("{progress:?}"));
        }
        let flow = self.deployed.in_flow().await?;
        if flow.waiting + flow.away > 0 {
            return Ok(format!("{flow:?}"));
        }
        let objects = self.deployed.objects().await?;
        let issued = invoices(self.deployed.store()).await?;
        let missing = keys(&issued).filter(|key| objects.binary_search(key).is_err()).count();
        Ok(if missing == 0 { String::new() } else { format!("{missing} PDFs are missing") })
    }

    /// The last of what the functions have complained about.
    async fn complaints(&self) -> Result<String, Error> {
        let logs = self.deployed.logs(0).await?;
        let lines = logs.values().flatten();
        let bad = |line: &&String| ["\"WARN\"", "\"ERROR\""].iter().any(|l| line.contains(l));
        let bad: Vec<&str> = lines.filter(bad).map(String::as_str).collect();
        Ok(bad[bad.len().saturating_sub(10)..].join("\n"))
    }

    /// What must always hold.
    ///
    /// # Errors
    /// The stack's.
    pub async fn audit(&self) -> Result<Audit, Error> {
        let pdfs = Pdfs::Bucket(Box::new(self.deployed.clone()));
        audit(self.deployed.store(), &pdfs).await
    }
}

/// All invoices of cycles in a table, as they are stored, by account and id.
///
/// # Errors
/// The table's, and an item that cannot be read.
pub async fn invoices(store: &Store) -> Result<BTreeMap<String, (String, Value)>, Error> {
    let mut found = BTreeMap::new();
    let mut page = store.scan(None).await?;
    while let Some(mut read) = page {
        for document in std::mem::take(&mut read.documents) {
            if let Document::Invoice(invoice) = document?
                && invoice.id.kind.is_printed()
            {
                let name = format!("{} {}", invoice.account, invoice.id);
                found.insert(name, (object_key(&invoice), serde_json::to_value(&*invoice)?));
            }
        }
        page = store.scan(Some(read)).await?;
    }
    Ok(found)
}

/// The keys of their PDFs.
fn keys(invoices: &BTreeMap<String, (String, Value)>) -> impl Iterator<Item = &String> {
    invoices.values().map(|(key, _)| key)
}
