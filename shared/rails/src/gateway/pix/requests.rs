//! What a bank is told of a charge: amounts, days and people as the Central Bank's API 2.9.0 writes
//! them.

use jiff::civil::Date;
use mensal_domain::{
    calendar::{days_after, days_between},
    charge::{LateTerms, Payer},
    money::{Currency, Money},
};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::config::Settings;
use crate::{
    gateway::{Fault, Order},
    payer::{PostalAddress, TaxNumber},
};

/// A fine as a percentage ("multa, percentual").
const FINE_PERCENT: u8 = 2;
/// Interest as a percentage a month, by calendar day ("juros, percentual ao mês, dias corridos").
const INTEREST_PERCENT_A_MONTH: u8 = 3;
/// Letters of what a payer reads.
const LONGEST_NOTE: usize = 140;
/// Letters of a name, a street, a city.
const LONGEST_NAME: usize = 200;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A charge with a due date, which the bank adds fine and interest to.
pub(super) fn due_charge(settings: &Settings, order: &Order) -> Result<Value, Fault> {
    let terms = &order.terms;
    let mut amounts = Map::new();
    amounts.insert("original".into(), in_reais(terms.amount)?.into());
    amounts.extend(late(terms.late)?);
    Ok(json!({
        "calendario": {
            "dataDeVencimento": terms.due.to_string(),
            "validadeAposVencimento": terms.payable_days,
        },
        "devedor": debtor(&order.payer, true)?,
        "valor": amounts,
        "chave": settings.key,
        "solicitacaoPagador": note(settings, &order.payer),
    }))
}

/// A charge to be paid at once, which an overdue one is registered as: the API takes no due date
/// of the past. It bears no fine and no interest; they are for the next invoice.
pub(super) fn immediate_charge(settings: &Settings, order: &Order) -> Result<Value, Fault> {
    Ok(json!({
        "calendario": { "expiracao": lifetime(order, order.today) },
        "devedor": debtor(&order.payer, false)?,
        "valor": { "original": in_reais(order.terms.amount)? },
        "chave": settings.key,
        "solicitacaoPagador": note(settings, &order.payer),
    }))
}

/// How long a charge to be paid at once lives, in seconds from its creation on a day: to the same
/// hour of the day after the last on which it can be paid, and of tomorrow at least.
pub(super) fn lifetime(order: &Order, created: Date) -> i64 {
    let last = days_after(order.terms.due, order.terms.payable_days).max(order.today);
    DAY * (i64::from(days_between(created, last)).max(0) + 1)
}

/// An amount as the API writes it.
///
/// # Errors
/// [`Fault::Refused`] if it is not in reais, or not above zero.
pub(super) fn in_reais(amount: Money) -> Result<String, Fault> {
    if amount.currency() == Currency::BRL && amount.is_positive() {
        return Ok(amount.amount().to_string());
    }
    Err(Fault::Refused("Pix is in reais, above zero".into()))
}

/// Fine and interest, as far as there are any.
fn late(late: LateTerms) -> Result<Map<String, Value>, Fault> {
    let mut amounts = Map::new();
    for (name, kind, percent) in [
        ("multa", FINE_PERCENT, late.fine_percent),
        ("juros", INTEREST_PERCENT_A_MONTH, late.interest_percent),
    ] {
        if !percent.is_zero() {
            let percent = two_decimals(percent)?;
            amounts.insert(name.into(), json!({ "modalidade": kind, "valorPerc": percent }));
        }
    }
    Ok(amounts)
}

/// A percentage as the API writes it.
fn two_decimals(percent: Decimal) -> Result<String, Fault> {
    let mut written = percent;
    written.rescale(2);
    if written == percent && percent > Decimal::ZERO {
        return Ok(written.to_string());
    }
    Err(Fault::Refused("a fine or interest is of two decimals, above zero".into()))
}

/// Who owes, with the address as far as it can be read out of its printed lines: the API does not
/// ask for one.
fn debtor(payer: &Payer, with_address: bool) -> Result<Map<String, Value>, Fault> {
    let mut debtor = person(payer, LONGEST_NAME)?;
    if let Some(address) = PostalAddress::of(payer).ok().filter(|_| with_address) {
        let street = match &address.district {
            Some(district) => format!("{}, {district}", address.street),
            None => address.street.clone(),
        };
        debtor.insert("logradouro".into(), cut(&street, LONGEST_NAME).into());
        debtor.insert("cidade".into(), cut(&address.city, LONGEST_NAME).into());
        debtor.insert("uf".into(), address.state.into());
        debtor.insert("cep".into(), address.postal_code.into());
    }
    Ok(debtor)
}

