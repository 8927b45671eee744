//! What a payer needs to pay: the boleto's digits, the Pix code, the page.

use mensal_domain::{
    charge::{BoletoCodes, PaymentCodes},
    rail::Rail,
};

use super::{
    Asaas, api,
    wire::{IdentificationField, Payment, PixQrCode},
};
use crate::{
    boleto::Boleto,
    gateway::{Fault, Registered},
};

/// The banks that Asaas issues boletos through; its own number is 461.
const BANKS: [(&str, &str); 6] = [
    ("001", "Banco do Brasil S.A."),
    ("033", "Banco Santander (Brasil) S.A."),
    ("237", "Banco Bradesco S.A."),
    ("274", "BMP Sociedade de Crédito Direto S.A."),
    ("341", "Itaú Unibanco S.A."),
    ("461", "Asaas I.P. S.A."),
];

impl Asaas {
    /// A payment as a charge, with its codes, which Asaas gives out one by one.
    pub(super) async fn registered(
        &self,
        payment: &Payment,
        rail: Rail,
    ) -> Result<Registered, Fault> {
        let mut codes = PaymentCodes { link: payment.invoice_url.clone(), ..Default::default() };
        match rail {
            Rail::Boleto => {
                let path = api::payment(&payment.id, "/identificationField")?;
                codes.boleto = Some(self.boleto(&self.api.get(&path).await?)?);
            }
            Rail::Pix => {
                let path = api::payment(&payment.id, "/pixQrCode")?;
                codes.pix = Some(self.api.get::<PixQrCode>(&path).await?.payload);
            }
            _ => {}
        }
        Ok(Registered { reference: Some(payment.id.clone()), called_by_reference: false, codes })
    }

    /// A boleto as it is printed.
    fn boleto(&self, told: &IdentificationField) -> Result<BoletoCodes, Fault> {
        let wrong = |what: &str| Fault::Unknown(format!("the boleto's {what} cannot be right"));
        let boleto: Boleto = told.barcode.parse().map_err(|_| wrong("barcode"))?;
        let line: Boleto = told.line.parse().map_err(|_| wrong("line"))?;
        if line != boleto {
            return Err(wrong("line, which is another boleto's,"));
        }
        let barcode = boleto.barcode();
        let bank = boleto.bank();
        let named = BANKS.into_iter().find(|(number, _)| *number == bank.as_str());
        Ok(BoletoCodes {
            barcode: barcode.as_str().parse().map_err(|_| wrong("barcode"))?,
            line: boleto.printed_line(),
            bank: with_check_digit(bank.as_str()),
            bank_name: named.map_or_else(|| format!("Banco {bank}"), |(_, name)| name.into()),
            beneficiary: self.beneficiary.clone(),
            our_number: told.our_number.clone(),
            wallet: String::new(),
        })
    }
}

/// A bank's number as boletos print it, `341-7`: modulo 11 with weights 4, 3, 2 (FEBRABAN).
fn with_check_digit(bank: &str) -> String {
    let digits = bank.bytes().map(|digit| u32::from(digit.wrapping_sub(b'0')));
    let sum: u32 = digits.zip([4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    let check = match 11 - sum % 11 {
        11 => "0".into(),
        10 => "X".into(),
        digit => digit.to_string(),
    };
    format!("{bank}-{check}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_are_printed_with_their_check_digits() {
        for want in ["001-9", "033-7", "077-9", "237-2", "341-7", "748-X", "756-0"] {
            assert_eq!(with_check_digit(&want[..3]), want);
        }
    }
}
