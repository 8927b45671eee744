//! Rails: how money comes in, as banks and gateways write it. Wire formats only; what they mean
//! for an invoice is decided in the domain.

pub mod boleto;
pub mod pix;
pub mod signature;
