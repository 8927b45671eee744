//! What a billing run came to, as a table for people and as JSON for programs.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
    fs, io,
    path::Path,
    time::Duration,
};

use jiff::civil::Date;
use mensal_domain::{
    charge::ChargeState,
    delinquency::{Channel, CutKind, HoldKind, LiftedBy},
    events::Document,
    ids::{AccountId, GatewayCode},
    locale::Locale,
    money::{Currency, Money},
};
use mensal_store::{Parked, Store, Unmatched};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    chased::{Chased, has_told},
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
    /// Payments.
    pub payments: u64,
    /// What they brought in, less what did not stay, by currency.
    pub collected: BTreeMap<Currency, Decimal>,
    /// How much of that was added for being late.
    pub late_charges: BTreeMap<Currency, Decimal>,
    /// What is still to be paid.
    pub open: BTreeMap<Currency, Decimal>,
    /// Money of customers that nothing has used yet.
    pub credit: BTreeMap<Currency, Decimal>,
    /// Charges that payers can pay.
    pub payable: u64,
    /// Accounts whose service is slowed down, and suspended.
    pub held: [u64; 2],
    /// Times that service was suspended.
    pub suspensions: u64,
    /// Times that service was held, and came back.
    pub restored: u64,
    /// Who was reminded, and whose service was held.
    pub chased: BTreeMap<AccountId, Chased>,
    /// Notices that were sent, by channel.
    pub notices: BTreeMap<Channel, u64>,
    /// Charges that gateways refuse, by gateway and reason.
    pub refused: BTreeMap<(GatewayCode, String), u64>,
    /// What gateways have told and nobody could match.
    pub unmatched: Vec<Unmatched>,
}

impl Books {
    /// Reads the whole table.
    ///
    /// # Errors
    /// The table's.
    pub async fn read(store: &Store) -> Result<Self, Error> {
        let (parked, unmatched) = (store.parked().await?, store.unmatched().await?);
        let mut books = Self { parked, unmatched, ..Self::default() };
        let mut page = store.scan(None).await?;
        while let Some(mut read) = page {
            for document in std::mem::take(&mut read.documents) {
                match document {
                    Ok(document) => books.add(&document)?,
                    Err(why) => books.unreadable.push(why.to_string()),
                }
            }
            page = store.scan(Some(read)).await?;
        }
        Ok(books)
    }

    fn add(&mut self, document: &Document) -> Result<(), Error> {
        match document {
            Document::Account(account) => {
                self.accounts += 1;
                add(&mut self.credit, account.credit);
                let [slow, cut] = &mut self.held;
                match account.hold.as_ref().map(|hold| hold.kind) {
                    Some(HoldKind::Throttled) => *slow += 1,
                    Some(HoldKind::Suspended) => *cut += 1,
                    None => {}
                }
            }
            Document::Invoice(invoice) => {
                add(&mut self.open, invoice.open());
                if invoice.id.kind.is_printed() {
                    self.invoices += 1;
                    self.invoiced.insert(invoice.account.clone());
                    add(&mut self.total, invoice.total);
                }
            }
            Document::Payment(payment) => {
                if let Some(received) = &payment.received {
                    self.payments += 1;
                    add(&mut self.collected, received.amount);
                    add(&mut self.collected, -payment.away()?);
                    add(&mut self.late_charges, payment.late_charge()?);
                }
            }
            Document::Charges(charges) => {
                let payable = charges.charges.iter().filter(|charge| charge.is_payable());
                self.payable += u64::try_from(payable.count())?;
                for charge in &charges.charges {
                    if let ChargeState::Refused(why) = &charge.state {
                        let key = (charge.gateway.clone(), why.clone());
                        *self.refused.entry(key).or_default() += 1;
                    }
                }
            }
            Document::Suspension(kept) => {
                let cut = kept.steps.iter().any(|step| step.kind == CutKind::Suspended);
                self.suspensions += u64::from(cut);
                let by = |why| matches!(why, LiftedBy::Payment | LiftedBy::Promise);
                let back = kept.lifted.is_some_and(|how| by(how.why));
                self.restored += u64::from(back);
                self.chased.entry(kept.account.clone()).or_default().suspension(kept);
            }
            Document::Notice(notice) => {
                self.chased.entry(notice.account.clone()).or_default().notice(notice);
                *self.notices.entry(notice.id.channel).or_default() += u64::from(has_told(notice));
            }
        }
        Ok(())
    }
}

