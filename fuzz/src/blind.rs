//! The engine that needs nothing but Rust: known inputs, changed by chance. It does not see what
//! an input has reached, so it finds less than libFuzzer does, and later.

use std::{
    error::Error,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    panic::catch_unwind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::Target;

/// The longest input.
const LONGEST: usize = 8 * 1024;

/// Numbers of chance, the same ones each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one, which is not zero.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    /// A stretch of so many bytes.
    fn stretch(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        from..from + self.below((length - from).min(64) + 1)
    }
}

/// Checks the known inputs, then changes of them until the time is over. What breaks a promise is
/// left as a file in the folder of findings, where known inputs are looked for, too.
///
/// # Errors
/// With the path of an input that breaks a promise; what the file system says.
pub fn search(target: Target, time: Duration, found: &Path) -> Result<u64, Box<dyn Error>> {
    let begun = Instant::now();
    let mut known = target.seeds();
    if found.is_dir() {
        for file in fs::read_dir(found)? {
            known.push(fs::read(file?.path())?);
        }
    }
    known.push(Vec::new());
    let mut tried = 0;
    for input in &known {
        attempt(target, input, found)?;
        tried += 1;
    }
    let mut chance = Chance(0);
    while begun.elapsed() < time {
        let mut input = known[chance.below(known.len())].clone();
        for _ in 0..=chance.below(4) {
            change(&mut input, &known, &mut chance);
        }
        input.truncate(LONGEST);
        attempt(target, &input, found)?;
        tried += 1;
    }
    Ok(tried)
}

fn change(input: &mut Vec<u8>, known: &[Vec<u8>], chance: &mut Chance) {
    let stretch = chance.stretch(input.len());
    match chance.below(4) {
        0 => {
            input.drain(stretch);
        }
        1 => {
            let digits = stretch.clone().map(|_| b'0' + chance.next().to_le_bytes()[0] % 10);
            let digits: Vec<u8> = digits.collect();
            input.splice(stretch, digits);
        }
        2 => {
            let bytes: Vec<u8> =
                (0..=chance.below(4)).map(|_| chance.next().to_le_bytes()[0]).collect();
            input.splice(stretch.start..stretch.start, bytes);
        }
        _ => {
            let other = &known[chance.below(known.len())];
            let part = other[chance.stretch(other.len())].to_vec();
            input.splice(stretch, part);
        }
    }
}

fn attempt(target: Target, input: &[u8], found: &Path) -> Result<(), Box<dyn Error>> {
    if catch_unwind(|| target.check(input)).is_ok() {
        return Ok(());
    }
    let path = left(input, found)?;
    Err(format!("an input breaks a promise; it is left in {}", path.display()).into())
}

/// Leaves an input as a file whose name follows from it.
fn left(input: &[u8], found: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = found.join(format!("crash-{:016x}", hasher.finish()));
    fs::create_dir_all(found)?;
    fs::write(&path, input)?;
    Ok(path)
}
