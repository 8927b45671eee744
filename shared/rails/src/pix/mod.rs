//! Pix: the BR Code, the text behind a Pix QR and the code that people copy ("copia e cola").
//!
//! A BR Code is an EMV code for merchants (`EMVCo` QRCPS-MPM 1.1): objects of a two-digit id, a
//! two-digit length and a value, closed by a checksum. [`tlv`] reads and writes those of any
//! country; [`BrCode`] is what the Central Bank's manual ("Manual de Padrões para Iniciação do
//! Pix") makes of them: static with a key, dynamic with a location, alone or together with the
//! recurrence of a Pix Automático.

mod br_code;
mod text;
pub mod tlv;
mod txid;

pub use br_code::{BrCode, BrCodeError, Charge, Kind, NewCode};
pub use txid::{InvalidTxid, Txid, txid};
