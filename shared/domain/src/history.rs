//! What a service was, day by day: a subscription's history as stretches of one state.

use jiff::civil::Date;

use crate::{
    account::{Change, Cut, ServiceEvent, Subscription},
    calendar::Span,
    ids::{PlanCode, SubscriptionId},
};

/// Days on which plan, quantity and service stay the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The days; the last stretch of a running service ends at [`Date::MAX`].
    pub span: Span,
    /// The plan.
    pub plan: PlanCode,
    /// How many.
    pub quantity: u32,
    /// Whether, and until when, service is suspended in it.
    pub service: Service,
}

/// The state of the service in a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// It runs.
    Active,
    /// It is suspended, and comes back on this day.
    SuspendedOnce(Date),
    /// It is suspended, and nothing says that it came back.
    SuspendedStill,
}

/// A history that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("subscription {subscription}: {fault} on {date}")]
pub struct HistoryError {
    /// Whose history.
    pub subscription: SubscriptionId,
    /// The day of the event that does not fit.
    pub date: Date,
    /// What is wrong.
    pub fault: HistoryFault,
}

/// What is wrong with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryFault {
    /// Before the subscription starts.
    #[error("an event before its start")]
    BeforeStart,
    /// After the subscription has ended.
    #[error("an event after its end")]
    AfterEnd,
    /// Suspended while suspended.
    #[error("suspended while it is suspended already")]
    SuspendedTwice,
    /// Resumed while running.
    #[error("resumed while it is not suspended")]
    NotSuspended,
    /// A quantity of zero.
    #[error("a quantity of 0 (end the subscription instead)")]
    NoQuantity,
    /// Two changes of one kind on one day.
    #[error("a second change of the same kind")]
    SameDayTwice,
}

#[derive(Clone)]
struct State {
    plan: PlanCode,
    quantity: u32,
    suspended: bool,
    ended: bool,
}

/// The stretches of a subscription, in order, without gap or overlap, from its start to its end: what
/// people have decided of it, less the days for which it was cut since it was not paid.
///
/// # Errors
/// [`HistoryError`] names the first event that contradicts what went before.
pub fn stretches(subscription: &Subscription) -> Result<Vec<Stretch>, HistoryError> {
    let mut out = decided(subscription)?;
    if let Some(ended) = subscription.disconnected_on {
        out = until(out, ended);
    }
    let end = out.last().map_or(Date::MAX, |last| last.span.end());
    for cut in &subscription.cuts {
        // What lasted until the contract was ended has not come back.
        let lasted = |until: &Date| *until >= end;
        let until = cut.until.filter(|until| !lasted(until));
        out = without(out, Cut { until, ..*cut });
    }
    Ok(out)
}

/// What lies before a day.
fn until(stretches: Vec<Stretch>, day: Date) -> Vec<Stretch> {
    let before = |stretch: Stretch| {
        let span = Span::new(stretch.span.start(), stretch.span.end().min(day))?;
        Some(Stretch { span, ..stretch })
    };
    stretches.into_iter().filter_map(before).collect()
}

/// The same with the days of a cut suspended. Who had suspended their service themselves is not cut
/// beside it.
fn without(stretches: Vec<Stretch>, cut: Cut) -> Vec<Stretch> {
    let service = cut.until.map_or(Service::SuspendedStill, Service::SuspendedOnce);
    let days = Span::new(cut.from, cut.until.unwrap_or(Date::MAX));
    let mut out = Vec::with_capacity(stretches.len() + 2);
    for stretch in stretches {
        let both = days.and_then(|days| stretch.span.intersect(days));
        let Some(both) = both.filter(|_| stretch.service == Service::Active) else {
            out.push(stretch);
            continue;
        };
        let (before, after) = (
            Span::new(stretch.span.start(), both.start()),
            Span::new(both.end(), stretch.span.end()),
        );
        out.extend(before.map(|span| Stretch { span, ..stretch.clone() }));
        out.push(Stretch { span: both, service, ..stretch.clone() });
        out.extend(after.map(|span| Stretch { span, ..stretch }));
    }
    out
}

