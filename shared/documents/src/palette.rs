//! The colours of a document, derived from the issuer's own.

use mensal_domain::stationery::Color;

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// The colours of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    /// The issuer's colour, for areas.
    pub(crate) main: Rgb,
    /// Readable on `main`.
    pub(crate) on_main: Rgb,
    /// The issuer's colour for letters on white: darker if it is too light to be read.
    pub(crate) title: Rgb,
    /// A breath of the issuer's colour, behind what people look for first.
    pub(crate) tint: Rgb,
}

/// Text: black, which office printers print sharp, where any other colour becomes a pattern of dots.
pub(crate) const INK: Rgb = [0; 3];
/// Text of second rank. Its contrast with white is above 4.5:1 (WCAG 2, 1.4.3).
pub(crate) const GREY: Rgb = [0x66; 3];
/// Thin lines.
pub(crate) const RULE: Rgb = [0xcc; 3];
/// Paper.
pub(crate) const WHITE: Rgb = [0xff; 3];
/// Something is not as usual: a void invoice.
pub(crate) const ALERT: Rgb = [0xb0, 0x1e, 0x1e];
/// Behind the issuer's message, and the line around it.
pub(crate) const NOTE: Rgb = [0xff, 0xf9, 0xe8];
/// The line around the issuer's message.
pub(crate) const NOTE_LINE: Rgb = [0xe3, 0xb9, 0x55];
/// The heading of the issuer's message.
pub(crate) const NOTE_TITLE: Rgb = [0x8a, 0x5a, 0x00];

/// The least contrast at which small letters are readable (WCAG 2, 1.4.3).
const READABLE: f32 = 4.5;

impl Palette {
    pub(crate) fn new(color: Color) -> Self {
        let main = color.rgb;
        let mut title = main;
        while contrast(title, WHITE) < READABLE {
            title = title.map(|part| part - part.div_ceil(16));
        }
        let on_main = if contrast(main, WHITE) >= READABLE { WHITE } else { INK };
        // One part of the colour in twelve.
        let tint = main.map(|part| 255 - (255 - part) / 12);
        Self { main, on_main, title, tint }
    }
}

/// The contrast of two colours, 1 to 21, as WCAG 2 defines it.
fn contrast(one: Rgb, other: Rgb) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: Rgb) -> f32 {
    let [red, green, blue] = color.map(|part| {
        let part = f32::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_of_an_issuer_gives_a_readable_document() {
        for text in ["#0a3d8f", "#ffffff", "#000000", "#ffee00", "#00ff7f", "#7f7f7f", "#ff8800"] {
            let palette = Palette::new(text.parse().unwrap());
            assert!(contrast(palette.title, WHITE) >= READABLE, "{text}: title");
            assert!(contrast(palette.on_main, palette.main) >= READABLE, "{text}: table head");
            assert!(contrast(GREY, palette.tint) >= READABLE, "{text}: label in the band");
        }
    }
}
