//! What the bank gives a payer to pay with.

use mensal_domain::charge::{BoletoCodes, PaymentCodes};
use mensal_rails::{
    boleto::{Boleto, Digits},
    pix::{Charge, NewCode},
};

use super::ledger::Charged;
use crate::stack::Error;

/// A number that no bank has with the clearing house.
const BANK: &str = "999";

/// The codes of a charge.
pub(super) fn codes(charge: &Charged) -> Result<PaymentCodes, Error> {
    let mut codes = PaymentCodes::default();
    match charge.rail() {
        mensal_domain::rail::Rail::Pix => {
            let url = format!("pix.sandbox.example/qr/v2/cobv/{}", charge.reference);
            let code = NewCode {
                charge: Charge::Dynamic { url },
                recurrence_url: None,
                name: "Provedor Exemplo".into(),
                city: "Sao Paulo".into(),
            };
            codes.pix = Some(code.write()?);
        }
        mensal_domain::rail::Rail::Boleto => codes.boleto = Some(boleto(charge)?),
        mensal_domain::rail::Rail::Card => {
            codes.link = Some(format!("https://pay.sandbox.example/{}", charge.reference));
        }
        _ => {}
    }
    Ok(codes)
}

fn boleto(charge: &Charged) -> Result<BoletoCodes, Error> {
    let number = u64::from_str_radix(charge.reference.as_str(), 16)? % 100_000_000_000;
    let free: Digits<25> = format!("00010001{number:011}000001").parse()?;
    let bank: Digits<3> = BANK.parse()?;
    let boleto = Boleto::new(bank, Some(charge.terms.due), charge.terms.amount, free)?;
    Ok(BoletoCodes {
        barcode: boleto.barcode().as_str().parse()?,
        line: boleto.printed_line(),
        bank: format!("{BANK}-0"),
        bank_name: "Banco Exemplo".into(),
        beneficiary: "0001 / 00010001".into(),
        our_number: format!("{number:011}"),
        wallet: "1".into(),
    })
}
