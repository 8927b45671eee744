//! The remittance slip: cut off, it goes into a #9 window envelope with the cheque, and the
//! address that the money goes to shows in the window.
//!
//! The envelope is 3-7/8 by 8-7/8 in; its standard window is 1-1/8 by 4-1/2 in, 7/8 in from the
//! left and 1/2 in from the bottom (the trade's standard for commercial window envelopes, in the
//! catalogues of envelope makers). The slip is smaller than the envelope and slides in it: the
//! address must keep 1/8 in from every edge of the window however it lies (USPS Domestic Mail
//! Manual, 601.6.3). [`address_zone`] is what remains, and nothing else may ever come under the
//! window ([`window_reach`]).

use krilla::tagging::Tag;

use super::{Layout, PaperSize, head::printed, payment::PaymentSection};
use crate::{
    palette::{GREY, RULE, WHITE},
    sheet::Shape,
    text::Style,
    units::{Area, inch, pt},
};

const ENVELOPE_WIDTH: f32 = inch(8.875);
const ENVELOPE_HEIGHT: f32 = inch(3.875);
const WINDOW_LEFT: f32 = inch(0.875);
const WINDOW_BOTTOM: f32 = inch(0.5);
const WINDOW_WIDTH: f32 = inch(4.5);
const WINDOW_HEIGHT: f32 = inch(1.125);
const CLEARANCE: f32 = inch(0.125);

/// From line to line of the address, where there is room.
const LARGEST_LEADING: f32 = pt(12.0);
/// The size of its letters, as a part of that.
const SIZE_IN_LEADING: f32 = 0.81;

const HEIGHT: f32 = PaymentSection::RemittanceSlip.height();

/// How far the slip slides in the envelope, to the right and up.
fn play(paper: PaperSize) -> (f32, f32) {
    (ENVELOPE_WIDTH - paper.width, ENVELOPE_HEIGHT - HEIGHT)
}

/// The part of the page that the window can show when the slip slides from one corner of the
/// envelope to the other.
fn window_reach(paper: PaperSize) -> Area {
    let (right, up) = play(paper);
    let bottom = paper.height - WINDOW_BOTTOM + up;
    let height = WINDOW_HEIGHT + up;
    Area::new(WINDOW_LEFT - right, bottom - height, WINDOW_WIDTH + right, height)
}

/// The part of the page that the window shows wherever the slip lies, less the clearance.
fn address_zone(paper: PaperSize) -> Area {
    let (right, up) = play(paper);
    let reach = window_reach(paper);
    Area::new(
        WINDOW_LEFT + CLEARANCE,
        reach.y + up + CLEARANCE,
        WINDOW_WIDTH - right - 2.0 * CLEARANCE,
        WINDOW_HEIGHT - up - 2.0 * CLEARANCE,
    )
}

