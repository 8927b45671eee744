//! Why a document could not be made.

use mensal_domain::money::MoneyError;

/// Why a document could not be made. None of these goes away by trying again.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The amounts of the invoice cannot be summed.
    #[error("the invoice cannot be summed: {0}")]
    Money(#[from] MoneyError),
    /// The logo of the stationery is not the path data that it should be.
    #[error(
        "the logo's path data cannot be drawn at `{near}`: use absolute M, L, H, V, C, Q and Z \
         with finite numbers in a box of 100 by 100"
    )]
    Logo {
        /// The place in the path data, cut short.
        near: String,
    },
    /// The text of a Pix code is empty, or longer than a code may be.
    #[error("the Pix code has {bytes} bytes: there must be 1 to 512")]
    Pix {
        /// So many it has.
        bytes: usize,
    },
    /// The fonts inside the program cannot be read: the program was built wrongly.
    #[error("the built-in font {0} cannot be read")]
    Font(&'static str),
    /// The PDF would break a rule of PDF/A-3a or PDF/UA-1, or could not be written.
    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}
