//! The ways to pay that are printed at the foot of the last page.
//!
//! A section takes the full width of the sheet and stands on its lower edge, where it is cut off;
//! what comes before ends above it, and moves it to a further page when there is no room. A
//! boleto's slip is such a section: one more variant of [`PaymentSection`], with its own module
//! beside [`super::slip`]. A Pix QR code is not cut off: it belongs above the section, into what
//! [`Layout::payment`] leaves free between the content and the foot.

use krilla::tagging::Tag;

use super::Layout;
use crate::{
    palette::GREY,
    sheet::Shape,
    text::Style,
    units::{inch, pt},
};

/// A part of the last page to be cut off and handed in with the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PaymentSection {
    /// Goes into a window envelope together with a cheque.
    RemittanceSlip,
}

impl PaymentSection {
    /// From the cut to the lower edge of the sheet.
    pub(super) const fn height(self) -> f32 {
        match self {
            // 3-2/3 in: with 3-7/8 in, the envelope leaves it room to slide in.
            Self::RemittanceSlip => inch(11.0 / 3.0),
        }
    }
}

impl Layout<'_> {
    /// How this invoice can be paid, if it asks for a payment at all.
    fn payment_section(&self) -> Option<PaymentSection> {
        self.asks_for_payment().then_some(PaymentSection::RemittanceSlip)
    }

    /// Places the section, on a further page if there is no room under the content.
    pub(super) fn payment(&mut self) {
        let Some(section) = self.payment_section() else { return };
        let height = section.height();
        if self.y > self.paper.bottom_above(height) {
            self.next_page();
        }
        let top = self.paper.height - height;
        let page = self.sheet.page();
        (page.foot, page.cut_off) = (self.paper.foot_above(height), true);
        self.cut(top);
        match section {
            PaymentSection::RemittanceSlip => self.slip(top),
        }
    }

    /// The line to cut along.
    fn cut(&mut self, y: f32) {
        let width = self.paper.width;
        self.sheet.page().shapes.push(Shape::Cut { x: 0.0, y, width });
        let pen = super::pen(Style::regular(7.5), GREY);
        let (right, half) = (self.paper.right(), self.paper.content() * 0.6);
        let detach = self.words.detach;
        let mark = self.sheet.leaf(Tag::P);
        self.sheet.text_right(mark, right, y - pt(6.0), half, pen, detach);
    }
}
