//! What has happened, as Stripe's list of events has it: the very objects that webhooks bring, so
//! that both say the same. Stripe keeps them for 30 days.

use jiff::Timestamp;
use mensal_domain::payment::Notice;

use super::{
    EVENTS, Stripe,
    objects::{Event, List},
};
use crate::gateway::{Fault, shown::can_be_shown};

/// Events on a page: Stripe's most.
const PAGE: &str = "100";
/// So many pages are read: a hundred thousand events, the first of the month of a large ISP.
const MOST_PAGES: usize = 1_000;

impl Stripe {
    /// What has happened between two moments, the earliest first.
    pub(super) async fn events(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Notice>, Fault> {
        let mut notices = Vec::new();
        let mut after = None;
        for _ in 0..MOST_PAGES {
            let list = self.page_of_events(from, to, after.as_deref()).await?;
            for event in &list.data {
                let name = if can_be_shown(&event.id) { event.id.as_str() } else { "an event" };
                let unread = |why| Fault::Unknown(format!("{name}: {why}"));
                notices.extend(self.notices(event).map_err(unread)?);
            }
            after = list.data.into_iter().last().map(|event| event.id);
            if !list.has_more || after.is_none() {
                // Stripe begins with the latest.
                notices.reverse();
                return Ok(notices);
            }
        }
        Err(Fault::Refused("there are too many events in that time: ask for less of it".into()))
    }

    async fn page_of_events(
        &self,
        from: Timestamp,
        to: Timestamp,
        after: Option<&str>,
    ) -> Result<List<Event>, Fault> {
        let (from, to) = (from.as_second().to_string(), to.as_second().to_string());
        let mut query = vec![("created[gte]", from.as_str()), ("created[lte]", &to)];
        query.extend(EVENTS.map(|kind| ("types[]", kind)));
        query.push(("limit", PAGE));
        query.extend(after.map(|after| ("starting_after", after)));
        Ok(self.api.get("v1/events", &query).await?)
    }
}
