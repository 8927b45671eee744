//! The command line.

mod codes;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use mensal_domain::{
    delinquency::{Channel, NoticeId},
    ids::{AccountId, GatewayCode, MethodId, TemplateCode},
    invoice::InvoiceId,
    locale::Locale,
    rail::Rail,
    reference::Reference,
};
use rust_decimal::Decimal;

pub(crate) use self::codes::{BoletoCommand, PixCommand, ReadBoleto, WriteBoleto};
use self::values::{address, amount, by_hand, date, whole};

/// The most accounts that are generated: some more than any ISP has of whom Mensal knows.
const MOST_ACCOUNTS: u64 = 10_000_000;
/// The most that live through simulated months: all of them are kept in memory.
const MOST_LIVES: u64 = 100_000;

/// Recurring billing for Internet service providers, as a local stack.
///
/// Without a command: starts everything on localhost, imports the sample ISP on the first start,
/// bills the current cycle, and goes on running its schedules until Ctrl-C.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  something failed, or digits of a boleto or a Pix code are wrong; standard error says what
  2  the command line is wrong
  3  the data is wrong: every fault with file, line, column, and what would be right
  4  there is no such account, or nothing to be done for it";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bill every cycle up to a date and print what it came to.
    Bill(Bill),
    /// Import an ISP's CSV files (see docs/importing.md): all of them or nothing.
    Import(Import),
    /// Show an account's next invoice, each line and each date with its explanation. Writes nothing.
    Preview(Preview),
    /// Show what will happen to an account that pays nothing, day by day, and which rule says so: its
    /// notices, late charges, what becomes of its service. Writes nothing.
    Explain(Explain),
    /// Enter a customer's promise to pay: service is back, and not cut, until then.
    Promise(MakePromise),
    /// Notices to customers: what they say, and one that did not arrive once more.
    #[command(subcommand)]
    Notice(NoticeCommand),
    /// Put a parked account back on the agenda, once what was wrong with it is mended.
    Unpark(Unpark),
    /// Let months of an invented ISP pass, day by day, with customers who pay early, late, never and
    /// twice, and check each day what must always hold.
    Simulate(Simulate),
    /// What an invoice costs: counts what a deployed stack asks of AWS, and prices it.
    Cost(Cost),
    /// Check what must always hold: balances, sums, days billed once, a PDF for each invoice.
    Audit(Audit),
    /// Enter a payment that came by cash, cheque or wire. Entering it twice counts once.
    Pay(Pay),
    /// Take a payment that was entered by hand off the books again: a cheque that bounced, a slip.
    Reverse(Reverse),
    /// The payment methods of an account: cards, bank accounts, Pix Automático.
    #[command(subcommand)]
    Methods(MethodCommand),
    /// What gateways have told and nobody could match.
    #[command(subcommand)]
    Unmatched(UnmatchedCommand),
    /// Whether gateways, payments and invoices agreed on a day.
    Reconciliation(Reconciliation),
    /// Read or write a boleto: its barcode and the line that people type.
    #[command(subcommand)]
    Boleto(BoletoCommand),
    /// Read a Pix code: the text behind its QR, which people copy.
    #[command(subcommand)]
    Pix(PixCommand),
}

/// Where the data lies.
#[derive(Args)]
pub(crate) struct Data {
    /// The folder of the local stack's data; made if it is not there.
    #[arg(long = "data", value_name = "DIR", default_value = "mensal-data")]
    pub(crate) folder: PathBuf,
}

/// Where the data lies, for commands that work on a deployed stack as well.
#[derive(Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Work on the deployed stack of this name instead of a folder, with the AWS credentials and
    /// the region of the environment, as the AWS CLI takes them.
    #[arg(long, value_name = "NAME", conflicts_with = "folder")]
    pub(crate) stack: Option<String>,
}

#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Stop after billing instead of running the schedules.
    #[arg(long)]
    pub(crate) once: bool,
    /// Let the days pass up to this one, which may lie ahead, and stop: weeks pass in seconds, and the
    /// summary tells who was reminded, suspended and restored. It cannot be undone: to try, use a
    /// folder of its own.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Option<Date>,
}