/// What people have decided, as stretches.
/// The order of events of one day does not matter: plan and quantity change first, then the
/// service resumes, is suspended, or ends; suspended and resumed on one day is nothing at all.
fn decided(subscription: &Subscription) -> Result<Vec<Stretch>, HistoryError> {
    let all = &subscription.history;
    // Suspended and resumed on one day, in whichever order, changes no day.
    let toggled = |date| {
        let on_day = |change| all.iter().any(|event| event.date == date && event.change == change);
        on_day(Change::Suspend) && on_day(Change::Resume)
    };
    let takes_part = |event: &&ServiceEvent| {
        !matches!(event.change, Change::Suspend | Change::Resume) || !toggled(event.date)
    };
    let mut events: Vec<_> = all.iter().filter(takes_part).collect();
    events.sort_by_key(|event| (event.date, rank(&event.change)));
    let fail =
        |date, fault| Err(HistoryError { subscription: subscription.id.clone(), date, fault });
    for pair in events.windows(2) {
        if pair[0].date == pair[1].date && rank(&pair[0].change) == rank(&pair[1].change) {
            return fail(pair[1].date, HistoryFault::SameDayTwice);
        }
    }
    let mut state = State {
        plan: subscription.plan.clone(),
        quantity: subscription.quantity,
        suspended: false,
        ended: false,
    };
    if state.quantity == 0 {
        return fail(subscription.start, HistoryFault::NoQuantity);
    }
    let mut out: Vec<Stretch> = Vec::with_capacity(events.len() + 1);
    let mut from = subscription.start;
    for event in events {
        if event.date < subscription.start {
            return fail(event.date, HistoryFault::BeforeStart);
        }
        if state.ended {
            return fail(event.date, HistoryFault::AfterEnd);
        }
        close(&mut out, from, event.date, &state);
        from = event.date;
        match &event.change {
            Change::Plan(plan) => state.plan = plan.clone(),
            Change::Quantity(0) => return fail(event.date, HistoryFault::NoQuantity),
            Change::Quantity(quantity) => state.quantity = *quantity,
            Change::Resume if !state.suspended => {
                return fail(event.date, HistoryFault::NotSuspended);
            }
            Change::Suspend if state.suspended => {
                return fail(event.date, HistoryFault::SuspendedTwice);
            }
            Change::Resume => {
                state.suspended = false;
                came_back(&mut out, event.date);
            }
            Change::Suspend => state.suspended = true,
            Change::End => state.ended = true,
        }
    }
    if !state.ended {
        close(&mut out, from, Date::MAX, &state);
    }
    Ok(out)
}

fn rank(change: &Change) -> u8 {
    match change {
        Change::Plan(_) => 0,
        Change::Quantity(_) => 1,
        Change::Resume => 2,
        Change::Suspend => 3,
        Change::End => 4,
    }
}

fn close(out: &mut Vec<Stretch>, from: Date, to: Date, state: &State) {
    if let Some(span) = Span::new(from, to) {
        let service = if state.suspended { Service::SuspendedStill } else { Service::Active };
        let (plan, quantity) = (state.plan.clone(), state.quantity);
        out.push(Stretch { span, plan, quantity, service });
    }
}

