//! The invoice's note and the issuer's message: beside the sums when it is short, over pages when it is long.

use krilla::tagging::Tag;

use super::{Layout, pen};
use crate::{
    palette::{NOTE, NOTE_LINE, NOTE_TITLE},
    sheet::{Mark, Shape},
    text::Style,
    units::{Area, pt},
};

const TEXT: Style = Style::regular(8.6);
const LEADING: f32 = pt(11.4);
const PADDING: f32 = pt(8.0);
const TITLE: f32 = pt(12.5);
/// So many lines stand beside the sums; more get the full width below.
const BESIDE: usize = 11;

impl Layout<'_> {
    /// Places the message in the left column from here on if it is short enough, and below
    /// everything otherwise. `other_end` is where the right column ends; returns where it ends
    /// with the message.
    pub(super) fn message_beside(&mut self, width: f32, other_end: f32) -> f32 {
        let lines = self.message_lines(width);
        if lines.is_empty() {
            self.y = self.y.max(other_end);
            return other_end;
        }
        if lines.len() <= BESIDE && box_height(lines.len()) <= self.room() {
            self.y += pt(4.0);
            self.message_box(width, &lines, None);
            self.y = self.y.max(other_end);
            return other_end;
        }
        self.y = self.y.max(other_end) + pt(12.0);
        let width = self.paper.content();
        let lines = self.message_lines(width);
        let mut rest = lines.as_slice();
        let mut mark = None;
        while !rest.is_empty() {
            let room = self.room() - box_height(0);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a cast saturates
            let fitting = (room / LEADING) as usize;
            if fitting < rest.len().min(3) {
                self.next_page();
                continue;
            }
            let (now, later) = rest.split_at(fitting.min(rest.len()));
            mark = Some(self.message_box(width, now, mark));
            rest = later;
        }
        self.y
    }

    fn message_lines(&self, width: f32) -> Vec<String> {
        let message = self.stationery.message.trim();
        let width = width - 2.0 * PADDING;
        // What is told to this customer alone comes first.
        let told = [self.invoice.note.as_deref().unwrap_or_default(), message];
        let told = told.into_iter().filter(|told| !told.is_empty()).collect::<Vec<_>>();
        told.join("\n\n")
            .lines()
            .flat_map(|line| self.sheet.fonts.wrap(line, TEXT, width))
            .collect()
    }

    /// One box, the first or a further one of the same message.
    fn message_box(&mut self, width: f32, lines: &[String], of: Option<Mark>) -> Mark {
        let left = self.paper.left;
        let area = Area::new(left, self.y, width, box_height(lines.len()));
        self.sheet.fill(area, NOTE);
        self.sheet.page().shapes.push(Shape::Frame(area, NOTE_LINE));
        let x = left + PADDING;
        let mut y = self.y + PADDING + pt(7.0);
        let title = self.words.message;
        let title_pen = pen(Style::semibold(8.8), NOTE_TITLE);
        let mark = if let Some(mark) = of {
            self.sheet.text(None, x, y, title_pen, title);
            mark
        } else {
            self.heading(x, y, title_pen, title);
            self.sheet.leaf(Tag::P)
        };
        y += TITLE;
        for line in lines {
            self.sheet.text(mark, x, y, Self::ink(TEXT), line);
            y += LEADING;
        }
        self.y = area.bottom();
        mark
    }
}

#[allow(clippy::cast_precision_loss)] // lines of one page
fn box_height(lines: usize) -> f32 {
    2.0 * PADDING + TITLE + lines as f32 * LEADING - pt(4.0)
}