#[derive(Args)]
pub(crate) struct Bill {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Bill every cycle on or before this date. It cannot be undone: to try, copy the folder first.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) until: Date,
    /// Generate so many accounts (those that are there already stay). Without it: what is in the
    /// folder; if it is empty, the sample ISP, moved so that its month ends on --until.
    #[arg(long, value_name = "N", value_parser = whole(1..=MOST_ACCOUNTS))]
    pub(crate) accounts: Option<u64>,
    /// Another seed generates other accounts.
    #[arg(long, default_value_t = 1, value_parser = whole(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// The month of the first cycle of generated accounts [default: 2026-11-01, or the month of
    /// --until if that is earlier].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) start: Option<Date>,
    /// Let the days pass: the sandbox bank registers charges, and its customers pay them.
    #[arg(long)]
    pub(crate) pay: bool,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Tell progress as lines of JSON on standard error, for programs.
    #[arg(long, hide = true)]
    pub(crate) progress_lines: bool,
}

#[derive(Args)]
pub(crate) struct Import {
    /// The folder of CSV files.
    pub(crate) files: PathBuf,
    #[command(flatten)]
    pub(crate) place: Place,
    /// The first cycle of an account that names none is its first bill day on or after this date
    /// [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) as_of: Option<Date>,
    /// Go on although an import of other files has begun and not ended: that one was given up. Be
    /// sure that nobody still runs it.
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Only check: the files against each other and, where there is a table already, against what
    /// it has. Writes nothing.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Args)]
pub(crate) struct Preview {
    /// The account.
    pub(crate) account: AccountId,
    /// Show the first invoice of a cycle on or after this date [default: the next
    /// one].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<Date>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The account.
    pub(crate) account: AccountId,
    /// Through this day, and --days more: today or later [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) date: Option<Date>,
    /// For so many days.
    #[arg(long, value_name = "N", default_value_t = 180, value_parser = whole(1..=730_u16))]
    pub(crate) days: u16,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct MakePromise {
    /// The account.
    pub(crate) account: AccountId,
    /// For so many days [default: as many as the settings say].
    #[arg(long, value_name = "N", value_parser = whole(1..=u16::MAX))]
    pub(crate) days: Option<u16>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Subcommand)]
pub(crate) enum NoticeCommand {
    /// Show what a notice says, with made-up facts; without a code, list all texts. See docs/notices.md.
    Preview(PreviewNotice),
    /// Send a notice that did not reach its customer again, once what kept it from that is mended.
    Again(SendAgain),
}

#[derive(Args)]
pub(crate) struct SendAgain {
    /// The account.
    pub(crate) account: AccountId,
    /// The notice, as `explain` shows it: 2026-11-10-cycle:+5:email.
    pub(crate) notice: NoticeId,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Args)]
pub(crate) struct PreviewNotice {
    /// What it says, as steps of ladders call it: due-soon.
    pub(crate) code: Option<TemplateCode>,
    /// By which way: email, sms or hook [default: that of the step which sends it].
    #[arg(long)]
    pub(crate) channel: Option<Channel>,
    /// In which language: pt-BR or en-US [default: that of the first account].
    #[arg(long)]
    pub(crate) locale: Option<Locale>,
    /// The folder of an ISP's files, whose own texts, ladders and name it has [default: the sample ISP].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) files: Option<PathBuf>,
    /// Write the page of an e-mail there, too.
    #[arg(long, value_name = "FILE", requires = "code")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Unpark {
    /// The account.
    pub(crate) account: AccountId,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Args)]
