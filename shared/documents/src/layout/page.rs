//! The paper, its margins, and what repeats on every page.

use krilla::tagging::Tag;
use mensal_domain::stationery::Paper;

use super::Layout;
use crate::{
    palette::RULE,
    text::Style,
    units::{inch, mm, pt},
};

/// A sheet of paper in units, with its margins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PaperSize {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// Where content begins.
    pub(super) left: f32,
}

/// Left and right.
const SIDE: f32 = pt(41.0);
const TOP: f32 = pt(30.0);
/// From the line of the page number to the lower edge.
const FOOT: f32 = pt(26.0);
/// From the content to the line of the page number.
const ABOVE_FOOT: f32 = pt(16.0);
/// From line to line of what stands above and below the content.
const LINE: f32 = pt(9.5);

impl PaperSize {
    pub(crate) fn of(paper: Paper) -> Self {
        let (width, height) = match paper {
            Paper::A4 => (mm(210.0), mm(297.0)),
            Paper::Letter => (inch(8.5), inch(11.0)),
        };
        Self { width: width.round(), height: height.round(), left: SIDE }
    }

    /// Where content ends.
    pub(super) fn right(self) -> f32 {
        self.width - SIDE
    }

    /// The width of the content.
    pub(super) fn content(self) -> f32 {
        self.width - 2.0 * SIDE
    }

    /// The lowest that content reaches on a page with nothing at its foot.
    pub(super) fn bottom(self) -> f32 {
        self.height - FOOT - ABOVE_FOOT
    }

    /// The lowest that content reaches above a payment section of some height.
    pub(super) fn bottom_above(self, section: f32) -> f32 {
        self.height - section - pt(6.0) - ABOVE_FOOT
    }

    /// The line of the page number above a payment section of some height.
    pub(super) fn foot_above(self, section: f32) -> f32 {
        self.height - section - pt(6.0)
    }
}

impl Layout<'_> {
    pub(super) fn first_page(&mut self) {
        self.sheet.start_page(self.paper.height - FOOT);
        self.y = TOP;
    }

    /// Starts a page that continues the document.
    pub(super) fn next_page(&mut self) {
        self.sheet.start_page(self.paper.height - FOOT);
        let (left, right, content) = (self.paper.left, self.paper.right(), self.paper.content());
        let pen = Self::grey(Style::regular(8.5));
        let (words, number) = (self.words, &self.invoice.number);
        let title = format!("{} · {} {number}", self.title(), words.number);
        let y = TOP + pt(8.0);
        let half = content / 2.0 - pt(10.0);
        self.sheet.text_right(None, right, y, half, pen, &title);
        let mut y = y - LINE;
        for line in self.sheet.fonts.wrap(&self.stationery.seller.name, pen.style, half) {
            y += LINE;
            self.sheet.text(None, left, y, pen, &line);
        }
        self.sheet.rule(left, y + pt(6.0), content, RULE);
        self.y = y + pt(18.0);
        self.sums_end = self.y;
    }

    /// How much room is left above the foot of this page.
    pub(super) fn room(&self) -> f32 {
        self.paper.bottom() - self.y
    }

    /// Starts a page unless there is room for so much.
    pub(super) fn need(&mut self, height: f32) {
        if self.room() < height {
            self.next_page();
        }
    }

    /// Writes "Page x of y" on every page, now that y is known.
    pub(super) fn page_numbers(&mut self) {
        let seller = &self.stationery.seller;
        let issuer = [seller.name.as_str(), seller.tax_id.as_str()];
        let issuer: Vec<_> = issuer.into_iter().filter(|text| !text.is_empty()).collect();
        let issuer = issuer.join(" · ");
        let pen = Self::grey(Style::regular(7.5));
        let (left, right, third) =
            (self.paper.left, self.paper.right(), self.paper.content() / 3.0);
        let count = self.sheet.pages.len();
        // Two lines are what there is room for above the foot.
        let (issuer, style) = self.sheet.fonts.fit_lines(&issuer, pen.style, 2.0 * third, 2);
        let issuer_pen = super::pen(style, pen.color);
        let pages = std::mem::take(&mut self.sheet.pages);
        for (index, page) in pages.into_iter().enumerate() {
            let (foot, cut_off) = (page.foot, page.cut_off);
            self.sheet.pages.push(page);
            let number = format!("{} {} {} {count}", self.words.page, index + 1, self.words.of);
            self.sheet.text_fit(None, left, foot, third, pen, &number);
            if !cut_off {
                #[allow(clippy::cast_precision_loss)] // two lines
                let mut y = foot - (issuer.len() - 1) as f32 * LINE;
                for line in &issuer {
                    self.sheet.text_right(None, right, y, 2.0 * third, issuer_pen, line);
                    y += LINE;
                }
            }
        }
    }

    /// A heading of the second rank.
    pub(super) fn heading(&mut self, x: f32, y: f32, pen: crate::sheet::Pen, text: &str) {
        let level = const { std::num::NonZeroU16::MIN.saturating_add(1) };
        let mark = self.sheet.leaf(Tag::Hn(level, Some(text.into())));
        self.sheet.text(mark, x, y, pen, text);
    }
}
