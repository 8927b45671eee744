//! The tools that are written in Python: installed once, in pinned versions, outside of the tree.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sha2::{Digest, Sha256};

use crate::Error;

/// What builds and deploys.
const SAM: &str = include_str!("../python/sam.txt");
/// What stands for AWS.
const EMULATOR: &str = include_str!("../python/emulator.txt");

/// Python is not at hand, or cannot install.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// There is no `python3`.
    #[error(
        "`python3` (3.10 or later, with pip) is not on the PATH: install it to use a deployed stack"
    )]
    Python,
    /// It cannot make an environment or fill it.
    #[error("the tools of {0} cannot be installed: {1}")]
    Install(&'static str, String),
}

/// Two Python environments, each in a folder of the user's cache that is named after what is in
/// it.
#[derive(Clone, Debug)]
pub struct Tools {
    sam: PathBuf,
    emulator: PathBuf,
}

impl Tools {
    /// Finds the tools, or installs them: a minute or two, once.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn at_hand() -> Result<Self, Missing> {
        let python = version().ok_or(Missing::Python)?;
        Ok(Self {
            sam: environment("sam", SAM, &python)?,
            emulator: environment("emulator", EMULATOR, &python)?,
        })
    }

    /// Whether there is a `python3` at all.
    #[must_use]
    pub fn have_python() -> bool {
        version().is_some()
    }

    /// A program of those that build and deploy, with its neighbours on its path.
    pub(crate) fn sam(&self, program: &str) -> Command {
        started(&self.sam, program)
    }

    /// Cargo, as those that build call it.
    pub(crate) fn cargo(&self) -> Command {
        beside(&self.sam, Command::new("cargo"))
    }

    /// A program of those that stand for AWS.
    pub(crate) fn emulator(&self, program: &str) -> Command {
        started(&self.emulator, program)
    }
}

fn version() -> Option<String> {
    let output = Command::new("python3").arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn started(environment: &Path, program: &str) -> Command {
    beside(environment, Command::new(environment.join("bin").join(program)))
}

/// A command that finds the programs of an environment first.
fn beside(environment: &Path, mut command: Command) -> Command {
    let mut path = vec![environment.join("bin")];
    path.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    command.env("PATH", env::join_paths(path).unwrap_or_default());
    command.stdin(Stdio::null());
    command
}

/// The environment of a list of packages. A folder is whole once it carries its mark: an
/// installation that was stopped half-way starts anew.
fn environment(name: &'static str, packages: &str, python: &str) -> Result<PathBuf, Missing> {
    let failed = |why: &dyn std::fmt::Display| Missing::Install(name, why.to_string());
    let hash = Sha256::new().chain_update(packages).chain_update(python).finalize();
    let mut named = format!("{name}-");
    for byte in hash.iter().take(6) {
        named.extend(
            [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
        );
    }
    let folder = cache().join(named);
    let mark = folder.join(".ready");
    if mark.exists() {
        return Ok(folder);
    }
    eprintln!("installing the tools of {name} into {} …", folder.display());
    let list = folder.join("packages.txt");
    let fill = || -> io::Result<()> {
        fs::create_dir_all(&folder)?;
        // Two that install at once wait for each other.
        let lock = fs::File::create(folder.with_extension("lock"))?;
        lock.lock()?;
        if mark.exists() {
            return Ok(());
        }
        // Without pip, which Debian packs apart for this: the machine's own fills it.
        say(Command::new("python3").args(["-m", "venv", "--clear", "--without-pip"]).arg(&folder))?;
        fs::write(&list, packages)?;
        let mut install = Command::new("python3");
        install.args(["-m", "pip", "--python"]).arg(folder.join("bin").join("python"));
        install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list);
        say(&mut install)?;
        fs::write(&mark, "")
    };
    fill().map_err(|why| failed(&why))?;
    Ok(folder)
}

/// `$XDG_CACHE_HOME/mensal`, or `~/.cache/mensal`.
fn cache() -> PathBuf {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let home = || named("HOME").map_or_else(env::temp_dir, PathBuf::from).join(".cache");
    named("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("mensal")
}

/// Runs a command; what it said is the error when it fails.
pub(crate) fn say(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    Err(io::Error::other(format!("{program} failed ({}):\n{}", output.status, said.trim_end())))
}

/// As [`say`], as an error of this crate.
pub(crate) fn run(command: &mut Command) -> Result<String, Error> {
    Ok(say(command)?)
}
