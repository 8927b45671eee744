//! The data directory: held by one process at a time.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_runtime::clock::Clock;

use super::{Endpoints, Error};

/// A data directory that this process holds.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    _lock: File,
}

/// Another process holds the directory.
#[derive(Debug, thiserror::Error)]
#[error("{} is in use by a running `mensal`: stop it, or use another folder with --data", .0.display())]
pub struct Held(PathBuf);

const LOCK: &str = "lock";
const ENDPOINTS: &str = "endpoints.json";
const CLOCK: &str = "today";

impl Directory {
    /// Makes the directory if it is not there, and holds it until this value, or the process, is
    /// gone: the operating system lets go of it however the process ends.
    pub(super) fn hold(path: &Path) -> Result<Self, Error> {
        let named = |what: &str, why: io::Error| format!("cannot {what} {}: {why}", path.display());
        fs::create_dir_all(path).map_err(|why| named("make the folder", why))?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK));
        let lock = lock.map_err(|why| named("write to", why))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.into(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Held(path.into()).into()),
            Err(TryLockError::Error(why)) => Err(named("lock", why).into()),
        }
    }

    /// A file or folder in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The clock, at the day on which it stood when it was last set; today if it never was.
    pub(super) fn clock(&self) -> Result<Clock, Error> {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        match fs::read_to_string(self.file(CLOCK)) {
            Ok(text) => Ok(Clock::at(text.parse().unwrap_or(today))),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Clock::at(today)),
            Err(why) => Err(why.into()),
        }
    }

    /// Whether the clock was ever set.
    pub(super) fn has_clock(&self) -> bool {
        self.file(CLOCK).exists()
    }

    /// Sets it, for this process and the next. It never goes back: what was begun on a day is ended
    /// on that day or later.
    pub(super) fn set_clock(&self, clock: &Clock, to: Date) -> Result<(), Error> {
        if self.has_clock() && clock.today() >= to {
            return Ok(());
        }
        clock.set(to);
        let fresh = self.file(CLOCK).with_extension("new");
        fs::write(&fresh, to.to_string())?;
        Ok(fs::rename(fresh, self.file(CLOCK))?)
    }

    /// Notes where the services listen, for commands that run beside this process.
    pub(super) fn announce(&self, endpoints: &Endpoints) -> Result<(), Error> {
        Ok(fs::write(self.file(ENDPOINTS), serde_json::to_vec_pretty(endpoints)?)?)
    }

    /// Where the services of the process that holds a directory listen.
    ///
    /// # Errors
    /// When it has not said so, or not yet.
    pub fn announced(path: &Path) -> Result<Endpoints, Error> {
        Ok(serde_json::from_slice(&fs::read(path.join(ENDPOINTS))?)?)
    }
}
