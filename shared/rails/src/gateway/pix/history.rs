//! All that has happened to money between two moments, out of the bank's lists.
//!
//! Of recurrences no list tells when they were authorised or ended: of those webhooks alone tell.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use mensal_domain::payment::{Fact, Notice};

use super::{
    Pix,
    notices::{Dated, When},
};
use crate::gateway::Fault;

/// Money is given back up to 90 days after it came (the API, on `PixDevolucaoInvalida`); so far
/// back is looked for money of which something was given back in the time asked for.
const RETURNED_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// A collection is created at most ten days before it is due, and tried for seven days after, each
/// of which may move to the next day with banks.
const COLLECTED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 24);

impl Pix {
    pub(super) async fn told_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Notice>, Fault> {
        let earlier = |by: SignedDuration| from.saturating_sub(by).unwrap_or(from);
        let mut told = self.listed("pix", from, to, &[]).await?;
        let returned = [("devolucaoPresente", "true")];
        told.extend(self.listed("pix", earlier(RETURNED_WITHIN), to, &returned).await?);
        if self.settings.automatic.is_some() {
            told.extend(self.listed("cobr", earlier(COLLECTED_WITHIN), to, &[]).await?);
        }
        // The same money stands in several lists.
        let mut seen = BTreeSet::new();
        let within = |dated: &Dated| match dated.at {
            When::At(at) => (from..=to).contains(&at),
            When::On(day) => (self.reader.day(from)..=self.reader.day(to)).contains(&day),
        };
        let told = told.into_iter().filter(within).map(|dated| dated.notice);
        Ok(told.filter(|notice| seen.insert(identity(notice))).collect())
    }

    async fn listed(
        &self,
        path: &str,
        from: Timestamp,
        to: Timestamp,
        more: &[(&str, &str)],
    ) -> Result<Vec<Dated>, Fault> {
        let (from, to) = (from.to_string(), to.to_string());
        let mut query = vec![("inicio", from.as_str()), ("fim", to.as_str())];
        query.extend(more);
        let mut all = Vec::new();
        for page in self.session.pages(path, &query).await? {
            let dated = self.reader.all(&page);
            all.extend(dated.map_err(|why| Fault::Unknown(format!("its list {path}: {why}")))?);
        }
        Ok(all)
    }
}

/// What a notice is about: money and its returns by their ids, whatever else is said of them.
fn identity(notice: &Notice) -> String {
    match &notice.fact {
        Fact::Received(receipt) => format!("received {}", receipt.money),
        Fact::Returned(back) => format!("returned {} {} {:?}", back.money, back.id, back.kind),
        _ => notice.id(),
    }
}