impl Books {
    /// Those who were reminded of what is overdue.
    fn reminded(&self) -> impl Iterator<Item = (&AccountId, &Chased)> {
        self.chased.iter().filter(|(_, one)| one.notices > 0)
    }

    /// Those of them whose service was not held.
    fn only_reminded(&self) -> impl Iterator<Item = (&AccountId, &Chased)> {
        self.reminded().filter(|(_, one)| one.service.is_empty())
    }

    /// Those whose service was held.
    fn held_accounts(&self) -> impl Iterator<Item = (&AccountId, &Chased)> {
        self.chased.iter().filter(|(_, one)| !one.service.is_empty())
    }
}

fn add(sums: &mut BTreeMap<Currency, Decimal>, amount: Money) {
    *sums.entry(amount.currency()).or_default() += amount.amount();
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
    /// What access servers of the stack's own were told, and have followed.
    pub ordered: u64,
    /// Dead letters: what they say, and why they lie there.
    pub dead: Vec<(String, String)>,
    /// How long it took.
    pub took: Duration,
    /// What it used.
    pub usage: Usage,
    /// The names of those whose service was held last: as many as a table tells of.
    pub held: Vec<(AccountId, String)>,
    /// The names of those who were reminded last, and whose service was not held.
    pub reminded: Vec<(AccountId, String)>,
}

/// So many accounts whose service was held are told of one by one.
const MOST_HELD: usize = 20;
/// So many of those who were reminded and no more.
const MOST_REMINDED: usize = 10;

/// Those of some with the latest dates, and their names.
async fn latest(
    store: &Store,
    some: impl Iterator<Item = (Date, AccountId)>,
    most: usize,
) -> Result<Vec<(AccountId, String)>, Error> {
    let mut some: Vec<_> = some.collect();
    some.sort_unstable_by(|one, other| other.cmp(one));
    let ids: Vec<_> = some.into_iter().take(most).map(|(_, id)| id).collect();
    let accounts = store.accounts(&ids).await?;
    Ok(accounts.into_iter().map(|one| (one.id, one.customer.name)).collect())
}