/// The suspension that has just ended was one with an end.
fn came_back(out: &mut [Stretch], on: Date) {
    for stretch in out.iter_mut().rev() {
        if stretch.service != Service::SuspendedStill {
            break;
        }
        stretch.service = Service::SuspendedOnce(on);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(events: &[(&str, Change)]) -> Subscription {
        let event = |(date, change): &(&str, Change)| ServiceEvent {
            date: date.parse().unwrap(),
            change: change.clone(),
        };
        Subscription {
            id: "main".parse().unwrap(),
            plan: "basic".parse().unwrap(),
            quantity: 1,
            start: "2026-01-10".parse().unwrap(),
            site: None,
            login: None,
            billed_elsewhere_until: None,
            own_price: None,
            discounts: vec![],
            history: events.iter().map(event).collect(),
            billed: vec![],
            billed_usage: vec![],
            seen_until: None,
            forgotten_until: None,
            usage_closed_until: None,
            cuts: vec![],
            disconnected_on: None,
            equipment: None,
        }
    }

    fn plan(code: &str) -> Change {
        Change::Plan(code.parse().unwrap())
    }

    #[test]
    fn a_history_becomes_stretches_whatever_its_order() {
        let mut events = vec![
            ("2026-03-01", Change::Suspend),
            ("2026-02-01", plan("fast")),
            ("2026-03-05", Change::Resume),
            ("2026-03-05", Change::Quantity(3)),
            ("2026-04-01", Change::End),
        ];
        let forward = stretches(&subscription(&events)).unwrap();
        events.reverse();
        assert_eq!(stretches(&subscription(&events)).unwrap(), forward);
        let text: Vec<_> = forward
            .iter()
            .map(|s| format!("{} {}x{} {:?}", s.span, s.quantity, s.plan, s.service))
            .collect();
        assert_eq!(
            text,
            [
                "2026-01-10/2026-02-01 1xbasic Active",
                "2026-02-01/2026-03-01 1xfast Active",
                "2026-03-01/2026-03-05 1xfast SuspendedOnce(2026-03-05)",
                "2026-03-05/2026-04-01 3xfast Active",
            ]
        );
    }

    #[test]
    fn a_suspension_without_return_is_told_from_one_with() {
        let open = stretches(&subscription(&[("2026-03-01", Change::Suspend)])).unwrap();
        assert_eq!(open[1].service, Service::SuspendedStill);
        assert_eq!(open[1].span.end(), Date::MAX);
    }

    #[test]
    fn suspended_and_resumed_on_one_day_is_nothing() {
        let toggled = [("2026-03-01", Change::Suspend), ("2026-03-01", Change::Resume)];
        assert_eq!(stretches(&subscription(&toggled)), stretches(&subscription(&[])));
    }

    #[test]
    fn days_of_a_cut_are_days_without_service_and_a_contract_ends_where_it_was_ended() {
        let mut cut =
            subscription(&[("2026-03-01", Change::Suspend), ("2026-03-05", Change::Resume)]);
        let day = |text: &str| text.parse::<Date>().unwrap();
        cut.cuts = vec![
            Cut { from: day("2026-02-26"), until: Some(day("2026-03-03")) },
            Cut { from: day("2026-04-01"), until: Some(day("2026-06-01")) },
        ];
        cut.disconnected_on = Some(day("2026-06-01"));
        let text: Vec<_> = stretches(&cut).unwrap();
        let text: Vec<_> = text.iter().map(|s| format!("{} {:?}", s.span, s.service)).collect();
        assert_eq!(
            text,
            [
                "2026-01-10/2026-02-26 Active",
                "2026-02-26/2026-03-01 SuspendedOnce(2026-03-03)",
                "2026-03-01/2026-03-05 SuspendedOnce(2026-03-05)",
                "2026-03-05/2026-04-01 Active",
                "2026-04-01/2026-06-01 SuspendedStill",
            ]
        );
    }

    #[test]
    fn contradictions_are_named_with_their_day() {
        let cases: [(&[(&str, Change)], HistoryFault); 6] = [
            (&[("2026-01-09", Change::Suspend)], HistoryFault::BeforeStart),
            (&[("2026-02-01", Change::End), ("2026-02-02", plan("x"))], HistoryFault::AfterEnd),
            (
                &[("2026-02-01", Change::Suspend), ("2026-02-02", Change::Suspend)],
                HistoryFault::SuspendedTwice,
            ),
            (&[("2026-02-01", Change::Resume)], HistoryFault::NotSuspended),
            (&[("2026-02-01", Change::Quantity(0))], HistoryFault::NoQuantity),
            (&[("2026-02-01", plan("a")), ("2026-02-01", plan("b"))], HistoryFault::SameDayTwice),
        ];
        for (events, fault) in cases {
            assert_eq!(stretches(&subscription(events)).unwrap_err().fault, fault);
        }
    }
}