impl Layout<'_> {
    /// The slip, from its upper edge at `top`.
    pub(super) fn slip(&mut self, top: f32) {
        let words = self.words;
        let title_pen = self.accent(Style::semibold(13.0));
        self.heading(self.paper.left, top + pt(25.0), title_pen, words.slip);
        self.payer(top + pt(41.0));
        self.payee();
        self.fields(top + pt(14.0));
    }

    /// Who pays, and whom to make the cheque out to.
    fn payer(&mut self, top: f32) {
        let words = self.words;
        let (left, zone) = (self.paper.left, window_reach(self.paper));
        let width = zone.right() - left;
        let customer = &self.invoice.customer;
        let mark = self.sheet.leaf(Tag::P);
        let label = Self::grey(Style::regular(7.5));
        self.sheet.text(mark, left, top, label, words.from);
        let mut y = top + pt(12.0);
        let name = Self::ink(Style::semibold(9.0));
        let (lines, style) = self.sheet.fonts.fit_lines(&customer.name, name.style, width, 2);
        y -= pt(10.4);
        for line in lines {
            y += pt(10.4);
            self.sheet.text(mark, left, y, super::pen(style, name.color), &line);
        }
        let pen = Self::ink(Style::regular(8.4));
        for line in printed(&customer.address) {
            y += pt(10.4);
            self.sheet.text_fit(mark, left, y, width, pen, line);
        }

        // Right above what the window can show.
        let y = zone.y - pt(5.0);
        let mark = self.sheet.leaf(Tag::P);
        let label = format!("{}: ", words.cheques_payable_to);
        let pen = Self::grey(Style::regular(8.4));
        let x = left + self.sheet.fonts.width(&label, pen.style);
        let (fonts, name) = (self.sheet.fonts, Style::semibold(8.8));
        let seller = &self.stationery.seller.name;
        let (lines, style) = fonts.fit_lines(seller, name, zone.right() - x, 2);
        // A second line finds its room above the first.
        #[allow(clippy::cast_precision_loss)]
        let mut y = y - (lines.len() - 1) as f32 * pt(10.4);
        self.sheet.text(mark, left, y, pen, &label);
        for line in lines {
            self.sheet.text(mark, x, y, Self::ink(style), &line);
            y += pt(10.4);
        }
    }

    /// Where the money goes: the one thing that shows in the window.
    fn payee(&mut self) {
        let zone = address_zone(self.paper);
        let seller = &self.stationery.seller;
        let address = seller.remit_to.as_ref().unwrap_or(&seller.address);
        let largest = Style { size: LARGEST_LEADING * SIZE_IN_LEADING, ..Style::semibold(0.0) };
        let (name, fitted) = self.sheet.fonts.fit_lines(&seller.name, largest, zone.width, 2);
        #[allow(clippy::cast_precision_loss)]
        let count = (name.len() + printed(address).count()) as f32;
        let leading = (zone.height / count).min(LARGEST_LEADING).floor();
        let size = leading * SIZE_IN_LEADING;
        let mark = self.sheet.leaf(Tag::P);
        // The block stands in the middle of the zone.
        let mut y = zone.y + (zone.height - count * leading) / 2.0 + leading * 0.78;
        let style = Style { size: size.min(fitted.size), ..fitted };
        for line in name {
            self.sheet.text(mark, zone.x, y, Self::ink(style), &line);
            y += leading;
        }
        let style = Style { size, ..Style::regular(0.0) };
        for line in printed(address) {
            self.sheet.text_fit(mark, zone.x, y, zone.width, Self::ink(style), line);
            y += leading;
        }
    }

    /// What the payment is for, in a column right of the window.
    fn fields(&mut self, top: f32) {
        let (words, invoice, locale) = (self.words, self.invoice, self.invoice.locale);
        let x = window_reach(self.paper).right() + pt(12.0);
        let width = self.paper.right() - x;
        let fields = [
            (words.account_number, invoice.account.to_string()),
            (words.invoice_number, invoice.number.clone()),
            (words.due, locale.date(invoice.due)),
            (words.amount_due, locale.money(invoice.open())),
        ];
        let mut y = top;
        let step = pt(28.5);
        for (index, (label, value)) in fields.into_iter().enumerate() {
            let amount = index == 3;
            if amount {
                let tint = self.palette.tint;
                self.sheet.fill(Area::new(x, y, width, step), tint);
            } else {
                self.sheet.rule(x, y + step, width, RULE);
            }
            let mark = self.sheet.leaf(Tag::P);
            let (inner, label_pen) = (width - pt(12.0), Self::grey(Style::regular(7.5)));
            self.sheet.text_fit(mark, x + pt(6.0), y + pt(10.5), inner, label_pen, label);
            let value_pen = Self::ink(Style::semibold(if amount { 12.5 } else { 10.5 }));
            self.sheet.text_whole(mark, x + pt(6.0), y + pt(23.0), inner, value_pen, &value);
            y += step;
        }
        y += pt(9.0);
        let mark = self.sheet.leaf(Tag::P);
        let label_pen = Self::ink(Style::semibold(8.0));
        self.sheet.text_fit(mark, x, y + pt(6.0), width, label_pen, words.amount_enclosed);
        y += pt(11.0);
        let area = Area::new(x, y, width, pt(30.0));
        self.sheet.fill(area, WHITE);
        self.sheet.page().shapes.push(Shape::Frame(area, GREY));
        let currency = locale.currency(invoice.currency());
        let pen = Self::grey(Style::regular(12.0));
        self.sheet.text(mark, x + pt(7.0), y + pt(19.5), pen, currency);
        let mark = self.sheet.leaf(Tag::P);
        let pen = Self::grey(Style::regular(7.5));
        for line in self.sheet.fonts.wrap(words.write_account, pen.style, width) {
            y += pt(10.0);
            self.sheet.text(mark, x, y + pt(31.0), pen, &line);
        }
    }
}

