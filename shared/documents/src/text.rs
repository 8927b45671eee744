//! Measuring and breaking text.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::fonts::{Fonts, SUBSTITUTE, Weight};

/// A face at a size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    /// The size in units.
    pub(crate) size: f32,
}

impl Style {
    pub(crate) const fn regular(points: f32) -> Self {
        Self { weight: Weight::Regular, size: crate::units::pt(points) }
    }

    pub(crate) const fn semibold(points: f32) -> Self {
        Self { weight: Weight::Semibold, size: crate::units::pt(points) }
    }
}

/// A text on one line shrinks to this part of its size before it is cut or broken.
const SMALLEST: f32 = 0.7;
/// What cuts a text that does not fit.
const ELLIPSIS: char = '…';
/// Below this size a text takes more lines than it may rather than shrink further.
const ILLEGIBLE: f32 = crate::units::pt(3.0);
const NO_BREAK_SPACE: char = '\u{a0}';

impl Fonts {
    /// The text in characters that can be printed: composed letters, plain spaces and hyphens,
    /// nothing invisible, and a visible substitute for what the faces have not.
    pub(crate) fn printable<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let face = self.face(Weight::Regular);
        if text.chars().all(|char| plain(char) == Some(char) && face.has(char)) {
            return Cow::Borrowed(text);
        }
        let known = |char| if face.has(char) { char } else { SUBSTITUTE };
        Cow::Owned(text.nfc().filter_map(plain).map(known).collect())
    }

    /// How wide a text is.
    pub(crate) fn width(&self, text: &str, style: Style) -> f32 {
        self.scale(self.advance(text, style), style)
    }

    /// Printable text in lines no wider than `width`: broken at spaces, and within a word only
    /// where the word alone is wider. One empty line for an empty text.
    pub(crate) fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let text = self.printable(text);
        let face = self.face(style.weight);
        let limit = self.limit(width, style);
        let space = u32::from(face.glyph(' ').advance);
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let advance = self.advance(word, style);
            if !line.is_empty() {
                if used + space + advance <= limit {
                    line.push(' ');
                    line.push_str(word);
                    used += space + advance;
                    continue;
                }
                lines.push(std::mem::take(&mut line));
            }
            used = 0;
            for char in word.chars() {
                let step = u32::from(face.glyph(char).advance);
                if used + step > limit && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(char);
                used += step;
            }
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Printable text in lines no wider than `width`, broken anywhere and with all its spaces: a
    /// code, in which each character counts.
    pub(crate) fn chop(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let face = self.face(style.weight);
        let limit = self.limit(width, style);
        let mut lines = vec![String::new()];
        let mut used = 0;
        for char in self.printable(text).chars() {
            let step = u32::from(face.glyph(char).advance);
            if used + step > limit && used > 0 {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(char);
            }
            used += step;
        }
        lines
    }

    /// Printable text on one line of at most `width`: smaller where it must be, down to seven
    /// tenths of the size, and then cut off with an ellipsis.
    pub(crate) fn fit(&self, text: &str, style: Style, width: f32) -> (String, Style) {
        let mut text = self.printable(text).into_owned();
        let natural = self.width(&text, style);
        if natural <= width {
            return (text, style);
        }
        let size = (style.size * (width / natural).max(SMALLEST)).floor();
        let style = Style { size, ..style };
        let limit = self.limit(width, style);
        if self.advance(&text, style) > limit {
            let face = self.face(style.weight);
            let mut used = u32::from(face.glyph(ELLIPSIS).advance);
            let end = text.char_indices().find(|(_, char)| {
                used += u32::from(face.glyph(*char).advance);
                used > limit
            });
            text.truncate(end.map_or(text.len(), |(index, _)| index));
            text.push(ELLIPSIS);
        }
        (text, style)
    }

    /// Printable text on one line of at most `width`, as small as it must be, but whole: a figure
    /// that is cut is another figure.
    pub(crate) fn shrink(&self, text: &str, style: Style, width: f32) -> (String, Style) {
        let text = self.printable(text).into_owned();
        let natural = self.width(&text, style);
        if natural <= width {
            return (text, style);
        }
        let size = (style.size * width / natural).floor().max(1.0);
        (text, Style { size, ..style })
    }

    /// Printable text on so many lines of at most `width`, as small as it must be, but whole: for
    /// names that have legal weight.
    pub(crate) fn fit_lines(
        &self,
        text: &str,
        style: Style,
        width: f32,
        most: usize,
    ) -> (Vec<String>, Style) {
        let mut style = style;
        loop {
            let lines = self.wrap(text, style, width);
            if lines.len() <= most || style.size < ILLEGIBLE {
                return (lines, style);
            }
            style.size = (style.size * 0.95).floor();
        }
    }

    /// Whether a text fits on one line, at worst at the smallest size that [`Fonts::fit`] takes.
    pub(crate) fn fits_line(&self, text: &str, style: Style, width: f32) -> bool {
        self.width(&self.printable(text), style) * SMALLEST <= width
    }

    /// The sum of the advances, in units of the font.
    fn advance(&self, text: &str, style: Style) -> u32 {
        let face = self.face(style.weight);
        text.chars().map(|char| u32::from(face.glyph(char).advance)).sum()
    }

    // Widths of lines: far below the 2^24 up to which a float counts exactly.
    #[allow(clippy::cast_precision_loss)]
    fn scale(&self, advance: u32, style: Style) -> f32 {
        advance as f32 * style.size / self.face(style.weight).units_per_em
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates
    fn limit(&self, width: f32, style: Style) -> u32 {
        (width * self.face(style.weight).units_per_em / style.size) as u32
    }
}

