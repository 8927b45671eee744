//! FNV-1a of 64 bits: a number that follows from bytes alone, the same for ever and everywhere. It spreads
//! things; it hides and proves nothing.

/// What it begins with.
pub const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// The number of some bytes, from [`OFFSET`] or another beginning.
#[must_use]
pub fn fnv1a(from: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(from, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the test vectors of its authors.
    #[test]
    fn known_texts_have_known_numbers() {
        for (text, want) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(fnv1a(OFFSET, text.as_bytes()), want, "{text}");
        }
    }
}
