//! The table of lines, over as many pages as it takes.

use std::collections::{HashMap, HashSet};

use krilla::tagging::{TableHeaderScope, Tag};
use mensal_domain::{
    ids::SubscriptionId,
    invoice::{Line, LineReason, LineSource},
};

use super::{Layout, pen};
use crate::{
    palette::RULE,
    sheet::{Mark, Pen},
    text::Style,
    units::{Area, pt},
};

const HEAD: f32 = pt(18.0);
const LEADING: f32 = pt(11.5);
/// Above the first and below the last line of a row.
const PADDING: f32 = pt(3.1);
/// From the upper edge of a line of text to where it stands.
const BASELINE: f32 = pt(9.0);
/// From the edge of the table to its text.
const INSET: f32 = pt(6.0);
const GAP: f32 = pt(9.0);

const TEXT: Style = Style::regular(8.8);
const DETAIL: Style = Style::regular(8.0);
const LABEL: Style = Style::semibold(8.0);
const AMOUNT: Style = Style::semibold(8.8);

/// A row that is longer may break over pages.
const KEPT_TOGETHER: usize = 12;

/// The columns, by where their text ends on the right; the first by where it begins.
struct Columns {
    description: f32,
    description_width: f32,
    quantity: f32,
    unit_price: f32,
    amount: f32,
}

const QUANTITY: f32 = pt(48.0);
const UNIT_PRICE: f32 = pt(58.0);
const AMOUNT_WIDTH: f32 = pt(70.0);

/// So many decimals of a quantity are shown.
const QUANTITY_DECIMALS: u32 = 3;
/// So many decimals of a unit price are shown at most.
const PRICE_DECIMALS: u32 = 4;

/// The descriptions that more than one subscription has on an invoice.
type Shared<'a> = HashSet<&'a str>;

/// One line of a description: pieces side by side, each at its distance from the left.
type Pieces = Vec<(f32, Pen, String)>;