#[cfg(test)]
mod tests {
    use mensal_domain::{charge::PaymentCodes, stationery::Paper};

    use super::*;
    use crate::{
        fonts::Fonts,
        sheet::Item,
        tests::{address, invoice, line, stationery},
    };

    /// The texts of the last page with the areas that they cover.
    fn texts(paper: Paper, remit_to: &[&str]) -> Vec<(String, Area)> {
        let fonts = Fonts::shared().unwrap();
        let mut stationery = stationery(paper);
        stationery.seller.remit_to = (!remit_to.is_empty()).then(|| address(remit_to));
        let mut invoice = invoice(vec![line("Fiber", "64.00")]);
        invoice.customer.address = address(&["one", "two", "three", "four", "five"]);
        let none = PaymentCodes::default();
        let sheet = crate::layout::invoice(&invoice, &stationery, &none, fonts).unwrap();
        let mut areas = Vec::new();
        for item in &sheet.pages.last().unwrap().items {
            if let Item::Text { x, y, pen, text, .. } = item {
                // Open Sans reaches 1.07 em above and 0.3 em below the line; letters of names
                // and accents on capitals stay within 0.95 and 0.24.
                let size = pen.style.size;
                let width = fonts.width(text, pen.style);
                areas.push((text.clone(), Area::new(*x, y - 0.95 * size, width, 1.19 * size)));
            }
        }
        areas
    }

    fn inside(inner: Area, outer: Area) -> bool {
        inner.x >= outer.x
            && inner.y >= outer.y
            && inner.right() <= outer.right()
            && inner.bottom() <= outer.bottom()
    }

    fn touches(one: Area, other: Area) -> bool {
        one.x < other.right()
            && other.x < one.right()
            && one.y < other.bottom()
            && other.y < one.bottom()
    }

    #[test]
    fn the_address_and_nothing_else_shows_in_the_window_however_the_slip_lies() {
        let long = "Accounts Receivable Department of the Blue Ridge Mountains and the Valley";
        for paper in [Paper::A4, Paper::Letter] {
            let size = PaperSize::of(paper);
            let (zone, reach) = (address_zone(size), window_reach(size));
            assert!(inside(zone, reach));
            for remit_to in [
                &[][..],
                &["PO Box 70042", "Charlotte, NC 28272-0042"],
                &["Lockbox Á", "two", "three", "four", "Qgjpyç"],
                &[long, long, long, long, long],
            ] {
                let texts = texts(paper, remit_to);
                let shown: Vec<_> =
                    texts.iter().filter(|(_, area)| touches(*area, reach)).collect();
                assert_eq!(shown[0].0, "Blue Ridge Fiber LLC");
                let lines = if remit_to.is_empty() { 2 } else { remit_to.len() };
                assert_eq!(shown.len(), 1 + lines, "{paper:?}: {shown:?}");
                for (text, area) in shown {
                    assert!(inside(*area, zone), "{paper:?}: `{text}` {area:?} {zone:?}");
                }
            }
        }
    }

    #[test]
    fn the_slip_fits_the_envelope_unfolded() {
        for paper in [Paper::A4, Paper::Letter] {
            let (right, up) = play(PaperSize::of(paper));
            assert!(right > 0.0 && up > 0.0);
            assert!(HEIGHT <= crate::units::mm(93.2));
        }
    }
}
