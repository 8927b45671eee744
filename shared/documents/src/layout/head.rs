//! The upper part of the first page.

use std::num::NonZeroU16;

use krilla::tagging::Tag;
use mensal_domain::{account::Address, invoice::InvoiceStatus};

use super::{Layout, pen};
use crate::{
    palette::ALERT,
    sheet::Item,
    text::Style,
    units::{Area, pt},
};

/// The edge of the logo.
const LOGO: f32 = pt(46.0);
/// So many lines of an address are printed.
const ADDRESS_LINES: usize = 5;

/// The lines of an address that are printed.
pub(super) fn printed(address: &Address) -> impl Iterator<Item = &str> {
    let lines = address.lines.iter().map(|line| line.trim());
    lines.filter(|line| !line.is_empty()).take(ADDRESS_LINES)
}

impl Layout<'_> {
    /// All of it.
    pub(super) fn head(&mut self) {
        self.letterhead();
        self.parties();
        if self.invoice.status == InvoiceStatus::Void {
            self.void();
        }
        self.band();
    }

    fn letterhead(&mut self) {
        let (left, right, top) = (self.paper.left, self.paper.right(), self.y);
        let (words, invoice, seller) = (self.words, self.invoice, &self.stationery.seller);
        let mut name_x = left;
        if !seller.logo.is_empty() {
            let alt = format!("{} {}", words.logo_of, seller.name);
            let area = Area::new(left, top, LOGO, LOGO);
            let mark = self.sheet.figure(alt, area);
            self.sheet.page().items.push(Item::Logo { mark, area });
            name_x += LOGO + pt(10.0);
        }
        let half = self.paper.content() * 0.52;
        let name_end = self.letterhead_name(name_x, left + half - name_x);

        let title = self.title();
        let width = self.paper.content() - half - pt(10.0);
        let mark = self.sheet.leaf(Tag::Hn(NonZeroU16::MIN, Some(title.into())));
        let title_style = self.accent(Style::semibold(20.0));
        self.sheet.text_right(mark, right, top + pt(17.0), width, title_style, title);
        let locale = invoice.locale;
        let number = format!(
            "{} {} · {} {}",
            words.number,
            invoice.number,
            words.issued,
            locale.date(invoice.issued)
        );
        let style = Self::grey(Style::regular(9.5));
        let mark = self.sheet.leaf(Tag::P);
        self.sheet.text_right(mark, right, top + pt(32.0), width, style, &number);
        if let Some(span) = invoice.period {
            let (first, last) = (locale.date(span.start()), locale.date(span.last_day()));
            let period = format!("{} {first} {} {last}", words.period, words.to);
            let mark = self.sheet.leaf(Tag::P);
            self.sheet.text_right(mark, right, top + pt(45.0), width, style, &period);
        }
        self.y = name_end.max(top + pt(52.0));
        let color = self.palette.title;
        self.sheet.fill(Area::new(left, self.y, self.paper.content(), 9.0), color);
        self.y += pt(8.0);
    }

    /// The issuer's name beside the logo: on one line if it fits, on more and smaller ones if not,
    /// but whole. Returns where it ends.
    fn letterhead_name(&mut self, x: f32, width: f32) -> f32 {
        let (top, fonts, name) = (self.y, self.sheet.fonts, &self.stationery.seller.name);
        let mark = self.sheet.leaf(Tag::P);
        let style = Style::semibold(18.0);
        if fonts.fits_line(name, style, width) {
            self.sheet.text_whole(mark, x, top + pt(29.0), width, self.accent(style), name);
            return top;
        }
        // All of these are as high as the logo.
        let mut sizes = [(13.0, 2), (11.0, 3), (9.0, 4)].into_iter();
        let roomy = sizes.find_map(|(size, most)| {
            let style = Style::semibold(size);
            Some((fonts.wrap(name, style, width), style)).filter(|(lines, _)| lines.len() <= most)
        });
        let (lines, style) =
            roomy.unwrap_or_else(|| fonts.fit_lines(name, Style::semibold(7.0), width, 5));
        let leading = style.size * 1.2;
        #[allow(clippy::cast_precision_loss)] // a few lines
        let above = (lines.len() - 1) as f32 / 2.0 * leading;
        // The block stands in the middle of the logo's height.
        let mut y = (top + LOGO / 2.0 + style.size * 0.35 - above).max(top + style.size);
        let pen = self.accent(style);
        for line in lines {
            self.sheet.text(mark, x, y, pen, &line);
            y += leading;
        }
        y
    }

    /// Who bills whom, side by side.
    fn parties(&mut self) {
        let (seller, customer) = (&self.stationery.seller, &self.invoice.customer);
        let account = format!("{} {}", self.words.account, self.invoice.account);
        let mut from: Vec<&str> = vec![&seller.tax_id];
        from.extend(printed(&seller.address));
        from.push(&seller.contact);
        let mut to: Vec<&str> = vec![&customer.tax_id];
        to.extend(printed(&customer.address));
        to.push(&account);
        let middle = (self.paper.left + self.paper.content() * 0.52).round();
        let left = self.paper.left;
        let (words, top) = (self.words, self.y);
        let one = self.party(left, middle - left - pt(14.0), words.seller, &seller.name, &from);
        self.y = top;
        let width = self.paper.right() - middle;
        let other = self.party(middle, width, words.customer, &customer.name, &to);
        self.y = one.max(other) + pt(4.0);
    }

    fn party(&mut self, x: f32, width: f32, label: &str, name: &str, lines: &[&str]) -> f32 {
        self.y += pt(8.0);
        let label_style = self.accent(Style::semibold(8.0));
        self.heading(x, self.y, label_style, label);
        self.y += pt(2.5);
        let mark = self.sheet.leaf(Tag::P);
        let name_style = Style::semibold(10.5);
        for line in self.sheet.fonts.wrap(name, name_style, width) {
            self.y += pt(13.0);
            self.sheet.text(mark, x, self.y, Self::ink(name_style), &line);
        }
        let style = Style::regular(9.0);
        for text in lines.iter().filter(|text| !text.is_empty()) {
            for line in self.sheet.fonts.wrap(text, style, width) {
                self.y += pt(12.0);
                self.sheet.text(mark, x, self.y, Self::ink(style), &line);
            }
        }
        self.y + pt(4.0)
    }

    /// Says that the document no longer stands.
    fn void(&mut self) {
        self.y += pt(16.0);
        let mark = self.sheet.leaf(Tag::P);
        let style = pen(Style::semibold(12.0), ALERT);
        let width = self.paper.content();
        self.sheet.text_fit(mark, self.paper.left, self.y, width, style, self.words.void);
        self.y += pt(6.0);
    }

    /// What people look for first: until when, how much, which number.
    fn band(&mut self) {
        let (words, invoice, locale) = (self.words, self.invoice, self.invoice.locale);
        let number = invoice.number.as_str();
        let cells = if invoice.is_credit_note() {
            [
                (words.issue_date, locale.date(invoice.issued)),
                (words.credited, locale.money(-invoice.total)),
                (words.note_number, number.to_owned()),
            ]
        } else {
            [
                (words.due, locale.date(invoice.due)),
                (words.amount_to_pay, locale.money(invoice.open())),
                (words.invoice_number, number.to_owned()),
            ]
        };
        let (left, content) = (self.paper.left, self.paper.content());
        let height = pt(35.0);
        let band = Area::new(left, self.y, content, height);
        let (tint, edge) = (self.palette.tint, self.palette.title);
        self.sheet.fill(band, tint);
        self.sheet.fill(Area::new(left, self.y, pt(3.0), height), edge);
        let third = (content / 3.0).round();
        let mut x = left + pt(13.0);
        for (label, value) in cells {
            let width = third - pt(20.0);
            let mark = self.sheet.leaf(Tag::P);
            let label_style = Self::grey(Style::regular(8.0));
            self.sheet.text_fit(mark, x, self.y + pt(12.0), width, label_style, label);
            let value_style = Self::ink(Style::semibold(14.0));
            self.sheet.text_whole(mark, x, self.y + pt(28.0), width, value_style, &value);
            x += third;
        }
        self.y += height + pt(9.0);
    }
}
