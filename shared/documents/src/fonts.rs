//! The two faces that documents are set in, read once per process.

use std::sync::LazyLock;

use krilla::text::Font;
use skrifa::{FontRef, MetadataProvider, instance::LocationRef, instance::Size};

use crate::error::DocumentError;

/// Which of the two faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Semibold,
}

/// A glyph and how far it moves the pen, in units of the font.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) advance: u16,
}

/// Stands for a character that the face has not. Glyph 0 is forbidden in PDF/A.
const ABSENT: Glyph = Glyph { id: 0, advance: 0 };

/// Every character above stands for itself no more: none of the faces reaches further, but for
/// the replacement character.
const TABLE: usize = 0x2300;

/// What is printed for a character that the faces have not, so that people see that it is missing.
pub(crate) const SUBSTITUTE: char = '\u{fffd}';

/// One face: its program for the PDF, and a table to measure with. No shaping: Latin letters
/// stand side by side, and a table look-up is all that it takes.
pub(crate) struct Face {
    pub(crate) font: Font,
    pub(crate) units_per_em: f32,
    glyphs: Vec<Glyph>,
    substitute: Glyph,
}

impl Face {
    fn load(name: &'static str, data: &'static [u8]) -> Result<Self, DocumentError> {
        let unreadable = || DocumentError::Font(name);
        let font = Font::new(data.into(), 0).ok_or_else(unreadable)?;
        let reader = FontRef::new(data).map_err(|_| unreadable())?;
        let metrics = reader.glyph_metrics(Size::unscaled(), LocationRef::default());
        let charmap = reader.charmap();
        let glyph = |code: u32| {
            let id = charmap.map(code)?;
            // Whole numbers up to 2 em: the cast loses nothing.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let advance = metrics.advance_width(id)? as u16;
            Some(Glyph { id: u16::try_from(id.to_u32()).ok()?, advance })
        };
        let glyphs = (0..TABLE).map(|code| u32::try_from(code).ok().and_then(glyph));
        Ok(Self {
            units_per_em: font.units_per_em(),
            glyphs: glyphs.map(|glyph| glyph.unwrap_or(ABSENT)).collect(),
            substitute: glyph(SUBSTITUTE.into()).ok_or_else(unreadable)?,
            font,
        })
    }

    /// Whether the face can print the character.
    pub(crate) fn has(&self, char: char) -> bool {
        self.glyphs.get(char as usize).is_some_and(|glyph| glyph.id != 0)
    }

    /// The glyph of a character, or the substitute's.
    pub(crate) fn glyph(&self, char: char) -> Glyph {
        match self.glyphs.get(char as usize) {
            Some(glyph) if glyph.id != 0 => *glyph,
            _ => self.substitute,
        }
    }
}

/// Both faces.
pub(crate) struct Fonts {
    regular: Face,
    semibold: Face,
}

impl Fonts {
    /// The faces of this process.
    pub(crate) fn shared() -> Result<&'static Self, DocumentError> {
        static FONTS: LazyLock<Result<Fonts, DocumentError>> = LazyLock::new(Fonts::load);
        FONTS.as_ref().map_err(|_| DocumentError::Font("Open Sans"))
    }

    fn load() -> Result<Self, DocumentError> {
        let regular = include_bytes!("../fonts/OpenSans-Regular.ttf");
        let semibold = include_bytes!("../fonts/OpenSans-Semibold.ttf");
        Ok(Self {
            regular: Face::load("Open Sans Regular", regular)?,
            semibold: Face::load("Open Sans Semibold", semibold)?,
        })
    }

    /// The face of a weight.
    pub(crate) fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Semibold => &self.semibold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_have_what_portuguese_polish_and_turkish_are_written_with() {
        let fonts = Fonts::shared().unwrap();
        for weight in [Weight::Regular, Weight::Semibold] {
            let face = fonts.face(weight);
            for char in
                "ÁÂÃÀÇÉÊÍÓÔÕÚÜáâãàçéêíóôõúü ĄĆĘŁŃÓŚŹŻąćęłńóśźż ĞİŞğış –—“”‘’…•€£¥§ºª°€".chars()
            {
                assert!(face.has(char), "{weight:?} lacks {char}");
                assert!(face.glyph(char).advance > 0);
            }
            assert!(!face.has('漢') && !face.has('\u{2011}'));
            assert_eq!(face.glyph('漢').id, face.glyph(SUBSTITUTE).id);
        }
    }

    #[test]
    fn figures_are_all_of_one_width_so_that_columns_of_amounts_align() {
        let fonts = Fonts::shared().unwrap();
        for weight in [Weight::Regular, Weight::Semibold] {
            let face = fonts.face(weight);
            assert!(('0'..='9').all(|digit| face.glyph(digit).advance == face.glyph('0').advance));
        }
    }
}