/// The character as printed, if it is printed at all.
fn plain(char: char) -> Option<char> {
    match char {
        // Hyphens that the faces have not, or have twice.
        '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{202f}' | '\u{2007}' => Some(NO_BREAK_SPACE),
        // Invisible by their nature: soft hyphen, joiners, marks of direction, byte order.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => None,
        NO_BREAK_SPACE => Some(char),
        char if char.is_whitespace() => Some(' '),
        char if char.is_control() => Some(SUBSTITUTE),
        char => Some(char),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: Style = Style::regular(9.0);

    fn fonts() -> &'static Fonts {
        Fonts::shared().unwrap()
    }

    #[test]
    fn every_character_is_printed_or_visibly_replaced() {
        let cases = [
            ("João <&> \"'", "João <&> \"'"),
            ("Joa\u{303}o", "João"), // decomposed, as from a Mac
            ("a\tb\nc", "a b c"),
            ("R$\u{a0}1", "R$\u{a0}1"),
            ("nine\u{2011}to\u{2010}five", "nine-to-five"),
            ("soft\u{ad}ware\u{200b}", "software"),
            ("漢字 \u{7} \u{e000} 🎉", "\u{fffd}\u{fffd} \u{fffd} \u{fffd} \u{fffd}"),
        ];
        for (text, want) in cases {
            assert_eq!(fonts().printable(text), want);
        }
    }

    #[test]
    fn lines_keep_to_the_width_and_lose_nothing() {
        let text = "The quick brown fox jumps over https://example.net/a/very/long/address?of=a&page \
                    and lands on R$\u{a0}1.234,56.";
        for width in [90.0, 200.0, 700.0, 5000.0] {
            let lines = fonts().wrap(text, BODY, width);
            assert!(lines.iter().all(|line| fonts().width(line, BODY) <= width), "{lines:?}");
            let joined: String = lines.concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(fonts().wrap("", BODY, 100.0), [""]);
        assert!(fonts().wrap(text, BODY, 500.0).iter().any(|line| line.contains("R$\u{a0}1")));
    }

    #[test]
    fn a_code_is_broken_anywhere_and_keeps_its_spaces() {
        let code = "00020126580014br.gov.bcb.pix5925EMPRORT AMBIENTAL        6008BRASILIA";
        for width in [90.0, 700.0, 5000.0] {
            let lines = fonts().chop(code, BODY, width);
            assert!(lines.iter().all(|line| fonts().width(line, BODY) <= width), "{lines:?}");
            assert_eq!(lines.concat(), code);
        }
        assert_eq!(fonts().chop("ab", BODY, 1.0), ["a", "b"]);
        assert_eq!(fonts().chop("", BODY, 1.0), [""]);
    }

    #[test]
    fn a_width_below_one_letter_still_ends() {
        assert_eq!(fonts().wrap("abc", BODY, 1.0), ["a", "b", "c"]);
    }

    #[test]
    fn a_long_name_shrinks_first_and_is_cut_then() {
        let (text, style) = fonts().fit("Mensal Telecom", BODY, 5000.0);
        assert_eq!((text.as_str(), style), ("Mensal Telecom", BODY));
        let width = fonts().width("Mensal Telecom", BODY);
        let (text, style) = fonts().fit("Mensal Telecom", BODY, width * 0.8);
        assert!(text == "Mensal Telecom" && style.size < BODY.size);
        let (text, style) = fonts().fit("Mensal Telecom", BODY, width * 0.4);
        assert!(text.ends_with('…') && fonts().width(&text, style) <= width * 0.4, "{text}");
    }

    #[test]
    fn figures_and_legal_names_shrink_and_are_never_cut() {
        for width in [40.0, 200.0, 5000.0] {
            let (text, style) = fonts().shrink("999.999.999,123", BODY, width);
            assert!(text == "999.999.999,123" && fonts().width(&text, style) <= width);
        }
        let name = "Companhia Interestadual de Telecomunicações ".repeat(3);
        for (width, most) in [(1500.0, 2), (900.0, 3), (9000.0, 1)] {
            let (lines, style) = fonts().fit_lines(&name, BODY, width, most);
            assert!(lines.len() <= most && style.size <= BODY.size);
            assert_eq!(lines.join(" "), name.trim());
        }
        // Even absurd names end, on more lines.
        assert!(fonts().fit_lines(&"W".repeat(5000), BODY, 300.0, 2).0.len() > 2);
    }
}
