//! `unpark`: back on the agenda.

use super::{Failed, Opened, say, today};
use crate::cli::Unpark;

pub(crate) async fn unpark(options: &Unpark) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let id = &options.account;
    if opened.store().unpark(id, today()).await? {
        say(&format!(
            "account {id} is on the agenda again: the next runs bill it and look after what it owes\n"
        ))?;
        return Ok(());
    }
    let why = match opened.store().account(id).await? {
        Some(_) => format!("account {id} is not parked"),
        None => format!("there is no account {id}"),
    };
    Err(Failed::Nothing(why))
}
