//! The bank's books, on a file: charges, what has happened to money, what is still to happen.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::civil::Date;
use mensal_domain::{
    charge::{ChargeKey, Terms},
    money::{Currency, Money},
    payment::{Fact, Receipt},
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::sandbox::State;
use rusqlite::{Connection, OptionalExtension, Row, params};
use rust_decimal::Decimal;

use super::payers::Payers;
use crate::stack::Error;

/// A charge.
#[derive(Clone, Debug)]
pub(super) struct Charged {
    pub(super) key: ChargeKey,
    pub(super) terms: Terms,
    pub(super) state: State,
    pub(super) reference: Reference,
}

/// What a bank has taken in, by currency, less what it has given or taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Payments.
    pub payments: u64,
    /// What they come to.
    pub sums: BTreeMap<Currency, Decimal>,
    /// What did not stay.
    pub returned: BTreeMap<Currency, Decimal>,
}

/// A charge that can be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payable {
    /// Its key.
    pub key: ChargeKey,
    /// What is to be paid, and by when.
    pub terms: Terms,
}

/// The books.
pub(super) struct Ledger(Mutex<Connection>);

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS charges
        (key TEXT PRIMARY KEY, invoice TEXT, terms TEXT, state TEXT, reference TEXT, due TEXT);
    CREATE INDEX IF NOT EXISTS charges_open ON charges (state, due);
    CREATE TABLE IF NOT EXISTS facts
        (n INTEGER PRIMARY KEY, id TEXT UNIQUE, money TEXT, day TEXT, fact TEXT, told INTEGER);
    CREATE INDEX IF NOT EXISTS facts_untold ON facts (told, n);
    CREATE INDEX IF NOT EXISTS facts_of_money ON facts (money);
    CREATE INDEX IF NOT EXISTS facts_of_day ON facts (day);
    CREATE TABLE IF NOT EXISTS later (id TEXT PRIMARY KEY, day TEXT, fact TEXT);
    CREATE TABLE IF NOT EXISTS tries (key TEXT PRIMARY KEY, answer TEXT);
    CREATE TABLE IF NOT EXISTS methods (token TEXT PRIMARY KEY, ended INTEGER);
";

