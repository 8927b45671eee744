//! The options of the commands that read and write payment codes.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use mensal_rails::boleto::Digits;
use rust_decimal::Decimal;

use super::values::{amount, date};

#[derive(Subcommand)]
pub(crate) enum BoletoCommand {
    /// Print what the digits of a boleto say, as one JSON object.
    Read(ReadBoleto),
    /// Print the digits of a boleto, as one JSON object.
    Write(WriteBoleto),
}

#[derive(Args)]
pub(crate) struct ReadBoleto {
    /// The 44 digits of the barcode or the 47 of the line, with or without dots and spaces.
    #[arg(required = true, value_name = "DIGITS")]
    pub(crate) digits: Vec<String>,
    /// A due date is written as a count of days that repeats every 9,000: of those that it can
    /// mean, show the one nearest to this day [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) on: Option<Date>,
}

#[derive(Args)]
pub(crate) struct WriteBoleto {
    /// The bank's number with the clearing house, three digits: 341 is Itaú.
    #[arg(long)]
    pub(crate) bank: Digits<3>,
    /// The due date. Without it, the boleto is due when it is presented.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) due: Option<Date>,
    /// The amount in reais: 123.45; 0 lets the payer say how much.
    #[arg(long, allow_negative_numbers = true, value_parser = amount)]
    pub(crate) amount: Decimal,
    /// The free field, 25 digits as the bank has laid them out.
    #[arg(long, value_name = "DIGITS")]
    pub(crate) campo_livre: Digits<25>,
}

#[derive(Subcommand)]
pub(crate) enum PixCommand {
    /// Print what a code says, as one JSON object.
    Read {
        /// The code, as it is copied.
        payload: String,
    },
}
