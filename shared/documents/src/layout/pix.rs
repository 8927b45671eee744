//! The block to pay by Pix: the code to be scanned, and the same as text to be copied ("Pix copia
//! e cola").

use krilla::tagging::Tag;

use super::Layout;
use crate::{error::DocumentError, symbol::Symbol, text::Style, units::pt};

const TITLE: Style = Style::semibold(11.0);
const HOW: Style = Style::regular(8.8);
const CODE: Style = Style::regular(7.2);
const HOW_LEADING: f32 = pt(11.6);
const CODE_LEADING: f32 = pt(9.0);
/// From the explanation to the text of the code.
const BETWEEN: f32 = pt(3.0);
/// From the text to the symbol beside it at least.
const BESIDE: f32 = pt(16.0);
/// The widest that the text of the code gets: a narrow column is selected in one stroke.
const CODE_WIDTH: f32 = pt(320.0);
/// Above the block at least.
const GAP: f32 = pt(9.0);
/// Above the block where nothing below takes the room.
const LOOSE_GAP: f32 = pt(18.0);
/// So much is white anyhow between the block and what stands at the foot.
const WHITE_BELOW: f32 = pt(9.0);

/// The block, measured: the symbol on the right, below the sums, and the text left of it.
pub(super) struct Pix {
    symbol: Symbol,
    text: String,
    how: Vec<String>,
    code: Vec<String>,
}

impl Pix {
    /// From what stands above to the symbol.
    fn above(&self) -> f32 {
        self.symbol.quiet.max(GAP)
    }

    /// From the symbol to the lower edge of the block.
    fn below(&self) -> f32 {
        (self.symbol.quiet - WHITE_BELOW).max(0.0)
    }

    #[allow(clippy::cast_precision_loss)] // lines of 512 characters
    fn text_height(&self) -> f32 {
        TITLE.size
            + self.how.len() as f32 * HOW_LEADING
            + BETWEEN
            + self.code.len() as f32 * CODE_LEADING
    }
}

impl Layout<'_> {
    /// The block for the text of a code.
    ///
    /// # Errors
    /// [`DocumentError::Pix`].
    pub(super) fn measured_pix(&self, text: &str) -> Result<Pix, DocumentError> {
        let symbol = Symbol::qr(text)?;
        let width = self.paper.content() - symbol.width() - symbol.quiet.max(BESIDE);
        let fonts = self.sheet.fonts;
        Ok(Pix {
            how: fonts.wrap(self.words.pix_how, HOW, width),
            code: fonts.chop(text, CODE, width.min(CODE_WIDTH)),
            text: text.to_owned(),
            symbol,
        })
    }

    /// Where the block ends when it begins as high as it can: the symbol below the sums, the text
    /// below what reaches lower.
    pub(super) fn pix_end(&self, pix: &Pix) -> f32 {
        let symbol_end = self.sums_end + pix.above() + pix.symbol.height();
        symbol_end.max(self.y + GAP + pix.text_height()) + pix.below()
    }

    /// Draws the block so that it ends at `end`, or from here on.
    pub(super) fn pix(&mut self, pix: Pix, end: Option<f32>) {
        let lowest = end.unwrap_or_else(|| {
            let height = pix.symbol.height().max(pix.text_height());
            let natural = self.y + pix.above().max(LOOSE_GAP) + height + pix.below();
            natural.min(self.paper.bottom())
        });
        let top = lowest - pix.below() - pix.symbol.height();
        let (left, symbol_left) = (self.paper.left, self.paper.right() - pix.symbol.width());
        let section = self.sheet.open_group(Tag::Section);
        let highest = lowest - pix.below() - pix.text_height();
        let mut y = top.max(self.y + GAP).min(highest) + TITLE.size * 0.8;
        let title = self.accent(TITLE);
        self.heading(left, y, title, self.words.pix);
        y += TITLE.size * 0.2;
        let mark = self.sheet.leaf(Tag::P);
        for line in &pix.how {
            y += HOW_LEADING;
            self.sheet.text(mark, left, y, Self::ink(HOW), line);
        }
        self.sheet.symbol(self.words.pix_code.to_owned(), symbol_left, top, pix.symbol);
        y += BETWEEN;
        let mark = self.sheet.leaf(Tag::P);
        for line in &pix.code {
            y += CODE_LEADING;
            self.sheet.text(mark, left, y, Self::grey(CODE), line);
        }
        self.sheet.unbroken.push((mark, pix.text));
        self.sheet.close_group(section);
        self.y = lowest;
    }
}
