//! Documents as PDF: the invoice with the codes and the slip that it is paid by.
//!
//! ```text
//! Invoice + Stationery + PaymentCodes -> layout (pages of texts and shapes, structure) -> pdf (krilla) -> bytes
//! ```
//!
//! Every PDF is PDF/A-3a (to be kept for years) and PDF/UA-1 (to be read by everybody), embeds the
//! letters that it uses, and depends on nothing but its input: the same invoice on the same
//! stationery with the same codes gives the same bytes, whenever and wherever it is made.
//!
//! What this crate never does: read a clock, a file or the network; compute money.

mod error;
mod fonts;
mod layout;
mod logo;
mod palette;
mod pdf;
mod sheet;
mod symbol;
mod text;
mod units;
mod words;

// Not called from here: named so that its feature, which makes krilla compress faster, is seen
// to be wanted.
use flate2 as _;
use mensal_domain::{charge::PaymentCodes, invoice::Invoice, stationery::Stationery};

pub use error::DocumentError;

use crate::{fonts::Fonts, layout::PaperSize, pdf::About, words::Words};

/// The PDF of an invoice or a credit note, in the invoice's language, on the stationery's paper,
/// with the codes that it can be paid by: the Pix code, the boleto in the place of the slip for
/// cheques, the link. They are printed only while the invoice asks for money.
///
/// # Errors
/// [`DocumentError`] if the amounts cannot be summed, the logo cannot be drawn or the Pix code is
/// none. Other text never fails: what the fonts lack is printed as a visible substitute.
pub fn invoice_pdf(
    invoice: &Invoice,
    stationery: &Stationery,
    codes: &PaymentCodes,
) -> Result<Vec<u8>, DocumentError> {
    let fonts = Fonts::shared()?;
    let sheet = layout::invoice(invoice, stationery, codes, fonts)?;
    let words = Words::of(invoice.locale);
    let title = if invoice.is_credit_note() { words.credit_note } else { words.invoice };
    let seller = &stationery.seller;
    let about = About {
        title: format!("{title} {} · {}", invoice.number, seller.name),
        author: &seller.name,
        locale: invoice.locale,
        date: invoice.issued,
        logo: &seller.logo,
    };
    pdf::write(sheet, PaperSize::of(stationery.paper), about)
}

#[cfg(test)]
mod tests;
