//! What a billing run came to, as a table for people and as JSON for programs.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
    fs, io,
    path::Path,
    time::Duration,
};

use mensal_domain::{
    events::Document,
    ids::AccountId,
    invoice::InvoiceKind,
    locale::Locale,
    money::{Currency, Money},
};
use mensal_store::{Parked, Store};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    cost::{self, Usage},
    stack::{Error, Stack},
};

/// What the table holds.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// Accounts.
    pub accounts: u64,
    /// Invoices, without balances brought along.
    pub invoices: u64,
    /// Whom they bill.
    pub invoiced: HashSet<AccountId>,
    /// What they come to, by currency.
    pub total: BTreeMap<Currency, Decimal>,
    /// Who is not billed, and why.
    pub parked: Vec<Parked>,
    /// Items that cannot be read.
    pub unreadable: Vec<String>,
}

impl Books {
    /// Reads the whole table.
    ///
    /// # Errors
    /// The table's.
    pub async fn read(store: &Store) -> Result<Self, Error> {
        let mut books = Self { parked: store.parked().await?, ..Self::default() };
        let mut page = store.scan(None).await?;
        while let Some(mut read) = page {
            for document in std::mem::take(&mut read.documents) {
                match document {
                    Ok(document) => books.add(&document),
                    Err(why) => books.unreadable.push(why.to_string()),
                }
            }
            page = store.scan(Some(read)).await?;
        }
        Ok(books)
    }

    fn add(&mut self, document: &Document) {
        match document {
            Document::Account(_) => self.accounts += 1,
            Document::Invoice(invoice) if invoice.id.kind == InvoiceKind::Cycle => {
                self.invoices += 1;
                self.invoiced.insert(invoice.account.clone());
                *self.total.entry(invoice.currency()).or_default() += invoice.total.amount();
            }
            Document::Invoice(_) => {}
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the table holds after it.
    pub books: Books,
    /// Invoices that it issued.
    pub issued: u64,
    /// PDFs in the bucket.
    pub pdfs: u64,
    /// Dead letters: what they say, and why they lie there.
    pub dead: Vec<(String, String)>,
    /// How long it took.
    pub took: Duration,
    /// What it used.
    pub usage: Usage,
}

impl Summary {
    /// Sums up a run: from the books before it and what was used since.
    ///
    /// # Errors
    /// The table's, or those of the folder of PDFs.
    pub async fn of_run(
        stack: &Stack,
        before: &Books,
        took: Duration,
        usage: Usage,
    ) -> Result<Self, Error> {
        let books = Books::read(stack.store()).await?;
        let dead = |(queue, letter): (String, crate::stack::Letter)| {
            let reason = letter.reason.unwrap_or_else(|| "failed too often".into());
            (format!("{queue}: {}", letter.body), reason)
        };
        Ok(Self {
            issued: books.invoices - before.invoices,
            pdfs: count_pdfs(&stack.bucket_path())?,
            dead: stack.dead_letters().into_iter().map(dead).collect(),
            books,
            took,
            usage,
        })
    }

    fn nothing_due(&self) -> u64 {
        let parked =
            self.books.parked.iter().filter(|one| !self.books.invoiced.contains(&one.account));
        let others = self.books.invoiced.len() + parked.count();
        self.books.accounts.saturating_sub(others.try_into().unwrap_or(u64::MAX))
    }

    fn per_second(&self) -> Decimal {
        let seconds = Decimal::try_from(self.took.as_secs_f64()).unwrap_or_default();
        Decimal::from(self.issued).checked_div(seconds).unwrap_or_default().round_dp(1)
    }

    /// One JSON object, as `bill --json` prints it.
    ///
    /// # Errors
    /// When the price list cannot be read.
    pub fn json(&self) -> Result<Value, Error> {
        let cost = cost::price(&self.usage)?;
        let total: BTreeMap<_, _> = self
            .books
            .total
            .iter()
            .map(|(currency, sum)| (currency.code(), sum.to_string()))
            .collect();
        let parked = |one: &Parked| json!({ "account": one.account, "reason": one.reason, "since": one.since });
        let dead =
            |(letter, reason): &(String, String)| json!({ "letter": letter, "reason": reason });
        Ok(json!({
            "accounts": self.books.accounts,
            "invoiced": self.books.invoiced.len(),
            "nothing_due": self.nothing_due(),
            "invoices": self.books.invoices,
            "issued": self.issued,
            "parked": self.books.parked.len(),
            "parked_accounts": self.books.parked.iter().map(parked).collect::<Vec<_>>(),
            "dead_letters": self.dead.iter().map(dead).collect::<Vec<_>>(),
            "unreadable": self.books.unreadable,
            "pdfs": self.pdfs,
            "total": total,
            "seconds": self.took.as_secs_f64(),
            "invoices_per_second": cost::number(self.per_second()),
            "requests": self.usage.asked.requests,
            "write_units": self.usage.asked.units.write,
            "read_units": self.usage.asked.units.read,
            "lambda_invocations": self.usage.invocations,
            "lambda_seconds": self.usage.seconds,
            "cost_usd": cost::number(cost.usd.round_dp(6)),
            "cost_per_million_usd": cost::per_million(&cost, self.issued).map(cost::number),
            "prices": cost.prices,
        }))
    }

    /// A table for people.
    ///
    /// # Errors
    /// As [`Summary::json`].
    pub fn table(&self) -> Result<String, Error> {
        let cost = cost::price(&self.usage)?;
        let mut out = String::new();
        let mut row = |name: &str, value: String| writeln!(out, "  {name:<22}{value:>18}");
        row("accounts", grouped(self.books.accounts))?;
        row("invoiced", grouped(self.books.invoiced.len().try_into()?))?;
        row("nothing due", grouped(self.nothing_due()))?;
        row("parked", grouped(self.books.parked.len().try_into()?))?;
        row("dead letters", grouped(self.dead.len().try_into()?))?;
        row("invoices", grouped(self.books.invoices))?;
        row("issued in this run", grouped(self.issued))?;
        row("PDFs", grouped(self.pdfs))?;
        for (currency, sum) in &self.books.total {
            let total = Money::rounded(*sum, *currency)?;
            row(&format!("total {currency}"), Locale::EnUs.amount(total))?;
        }
        row("time", format!("{:.1} s", self.took.as_secs_f64()))?;
        row("invoices per second", self.per_second().to_string())?;
        row("on AWS, this run", format!("${:.4}", cost.usd))?;
        if let Some(million) = cost::per_million(&cost, self.issued) {
            row("on AWS, per million", format!("${million:.2}"))?;
        }
        for one in &self.books.parked {
            writeln!(out, "  parked {}: {}", one.account, one.reason)?;
        }
        for why in &self.books.unreadable {
            writeln!(out, "  unreadable: {why}")?;
        }
        for (letter, reason) in &self.dead {
            writeln!(out, "  dead letter {letter}\n    {reason}")?;
        }
        writeln!(
            out,
            "  (AWS list prices of {}; the requests and units are those of this run)",
            cost.prices
        )?;
        Ok(out)
    }
}

fn grouped(number: u64) -> String {
    Locale::EnUs.number(Decimal::from(number))
}

/// PDFs in the folder of a bucket.
fn count_pdfs(folder: &Path) -> io::Result<u64> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            count += count_pdfs(&entry.path())?;
        } else if entry.path().extension().is_some_and(|extension| extension == "pdf") {
            count += 1;
        }
    }
    Ok(count)
}
