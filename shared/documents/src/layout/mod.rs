//! Where everything stands on an invoice.
//!
//! From top to bottom: [`head`] (logo, title, who bills whom, the band with what people look for
//! first), [`table`] (the lines), [`totals`] (the sums and the account), [`message`] (the
//! issuer's), and at the foot of the last page the ways to pay ([`payment`]): the Pix code ([`pix`]),
//! a link ([`online`]), and what is cut off, a boleto ([`boleto`]) or a slip for a cheque ([`slip`]);
//! in the place of all of them, what is going to be charged by itself ([`collected`]).

mod boleto;
mod collected;
mod head;
mod message;
mod online;
mod page;
mod payment;
mod pix;
mod slip;
mod table;
mod totals;

use mensal_domain::{
    charge::PaymentCodes,
    invoice::{Invoice, InvoiceStatus},
    stationery::Stationery,
};

pub(crate) use page::PaperSize;

use crate::{
    error::DocumentError,
    fonts::Fonts,
    palette::{GREY, INK, Palette, Rgb},
    sheet::{Pen, Sheet},
    text::Style,
    words::Words,
};

/// An invoice while it is being laid out.
pub(crate) struct Layout<'a> {
    invoice: &'a Invoice,
    stationery: &'a Stationery,
    codes: &'a PaymentCodes,
    words: &'static Words,
    palette: Palette,
    paper: PaperSize,
    sheet: Sheet,
    /// Where the next thing goes.
    y: f32,
    /// Where the column on the right of this page ends, that of the sums: on the left, `y` may
    /// reach lower.
    sums_end: f32,
}

/// Lays out an invoice.
pub(crate) fn invoice(
    invoice: &Invoice,
    stationery: &Stationery,
    codes: &PaymentCodes,
    fonts: &'static Fonts,
) -> Result<Sheet, DocumentError> {
    let mut layout = Layout {
        invoice,
        stationery,
        codes,
        words: Words::of(invoice.locale),
        palette: Palette::new(stationery.seller.color),
        paper: PaperSize::of(stationery.paper),
        sheet: Sheet::new(fonts),
        y: 0.0,
        sums_end: 0.0,
    };
    layout.first_page();
    layout.head();
    layout.lines();
    layout.sums()?;
    layout.payment()?;
    layout.page_numbers();
    Ok(layout.sheet)
}

impl Layout<'_> {
    /// What the document is called.
    fn title(&self) -> &'static str {
        if self.invoice.is_credit_note() { self.words.credit_note } else { self.words.invoice }
    }

    /// Whether it asks for money: what was paid since is not to be paid twice.
    fn asks_for_payment(&self) -> bool {
        self.invoice.open().is_positive() && self.invoice.status == InvoiceStatus::Issued
    }

    fn ink(style: Style) -> Pen {
        Pen { style, color: INK }
    }

    fn grey(style: Style) -> Pen {
        Pen { style, color: GREY }
    }

    fn accent(&self, style: Style) -> Pen {
        Pen { style, color: self.palette.title }
    }
}

const fn pen(style: Style, color: Rgb) -> Pen {
    Pen { style, color }
}
