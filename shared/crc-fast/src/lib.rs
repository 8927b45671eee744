//! The three CRCs that S3 knows, under the interface by which its SDK and its local stand-in ask
//! for them. The arithmetic is that of the crates crc32fast and crc.
//!
//! The crate that this one stands in for chooses among 45 algorithms while it runs, so that the
//! tables of all of them end in every program. Here are those that are asked for: CRC-32, which
//! the SDK takes unless told otherwise, by the processor's own means; the other two, for objects
//! that somebody else has put, a byte at a time.

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc, Table};

/// Which checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32 as in zip files.
    Crc32IsoHdlc,
    /// CRC-32C.
    Crc32Iscsi,
    /// CRC-64/NVME.
    Crc64Nvme,
}

/// A checksum under way.
#[derive(Clone)]
pub struct Digest(State);

#[derive(Clone)]
enum State {
    Crc32(crc32fast::Hasher),
    Crc32c(crc::Digest<'static, u32, Table<1>>),
    Crc64(crc::Digest<'static, u64, Table<1>>),
}

static CRC_32C: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISCSI);
static CRC_64: Crc<u64, Table<1>> = Crc::<u64, Table<1>>::new(&CRC_64_NVME);

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({:#x})", self.finalize())
    }
}

impl Digest {
    /// Of nothing so far.
    #[must_use]
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Crc32(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Crc32c(CRC_32C.digest()),
            CrcAlgorithm::Crc64Nvme => State::Crc64(CRC_64.digest()),
        })
    }

    /// Takes in what comes next.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Crc32(hasher) => hasher.update(data),
            State::Crc32c(digest) => digest.update(data),
            State::Crc64(digest) => digest.update(data),
        }
    }

    /// The checksum of all that was taken in, in the lowest bits.
    #[must_use]
    pub fn finalize(&self) -> u64 {
        match &self.0 {
            State::Crc32(hasher) => u64::from(hasher.clone().finalize()),
            State::Crc32c(digest) => u64::from(digest.clone().finalize()),
            State::Crc64(digest) => digest.clone().finalize(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of parametrised CRC algorithms: each one's checksum of
    /// the digits from 1 to 9.
    const CHECKS: [(CrcAlgorithm, u64); 3] = [
        (CrcAlgorithm::Crc32IsoHdlc, 0xCBF4_3926),
        (CrcAlgorithm::Crc32Iscsi, 0xE306_9283),
        (CrcAlgorithm::Crc64Nvme, 0xAE8B_1486_0A79_9888),
    ];

    #[test]
    fn each_algorithm_gives_its_published_check_value() {
        for (algorithm, want) in CHECKS {
            let mut digest = Digest::new(algorithm);
            digest.update(b"123456789");
            assert_eq!(digest.finalize(), want, "{algorithm:?}");
        }
    }

    #[test]
    fn how_data_is_cut_does_not_matter() {
        for (algorithm, want) in CHECKS {
            for cut in 0..=9 {
                let (head, tail) = b"123456789".split_at(cut);
                let mut digest = Digest::new(algorithm);
                digest.update(head);
                digest.update(tail);
                assert_eq!(digest.finalize(), want, "{algorithm:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn nothing_sums_to_nothing() {
        for (algorithm, _) in CHECKS {
            assert_eq!(Digest::new(algorithm).finalize(), 0, "{algorithm:?}");
        }
    }
}
