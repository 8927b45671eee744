//! The ways to pay that are printed at the foot of the last page.
//!
//! A section takes the full width of the sheet and stands on its lower edge, where it is cut off;
//! what comes before ends above it. What is scanned or clicked stands above the section, in what
//! is left free between the content and the foot. All of it stands on one page: on a further one
//! when there is no room under the content.

use krilla::tagging::Tag;
use mensal_domain::charge::BoletoCodes;

use super::{Layout, boleto};
use crate::{
    error::DocumentError,
    palette::GREY,
    sheet::Shape,
    text::Style,
    units::{inch, pt},
};

/// A part of the last page to be cut off and handed in with the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PaymentSection<'a> {
    /// Goes into a window envelope together with a cheque.
    RemittanceSlip,
    /// Goes to a bank.
    Boleto(&'a BoletoCodes),
}

impl PaymentSection<'_> {
    /// From the cut to the lower edge of the sheet.
    pub(super) const fn height(self) -> f32 {
        match self {
            // 3-2/3 in: with 3-7/8 in, the envelope leaves it room to slide in.
            Self::RemittanceSlip => inch(11.0 / 3.0),
            Self::Boleto(_) => boleto::HEIGHT,
        }
    }
}

impl<'a> Layout<'a> {
    /// What is cut off. Where a code is there to be paid by, nobody pays by cheque: those codes
    /// are Brazil's.
    fn payment_section(&self) -> Option<PaymentSection<'a>> {
        match (&self.codes.boleto, &self.codes.pix) {
            (Some(boleto), _) => Some(PaymentSection::Boleto(boleto)),
            (None, Some(_)) => None,
            (None, None) => Some(PaymentSection::RemittanceSlip),
        }
    }

    /// Places the ways to pay, on a further page if there is no room under the content. Codes are
    /// there again once what was to be charged by itself could not be.
    ///
    /// # Errors
    /// [`DocumentError::Pix`].
    pub(super) fn payment(&mut self) -> Result<(), DocumentError> {
        if !self.asks_for_payment() {
            return Ok(());
        }
        if let Some(collected) = self.invoice.collected.as_ref().filter(|_| self.codes.is_empty()) {
            self.collected(collected);
            return Ok(());
        }
        let section = self.payment_section();
        let height = section.map(PaymentSection::height);
        let lowest = height.map_or(self.paper.bottom(), |height| self.paper.bottom_above(height));
        let pix = self.codes.pix.as_deref().map(|code| self.measured_pix(code)).transpose()?;
        let end = |layout: &Self| pix.as_ref().map_or(layout.y, |pix| layout.pix_end(pix));
        if end(self) > lowest {
            self.next_page();
        }
        if let Some(pix) = pix {
            self.pix(pix, section.map(|_| lowest));
        }
        if let Some(section) = section {
            self.draw_section(section);
        }
        Ok(())
    }

    fn draw_section(&mut self, section: PaymentSection<'_>) {
        let height = section.height();
        let top = self.paper.height - height;
        let page = self.sheet.page();
        (page.foot, page.cut_off) = (self.paper.foot_above(height), true);
        match section {
            PaymentSection::RemittanceSlip => {
                self.cut(top, self.words.detach);
                self.slip(top);
            }
            PaymentSection::Boleto(boleto) => {
                self.receipt(self.paper.foot_above(height), boleto);
                self.cut(top, self.words.cut);
                self.boleto(top, boleto);
            }
        }
    }

    /// The line to cut along.
    fn cut(&mut self, y: f32, detach: &str) {
        let width = self.paper.width;
        self.sheet.page().shapes.push(Shape::Cut { x: 0.0, y, width });
        let pen = super::pen(Style::regular(7.5), GREY);
        let (right, half) = (self.paper.right(), self.paper.content() * 0.6);
        let mark = self.sheet.leaf(Tag::P);
        self.sheet.text_right(mark, right, y - pt(6.0), half, pen, detach);
    }
}
