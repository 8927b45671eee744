//! `boleto`: reads and writes the digits of a bank slip, for the support desk.

use jiff::civil::Date;
use mensal_domain::money::{Currency, Money};
use mensal_rails::boleto::{Boleto, DueFactor};
use serde_json::json;

use super::{Failed, say, today};
use crate::cli::{BoletoCommand, ReadBoleto, WriteBoleto};

pub(crate) fn boleto(command: &BoletoCommand) -> Result<(), Failed> {
    let (boleto, today) = match command {
        BoletoCommand::Read(options) => read(options)?,
        BoletoCommand::Write(options) => (write(options)?, options.due.unwrap_or_else(today)),
    };
    let due = boleto.due().map(|factor| factor.nearest_to(today));
    let told = json!({
        "bank": boleto.bank(),
        "amount": boleto.amount().amount().to_string(),
        "due_date": due,
        "factor": format!("{:04}", boleto.due().map_or(0, DueFactor::number)),
        "campo_livre": boleto.free_field(),
        "barcode": boleto.barcode(),
        "linha_digitavel": boleto.printed_line(),
    });
    Ok(say(&format!("{told:#}\n"))?)
}

/// What the digits say, and the day that their due date is near to.
fn read(options: &ReadBoleto) -> Result<(Boleto, Date), Failed> {
    let digits = options.digits.concat();
    Ok((digits.parse()?, options.on.unwrap_or_else(today)))
}

fn write(options: &WriteBoleto) -> Result<Boleto, Failed> {
    let amount = Money::exact(options.amount, Currency::BRL)?;
    Ok(Boleto::new(options.bank, options.due, amount, options.campo_livre)?)
}
