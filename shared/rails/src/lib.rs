//! Rails: how money comes in, as banks and gateways write it. Wire formats only; what they mean
//! for an invoice is decided in the domain.

pub mod amount;
pub mod boleto;
pub mod gateway;
mod hidden;
pub mod http;
pub mod payer;
pub mod pix;
pub mod signature;