/// A person or a company: tax number, and name of so many letters.
pub(super) fn person(payer: &Payer, longest: usize) -> Result<Map<String, Value>, Fault> {
    let number = TaxNumber::of(payer).map_err(|why| Fault::Refused(why.to_string()))?;
    let name = cut(&payer.customer.name, longest);
    if name.is_empty() {
        return Err(Fault::Refused("the customer has no name".into()));
    }
    let kind = match number {
        TaxNumber::Cpf(_) => "cpf",
        TaxNumber::Cnpj(_) => "cnpj",
    };
    let mut person = Map::new();
    person.insert(kind.into(), number.as_str().into());
    person.insert("nome".into(), name.into());
    Ok(person)
}

/// What the payer reads: `Fatura 1042-261110`.
pub(super) fn note(settings: &Settings, payer: &Payer) -> String {
    cut(&format!("{} {}", settings.note, payer.invoice_number), LONGEST_NOTE)
}

/// A text of at most so many letters.
pub(super) fn cut(text: &str, longest: usize) -> String {
    let text: String = text.trim().chars().take(longest).collect();
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use mensal_domain::{
        account::{Address, Customer},
        charge::Terms,
    };

    use super::*;

    fn order(due: &str, today: &str) -> Order {
        Order {
            key: "1042/2026-11-10-cycle/pix/1".parse().unwrap(),
            terms: Terms {
                amount: "109.90 BRL".parse().unwrap(),
                due: due.parse().unwrap(),
                payable_days: 30,
                late: LateTerms {
                    fine_percent: "2".parse().unwrap(),
                    interest_percent: "0.50".parse().unwrap(),
                },
            },
            payer: Payer {
                customer: Customer {
                    name: " Ana Exemplo ".into(),
                    tax_id: "CPF 529.982.247-25".into(),
                    address: Address { lines: vec!["Rua A, 1".into(), "Natal RN".into()] },
                },
                email: "ana@correio.example".into(),
                region: None,
                invoice_number: "1042-261110".into(),
            },
            today: today.parse().unwrap(),
        }
    }

    fn settings() -> Settings {
        let text = r#"{"key": "k", "merchant_name": "P", "merchant_city": "C"}"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_charge_says_no_more_than_is_asked_for() {
        let told = due_charge(&settings(), &order("2026-11-20", "2026-11-10")).unwrap();
        let want = json!({
            "calendario": { "dataDeVencimento": "2026-11-20", "validadeAposVencimento": 30 },
            // An address without a postal code is none.
            "devedor": { "cpf": "52998224725", "nome": "Ana Exemplo" },
            "valor": {
                "original": "109.90",
                "multa": { "modalidade": 2, "valorPerc": "2.00" },
                "juros": { "modalidade": 3, "valorPerc": "0.50" },
            },
            "chave": "k",
            "solicitacaoPagador": "Fatura 1042-261110",
        });
        assert_eq!(told, want);
    }

    #[test]
    fn an_immediate_charge_lives_to_the_last_day_on_which_it_can_be_paid() {
        for (due, today, created, days) in [
            ("2026-11-20", "2026-11-25", "2026-11-25", 26),
            ("2026-11-20", "2026-11-27", "2026-11-25", 26),
            ("2026-11-20", "2026-12-20", "2026-12-20", 1),
            ("2026-11-20", "2027-01-20", "2027-01-20", 1),
        ] {
            let order = order(due, today);
            assert_eq!(lifetime(&order, created.parse().unwrap()), days * DAY, "{today}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let good = order("2026-11-20", "2026-11-10");
        let mut cases = vec![good.clone(); 5];
        cases[0].terms.amount = "10.00 USD".parse().unwrap();
        cases[1].terms.amount = "0.00 BRL".parse().unwrap();
        cases[2].terms.late.fine_percent = "1.005".parse().unwrap();
        cases[3].payer.customer.tax_id = String::new();
        cases[4].payer.customer.name = " ".into();
        for case in cases {
            let fault = due_charge(&settings(), &case).unwrap_err();
            assert!(matches!(&fault, Fault::Refused(_)), "{fault}");
        }
    }
}
