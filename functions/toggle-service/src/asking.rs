//! Asking the access servers of a site in time, and what the logins of an account that are not done come
//! to together.

use std::time::Duration;

use jiff::Timestamp;
use mensal_domain::{
    enforcement::Enforced,
    fnv::{OFFSET, fnv1a},
};
use mensal_network::{Fault, Order, Outcome, Site};
use mensal_runtime::Failure;
use tokio::time::{Instant, timeout_at};

/// The key of an order: the same while the same is asked for again, and that of no other order. Numbers count
/// for a login, which is told by a hash, since it may name a person.
pub(crate) fn key(asking: &Enforced) -> String {
    let number = asking.asked.as_ref().map_or(asking.version, |asked| asked.number);
    let login = format!("{}#{}", asking.site, asking.login);
    let login = fnv1a(OFFSET, login.as_bytes());
    format!("{}/{}/{login:016x}/{number}", asking.account, asking.subscription)
}

/// Brings a login to a service. `now` is what the request is dated with.
///
/// # Errors
/// The site's; [`Fault::Unavailable`] if it has not answered by then.
pub(crate) async fn ask(
    site: &Site,
    order: &Order<'_>,
    now: Timestamp,
    until: Instant,
) -> Result<Outcome, Fault> {
    let late = |_| Err(Fault::Unavailable("no answer in time".into()));
    timeout_at(until, site.bring(order, now)).await.unwrap_or_else(late)
}

/// Somebody else asks for the login, or may still be answered: it is looked at again when that is over.
pub(crate) fn held(until: Timestamp, now: Timestamp) -> Failure {
    // A second more, so that it is over whatever the queue's clock says.
    let wait = until.duration_since(now).unsigned_abs() + Duration::from_secs(1);
    Failure::Early { why: "the access servers are being asked".into(), wait }
}

/// There were so many logins before it that its turn did not come.
pub(crate) fn late() -> Failure {
    Failure::Early {
        why: "the other logins of the account took all the time".into(),
        wait: Duration::ZERO,
    }
}

/// What the failures of an account's logins come to: nothing if there is none. One that is to come again
/// soon takes those with it that have failed, once nobody is being asked any more: else two that fail would
/// wait for each other's lease in turn, and be given up too soon. What cannot be done is said last.
///
/// # Errors
/// That.
pub(crate) fn together(failures: impl IntoIterator<Item = Failure>) -> Result<(), Failure> {
    let (mut early, mut retry, mut poison) = (None, None, None);
    for failure in failures {
        match failure {
            Failure::Early { why, wait } => {
                let longest = early.map_or(wait, |(_, longest): (_, Duration)| longest.max(wait));
                early = Some((why, longest));
            }
            Failure::Retry(_) => retry = retry.or(Some(failure)),
            Failure::Poison(_) => poison = poison.or(Some(failure)),
        }
    }
    if let Some((why, wait)) = early {
        let lease = Enforced::LEASE.unsigned_abs() + Duration::from_secs(1);
        let wait = if retry.is_some() { wait.max(lease) } else { wait };
        return Err(Failure::Early { why, wait });
    }
    retry.or(poison).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use mensal_network::{Before, Service, Told};
    use tokio::net::TcpListener;

    use super::*;

    fn early(seconds: u64) -> Failure {
        Failure::Early { why: "e".into(), wait: Duration::from_secs(seconds) }
    }

    fn retry() -> Failure {
        Failure::Retry("r".into())
    }

    fn poison() -> Failure {
        Failure::Poison("p".into())
    }

    #[test]
    fn what_is_being_asked_comes_again_soon_and_what_has_failed_with_it_when_nobody_asks() {
        let cases = [
            (vec![], Ok(())),
            (vec![retry()], Err(retry())),
            (vec![poison(), retry()], Err(retry())),
            (vec![poison()], Err(poison())),
            (vec![early(3), early(9), early(5)], Err(early(9))),
            (vec![early(3), poison()], Err(early(3))),
            (vec![retry(), early(3)], Err(early(51))),
        ];
        for (failures, want) in cases {
            let case = format!("{failures:?}");
            assert_eq!(together(failures), want, "{case}");
        }
        let now = Timestamp::UNIX_EPOCH;
        let Failure::Early { wait, .. } = held(now + Enforced::LEASE, now) else { panic!() };
        assert_eq!(wait, Duration::from_secs(51));
    }

    /// The clock runs ahead whenever all wait, so that this takes no seconds.
    #[tokio::test(start_paused = true)]
    async fn a_site_that_says_nothing_is_given_up_in_time() {
        // Takes connections, and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let server =
            serde_json::json!({ "kind": "webhook", "url": url, "secret": "0123456789abcdef" });
        let site = serde_json::json!({ "servers": [server] });
        let site = Site::read(&site.to_string()).unwrap();
        let (account, subscription) = ("1042".parse().unwrap(), "1".parse().unwrap());
        let (login, plan) = ("ana".parse().unwrap(), "fibra-500".parse().unwrap());
        let order = Order {
            key: "1042/1/1",
            account: &account,
            subscription: &subscription,
            login: &login,
            plan: &plan,
            service: Service::Full,
            before: Before::Confirmed(Service::Suspended),
            told: &Told::default(),
        };
        let (begun, within) = (Instant::now(), Duration::from_secs(3));
        let answer = ask(&site, &order, Timestamp::now(), begun + within).await;
        assert!(matches!(answer, Err(Fault::Unavailable(_))), "{answer:?}");
        assert_eq!(begun.elapsed().as_secs(), 3);
    }
}
