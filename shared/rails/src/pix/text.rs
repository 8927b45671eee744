//! Names and cities as a BR Code has them: plain letters, cut to length.

use unicode_normalization::UnicodeNormalization;

/// A text without accents and other signs that not every bank's reader knows, of at most so many
/// characters.
pub(super) fn plain(text: &str, longest: usize) -> String {
    let plain: String = text
        .nfd()
        .filter_map(|c| match c {
            '–' | '—' => Some('-'),
            ' '..='~' => Some(c),
            c if c.is_whitespace() => Some(' '),
            _ => None,
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(longest).collect();
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_lose_accents_and_their_end() {
        for (text, longest, want) in [
            ("São José dos Campos", 15, "Sao Jose dos Ca"),
            ("Conexão Ágil  Telecom – Provedor Ltda", 25, "Conexao Agil Telecom - Pr"),
            ("Olá\tmundo 🙂", 25, "Ola mundo"),
            ("Uma cidade longa", 11, "Uma cidade"),
            ("", 5, ""),
        ] {
            assert_eq!(plain(text, longest), want);
        }
    }
}