pub(crate) struct Cost {
    /// Count what the deployed stack of this name has logged in the last day. Without it: deploy
    /// the template to an emulator (it needs python3), bill generated accounts there, count that.
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// So many accounts are billed on the emulator.
    #[arg(long, value_name = "N", default_value_t = 500, conflicts_with = "stack",
          value_parser = whole(1..=MOST_ACCOUNTS))]
    pub(crate) accounts: u64,
    /// With PDFs made when somebody first asks for them, instead of at once.
    #[arg(long, conflicts_with = "stack")]
    pub(crate) on_first_view: bool,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Simulate {
    /// So many accounts.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = whole(1..=MOST_LIVES))]
    pub(crate) accounts: u64,
    /// So many months, from 2026-11-01 on.
    #[arg(long, value_name = "M", default_value_t = 12, value_parser = whole(1..=24_u16))]
    pub(crate) months: u16,
    /// Another seed gives other customers, who do other things; the same seed gives the same year.
    #[arg(long, value_name = "S", default_value_t = 1, value_parser = whole(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Let things go wrong: messages that come twice, late and in another order, functions that end
    /// half-way, a table that throttles and loses answers, a bank that times out, webhooks that
    /// never come.
    #[arg(long)]
    pub(crate) faults: bool,
    /// Keep the data in this folder, which is to be empty, for the other commands [default: a
    /// temporary one].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write a picture of the year to this file: what is open, who is suspended, what was collected.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) place: Place,
    /// PDFs are made when somebody asks for them: look for none. A deployed stack knows that of
    /// itself.
    #[arg(long)]
    pub(crate) on_first_view: bool,
}

#[derive(Args)]
pub(crate) struct Pay {
    /// The account.
    pub(crate) account: AccountId,
    /// How it came: cash, cheque or wire.
    #[arg(long, value_parser = by_hand)]
    pub(crate) rail: Rail,
    /// How much, in the account's currency: 109.90.
    #[arg(long, allow_negative_numbers = true, value_parser = amount)]
    pub(crate) amount: Decimal,
    /// The number of the receipt, the cheque or the transfer: what tells this payment from others.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) receipt: Reference,
    /// The invoice that it is for, like 2026-11-10-cycle [default: the oldest that is open].
    #[arg(long)]
    pub(crate) invoice: Option<InvoiceId>,
    /// The day on which it was paid [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) on: Option<Date>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Args)]
pub(crate) struct Reverse {
    /// The account.
    pub(crate) account: AccountId,
    /// The number that the payment was entered under.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) receipt: Reference,
    /// The day on which it came back [default: today].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) on: Option<Date>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Subcommand)]
pub(crate) enum MethodCommand {
    /// List them, the one that is tried first at the top.
    List {
        /// The account.
        account: AccountId,
        #[command(flatten)]
        place: Place,
    },
    /// Have the customer store one: prints the gateway's page, or a Pix code.
    Add(AddMethod),
    /// Try this one first.
    Default(OneMethod),
    /// Charge a card in so many instalments.
    Instalments {
        #[command(flatten)]
        one: OneMethod,
        /// 1 for at once.
        #[arg(value_parser = whole(1..=24_u8))]
        parts: u8,
    },
    /// End it, at the gateway and here.
    Revoke(OneMethod),
}

#[derive(Args)]
pub(crate) struct OneMethod {
    /// The account.
    pub(crate) account: AccountId,
    /// The method.
    pub(crate) method: MethodId,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Args)]
pub(crate) struct AddMethod {
    /// The account.
    pub(crate) account: AccountId,
    /// A name for it, of your choice.
    pub(crate) method: MethodId,
    /// The rail: card, `bank_debit` or `pix_automatico`.
    #[arg(long)]
    pub(crate) rail: Rail,
    /// The gateway that is to keep it.
    #[arg(long)]
    pub(crate) gateway: GatewayCode,
    /// Where the customer's browser goes from the gateway's page: an address of yours; needed but
    /// for `pix_automatico`, which has no page.
    #[arg(long, value_name = "URL", value_parser = address)]
    pub(crate) return_to: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Subcommand)]
pub(crate) enum UnmatchedCommand {
    /// List it.
    List {
        #[command(flatten)]
        place: Place,
        /// Print JSON, with all that was told.
        #[arg(long)]
        json: bool,
    },
    /// Say whose it is.
    Assign(AssignUnmatched),
}

#[derive(Args)]
pub(crate) struct AssignUnmatched {
    /// Its id, as `unmatched list` shows it.
    pub(crate) notice: String,
    /// The account.
    pub(crate) account: AccountId,
    /// The invoice that it is for [default: the oldest that is open].
    #[arg(long)]
    pub(crate) invoice: Option<InvoiceId>,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Args)]
pub(crate) struct Reconciliation {
    /// The day on which payers paid.
    #[arg(value_parser = date)]
    pub(crate) date: Date,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Logs of the stack go to standard error; `RUST_LOG` sets the level.
pub(crate) fn log() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off"));
    fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
