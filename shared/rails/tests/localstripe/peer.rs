//! localstripe, a stand-in for Stripe that others wrote: installed once in pinned versions, started
//! on loopback, ended by its process id.

use std::{
    env, fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use ring::digest;

/// What is installed.
const PACKAGES: &str = include_str!("packages.txt");
/// What starts it.
const LAUNCH: &str = include_str!("launch.py");

/// localstripe, while it runs.
pub struct Peer {
    process: Child,
    /// Where it listens.
    pub address: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().unwrap_or_default();
        self.process.wait().map(|_| ()).unwrap_or_default();
    }
}

impl Peer {
    /// Starts it; none if there is no `python3`, which only a machine of CI must have.
    pub fn start() -> io::Result<Option<Self>> {
        let Some(python) = version() else {
            assert!(env::var_os("CI").is_none(), "there is no python3, which CI has to have");
            eprintln!("left out: there is no python3, which localstripe needs");
            return Ok(None);
        };
        let environment = environment(&python)?;
        let mut command = Command::new(environment.join("bin").join("python"));
        command.args(["-c", LAUNCH]).stdin(Stdio::piped()).stdout(Stdio::piped());
        // It tells each request.
        let mut process = command.stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take();
        let mut peer = Self { process, address: String::new() };
        let mut port = String::new();
        output.map(|output| BufReader::new(output).read_line(&mut port)).transpose()?;
        assert!(!port.trim().is_empty(), "localstripe does not start");
        peer.address = format!("http://127.0.0.1:{}", port.trim());
        Ok(Some(peer))
    }
}

fn version() -> Option<String> {
    let output = Command::new("python3").arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The environment with the packages, in a folder of the user's cache that is named after what is
/// in it. It is whole once it carries its mark.
fn environment(python: &str) -> io::Result<PathBuf> {
    let what = [PACKAGES, python].concat();
    let hash = digest::digest(&digest::SHA256, what.as_bytes());
    let name = format!("localstripe-{}", hex::encode(&hash.as_ref()[..6]));
    let folder = cache().join(name);
    let mark = folder.join(".ready");
    fs::create_dir_all(&folder)?;
    // Two that install at once wait for each other.
    let lock = fs::File::create(folder.with_extension("lock"))?;
    lock.lock()?;
    if !mark.exists() {
        eprintln!("installing localstripe into {} …", folder.display());
        install(&folder)?;
        fs::write(&mark, "")?;
    }
    Ok(folder)
}

/// Without pip, which Debian packs apart for this: the machine's own fills it.
fn install(folder: &Path) -> io::Result<()> {
    say(Command::new("python3").args(["-m", "venv", "--clear", "--without-pip"]).arg(folder))?;
    let list = folder.join("packages.txt");
    fs::write(&list, PACKAGES)?;
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "--python"]).arg(folder.join("bin").join("python"));
    say(install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list))
}

/// Runs a command; what it said is the error when it fails.
fn say(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(said))
}

/// `$XDG_CACHE_HOME/mensal`, or `~/.cache/mensal`.
fn cache() -> PathBuf {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let home = || named("HOME").map_or_else(env::temp_dir, PathBuf::from).join(".cache");
    named("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("mensal")
}
