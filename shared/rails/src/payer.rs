//! Who pays, as banks want it: the tax number without its dots, the address in parts. Both are kept
//! as they are printed, so both are read out of printed lines here, and what cannot be found in
//! them is named.

use std::fmt;

use mensal_domain::charge::Payer;

/// The federative units of Brazil (IBGE), by their letters.
const STATES: [&str; 27] = [
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE",
    "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];
/// How an address ends that names its country.
const COUNTRIES: [&str; 3] = ["BRASIL", "BRAZIL", "BR"];

/// What a bank wants to know of a payer and the printed lines do not say. It quotes none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lacking {
    /// No tax number.
    #[error("the customer has no tax number: write CPF 000.000.000-00 or CNPJ 00.000.000/0000-00")]
    TaxNumber,
    /// Neither a CPF nor a CNPJ.
    #[error("the customer's tax number is neither a CPF of 11 digits nor a CNPJ of 14")]
    NoTaxNumber,
    /// Its check digits are those of another number.
    #[error("the check digits of the customer's tax number are wrong")]
    CheckDigits,
    /// No line that could be a street.
    #[error("the address has no street: it is to be the first line")]
    Street,
    /// No city.
    #[error("the address has no city: write it in one line with its state, as `Curitiba PR`")]
    City,
    /// No state.
    #[error("the address has no state: write it behind the city, as `Curitiba PR`")]
    State,
    /// No postal code.
    #[error("the address has no postal code: write CEP 00000-000")]
    PostalCode,
}

/// A tax number of Brazil, checked. It is never shown by `Debug`: it names a person.
#[derive(Clone, PartialEq, Eq)]
pub enum TaxNumber {
    /// Of a person: 11 digits.
    Cpf(String),
    /// Of a company: 14 digits or, in those given out since July 2026, twelve letters and digits
    /// with two check digits (Instrução Normativa RFB 2.229/2024).
    Cnpj(String),
}

impl TaxNumber {
    /// The number of a payer, as it is printed: `CPF 529.982.247-25`.
    ///
    /// # Errors
    /// [`Lacking`].
    pub fn of(payer: &Payer) -> Result<Self, Lacking> {
        let printed = payer.customer.tax_id.trim().to_ascii_uppercase();
        let label = ["CPF", "CNPJ"].into_iter().find(|label| printed.starts_with(label));
        let number: String = printed[label.map_or(0, str::len)..]
            .chars()
            .filter(|c| !matches!(c, '.' | '-' | '/' | ':') && !c.is_whitespace())
            .collect();
        if number.is_empty() {
            return Err(Lacking::TaxNumber);
        }
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        match (number.len(), label) {
            (11, None | Some("CPF")) if digits(&number) => checked_cpf(number),
            (14, None | Some("CNPJ"))
                if number.bytes().all(|b| b.is_ascii_alphanumeric()) && digits(&number[12..]) =>
            {
                checked_cnpj(number)
            }
            _ => Err(Lacking::NoTaxNumber),
        }
    }

    /// The number without its dots.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cpf(number) | Self::Cnpj(number) => number,
        }
    }
}

impl fmt::Debug for TaxNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpf(_) => "Cpf(…)",
            Self::Cnpj(_) => "Cnpj(…)",
        })
    }
}

/// Weights from the right: 2, 3, …, 10, 11.
fn checked_cpf(number: String) -> Result<TaxNumber, Lacking> {
    // One digit eleven times adds up, and is nobody's.
    let same = number.bytes().all(|b| b == number.as_bytes()[0]);
    let right = !same && check_digits(&number, 9, 11);
    if right { Ok(TaxNumber::Cpf(number)) } else { Err(Lacking::CheckDigits) }
}

/// Weights from the right: 2, 3, …, 9, and again from 2.
fn checked_cnpj(number: String) -> Result<TaxNumber, Lacking> {
    let same = number.bytes().all(|b| b == number.as_bytes()[0]);
    let right = !same && check_digits(&number, 12, 9);
    if right { Ok(TaxNumber::Cnpj(number)) } else { Err(Lacking::CheckDigits) }
}

/// Whether the two last of a number are its check digits: modulus 11, the second one over the
/// first as well. Letters count as their ASCII less that of zero.
fn check_digits(number: &str, length: usize, largest: u32) -> bool {
    let values: Vec<u32> =
        number.bytes().map(|b| u32::from(b).saturating_sub(u32::from(b'0'))).collect();
    [length, length + 1].into_iter().all(|at| {
        let weights = (2..=largest).cycle();
        let sum: u32 = values[..at].iter().rev().zip(weights).map(|(v, weight)| v * weight).sum();
        let check = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        values[at] == check
    })
}

