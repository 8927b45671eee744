//! ministack: what stands for AWS. It runs the deployed functions as processes of this machine,
//! with their queues, their stream, their schedules and their roles.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    Error,
    python::Tools,
    server::{Server, free_port},
};

/// Starts it with what it lacks.
const LAUNCH: &str = include_str!("../python/launch.py");
/// Its root. Whoever else calls is asked for a role.
pub(crate) const KEY: &str = "test";
/// Where it is.
pub(crate) const REGION: &str = "us-east-1";

/// A running ministack, empty at first. What it holds ends with it.
#[derive(Debug)]
pub struct Emulator {
    server: Server,
    folder: TempDir,
    tools: Tools,
}

impl Emulator {
    /// Starts it on that port of loopback. The functions that it runs reach AWS's interfaces at
    /// `through`; without it at ministack itself, which then asks each for the rights of its
    /// role. (What stands between them would spoil the signatures.)
    ///
    /// # Errors
    /// When it does not start; with what it has said.
    pub fn start(tools: &Tools, port: u16, through: Option<&str>) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let launch = folder.path().join("launch.py");
        fs::write(&launch, LAUNCH)?;
        let own = format!("http://127.0.0.1:{port}");
        let mut command = tools.emulator("python");
        command.arg(&launch).current_dir(folder.path());
        credentials(&mut command, through.unwrap_or(&own));
        command
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("MINISTACK_HOST", "127.0.0.1")
            .env("TMPDIR", folder.path())
            // A function that asks for what its role does not grant is refused, as on AWS.
            .env("AUTH", if through.is_some() { "false" } else { "true" })
            // A listener that nobody here needs, out of the way of a second emulator.
            .env("IOT_MTLS_PORT", free_port()?.to_string())
            // Until a schedule's call that failed is made again; on AWS a minute.
            .env("LAMBDA_ASYNC_RETRY_BASE_SECONDS", "5")
            .env("LOG_LEVEL", "WARNING");
        let server = Server::start(&mut command, port, &folder.path().join("ministack.log"))
            .map_err(|why| format!("ministack: {why}"))?;
        Ok(Self { server, folder, tools: tools.clone() })
    }

    /// A port for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn port() -> Result<u16, Error> {
        free_port()
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The tools that started it.
    #[must_use]
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// A folder that goes with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The last lines that it has written.
    #[must_use]
    pub fn said(&self) -> String {
        self.server.said()
    }

    /// Where the API of a stack is served, by the address that the stack gives out for it:
    /// `http://ID.execute-api.127.0.0.1:PORT/…`, a name that nobody resolves.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn served_at(&self, address: &str) -> Result<String, Error> {
        let named = address.split_once("://").and_then(|(_, named)| {
            let (id, place) = named.split_once(".execute-api.")?;
            Some((id, place.split_once('/').map_or("", |(_, path)| path)))
        });
        let (id, path) = named.ok_or_else(|| format!("{address} is no address of an API"))?;
        Ok(format!("{}/_aws/execute-api/{id}/$default/{path}", self.url()))
    }

    /// Fires the schedules whose name begins so, as of a time: `2026-11-30T03:05:00Z`.
    ///
    /// # Errors
    /// When there is none.
    pub fn fire(&self, schedule: &str, at: &str) -> Result<(), Error> {
        let url = format!("{}/_mensal/fire?schedule={schedule}&at={at}", self.url());
        ureq::post(url).send_empty()?;
        Ok(())
    }

    /// Tells the stream's records again, from the oldest on: twice, and late.
    ///
    /// # Errors
    /// When nothing reads a stream.
    pub fn tell_again(&self) -> Result<(), Error> {
        ureq::post(format!("{}/_mensal/again", self.url())).send_empty()?;
        Ok(())
    }

    /// The processes of the functions that it runs at this moment.
    #[must_use]
    pub fn functions(&self) -> Vec<u32> {
        let parent = self.server.id().to_string();
        let listed = Command::new("pgrep").args(["-P", &parent, "bootstrap"]).output();
        let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        listed.unwrap_or_default().lines().filter_map(|line| line.trim().parse().ok()).collect()
    }
}

/// Tells a command where AWS is.
pub(crate) fn credentials(command: &mut Command, endpoint: &str) {
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", KEY)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN");
}
