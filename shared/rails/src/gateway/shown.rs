//! Words of a gateway's own that people read: a code, the name of a bank. They come from elsewhere,
//! so what could not stand in a line of a log, or might be the number of a card or a person, is not
//! repeated.

/// The longest, in characters; the codes of gateways have some fifty.
const LONGEST: usize = 80;
/// The most digits in a row: a person's number has eleven, a card's thirteen at least.
const MOST_DIGITS: usize = 8;

/// Whether a text can be shown as it is: one line, not empty, not long, and no number.
pub(super) fn can_be_shown(text: &str) -> bool {
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len);
    !text.trim().is_empty()
        && text.chars().count() <= LONGEST
        && !text.chars().any(char::is_control)
        && digits.max() <= Some(MOST_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::can_be_shown;

    #[test]
    fn a_code_is_shown_and_a_number_of_a_card_is_not() {
        for shown in ["insufficient_funds", "51", "AB10", "São Paulo Bank 1", &"x".repeat(80)] {
            assert!(can_be_shown(shown), "{shown}");
        }
        let numbers = ["4242424242424242", "52998224725", "card 4242424242424242 declined"];
        for hidden in
            ["", " ", "two\nlines", "\u{1b}[2J", &"x".repeat(81)].into_iter().chain(numbers)
        {
            assert!(!can_be_shown(hidden), "{hidden:?}");
        }
    }
}
