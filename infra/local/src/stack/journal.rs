//! The journal of the queues: what was sent and what is done, one line each.
//!
//! A line that was cut off when the process ended was never acknowledged to anybody, and is left
//! out when the journal is read.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::queues::Letter;

/// What happened to messages.
#[derive(Serialize, Deserialize)]
pub(super) enum Entry {
    /// It is on a queue.
    #[serde(rename = "sent")]
    Sent(u64, String, Letter),
    /// It is done.
    #[serde(rename = "done")]
    Done(u64),
}

/// The file.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    entries: usize,
}

/// The messages that are not done, by their numbers.
pub(super) type Pending = BTreeMap<u64, (String, Letter)>;

/// A journal of more lines than this is written anew when everything in it is done.
const LONG: usize = 100_000;

impl Journal {
    /// Reads what is not done, and writes the journal anew with only that.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Pending)> {
        let mut pending = Pending::new();
        if path.exists() {
            // Bytes, not text: a line may have been cut off within a letter.
            for line in BufReader::new(File::open(path)?).split(b'\n') {
                match serde_json::from_slice(&line?) {
                    Ok(Entry::Sent(number, queue, letter)) => {
                        pending.insert(number, (queue, letter));
                    }
                    Ok(Entry::Done(number)) => drop(pending.remove(&number)),
                    Err(_) => {} // cut off: see above
                }
            }
        }
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        let entries: Vec<_> = pending
            .iter()
            .map(|(number, (queue, letter))| Entry::Sent(*number, queue.clone(), letter.clone()))
            .collect();
        file.write_all(&lines(&entries)?)?;
        fs::rename(&fresh, path)?;
        Ok((Self { path: path.into(), file, entries: entries.len() }, pending))
    }

    /// Adds lines in one write.
    pub(super) fn add(&mut self, entries: &[Entry]) -> io::Result<()> {
        self.entries += entries.len();
        self.file.write_all(&lines(entries)?)
    }

    /// Begins anew if it has grown long; only when nothing is pending.
    pub(super) fn shorten(&mut self) -> io::Result<()> {
        if self.entries > LONG {
            let fresh = self.path.with_extension("new");
            self.file = File::create(&fresh)?;
            fs::rename(&fresh, &self.path)?;
            self.entries = 0;
        }
        Ok(())
    }
}

fn lines(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut out, entry)?;
        out.push(b'\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_off_is_left_out_and_the_rest_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queues.log");
        let (mut journal, pending) = Journal::open(&path).unwrap();
        assert!(pending.is_empty());
        let sent = |number, body: &str| Entry::Sent(number, "q".into(), Letter::of(body));
        journal.add(&[sent(1, "one"), sent(2, "două"), Entry::Done(1), sent(3, "três")]).unwrap();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let letter = whole.windows(2).rposition(|pair| pair == "ê".as_bytes()).unwrap();
        fs::write(&path, &whole[..=letter]).unwrap(); // cut within the ê
        let (_, pending) = Journal::open(&path).unwrap();
        let bodies: Vec<_> = pending.values().map(|(_, letter)| letter.body.as_str()).collect();
        assert_eq!(bodies, ["două"]);
    }
}
