//! The commands, one file each.

mod audit;
mod bill;
mod boleto;
mod cost;
mod explain;
mod import;
mod methods;
mod notice;
mod notice_again;
mod pix;
mod preview;
mod progress;
mod promise;
mod reconciliation;
mod run;
mod simulate;
mod till;
mod unmatched;
mod unpark;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal::{
    audit::Pdfs,
    stack::{BUCKET, Directory, Error, Held, LOCAL_SECRETS, Options, PAYMENT_QUEUE, Stack, TABLE},
};
use mensal_cloud::Deployed;
use mensal_domain::{
    account::Account,
    catalog::Rules,
    ids::{AccountId, GatewayCode},
    payment::Notice,
};
use mensal_importer::Faults;
use mensal_runtime::{
    Failure,
    clients::Clients,
    gateways::{Connected, Gateways},
    messages::ApplyNotice,
    queue::Queue,
    requests::Requests,
};
use mensal_store::{Reviewed, Store};

pub(crate) use audit::audit;
pub(crate) use bill::bill;
pub(crate) use boleto::boleto;
pub(crate) use cost::cost;
pub(crate) use explain::explain;
pub(crate) use import::import;
pub(crate) use methods::methods;
pub(crate) use notice::notice;
pub(crate) use pix::pix;
pub(crate) use preview::preview;
pub(crate) use promise::make_promise;
pub(crate) use reconciliation::reconciliation;
pub(crate) use run::run;
pub(crate) use simulate::simulate;
pub(crate) use till::{pay, reverse};
pub(crate) use unmatched::unmatched;
pub(crate) use unpark::unpark;

use crate::cli::Place;

/// How a command failed, and with which exit code.
pub(crate) enum Failed {
    /// 1: something failed.
    Error(Error),
    /// 3: the data is wrong.
    Data(String),
    /// 4: there is nothing to do it to.
    Nothing(String),
    /// 0: whoever reads the output has seen enough.
    Closed,
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        let error = error.into();
        let pipe = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if pipe == Some(io::ErrorKind::BrokenPipe) {
            return Self::Closed;
        }
        match error.downcast::<Faults>() {
            Ok(faults) => Self::Data(faults.to_string()),
            Err(error) => Self::Error(error),
        }
    }
}

impl Failed {
    /// Nothing is billed from half an import.
    pub(crate) fn half_imported() -> Self {
        Self::Data("mensal: an import has begun and not ended: run it again to finish it".into())
    }

    /// Says it on standard error.
    pub(crate) fn tell(self) -> ExitCode {
        let (text, code) = match self {
            Self::Error(error) => (format!("mensal: {error}"), 1),
            Self::Data(faults) => (faults, 3),
            Self::Nothing(text) => (format!("mensal: {text}"), 4),
            Self::Closed => return ExitCode::SUCCESS,
        };
        // Where standard error is closed, the exit code has to do.
        drop(writeln!(io::stderr(), "{}", text.trim_end()));
        ExitCode::from(code)
    }
}

/// How the queues and the secrets of a place are reached.
struct Reached {
    clients: Clients,
    payment_queue: String,
    secrets: String,
}

/// A table: of a folder, or of a deployed stack.
pub(crate) enum Opened {
    /// A stack of our own.
    Ours(Box<Stack>),
    /// The table of another process.
    Theirs(Store),
    /// The table of a deployed stack.
    Deployed(Box<Deployed>),
}

impl Opened {
    /// As [`Opened::open`], for commands that only look: they make nothing.
    pub(crate) async fn existing(place: &Place) -> Result<Self, Failed> {
        let folder = &place.data.folder;
        if place.stack.is_none() && !folder.join("dynamodb.sqlite").exists() {
            let folder = folder.display();
            return Err(Failed::Nothing(format!(
                "there is no data in {folder}: name it by --data"
            )));
        }
        Ok(Self::open(place).await?)
    }