impl Layout<'_> {
    fn columns(&self) -> Columns {
        let amount = self.paper.right() - INSET;
        let unit_price = amount - AMOUNT_WIDTH - GAP;
        let quantity = unit_price - UNIT_PRICE - GAP;
        let description = self.paper.left + INSET;
        let description_width = quantity - QUANTITY - GAP - description;
        Columns { description, description_width, quantity, unit_price, amount }
    }

    /// The whole table.
    pub(super) fn lines(&mut self) {
        let columns = self.columns();
        let open = self.sheet.open_group(Tag::Table);
        self.table_head(&columns, true);
        let invoice = self.invoice;
        if invoice.lines.is_empty() {
            self.empty_row(&columns);
        }
        let shared = shared(&invoice.lines);
        for line in &invoice.lines {
            self.row(&columns, &shared, line);
        }
        self.sheet.close_group(open);
        self.y += pt(7.0);
    }

    /// The head of the table; repeated on further pages, where it is no content of its own.
    fn table_head(&mut self, columns: &Columns, first: bool) {
        let words = self.words;
        let currency = self.invoice.locale.currency(self.invoice.currency());
        let amount = format!("{} ({currency})", words.amount);
        let style = pen(Style::semibold(8.6), self.palette.on_main);
        let area = Area::new(self.paper.left, self.y, self.paper.content(), HEAD);
        let main = self.palette.main;
        self.sheet.fill(area, main);
        let y = self.y + pt(12.2);
        let row = first.then(|| self.sheet.open_group(Tag::TR));
        let mark = |layout: &mut Self| -> Option<Mark> {
            first.then(|| layout.sheet.leaf(Tag::TH(TableHeaderScope::Column)))
        };
        let cell = mark(self);
        self.sheet.text(cell, columns.description, y, style, words.description);
        for (right, width, text) in [
            (columns.quantity, QUANTITY, words.quantity),
            (columns.unit_price, UNIT_PRICE, words.unit_price),
            (columns.amount, AMOUNT_WIDTH, amount.as_str()),
        ] {
            let cell = mark(self);
            self.sheet.text_right(cell, right, y, width, style, text);
        }
        if let Some(row) = row {
            self.sheet.close_group(row);
        }
        self.y += HEAD;
    }

    fn row(&mut self, columns: &Columns, shared: &Shared, line: &Line) {
        let pieces = self.describe(line, shared, columns.description_width);
        let row = self.sheet.open_group(Tag::TR);
        let cell = self.sheet.leaf(Tag::TD);
        let mut rest = pieces.as_slice();
        let mut figures = true;
        loop {
            let room = fitting(self.room());
            let take = if rest.len() <= room {
                rest.len()
            } else if rest.len() <= KEPT_TOGETHER || room < 3 {
                self.next_page();
                self.table_head(columns, false);
                continue;
            } else {
                room
            };
            let top = self.y + PADDING + BASELINE;
            let mut y = top;
            for pieces in &rest[..take] {
                for (x, pen, text) in pieces {
                    self.sheet.text(cell, columns.description + x, y, *pen, text);
                }
                y += LEADING;
            }
            if std::mem::take(&mut figures) {
                self.figures(columns, line, top);
            }
            self.y = y - BASELINE + PADDING;
            self.sheet.rule(self.paper.left, self.y, self.paper.content(), RULE);
            rest = &rest[take..];
            if rest.is_empty() {
                break;
            }
        }
        self.sheet.close_group(row);
    }

    /// The description of a line, with what tells it from others and its days behind it or below.
    fn describe(&self, line: &Line, shared: &Shared, width: f32) -> Vec<Pieces> {
        let fonts = self.sheet.fonts;
        let pen = Self::ink(TEXT);
        let text = fonts.wrap(&line.description, TEXT, width);
        let mut end = text.last().map_or(0.0, |last| fonts.width(last, TEXT));
        let mut lines: Vec<Pieces> = text.into_iter().map(|text| vec![(0.0, pen, text)]).collect();

        let mut details = Vec::new();
        if let Some(id) = subscription(line)
            && shared.contains(line.description.as_str())
        {
            details.push((Self::grey(DETAIL), id.to_string()));
        }
        if let Some(label) = self.label(line) {
            details.push((self.accent(LABEL), label.to_owned()));
        }
        let details_of_days = [self.days(line), self.taken_back(line).map(str::to_owned)];
        let days: Vec<String> = details_of_days.into_iter().flatten().collect();
        if !days.is_empty() {
            details.push((Self::grey(DETAIL), days.join(" · ")));
        }
        for (pen, detail) in details {
            let gap = pt(5.0);
            let detail_width = fonts.width(&detail, pen.style);
            match lines.last_mut() {
                Some(last) if end + gap + detail_width <= width => {
                    last.push((end + gap, pen, detail));
                    end += gap + detail_width;
                }
                _ => {
                    for text in fonts.wrap(&detail, pen.style, width) {
                        end = fonts.width(&text, pen.style);
                        lines.push(vec![(0.0, pen, text)]);
                    }
                }
            }
        }
        lines
    }

    /// Marks what lowers the total, and a discount also where it is taken back.
    fn label(&self, line: &Line) -> Option<&'static str> {
        match (&line.source, line.reason) {
            (LineSource::Discount(..), _) => Some(self.words.discount),
            (_, LineReason::Credit) => Some(self.words.credit),
            _ if line.amount.is_negative() => Some(self.words.credit),
            _ => None,
        }
    }

    /// The days that a line is for; how many of how many when they are a part of a period.
    fn days(&self, line: &Line) -> Option<String> {
        let (words, locale, span) = (self.words, self.invoice.locale, line.span?);
        let text = format!("{} – {}", locale.date(span.start()), locale.date(span.last_day()));
        Some(match line.part_of_days {
            Some(of) => format!("{text} · {} {} {of} {}", span.days(), words.of, words.days),
            None => text,
        })
    }

    /// Why a line stands here that bills nothing new.
    fn taken_back(&self, line: &Line) -> Option<&'static str> {
        match (&line.source, line.reason) {
            (_, LineReason::Charge) => None,
            (LineSource::Discount(..), LineReason::Credit) => Some(self.words.discount_taken_back),
            (_, LineReason::Credit) => Some(self.words.charge_taken_back),
        }
    }

    /// The cells right of the description. A discount has an amount only: what it is a part of,
    /// and how often, says nothing to who reads it.
    fn figures(&mut self, columns: &Columns, line: &Line, y: f32) {
        let absent = || "–".to_owned();
        let (quantity, unit_price) = if let LineSource::Discount(..) = line.source {
            (absent(), absent())
        } else {
            (self.quantity(line), self.unit_price(line).unwrap_or_else(absent))
        };
        let amount = self.invoice.locale.amount(line.amount);
        let amount_pen =
            if line.amount.is_negative() { self.accent(AMOUNT) } else { Self::ink(AMOUNT) };
        for (right, width, pen, text) in [
            (columns.quantity, QUANTITY, Self::ink(TEXT), quantity.as_str()),
            (columns.unit_price, UNIT_PRICE, Self::ink(TEXT), &unit_price),
            (columns.amount, AMOUNT_WIDTH, amount_pen, &amount),
        ] {
            let cell = self.sheet.leaf(Tag::TD);
            self.sheet.text_right(cell, right, y, width, pen, text);
        }
    }

    /// How many, rounded for the eye; unless that would make it none.
    fn quantity(&self, line: &Line) -> String {
        let mut shown = line.quantity;
        shown.rescale(shown.scale().min(QUANTITY_DECIMALS));
        let shown = if shown.is_zero() { line.quantity } else { shown };
        self.invoice.locale.number(shown.normalize())
    }

    /// The price of one with the decimals of its currency, and a few more where it has them.
    fn unit_price(&self, line: &Line) -> Option<String> {
        let price = line.unit_price?;
        let digits = self.invoice.currency().digits();
        let mut shown = price;
        shown.rescale(shown.scale().min(PRICE_DECIMALS.max(digits)));
        shown = if shown.is_zero() { price } else { shown }.normalize();
        shown.rescale(shown.scale().max(digits));
        Some(self.invoice.locale.number(shown))
    }

    /// Says that there are no lines.
    fn empty_row(&mut self, columns: &Columns) {
        let row = self.sheet.open_group(Tag::TR);
        let y = self.y + PADDING + BASELINE;
        let cell = self.sheet.leaf(Tag::TD);
        self.sheet.text(cell, columns.description, y, Self::grey(TEXT), self.words.no_lines);
        let (quantity, price) = (columns.quantity, columns.unit_price);
        for right in [quantity, price, columns.amount] {
            let cell = self.sheet.leaf(Tag::TD);
            self.sheet.text_right(cell, right, y, QUANTITY, Self::grey(TEXT), "–");
        }
        self.sheet.close_group(row);
        self.y = y - BASELINE + LEADING + PADDING;
        self.sheet.rule(self.paper.left, self.y, self.paper.content(), RULE);
    }
}

/// The subscription that a line belongs to.
fn subscription(line: &Line) -> Option<&SubscriptionId> {
    match &line.source {
        LineSource::Recurring(id, _) | LineSource::Discount(id, _) | LineSource::Usage(id, _) => {
            Some(id)
        }
        LineSource::OneOff(_) | LineSource::Opening => None,
    }
}

/// The descriptions that do not tell which subscription a line belongs to.
fn shared(lines: &[Line]) -> Shared<'_> {
    let mut first = HashMap::new();
    let mut shared = Shared::new();
    for line in lines {
        let (text, Some(id)) = (line.description.as_str(), subscription(line)) else { continue };
        if *first.entry(text).or_insert(id) != id {
            shared.insert(text);
        }
    }
    shared
}

/// How many lines of a row fit into some room.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates
fn fitting(room: f32) -> usize {
    ((room - 2.0 * PADDING) / LEADING) as usize
}