/// An address in parts, as banks ask for it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostalAddress {
    /// Street and number, and what else stands before the city.
    pub street: String,
    /// The district ("bairro"), if a line of its own stands before the city.
    pub district: Option<String>,
    /// The city.
    pub city: String,
    /// Its state, two letters.
    pub state: String,
    /// Its postal code, eight digits.
    pub postal_code: String,
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddress(…)")
    }
}

impl PostalAddress {
    /// The address of a payer out of its printed lines: the street first, then perhaps the
    /// district, the city with its state, and the postal code by itself or in one of these.
    ///
    /// # Errors
    /// [`Lacking`].
    pub fn of(payer: &Payer) -> Result<Self, Lacking> {
        let mut postal_code = None;
        let mut lines: Vec<String> = Vec::new();
        for (at, line) in payer.customer.address.lines.iter().enumerate() {
            let mut rest = line.trim().to_owned();
            if let Some((code, without)) = cut_postal_code(&rest, at == 0) {
                (postal_code, rest) = (Some(code), without);
            }
            if !rest.is_empty() && !COUNTRIES.contains(&rest.to_uppercase().as_str()) {
                lines.push(rest);
            }
        }
        let region = payer.region.as_ref().and_then(|region| {
            // `SP`, or `BR-SP` (ISO 3166-2).
            let letters = region.as_str().rsplit('-').next()?.to_ascii_uppercase();
            STATES.contains(&letters.as_str()).then_some(letters)
        });
        let mut lines = lines.into_iter();
        let street = lines.next().ok_or(Lacking::Street)?;
        let mut lines: Vec<String> = lines.collect();
        let named = lines.iter().rposition(|line| city_and_state(line).is_some());
        let (city, state) = if let Some(at) = named {
            // What stands below the city is none of the address.
            lines.truncate(at + 1);
            let line = lines.pop().unwrap_or_default();
            city_and_state(&line).ok_or(Lacking::City)?
        } else {
            (lines.pop().ok_or(Lacking::City)?, region.ok_or(Lacking::State)?)
        };
        let postal_code = postal_code.ok_or(Lacking::PostalCode)?;
        Ok(Self { street, district: lines.pop(), city, state, postal_code })
    }
}

/// The postal code in a line, as eight digits, and what the line says besides. In the line of the
/// street eight digits by themselves may be anything.
fn cut_postal_code(line: &str, is_street: bool) -> Option<(String, String)> {
    for (at, first) in line.char_indices() {
        let alone = line[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric());
        if !first.is_ascii_digit() || !alone {
            continue;
        }
        let tail = &line[at..];
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(tail.len());
        let found = &tail[..end];
        let code: String = found.chars().filter(char::is_ascii_digit).collect();
        let dashed = found.len() == 9 && found.as_bytes()[5] == b'-';
        if code.len() != 8 || !(dashed || found.len() == 8) {
            continue;
        }
        let before = line[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ':');
        // Letters compared by bytes: "CEP" are three of them.
        let labelled =
            before.len() >= 3 && before.as_bytes()[before.len() - 3..].eq_ignore_ascii_case(b"CEP");
        if is_street && !dashed && !labelled {
            continue;
        }
        let before = if labelled { &before[..before.len() - 3] } else { before };
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '–' | ':' | '/');
        let (before, after) = (before.trim_end_matches(ends), tail[end..].trim_matches(ends));
        let rest = [before, after].into_iter().filter(|part| !part.is_empty());
        return Some((code, rest.collect::<Vec<_>>().join(" ")));
    }
    None
}

/// City and state of a line that ends with the letters of one: `São Paulo SP`, `Recife - PE`,
/// `Natal/RN`.
fn city_and_state(line: &str) -> Option<(String, String)> {
    let parts = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '–' | '/' | '(' | ')');
    let line = line.trim_end_matches(parts);
    let (before, state) = line.rsplit_once(parts)?;
    let city = before.trim_end_matches(parts);
    let known = STATES.contains(&state) && !city.is_empty();
    known.then(|| (city.to_owned(), state.to_owned()))
}

#[cfg(test)]
mod tests {
    use mensal_domain::account::{Address, Customer};

    use super::*;

    fn payer(tax_id: &str, lines: &[&str], region: Option<&str>) -> Payer {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Payer {
            customer: Customer {
                name: "Ana Exemplo".into(),
                tax_id: tax_id.into(),
                address: Address { lines },
            },
            email: String::new(),
            region: region.map(|region| region.parse().unwrap()),
            invoice_number: "1042-261110".into(),
        }
    }