/// How many of all are told of, if not all are.
fn how_many(told: usize, all: usize) -> Result<String, Error> {
    let all_of_them = grouped(all.try_into()?);
    Ok(if told < all { format!(", the last {told} of {all_of_them}") } else { String::new() })
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
        let held = books.held_accounts();
        let held = held.filter_map(|(id, one)| Some((one.last()?, id.clone())));
        let held = latest(stack.store(), held, MOST_HELD).await?;
        let reminded = books.only_reminded();
        let reminded = reminded.filter_map(|(id, one)| Some((one.last_notice?, id.clone())));
        let reminded = latest(stack.store(), reminded, MOST_REMINDED).await?;
        let dead = |(queue, letter): (String, crate::stack::Letter)| {
            let reason = letter.reason.unwrap_or_else(|| "failed too often".into());
            (format!("{queue}: {}", letter.body), reason)
        };
        Ok(Self {
            issued: books.invoices - before.invoices,
            pdfs: count_pdfs(&stack.bucket_path())?,
            ordered: stack.ordered()?.len().try_into()?,
            held,
            reminded,
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
        let told = |sums: &BTreeMap<Currency, Decimal>| -> BTreeMap<_, _> {
            sums.iter().map(|(currency, sum)| (currency.code(), sum.to_string())).collect()
        };
        let total = told(&self.books.total);
        let unmatched = |one: &Unmatched| json!({ "notice": one.notice, "reason": one.reason, "since": one.since });
        let parked = |one: &Parked| json!({ "account": one.account, "reason": one.reason, "since": one.since });
        let refused = |((gateway, reason), charges): (&(GatewayCode, String), &u64)| json!({ "gateway": gateway, "reason": reason, "charges": charges });
        let notices = |(channel, count): (&Channel, &u64)| (channel.to_string(), *count);
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
            "payments": self.books.payments,
            "collected": told(&self.books.collected),
            "late_charges": told(&self.books.late_charges),
            "open": told(&self.books.open),
            "credit": told(&self.books.credit),
            "payable_charges": self.books.payable,
            "accounts_reminded": self.books.reminded().count(),
            "held_accounts": self.books.held_accounts().collect::<BTreeMap<_, _>>(),
            "notices": self.books.notices.iter().map(notices).collect::<BTreeMap<_, _>>(),
            "suspensions": self.books.suspensions,
            "restored": self.books.restored,
            "throttled_now": self.books.held[0],
            "suspended_now": self.books.held[1],
            "network_orders": self.ordered,
            "refused_charges": self.books.refused.iter().map(refused).collect::<Vec<_>>(),
            "unmatched": self.books.unmatched.iter().map(unmatched).collect::<Vec<_>>(),
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
        let books = &self.books;
        let sums = [
            ("total", &books.total),
            ("collected", &books.collected),
            ("late charges", &books.late_charges),
            ("open", &books.open),
            ("credit", &books.credit),
        ];
        row("payments", grouped(books.payments))?;
        row("charges to be paid", grouped(books.payable))?;
        let [slow, cut] = books.held;
        let unpaid = [
            ("accounts reminded", books.reminded().count().try_into()?),
            ("suspensions", books.suspensions),
            ("restored", books.restored),
            ("slowed down now", slow),
            ("suspended now", cut),
            ("orders to the network", self.ordered),
        ];
        // Nothing of it where no account type has a ladder or suspends.
        for (name, count) in unpaid.into_iter().filter(|(_, count)| *count > 0) {
            row(name, grouped(count))?;
        }
        for (channel, count) in &books.notices {
            row(&format!("notices by {channel}"), grouped(*count))?;
        }
        row("charges refused", grouped(books.refused.values().sum()))?;
        row("unmatched", grouped(books.unmatched.len().try_into()?))?;
        for (name, sums) in sums {
            for (currency, sum) in sums {
                // All accounts together may come to more than any one amount.
                let sum = sum.round_dp(currency.digits());
                row(&format!("{name} {currency}"), Locale::EnUs.number(sum))?;
            }
        }
        row("time", format!("{:.1} s", self.took.as_secs_f64()))?;
        row("invoices per second", self.per_second().to_string())?;
        row("on AWS, this run", format!("${:.4}", cost.usd))?;
        if let Some(million) = cost::per_million(&cost, self.issued) {
            row("on AWS, per million", format!("${million:.2}"))?;
        }
        let told = [
            ("whose service was held", &self.held, books.held_accounts().count()),
            ("who was reminded, and no more", &self.reminded, books.only_reminded().count()),
        ];
        for (what, names, all) in told.into_iter().filter(|(_, names, _)| !names.is_empty()) {
            writeln!(out, "  {what}{}:", how_many(names.len(), all)?)?;
            for (id, name) in names {
                let line = books.chased.get(id).map(Chased::line).transpose()?.unwrap_or_default();
                writeln!(out, "    {id} {name}: {line}")?;
            }
        }
        for one in &self.books.parked {
            writeln!(out, "  parked {}: {}", one.account, one.reason)?;
        }
        for ((gateway, why), charges) in &self.books.refused {
            writeln!(out, "  refused by {gateway}, {charges} charges: {why}")?;
        }
        for one in &self.books.unmatched {
            let money = one.notice.about_money().map(ToString::to_string).unwrap_or_default();
            writeln!(out, "  unmatched {} {money}: {}", one.notice.gateway, one.reason)?;
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
