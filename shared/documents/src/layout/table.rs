//! The table of lines, over as many pages as it takes.

use krilla::tagging::{TableHeaderScope, Tag};
use mensal_domain::invoice::{Line, LineReason, LineSource};

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
    category: f32,
    category_width: f32,
    amount: f32,
}

const QUANTITY: f32 = pt(32.0);
const UNIT_PRICE: f32 = pt(58.0);
const CATEGORY: f32 = pt(62.0);
const AMOUNT_WIDTH: f32 = pt(70.0);

/// One line of a description: pieces side by side, each at its distance from the left.
type Pieces = Vec<(f32, Pen, String)>;

impl Layout<'_> {
    fn columns(&self) -> Columns {
        let amount = self.paper.right() - INSET;
        let category = amount - AMOUNT_WIDTH - GAP;
        let unit_price = category - CATEGORY - GAP;
        let quantity = unit_price - UNIT_PRICE - GAP;
        let description = self.paper.left + INSET;
        let description_width = quantity - QUANTITY - GAP - description;
        let category_width = CATEGORY;
        Columns {
            description,
            description_width,
            quantity,
            unit_price,
            category,
            category_width,
            amount,
        }
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
        for line in &invoice.lines {
            self.row(&columns, line);
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
            (columns.category, columns.category_width, words.category),
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

    fn row(&mut self, columns: &Columns, line: &Line) {
        let pieces = self.describe(line, columns.description_width);
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

    /// The description of a line, with its days behind it or below it.
    fn describe(&self, line: &Line, width: f32) -> Vec<Pieces> {
        let fonts = self.sheet.fonts;
        let pen = Self::ink(TEXT);
        let text = fonts.wrap(&line.description, TEXT, width);
        let mut end = text.last().map_or(0.0, |last| fonts.width(last, TEXT));
        let mut lines: Vec<Pieces> = text.into_iter().map(|text| vec![(0.0, pen, text)]).collect();

        let mut details = Vec::new();
        if let Some(label) = self.label(line) {
            details.push((self.accent(LABEL), label.to_owned()));
        }
        if let Some(days) = self.days(line) {
            details.push((Self::grey(DETAIL), days));
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

    /// Marks what lowers the total.
    fn label(&self, line: &Line) -> Option<&'static str> {
        match (&line.source, line.reason) {
            (_, LineReason::Credit) => Some(self.words.credit),
            (LineSource::Discount(..), _) => Some(self.words.discount),
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

    /// The cells right of the description.
    fn figures(&mut self, columns: &Columns, line: &Line, y: f32) {
        let locale = self.invoice.locale;
        let quantity = locale.number(line.quantity.normalize());
        let unit_price = line.unit_price.map_or_else(
            || "–".to_owned(),
            |mut price| {
                price = price.normalize();
                price.rescale(price.scale().max(self.invoice.currency().digits()));
                locale.number(price)
            },
        );
        let amount = locale.amount(line.amount);
        let amount_pen =
            if line.amount.is_negative() { self.accent(AMOUNT) } else { Self::ink(AMOUNT) };
        for (right, width, pen, text) in [
            (columns.quantity, QUANTITY, Self::ink(TEXT), quantity.as_str()),
            (columns.unit_price, UNIT_PRICE, Self::ink(TEXT), &unit_price),
            (columns.category, columns.category_width, Self::grey(TEXT), line.category.as_str()),
            (columns.amount, AMOUNT_WIDTH, amount_pen, &amount),
        ] {
            let cell = self.sheet.leaf(Tag::TD);
            self.sheet.text_right(cell, right, y, width, pen, text);
        }
    }

    /// Says that there are no lines.
    fn empty_row(&mut self, columns: &Columns) {
        let row = self.sheet.open_group(Tag::TR);
        let y = self.y + PADDING + BASELINE;
        let cell = self.sheet.leaf(Tag::TD);
        self.sheet.text(cell, columns.description, y, Self::grey(TEXT), self.words.no_lines);
        let (quantity, price) = (columns.quantity, columns.unit_price);
        for right in [quantity, price, columns.category, columns.amount] {
            let cell = self.sheet.leaf(Tag::TD);
            self.sheet.text_right(cell, right, y, QUANTITY, Self::grey(TEXT), "–");
        }
        self.sheet.close_group(row);
        self.y = y - BASELINE + LEADING + PADDING;
        self.sheet.rule(self.paper.left, self.y, self.paper.content(), RULE);
    }
}

/// How many lines of a row fit into some room.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates
fn fitting(room: f32) -> usize {
    ((room - 2.0 * PADDING) / LEADING) as usize
}
