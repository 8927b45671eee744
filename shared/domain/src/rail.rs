//! Rails: the ways in which money comes in.

use serde::{Deserialize, Serialize};

use crate::money::Currency;

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rail {
    /// A slip with a barcode that any Brazilian bank takes.
    Boleto,
    /// An instant transfer by QR code (Banco Central do Brasil).
    Pix,
    /// A recurrence that the payer has authorised at their bank, by which Pix is collected.
    PixAutomatico,
    /// A credit or debit card.
    Card,
    /// A debit of a bank account: ACH, SEPA, débito automático.
    BankDebit,
    /// Notes and coins.
    Cash,
    /// A cheque.
    Cheque,
    /// A transfer that the payer orders by themselves.
    Wire,
}

/// Not the name of a rail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no rail: use boleto, pix, pix_automatico, card, bank_debit, cash, cheque or wire"
)]
pub struct UnknownRail(String);

impl Rail {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Boleto,
        Self::Pix,
        Self::PixAutomatico,
        Self::Card,
        Self::BankDebit,
        Self::Cash,
        Self::Cheque,
        Self::Wire,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boleto => "boleto",
            Self::Pix => "pix",
            Self::PixAutomatico => "pix_automatico",
            Self::Card => "card",
            Self::BankDebit => "bank_debit",
            Self::Cash => "cash",
            Self::Cheque => "cheque",
            Self::Wire => "wire",
        }
    }

    /// Whether the payer starts the payment, from a code or a page that an invoice carries: such a
    /// rail has a charge registered for each invoice. A card is typed in on the gateway's page, or
    /// is stored and collected from.
    #[must_use]
    pub fn is_offered(self) -> bool {
        matches!(self, Self::Boleto | Self::Pix | Self::Card)
    }

    /// Whether we start the payment, from a method that the payer has stored.
    #[must_use]
    pub fn is_collected(self) -> bool {
        matches!(self, Self::PixAutomatico | Self::Card | Self::BankDebit)
    }

    /// Whether money of a currency moves on it. Boletos are in reais (FEBRABAN, "Layout padrão de
    /// arrecadação", currency code 9), and so is all Pix (Banco Central do Brasil, Regulamento do
    /// Pix).
    #[must_use]
    pub fn takes(self, currency: Currency) -> bool {
        match self {
            Self::Boleto | Self::Pix | Self::PixAutomatico => currency == Currency::BRL,
            _ => true,
        }
    }
}

impl std::fmt::Display for Rail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Rail {
    type Err = UnknownRail;
    fn from_str(text: &str) -> Result<Self, UnknownRail> {
        let named = Self::ALL.into_iter().find(|rail| rail.as_str() == text);
        named.ok_or_else(|| UnknownRail(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rail_is_read_by_its_name_which_is_how_it_is_stored() {
        for rail in Rail::ALL {
            assert_eq!(rail.as_str().parse(), Ok(rail));
            assert_eq!(serde_json::to_value(rail).unwrap(), rail.as_str());
            assert_eq!(rail.is_offered() && rail.is_collected(), rail == Rail::Card);
        }
        assert!(Rail::Card.takes(Currency::USD) && Rail::Pix.takes(Currency::BRL));
        assert!(!Rail::Boleto.takes(Currency::USD) && !Rail::PixAutomatico.takes(Currency::USD));
        let error = "Pix".parse::<Rail>().unwrap_err().to_string();
        assert!(error.contains("use boleto, pix"), "{error}");
    }
}
