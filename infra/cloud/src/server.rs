//! A server process of ours: started on loopback, stopped by its own process id.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::Error;

/// One that does not listen after so long never will.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it may take to end before it is killed.
const FAREWELL: Duration = Duration::from_secs(5);

/// The process. It ends with this value, and so does whatever it has started.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    port: u16,
    log: PathBuf,
}

/// A port that is free at this moment.
pub(crate) fn free_port() -> Result<u16, Error> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Server {
    /// Starts it as the head of a group of its own, and waits until it listens.
    pub(crate) fn start(command: &mut Command, port: u16, log: &Path) -> Result<Self, Error> {
        let file = File::create(log)?;
        let process = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let mut server = Self { process, port, log: log.into() };
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("it has ended ({status}): {}", server.said()).into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("it does not listen: {}", server.said()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The last lines that it has written.
    pub(crate) fn said(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Sends a signal to it and to all that it has started.
    fn signal(&self, name: &str) {
        let group = format!("-{}", self.process.id());
        // One that has ended cannot be told any more, which is as well.
        drop(Command::new("kill").args(["-s", name, "--", &group]).stderr(Stdio::null()).status());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal("TERM");
        let begun = Instant::now();
        while begun.elapsed() < FAREWELL && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.signal("KILL");
        drop(self.process.wait());
    }
}
