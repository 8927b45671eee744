//! The page of the web on which the invoice can be paid, right below what is to be paid.

use krilla::tagging::Tag;

use super::Layout;
use crate::{
    sheet::Link,
    text::Style,
    units::{Area, pt},
};

const LABEL: Style = Style::semibold(8.8);
const ADDRESS: Style = Style::regular(8.4);
const LEADING: f32 = pt(11.0);
const GAP: f32 = pt(4.0);
/// So many characters of an address are printed; all of them are where it leads.
const PRINTED: usize = 300;

impl Layout<'_> {
    /// The address in lines of a width; none if there is none.
    pub(super) fn address_to_pay_at(&self, width: f32) -> Vec<String> {
        let Some(address) = self.codes.link.as_deref().filter(|_| self.asks_for_payment()) else {
            return Vec::new();
        };
        let mut printed: String = address.chars().take(PRINTED).collect();
        if printed.len() < address.len() {
            printed.push('…');
        }
        self.sheet.fonts.chop(&printed, ADDRESS, width)
    }

    /// How high the lines of an address are.
    pub(super) fn online_height(lines: &[String]) -> f32 {
        #[allow(clippy::cast_precision_loss)] // a few lines
        let count = lines.len() as f32;
        if lines.is_empty() { 0.0 } else { GAP + LEADING + count * LEADING }
    }

    /// Draws a label and the lines of an address from here on.
    pub(super) fn online(&mut self, x: f32, lines: &[String]) {
        let Some(address) = self.codes.link.as_deref().filter(|_| !lines.is_empty()) else {
            return;
        };
        let label = self.words.pay_online;
        let paragraph = self.sheet.open_group(Tag::P);
        let mark = self.sheet.leaf(Tag::Span);
        self.y += GAP + LEADING;
        self.sheet.text(mark, x, self.y, Self::ink(LABEL), label);
        let leads = leads_somewhere(address);
        let mark = if leads { self.sheet.leaf(Tag::Link) } else { self.sheet.leaf(Tag::Span) };
        let (pen, color) = (self.accent(ADDRESS), self.palette.title);
        let mut areas = Vec::with_capacity(lines.len());
        for line in lines {
            let width = self.sheet.fonts.width(line, ADDRESS);
            areas.push(Area::new(x, self.y + pt(2.0), width, LEADING));
            self.y += LEADING;
            self.sheet.text(mark, x, self.y, pen, line);
            self.sheet.rule(x, self.y + pt(1.2), width, color);
        }
        self.sheet.close_group(paragraph);
        self.sheet.unbroken.push((mark, address.to_owned()));
        if leads {
            let alt = format!("{label} {address}");
            let target = address.to_owned();
            self.sheet.page().links.push(Link { mark, areas, target, alt });
        }
    }
}

/// Whether an address is one of the web, and nothing that would do something else when clicked.
/// What is none is printed all the same.
fn leads_somewhere(address: &str) -> bool {
    let web = address.starts_with("https://") || address.starts_with("http://");
    web && address.bytes().all(|byte| byte.is_ascii_graphic())
}