impl Ledger {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path)?;
        connection.execute_batch(TABLES)?;
        Ok(Self(Mutex::new(connection)))
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The charge of a key.
    pub(super) fn charge(&self, key: &ChargeKey) -> Result<Option<Charged>, Error> {
        let connection = self.connection();
        let sql = "SELECT key, terms, state, reference FROM charges WHERE key = ?1";
        let found = connection.query_row(sql, [key.to_string()], row).optional()?;
        found.map(read).transpose()
    }

    /// Registers a charge, or tells it other terms; none if it can be changed no more.
    pub(super) fn register(
        &self,
        key: &ChargeKey,
        terms: &Terms,
    ) -> Result<Option<Charged>, Error> {
        if self.charge(key)?.is_some_and(|charge| charge.state != State::Open) {
            return Ok(None);
        }
        let invoice = format!("{}/{}", key.account, key.invoice);
        let reference = format!("{:x}", super::payers::hash(0, key.to_string()));
        self.connection().execute(
            "INSERT INTO charges VALUES (?1, ?2, ?3, 'open', ?4, ?5)
             ON CONFLICT (key) DO UPDATE SET terms = ?3, due = ?5 WHERE state = 'open'",
            params![
                key.to_string(),
                invoice,
                serde_json::to_string(terms)?,
                reference,
                terms.due.to_string()
            ],
        )?;
        self.charge(key)
    }

    /// Takes a charge back, unless it was paid.
    pub(super) fn cancel(&self, key: &ChargeKey) -> Result<Option<Charged>, Error> {
        let sql = "UPDATE charges SET state = 'cancelled' WHERE key = ?1 AND state = 'open'";
        self.connection().execute(sql, [key.to_string()])?;
        self.charge(key)
    }

    /// The charges of invoices that are open, by invoice.
    pub(super) fn open_charges(&self) -> Result<BTreeMap<String, Vec<Charged>>, Error> {
        let connection = self.connection();
        let mut found = connection.prepare_cached(
            "SELECT key, terms, state, reference, invoice FROM charges WHERE state = 'open'
             ORDER BY key",
        )?;
        let rows = found.query_map([], |found| Ok((row(found)?, found.get::<_, String>(4)?)))?;
        let mut all: BTreeMap<String, Vec<Charged>> = BTreeMap::new();
        for one in rows {
            let (one, invoice) = one?;
            all.entry(invoice).or_default().push(read(one)?);
        }
        Ok(all)
    }

    /// What can be paid, by invoice.
    pub(super) fn payable(&self) -> Result<BTreeMap<String, Vec<Payable>>, Error> {
        let of = |charge: Charged| Payable { key: charge.key, terms: charge.terms };
        let open = self.open_charges()?.into_iter();
        Ok(open.map(|(invoice, all)| (invoice, all.into_iter().map(of).collect())).collect())
    }

    /// Money for a charge: the receipt is booked, and the charge is paid. Once per id.
    pub(super) fn pay(&self, charge: &ChargeKey, receipt: Receipt) -> Result<(), Error> {
        let (id, day) = (receipt.money.to_string(), receipt.paid_on);
        self.book(&id, day, &Fact::Received(receipt))?;
        let sql = "UPDATE charges SET state = 'paid' WHERE key = ?1 AND state = 'open'";
        self.connection().execute(sql, [charge.to_string()])?;
        Ok(())
    }

    /// Books something that has happened; what is booked under its id is booked.
    pub(super) fn book(&self, id: &str, day: Date, fact: &Fact) -> Result<(), Error> {
        book(&self.connection(), id, day, fact)
    }

    /// Books something that will have happened on a day.
    pub(super) fn book_later(&self, id: &str, day: Date, fact: &Fact) -> Result<(), Error> {
        self.connection().execute(
            "INSERT OR IGNORE INTO later VALUES (?1, ?2, ?3)",
            params![id, day.to_string(), serde_json::to_string(fact)?],
        )?;
        Ok(())
    }

    /// What is booked under an id.
    pub(super) fn fact(&self, id: &str) -> Result<Option<Fact>, Error> {
        let facts = self.facts("SELECT n, fact FROM facts WHERE id = ?1", &[&id])?;
        Ok(facts.into_iter().map(|(_, fact)| fact).next())
    }

    /// What has happened to one piece of money.
    pub(super) fn of_money(&self, money: &str) -> Result<Vec<Fact>, Error> {
        self.facts("SELECT n, fact FROM facts WHERE money = ?1 ORDER BY n", &[&money])
            .map(|facts| facts.into_iter().map(|(_, fact)| fact).collect())
    }

    /// What has happened from one day to another, both included.
    pub(super) fn between(&self, from: Date, to: Date) -> Result<Vec<Fact>, Error> {
        let (from, to) = (from.to_string(), to.to_string());
        let sql = "SELECT n, fact FROM facts WHERE day BETWEEN ?1 AND ?2 ORDER BY n";
        let facts = self.facts(sql, &[&from, &to])?;
        Ok(facts.into_iter().map(|(_, fact)| fact).collect())
    }

    /// What is booked after a number, in order.
    pub(super) fn after(&self, number: i64) -> Result<Vec<(i64, Fact)>, Error> {
        self.facts("SELECT n, fact FROM facts WHERE n > ?1 ORDER BY n", &[&number])
    }

    /// What has not been told, by its number; at most so many.
    pub(super) fn untold(&self, most: usize) -> Result<Vec<(i64, Fact)>, Error> {
        let sql = format!("SELECT n, fact FROM facts WHERE told = 0 ORDER BY n LIMIT {most}");
        self.facts(&sql, &[])
    }

    /// Notes that something was told.
    pub(super) fn told(&self, number: i64) -> Result<(), Error> {
        self.connection().execute("UPDATE facts SET told = 1 WHERE n = ?1", [number])?;
        Ok(())
    }

    fn facts(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<(i64, Fact)>, Error> {
        let connection = self.connection();
        let mut found = connection.prepare_cached(sql)?;
        let rows = found.query_map(values, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let mut facts = Vec::new();
        for row in rows {
            let (number, fact): (i64, String) = row?;
            facts.push((number, serde_json::from_str(&fact)?));
        }
        Ok(facts)
    }

    /// Lets a day pass: what payers do on it, and what was to happen by it.
    pub(super) fn pass_day(&self, day: Date, payers: Payers) -> Result<(), Error> {
        if payers != Payers::NOBODY {
            for (invoice, charges) in self.open_charges()? {
                payers.pay(self, &invoice, &charges, day)?;
            }
        }
        let due = {
            let connection = self.connection();
            let sql = "SELECT id, day, fact FROM later WHERE day <= ?1 ORDER BY day, id";
            let mut found = connection.prepare_cached(sql)?;
            let rows = found.query_map([day.to_string()], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        for (id, day, fact) in due {
            let connection = self.connection();
            let both = connection.unchecked_transaction()?;
            // Not if it was taken back meanwhile.
            if both.execute("DELETE FROM later WHERE id = ?1", [&id])? == 1 {
                book(&both, &id, day.parse()?, &serde_json::from_str(&fact)?)?;
            }
            both.commit()?;
        }
        Ok(())
    }

    /// Takes back what was to come of an attempt under these names, unless some of it has come, and
    /// answers this of it from now on. False if nothing is to come of it any more.
    pub(super) fn take_back(
        &self,
        key: &ChargeKey,
        ids: &[String; 4],
        answer: &str,
    ) -> Result<bool, Error> {
        let connection = self.connection();
        let both = connection.unchecked_transaction()?;
        let sql = "SELECT COUNT(*) FROM facts WHERE id IN (?1, ?2, ?3, ?4)";
        let come: i64 = both.query_row(sql, ids.each_ref(), |row| row.get(0))?;
        let sql = "DELETE FROM later WHERE id IN (?1, ?2, ?3, ?4)";
        let taken = come == 0 && both.execute(sql, ids.each_ref())? > 0;
        if taken {
            let sql = "UPDATE tries SET answer = ?2 WHERE key = ?1";
            both.execute(sql, [&key.to_string(), answer])?;
        }
        both.commit()?;
        Ok(taken)
    }

    /// The answer to an attempt, if it was made before.
    pub(super) fn tried(&self, key: &ChargeKey) -> Result<Option<String>, Error> {
        let sql = "SELECT answer FROM tries WHERE key = ?1";
        Ok(self.connection().query_row(sql, [key.to_string()], |row| row.get(0)).optional()?)
    }

    /// Notes the answer to an attempt.
    pub(super) fn note_try(&self, key: &ChargeKey, answer: &str) -> Result<(), Error> {
        let sql = "INSERT OR IGNORE INTO tries VALUES (?1, ?2)";
        self.connection().execute(sql, [&key.to_string(), answer])?;
        Ok(())
    }

    /// Ends a stored method.
    pub(super) fn end_method(&self, token: &str) -> Result<(), Error> {
        self.connection().execute("INSERT OR REPLACE INTO methods VALUES (?1, 1)", [token])?;
        Ok(())
    }

    /// Whether a stored method was ended.
    pub(super) fn has_ended(&self, token: &str) -> Result<bool, Error> {
        let sql = "SELECT ended FROM methods WHERE token = ?1";
        let ended = self.connection().query_row(sql, [token], |row| row.get::<_, i64>(0));
        Ok(ended.optional()? == Some(1))
    }

    /// What was taken in.
    pub(super) fn taken(&self) -> Result<Taken, Error> {
        let mut taken = Taken::default();
        let mut away: BTreeMap<(Reference, Reference), Money> = BTreeMap::new();
        let all = self.facts("SELECT n, fact FROM facts ORDER BY n", &[])?;
        for (_, fact) in all {
            match fact {
                Fact::Received(receipt) => {
                    taken.payments += 1;
                    let sum = taken.sums.entry(receipt.amount.currency()).or_default();
                    *sum += receipt.amount.amount();
                }
                Fact::Returned(one) if one.kind.takes() => {
                    away.insert((one.money, one.id), one.amount);
                }
                Fact::Returned(one) => {
                    away.remove(&(one.money, one.id));
                }
                Fact::NotCollected(_) | Fact::Method(_) => {}
            }
        }
        for amount in away.into_values() {
            *taken.returned.entry(amount.currency()).or_default() += amount.amount();
        }
        Ok(taken)
    }
}

fn book(connection: &Connection, id: &str, day: Date, fact: &Fact) -> Result<(), Error> {
    let money = match fact {
        Fact::Received(receipt) => receipt.money.to_string(),
        Fact::Returned(returned) => returned.money.to_string(),
        Fact::NotCollected(_) | Fact::Method(_) => String::new(),
    };
    connection.execute(
        "INSERT OR IGNORE INTO facts (id, money, day, fact, told) VALUES (?1, ?2, ?3, ?4, 0)",
        params![id, money, day.to_string(), serde_json::to_string(fact)?],
    )?;
    Ok(())
}

type Stored = (String, String, String, String);

fn row(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn read((key, terms, state, reference): Stored) -> Result<Charged, Error> {
    Ok(Charged {
        key: key.parse()?,
        terms: serde_json::from_str(&terms)?,
        state: serde_json::from_value(state.into())?,
        reference: reference.parse()?,
    })
}

impl Charged {
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub(super) fn rail(&self) -> Rail {
        self.key.rail
    }
}
