//! What somebody may have meant who wrote a name that does not exist.

/// Names longer than this are not compared: no name of Mensal is.
const MAX_COMPARED: usize = 60;

/// The name most like the given one, if one is like it at all. A name with another number
/// is that of another thing, and never suggested.
#[must_use]
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = fold(given);
    let limit = (given.len() / 3).clamp(1, 3);
    names
        .into_iter()
        .map(|name| (fold(name), name))
        .filter(|(folded, _)| digits(&given).eq(digits(folded)))
        .map(|(folded, name)| (distance(&given, &folded), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Case, hyphens and spaces are what people get wrong first: they do not count as different.
fn fold(name: &str) -> Vec<char> {
    let same = |c: char| if matches!(c, '-' | ' ' | '.') { '_' } else { c.to_ascii_lowercase() };
    name.chars().map(same).take(MAX_COMPARED).collect()
}

fn digits(name: &[char]) -> impl Iterator<Item = &char> {
    name.iter().filter(|c| c.is_ascii_digit())
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_what_was_meant() {
        let names = ["fibra-300", "fibra-500", "phone", "static-ip"];
        let cases = [
            ("fibra-30", None),
            ("fibra800", None),
            ("fibr-300", Some("fibra-300")),
            ("Fibra 300", Some("fibra-300")),
            ("phnoe", Some("phone")),
            ("static_ip", Some("static-ip")),
            ("radio", None),
            ("", None),
        ];
        for (given, meant) in cases {
            assert_eq!(nearest(given, names), meant, "{given}");
        }
    }
}
