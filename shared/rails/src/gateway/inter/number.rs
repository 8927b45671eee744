//! What we call a charge by at Inter: fifteen characters, too few for its key.

use mensal_domain::charge::ChargeKey;
use ring::digest::{SHA256, digest};

/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// The longest "seu número" (Inter's manual, "Emitir cobrança").
const LENGTH: usize = 15;

/// The number that stands for a key, as it is seen in the bank's own application: 75 bits of its
/// SHA-256. That any two of a thousand million charges share one is less likely than one in fifty
/// thousand.
#[must_use]
pub fn own_number(key: &ChargeKey) -> String {
    let hash = digest(&SHA256, key.to_string().as_bytes());
    // Five bits a character, of groups of five bytes.
    let characters = hash.as_ref().chunks_exact(5).flat_map(|bytes| {
        let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        (0..8).rev().map(move |at| usize::try_from(bits >> (5 * at) & 31).unwrap_or_default())
    });
    characters.take(LENGTH).map(|at| char::from(ALPHABET[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_number_and_its_neighbours_have_others() {
        let number = |key: &str| own_number(&key.parse().unwrap());
        let first = number("1042/2026-11-10-cycle/boleto/1");
        // For ever: a charge is found by it after an upgrade as well.
        assert_eq!(first, "Q2DEAY4FTEUD4T3");
        assert_ne!(first, number("1042/2026-11-10-cycle/boleto/2"));
        assert_ne!(first, number("1043/2026-11-10-cycle/boleto/1"));
    }
}
