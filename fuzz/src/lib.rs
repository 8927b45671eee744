//! What is read of what others have written, held to its promises whatever it is given.
//!
//! A [`Target`] is a parser of `mensal-rails` and what must hold for any input at all: it does not
//! panic, it takes no more memory than its input is worth, what it has read is written back as it
//! was, and nothing that is not signed passes for signed. Two engines throw inputs at targets:
//! libFuzzer, which sees which code an input has reached, and [`blind`], which needs nothing but
//! Rust. `fuzz/run` starts them.

mod answer;
pub mod blind;
mod boleto;
mod br_code;
mod connected;
mod memory;
mod new_code;
mod signature;
mod vectors;
mod webhook;

use std::{error::Error, fs, io, path::Path};

/// A parser, and what must hold of it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called by.
    pub name: &'static str,
    /// Where the search begins: inputs of the known vectors.
    seeds: fn() -> Vec<Vec<u8>>,
    /// Panics if an input breaks a promise.
    check: fn(&[u8]),
    /// Makes ready what is the same for all inputs, and is counted for none.
    ready: fn(),
    /// So much memory any input may take, for what is the same whatever it is.
    fixed: usize,
}

/// All targets.
pub const TARGETS: [Target; 10] = {
    let [asaas, inter, pix, sandbox, stripe] = webhook::TARGETS;
    let (codes, others) = ([boleto::TARGET, br_code::TARGET, new_code::TARGET], signature::TARGET);
    let [boleto, br_code, new_code] = codes;
    [boleto, br_code, new_code, others, asaas, inter, pix, sandbox, stripe, answer::TARGET]
};

impl Target {
    /// A target that reads what it is given, and asks nobody.
    const fn of(name: &'static str, seeds: fn() -> Vec<Vec<u8>>, check: fn(&[u8])) -> Self {
        Self { name, seeds, check, ready: || (), fixed: memory::FIXED }
    }

    /// The same, once something is ready.
    const fn after(self, ready: fn()) -> Self {
        Self { ready, ..self }
    }

    /// The target of a name.
    ///
    /// # Errors
    /// If there is none.
    pub fn named(name: &str) -> Result<Self, Box<dyn Error>> {
        let found = TARGETS.into_iter().find(|target| target.name == name);
        found.ok_or_else(|| format!("there is no target `{name}`").into())
    }

    /// The inputs with which the search begins.
    #[must_use]
    pub fn seeds(self) -> Vec<Vec<u8>> {
        (self.seeds)()
    }

    /// Writes the seeds to a folder, a file each.
    ///
    /// # Errors
    /// What the file system says.
    pub fn plant(self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (n, seed) in self.seeds().iter().enumerate() {
            fs::write(folder.join(format!("seed-{n:03}")), seed)?;
        }
        Ok(())
    }

    /// Holds the parser to its promises for one input.
    ///
    /// # Panics
    /// If it breaks one.
    pub fn check(self, input: &[u8]) {
        (self.ready)();
        memory::bounded(self.fixed, input.len(), || (self.check)(input));
    }
}

/// The lines of a text, without end: after the last one they are empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').chain(std::iter::repeat(""))
}

/// What is said of a refused input goes to logs and screens: one line of them, of nothing but what
/// can be seen.
fn is_short(told: &str) {
    assert!(told.len() <= 600, "{} bytes are told of what is wrong", told.len());
    assert!(!told.chars().any(char::is_control), "{told:?} is no line");
}
