//! The files of an import, as bytes by name.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::{ics, notices};

/// The largest file.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Names the files once: for whoever looks for them, and for the sample that has them all.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// Every file that an import knows, in the order in which they lean on each other.
        pub(crate) const NAMES: &[&str] = &[$($name),+];

        /// The same files of the sample ISP.
        const SAMPLE: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../sample/", $name)))),+];
    };
}

files![
    "isp.csv",
    "plans.csv",
    "prices.csv",
    "meters.csv",
    "discounts.csv",
    "taxes.csv",
    "calendars.csv",
    "account_types.csv",
    "accounts.csv",
    "subscriptions.csv",
    "given_discounts.csv",
    "history.csv",
    "charges.csv",
    "methods.csv",
    "usage.csv",
];

/// Files by name, as read from a folder or embedded.
#[derive(Clone, Debug, Default)]
pub struct Files {
    by_name: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// Every `.csv` file of a folder, and all of its folders `calendars` and `notices` but what is
    /// hidden; other files and folders in it are left alone.
    ///
    /// # Errors
    /// When the folder or a file of it cannot be read, or is larger than [`MAX_FILE_BYTES`].
    pub fn from_dir(path: &Path) -> Result<Self, io::Error> {
        let mut files = Self::default();
        let is_csv = |name: &str| Path::new(name).extension().is_some_and(|end| end == "csv");
        files.add(path, "", is_csv)?;
        for folder in [ics::FOLDER, notices::FOLDER] {
            let within = path.join(folder);
            if within.is_dir() {
                files.add(&within, folder, |name| !name.starts_with('.'))?;
            }
        }
        Ok(files)
    }

    /// Reads those files of a folder that are wanted, under their names with its own before them.
    fn add(
        &mut self,
        folder: &Path,
        before: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(), io::Error> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let about = fs::metadata(entry.path())?;
            if !is_wanted(&name) || !about.is_file() {
                continue;
            }
            if about.len() > MAX_FILE_BYTES {
                let limit = MAX_FILE_BYTES / 1024 / 1024;
                let told = format!("{before}{name} is larger than {limit} MiB: import it in parts");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, told));
            }
            self.by_name.insert(format!("{before}{name}"), fs::read(entry.path())?);
        }
        Ok(())
    }

    /// The sample ISP, of some 300 accounts.
    #[must_use]
    pub fn sample() -> Self {
        SAMPLE.iter().copied().collect()
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.by_name.get(name).map(Vec::as_slice)
    }

    /// Puts a file in, in place of the one of that name.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.by_name.insert(name.into(), bytes.into());
    }

    /// Takes a file out.
    pub fn remove(&mut self, name: &str) {
        self.by_name.remove(name);
    }

    /// The names of all files, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

impl<N: Into<String>, B: Into<Vec<u8>>> FromIterator<(N, B)> for Files {
    fn from_iter<T: IntoIterator<Item = (N, B)>>(files: T) -> Self {
        let mut all = Self::default();
        for (name, bytes) in files {
            all.insert(name, bytes);
        }
        all
    }
}
