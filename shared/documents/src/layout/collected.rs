//! What is said in the place of a slip where a stored method is going to be charged: when, how
//! much, from what. Who is charged by themselves is not to pay a second time.

use krilla::tagging::Tag;
use mensal_domain::{collection::Collected, rail::Rail};

use super::Layout;
use crate::{text::Style, units::pt, words::Words};

const TITLE: Style = Style::semibold(11.0);
const TEXT: Style = Style::regular(8.8);
const LEADING: f32 = pt(11.6);
/// Above the block.
const GAP: f32 = pt(18.0);

impl Layout<'_> {
    /// Places the block below everything, on a further page if there is no room.
    pub(super) fn collected(&mut self, collected: &Collected) {
        let lines = self.sheet.fonts.wrap(&self.promise(collected), TEXT, self.paper.content());
        #[allow(clippy::cast_precision_loss)] // a few lines
        let height = GAP + TITLE.size + lines.len() as f32 * LEADING;
        self.y = self.y.max(self.sums_end);
        self.need(height);
        let left = self.paper.left;
        let section = self.sheet.open_group(Tag::Section);
        self.y += GAP + TITLE.size * 0.8;
        let title = self.accent(TITLE);
        self.heading(left, self.y, title, self.words.collected);
        self.y += TITLE.size * 0.2;
        let mark = self.sheet.leaf(Tag::P);
        for line in lines {
            self.y += LEADING;
            self.sheet.text(mark, left, self.y, Self::ink(TEXT), &line);
        }
        self.sheet.close_group(section);
    }

    fn promise(&self, collected: &Collected) -> String {
        let (words, locale) = (self.words, self.invoice.locale);
        let method = match (collected.label.trim(), collected.rail) {
            ("", Rail::Card) => words.your_card,
            ("", Rail::PixAutomatico) => "Pix Automático",
            ("", _) => words.your_bank_account,
            (label, _) => label,
        };
        let amount = locale.money(self.invoice.open());
        let day = locale.date(collected.on);
        let Words { charged_to, charged_on, nothing_to_do, .. } = words;
        format!("{amount} {charged_to} {method} {charged_on} {day}. {nothing_to_do}")
    }
}
