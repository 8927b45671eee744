//! `cost`: what a million invoices cost on AWS, by stage.

use std::{fmt::Write, path::Path};

use mensal::{
    cost::{Usage, monthly, number, per_million, price},
    deployed::{Measured, of_a_trial, of_the_last_day},
    stack::Error,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Failed, say};
use crate::cli::Cost;

/// Where this program was built from.
const CHECKOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// A run is cut into so many parts, however small it is: with fewer invoices each costs more.
const FEW: u64 = 500;
/// Alarms of the template.
const ALARMS: u32 = 47;
/// Queues of the template that functions read.
const QUEUES: u32 = 9;
/// What Lambda asks of the queues in a month while they are empty: five pollers each, which
/// wait twenty seconds for an answer (Lambda Developer Guide, "Polling and batching streams").
const IDLE_SQS_REQUESTS: u32 = QUEUES * 5 * 3 * 60 * 24 * 30;
/// What an invoice and its PDF take in table and bucket, in KB.
const KB_OF_INVOICE: u32 = 3;
const KB_OF_PDF: u32 = 40;
/// Sizes of an ISP, in accounts, each billed once a month.
const SIZES: [u32; 4] = [1_000, 100_000, 1_000_000, 10_000_000];

pub(crate) async fn cost(options: &Cost) -> Result<(), Failed> {
    let measured = match &options.stack {
        Some(stack) => of_the_last_day(stack).await?,
        None => of_a_trial(checkout(), options.accounts, options.on_first_view).await?,
    };
    if measured.invoices == 0 {
        return Err(Failed::Nothing("no invoice was issued in the last day".into()));
    }
    let priced = Priced::of(&measured)?;
    if options.json {
        say(&format!("{:#}\n", priced.json(&measured)))?;
    } else {
        say(&priced.table(&measured)?)?;
    }
    Ok(())
}

/// Where the template is: in the folder in which the command is given, or else where this program
/// was built from.
fn checkout() -> &'static Path {
    let here = Path::new(".");
    if here.join("template.yaml").exists() { here } else { Path::new(CHECKOUT) }
}

struct Priced {
    /// USD per million invoices, by function.
    stages: Vec<(String, Decimal)>,
    million: Decimal,
    floor: Decimal,
    idle: Decimal,
    /// USD a month, by accounts.
    months: Vec<(u32, Decimal)>,
    prices: String,
}

impl Priced {
    fn of(measured: &Measured) -> Result<Self, Error> {
        let of = |usage: &Usage| -> Result<Decimal, Error> {
            let cost = price(usage)?;
            Ok(per_million(&cost, measured.invoices).unwrap_or_default())
        };
        let mut stages = Vec::new();
        for (function, usage) in &measured.functions {
            stages.push((function.clone(), of(usage)?));
        }
        let million: Decimal = stages.iter().map(|(_, usd)| *usd).sum();
        // One put of a PDF, and one transaction of two items of a kilobyte: two units each.
        let mut floor = Usage::default();
        floor.asked.requests.insert("S3.PutObject".into(), 1);
        floor.asked.units.write = 4.0;
        let cost = price(&floor)?;
        let floor = per_million(&cost, 1).unwrap_or_default();
        let monthly = monthly()?;
        let millionth = Decimal::new(1, 6);
        let idle = Decimal::from(ALARMS) * monthly.alarm
            + monthly.dashboard
            + Decimal::from(IDLE_SQS_REQUESTS) * millionth * monthly.million_sqs_requests;
        let stored = Decimal::from(KB_OF_INVOICE) * millionth * monthly.table_gb
            + Decimal::from(KB_OF_PDF) * millionth * monthly.s3_gb;
        let month = |accounts: u32| {
            let accounts = Decimal::from(accounts);
            (idle + accounts * (million * millionth + stored)).round_dp(2)
        };
        Ok(Self {
            million,
            floor,
            idle: idle.round_dp(2),
            months: SIZES.iter().map(|size| (*size, month(*size))).collect(),
            stages,
            prices: cost.prices,
        })
    }

    fn json(&self, measured: &Measured) -> Value {
        let stage = |(function, usd): &(String, Decimal)| {
            let usage = &measured.functions[function];
            json!({
                "function": function, "usd_per_million_invoices": number(*usd),
                "invocations": usage.invocations, "seconds": usage.seconds,
                "gb_seconds": usage.memory_gb.map(|gb| number((gb * seconds(usage)).round_dp(3))),
                "write_units": usage.asked.units.write, "read_units": usage.asked.units.read,
                "requests": usage.asked.requests, "events": usage.events, "log_bytes": usage.log_bytes,
            })
        };
        let month =
            |(accounts, usd): &(u32, Decimal)| json!({ "accounts": accounts, "usd": number(*usd) });
        json!({
            "invoices": measured.invoices, "documents": measured.documents,
            "cost_per_million_usd": number(self.million),
            "floor_per_million_usd": number(self.floor),
            "idle_month_usd": number(self.idle),
            "months": self.months.iter().map(month).collect::<Vec<_>>(),
            "stages": self.stages.iter().map(stage).collect::<Vec<_>>(),
            "prices": self.prices,
        })
    }

    fn table(&self, measured: &Measured) -> Result<String, Error> {
        let mut out = format!("{} invoices, {} PDFs\n\n", measured.invoices, measured.documents);
        let titles = ["stage", "calls", "GB-s", "write units", "read units", "$ per million"];
        let [stage, calls, gb, write, read, usd] = titles;
        writeln!(out, "{stage:<16}{calls:>8}{gb:>10}{write:>13}{read:>12}{usd:>15}")?;
        for (function, usd) in &self.stages {
            let usage = &measured.functions[function];
            let gb = usage.memory_gb.unwrap_or_default() * seconds(usage);
            writeln!(
                out,
                "{function:<16}{:>8}{:>10.2}{:>13.1}{:>12.1}{usd:>15.2}",
                usage.invocations, gb, usage.asked.units.write, usage.asked.units.read
            )?;
        }
        writeln!(out, "{:<16}{:>58.2}", "together", self.million)?;
        if measured.invoices < FEW {
            writeln!(out, "(plan-run's 64 parts are shared by few invoices: bill {FEW} or more)")?;
        }
        writeln!(out, "{:<16}{:>58.2}", "the floor", self.floor)?;
        writeln!(out, "\nidle stack, a month: ${}", self.idle)?;
        for (accounts, usd) in &self.months {
            writeln!(out, "{accounts:>10} accounts, a month: ${usd}")?;
        }
        writeln!(
            out,
            "(AWS list prices of {}, without free tier; PDFs kept for a month)",
            self.prices
        )?;
        Ok(out)
    }
}

fn seconds(usage: &Usage) -> Decimal {
    Decimal::try_from(usage.seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_stack_is_that_of_the_template() {
        let template = include_str!("../../../../template.yaml");
        let count = |what: &str| template.lines().filter(|line| line.trim() == what).count();
        assert_eq!(count("Type: AWS::CloudWatch::Alarm"), usize::try_from(ALARMS).unwrap());
        let read = "FunctionResponseTypes: [ReportBatchItemFailures]";
        // The stream of the table is read, too, and costs nothing by itself.
        assert_eq!(count(read), usize::try_from(QUEUES).unwrap() + 1);
    }
}
