//! The event bus: what an ISP's other systems would hear, written to a file.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;

/// The file.
pub(super) struct Log {
    file: Mutex<File>,
    count: AtomicU64,
}

impl Log {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file), count: AtomicU64::new(0) })
    }

    /// Adds events, one line each.
    pub(super) fn put(&self, events: &[Value]) -> io::Result<()> {
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, event)?;
            lines.push(b'\n');
        }
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&lines)?;
        self.count.fetch_add(events.len().try_into().unwrap_or_default(), Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
