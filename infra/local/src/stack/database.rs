//! `DynamoDB`, embedded, on a file.

use std::{path::Path, path::PathBuf, time::Duration};

use dynoxide::{
    Database as Dynamo,
    actions::{
        get_records::{GetRecordsRequest, GetRecordsResponse},
        get_shard_iterator::GetShardIteratorRequest,
        list_streams::ListStreamsRequest,
    },
};
use tokio::net::TcpListener;

use super::Error;

/// The database.
#[derive(Clone)]
pub(super) struct Database {
    dynamo: Dynamo,
    path: PathBuf,
}

/// The streams of the emulator have one shard, named after the table.
fn shard(table: &str) -> String {
    format!("shardId-00000001-{table}")
}

/// What the emulator adds to the sequence numbers that it keeps, so that they have as many digits as
/// the real ones.
const OFFSET: u128 = 100_000_000_000_000_000_000;

/// A sequence number as the emulator keeps it. Not for `SQLite` to reckon: its integers end before
/// the offset, and its floats are so coarse there that records of the next milliseconds go, too.
fn stored(sequence: &str) -> Result<i64, Error> {
    let number = sequence.parse::<u128>().ok().and_then(|number| number.checked_sub(OFFSET));
    let number = number.and_then(|number| i64::try_from(number).ok());
    number.ok_or_else(|| format!("`{sequence}` is no sequence number of this stream").into())
}

impl Database {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let text = path.to_str().ok_or("the path of the data folder is not UTF-8")?;
        let damaged = |why| format!("{text} cannot be opened, or is damaged: {why}");
        let dynamo = Dynamo::new(text).map_err(damaged)?;
        // Written through at each transaction to the operating system, which survives the end of
        // the process; not to the disk, which would be for the end of the machine.
        dynamo.enable_bulk_loading()?;
        Ok(Self { dynamo, path: path.into() })
    }

    /// Serves its API on a free port of loopback.
    pub(super) async fn serve(&self) -> Result<String, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        tokio::spawn(dynoxide::server::serve_on(listener, self.dynamo.clone()));
        Ok(endpoint)
    }

    /// Gives the emulator's stream an index by sequence number: it looks for the last one at each
    /// write, and for the next ones at each read, and has no index for either. Without it
    /// everything works, and gets slower with each record.
    pub(super) fn index_stream(&self) -> Result<(), Error> {
        let sqlite = self.sqlite()?;
        sqlite.execute_batch(
            "CREATE INDEX IF NOT EXISTS mensal_stream_by_sequence
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
             ANALYZE;",
        )?;
        Ok(())
    }

    /// Forgets stream records that have been read, but for the last, from which the next sequence
    /// number counts on. The real stream forgets after a day.
    pub(super) fn forget_through(&self, table: &str, sequence: &str) -> Result<(), Error> {
        let stored = stored(sequence)?;
        let sqlite = self.sqlite()?;
        // As the index has it: who writes waits for as long as this takes.
        sqlite.execute(
            "DELETE FROM _stream_records
             WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2",
            rusqlite::params![table, stored],
        )?;
        Ok(())
    }

    fn sqlite(&self) -> Result<rusqlite::Connection, Error> {
        let sqlite = rusqlite::Connection::open(&self.path)?;
        sqlite.busy_timeout(Duration::from_secs(30))?;
        Ok(sqlite)
    }

    /// The stream's records after a sequence number (from the oldest if there is none yet).
    pub(super) fn records(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<GetRecordsResponse, Error> {
        let streams = ListStreamsRequest { table_name: Some(table.into()), ..Default::default() };
        let streams = self.dynamo.list_streams(streams)?;
        let stream = streams.streams.first().ok_or("the table has no stream")?;
        let kind = if after.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
        let iterator = self.dynamo.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: stream.stream_arn.clone(),
            shard_id: shard(table),
            shard_iterator_type: kind.into(),
            sequence_number: after.map(str::to_owned),
        })?;
        let shard_iterator = iterator.shard_iterator.ok_or("the stream gave no iterator")?;
        Ok(self.dynamo.get_records(GetRecordsRequest { shard_iterator, limit: Some(limit) })?)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mensal_domain::charge::Charges;
    use mensal_runtime::{clients::Clients, requests::Requests};
    use mensal_store::Store;

    use super::{super::TABLE, *};

    /// What was written a moment after the last record that was read is not forgotten with it.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_read_is_forgotten_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("dynamodb.sqlite")).unwrap();
        let at = database.serve().await.unwrap();
        let store = Store::new(Clients::local(&at, Requests::default()).dynamodb(), TABLE);
        store.create_table().await.unwrap();
        let written = 40;
        for n in 0..written {
            let account = format!("{n}").parse().unwrap();
            let invoice = "2026-11-10-cycle".parse().unwrap();
            let none = Charges::none(account, invoice, date(2026, 11, 10));
            store.put_charges(&none, &[]).await.unwrap();
        }
        let sequences = |after: Option<&str>| -> Vec<String> {
            let read = database.records(TABLE, after, 100).unwrap();
            let records = read.records.iter().map(|record| serde_json::to_value(record).unwrap());
            let number = |record: serde_json::Value| record["dynamodb"]["SequenceNumber"].clone();
            records.map(|record| number(record).as_str().unwrap().to_owned()).collect()
        };
        let all = sequences(None);
        assert_eq!(all.len(), written);
        for (place, sequence) in all.iter().enumerate() {
            database.forget_through(TABLE, sequence).unwrap();
            assert_eq!(sequences(Some(sequence)), all[place + 1..]);
            assert_eq!(sequences(None), all[place..], "the last one stays, to count on from");
        }
        assert!(database.forget_through(TABLE, "7").is_err());
    }
}