    /// The deployed stack that is named; else the table of the folder: of the process that holds
    /// it, or of a stack of our own if none does.
    pub(crate) async fn open(place: &Place) -> Result<Self, Error> {
        if let Some(name) = &place.stack {
            return Ok(Self::Deployed(Box::new(Deployed::from_env(name).await?)));
        }
        let folder: &Path = &place.data.folder;
        match Stack::start(folder, Options::default()).await {
            Ok(stack) => Ok(Self::Ours(Box::new(stack))),
            Err(error) if error.is::<Held>() => {
                let endpoints = Directory::announced(folder)?;
                let clients = Clients::local(&endpoints.dynamodb, Requests::default());
                Ok(Self::Theirs(Store::new(clients.dynamodb(), TABLE)))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether days begin in a zone where this is. A deployed stack has its own, by a parameter:
    /// another one in the files would bill in the wrong night.
    pub(crate) fn has_time_zone(&self, zone: &str) -> Result<(), Failed> {
        let Self::Deployed(deployed) = self else { return Ok(()) };
        let own = deployed.output("TimeZone")?;
        if own == zone {
            return Ok(());
        }
        Err(Failed::Data(format!(
            "isp.csv: time_zone: `{zone}` is not the zone of the stack {}, `{own}`: change one of \
             the two (sam deploy --parameter-overrides TimeZone={zone})",
            deployed.name()
        )))
    }

    /// Where the PDFs lie. A deployed stack says by itself if it makes them on their first view,
    /// or deletes old ones.
    pub(crate) fn pdfs(&self, place: &Place, on_first_view: bool) -> Pdfs {
        match self {
            _ if on_first_view => Pdfs::OnFirstView,
            Self::Deployed(deployed) if !deployed.keeps_documents() => Pdfs::OnFirstView,
            Self::Ours(stack) => Pdfs::Folder(stack.bucket_path()),
            Self::Theirs(_) => Pdfs::Folder(place.data.folder.join("s3").join(BUCKET)),
            Self::Deployed(deployed) => Pdfs::Bucket(deployed.clone()),
        }
    }

    /// Clients, and where the queues and the secrets of this are.
    async fn reached(&self, place: &Place) -> Result<Reached, Error> {
        let local = |messaging: &str| Reached {
            clients: Clients::local(messaging, Requests::default()),
            payment_queue: format!("{messaging}/{PAYMENT_QUEUE}"),
            secrets: LOCAL_SECRETS.to_owned(),
        };
        Ok(match self {
            Self::Ours(stack) => local(&stack.endpoints().messaging),
            Self::Theirs(_) => local(&Directory::announced(&place.data.folder)?.messaging),
            Self::Deployed(deployed) => Reached {
                clients: Clients::of_person().await,
                payment_queue: deployed.queue_url("PaymentQueueName").await?,
                secrets: deployed.gateway_secrets(),
            },
        })
    }

    /// Puts what people have entered where gateways' webhooks go.
    pub(crate) async fn enter(&self, place: &Place, notice: Notice) -> Result<(), Error> {
        let reached = self.reached(place).await?;
        let queue = Queue::new(reached.clients.sqs(), reached.payment_queue);
        Ok(queue.send(&[ApplyNotice::of(notice)]).await?)
    }

    /// A gateway, connected.
    pub(crate) async fn gateway(
        &self,
        place: &Place,
        code: &GatewayCode,
    ) -> Result<Connected, Error> {
        if let Self::Deployed(deployed) = self
            && !deployed.gateways().contains(&code.as_str())
        {
            let (name, all) = (deployed.name(), deployed.gateways().join(", "));
            let all = if all.is_empty() { "none".to_owned() } else { all };
            return Err(format!(
                "the stack {name} has no gateway {code}, of its parameter Gateways: {all}"
            )
            .into());
        }
        let reached = self.reached(place).await?;
        let secrets = reached.clients.secrets();
        let gateways = Gateways::new(secrets, reached.secrets, vec![code.clone()]);
        gateways.named(code).await.map_err(|why| {
            let (Failure::Retry(why) | Failure::Early { why, .. } | Failure::Poison(why)) = why;
            match self {
                Self::Deployed(_) => why,
                _ => format!("{why} (on the local stack, of the file gateways/{code}.json)"),
            }
            .into()
        })
    }

    /// Whether it knows a gateway; none where only another process can say.
    pub(crate) fn knows(&self, code: &GatewayCode) -> Option<bool> {
        match self {
            Self::Ours(stack) => Some(stack.gateways().contains(code)),
            Self::Theirs(_) => None,
            Self::Deployed(deployed) => Some(deployed.gateways().contains(&code.as_str())),
        }
    }

    /// Waits until the bank of a stack of our own has told what it has to tell.
    pub(crate) async fn told(&self) -> Result<(), Error> {
        if let Self::Ours(stack) = self {
            stack.bank().tell(&stack.webhooks()).await?;
            stack.settle().await?;
        }
        Ok(())
    }

    /// The day that it is there: a local stack may have played days that are still to come.
    pub(crate) async fn business_day(&self) -> Result<Date, Error> {
        let today = self.today().await?;
        Ok(match self {
            Self::Ours(stack) => stack.last_day().map_or(today, |last| last.max(today)),
            _ => today,
        })
    }

    /// Today, where the ISP is.
    pub(crate) async fn today(&self) -> Result<Date, Error> {
        let zone = time_zone(self.store()).await?;
        Ok(Timestamp::now().to_zoned(zone).date())
    }

    /// An account, its rules, and all that a review of it goes by.
    pub(crate) async fn reviewed(
        &self,
        id: &AccountId,
    ) -> Result<(Account, Rules, Reviewed), Failed> {
        let store = self.store();
        let account = store.account(id).await?;
        let account =
            account.ok_or_else(|| Failed::Nothing(format!("there is no account {id}")))?;
        let catalog = store.catalog(store.head().await?.version).await?;
        let rules = catalog.rules_of(&account);
        let rules = rules.map_err(|why| Failed::Data(format!("mensal: {why}")))?;
        let read = store.reviewed(&account, &rules).await?;
        Ok((account, rules, read))
    }

    pub(crate) fn store(&self) -> &Store {
        match self {
            Self::Ours(stack) => stack.store(),
            Self::Theirs(store) => store,
            Self::Deployed(deployed) => deployed.store(),
        }
    }
}

/// Results go to standard output; a reader who closes it early is no failure.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Today, where this machine is.
pub(crate) fn today() -> Date {
    jiff::Zoned::now().date()
}

/// Where the ISP's days begin.
pub(crate) async fn time_zone(store: &Store) -> Result<TimeZone, Error> {
    let head = store.head().await?;
    let catalog = store.catalog(head.version).await?;
    Ok(TimeZone::get(&catalog.time_zone)?)
}

/// Where the invoices lie.
pub(crate) fn where_pdfs_lie(stack: &Stack) -> String {
    stack.bucket_path().join("invoices").display().to_string()
}
