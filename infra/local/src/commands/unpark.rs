//! `unpark`: back on the agenda.

use super::{Failed, Opened};
use crate::cli::Unpark;

pub(crate) async fn unpark(options: &Unpark) -> Result<(), Failed> {
    let opened = Opened::open(&options.data.folder).await?;
    let id = &options.account;
    if opened.store().unpark(id).await? {
        println!("account {id} is on the agenda again: the next billing run bills it");
        return Ok(());
    }
    let why = match opened.store().account(id).await? {
        Some(_) => format!("account {id} is not parked"),
        None => format!("there is no account {id}"),
    };
    Err(Failed::Nothing(why))
}
