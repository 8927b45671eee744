//! Chance that repeats: everything that is drawn is drawn from the seed and from what it is about,
//! never from when.

use crate::bank::hash;

/// What is drawn from a seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a limit.
    pub(super) fn below(self, limit: u64, about: &str) -> u64 {
        // Not the low digits: a few of the accounts next to each other would share them.
        (hash(self.0 ^ 0x51_u64, about) >> 9) % limit.max(1)
    }

    /// A number of days below a limit.
    pub(super) fn days(self, limit: u16, about: &str) -> u16 {
        u16::try_from(self.below(u64::from(limit), about)).unwrap_or_default()
    }

    /// Whether something is so that is so in so many of a hundred.
    pub(super) fn percent(self, chance: u64, about: &str) -> bool {
        self.below(100, about) < chance
    }

    /// One of some; none of none.
    pub(super) fn pick<T: Copy>(self, from: &[T], about: &str) -> Option<T> {
        let index = self.below(u64::try_from(from.len()).unwrap_or(u64::MAX), about);
        from.get(usize::try_from(index).ok()?).copied()
    }
}