    #[test]
    fn a_tax_number_is_read_as_it_is_printed_and_checked() {
        let cpf = |digits: &str| Ok(TaxNumber::Cpf(digits.into()));
        let cnpj = |digits: &str| Ok(TaxNumber::Cnpj(digits.into()));
        for (printed, want) in [
            ("CPF 529.982.247-25", cpf("52998224725")),
            ("52998224725", cpf("52998224725")),
            (" cpf: 529 982 247 25 ", cpf("52998224725")),
            ("CNPJ 11.222.333/0001-81", cnpj("11222333000181")),
            // The example of the Receita Federal for numbers with letters.
            ("CNPJ 12.ABC.345/01DE-35", cnpj("12ABC34501DE35")),
            ("CPF 529.982.247-26", Err(Lacking::CheckDigits)),
            ("CPF 111.111.111-11", Err(Lacking::CheckDigits)),
            ("CNPJ 11.222.333/0001-80", Err(Lacking::CheckDigits)),
            ("CNPJ 529.982.247-25", Err(Lacking::NoTaxNumber)),
            ("CPF 11.222.333/0001-81", Err(Lacking::NoTaxNumber)),
            ("CNPJ 12.ABC.345/01DE-3X", Err(Lacking::NoTaxNumber)),
            ("CPF 5299822472é", Err(Lacking::NoTaxNumber)),
            ("EIN 12-3456789", Err(Lacking::NoTaxNumber)),
            ("CPF", Err(Lacking::TaxNumber)),
            ("", Err(Lacking::TaxNumber)),
        ] {
            assert_eq!(TaxNumber::of(&payer(printed, &[], None)), want, "{printed}");
        }
    }

    #[test]
    fn an_address_is_read_out_of_its_lines() {
        let cases: [(&[&str], Option<&str>, [&str; 5]); 6] = [
            (
                &["Rua das Flores, 10", "Centro", "São Paulo SP", "CEP 01001-000"],
                None,
                ["Rua das Flores, 10", "Centro", "São Paulo", "SP", "01001000"],
            ),
            (
                &["Av. Beira-Mar, 7 ap. 3", "Recife - PE, 50030-230", "Brasil"],
                None,
                ["Av. Beira-Mar, 7 ap. 3", "", "Recife", "PE", "50030230"],
            ),
            (
                &["Quadra 5, 12345678 fundos", "01001000 Natal/RN"],
                None,
                ["Quadra 5, 12345678 fundos", "", "Natal", "RN", "01001000"],
            ),
            (
                &["Rua 15, 20", "Vila Nova", "Foz do Iguaçu", "CEP: 85851-000"],
                Some("BR-PR"),
                ["Rua 15, 20", "Vila Nova", "Foz do Iguaçu", "PR", "85851000"],
            ),
            (
                &["Rua A, 1", "Bloco B", "Jardim Sul", "Curitiba PR CEP 80010-010"],
                Some("SP"),
                ["Rua A, 1", "Jardim Sul", "Curitiba", "PR", "80010010"],
            ),
            (
                &["Rua A, 1", "Belo Horizonte (MG)", "30110-000"],
                None,
                ["Rua A, 1", "", "Belo Horizonte", "MG", "30110000"],
            ),
        ];
        for (lines, region, [street, district, city, state, code]) in cases {
            let got = PostalAddress::of(&payer("", lines, region)).unwrap();
            let district = (!district.is_empty()).then(|| district.to_owned());
            assert_eq!((got.street.as_str(), got.district), (street, district), "{lines:?}");
            let rest = [got.city.as_str(), &got.state, &got.postal_code];
            assert_eq!(rest, [city, state, code], "{lines:?}");
        }
    }

    #[test]
    fn what_an_address_does_not_say_is_named() {
        let cases: [(&[&str], Option<&str>, Lacking); 5] = [
            (&[], None, Lacking::Street),
            (&["Rua A, 1"], None, Lacking::City),
            (&["Rua A, 1", "Curitiba"], None, Lacking::State),
            (&["Rua A, 1", "Curitiba"], Some("TX"), Lacking::State),
            (&["Rua A, 1", "Curitiba PR"], None, Lacking::PostalCode),
        ];
        for (lines, region, want) in cases {
            let got = PostalAddress::of(&payer("", lines, region));
            assert_eq!(got, Err(want), "{lines:?}");
        }
    }

    #[test]
    fn a_person_is_not_shown() {
        let payer = payer("CPF 529.982.247-25", &["Rua A, 1", "Curitiba PR", "80010-010"], None);
        let shown = format!("{:?} {:?}", TaxNumber::of(&payer), PostalAddress::of(&payer));
        assert!(!shown.contains("529") && !shown.contains("Curitiba"), "{shown}");
    }
}
