//! What somebody else changes at the same time is read again, some times.

use std::time::Duration;

use mensal_store::StoreError;

use crate::Failure;

/// What others change all the time is read again so many times.
pub const MOST_CONFLICTS: usize = 10;

/// Why an attempt to change something came to nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody else has changed it: read it again.
    Moved,
    /// Anything else.
    Failed(Failure),
}

impl Stop {
    /// It may succeed later.
    #[must_use]
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Failed(Failure::Retry(why.into()))
    }

    /// It is too early: it comes again after so long.
    #[must_use]
    pub fn early(why: impl Into<String>, wait: Duration) -> Self {
        Self::Failed(Failure::Early { why: why.into(), wait })
    }

    /// Data that contradicts itself: nothing is done until people have looked at it.
    #[must_use]
    pub fn poison(why: impl std::fmt::Display) -> Self {
        Self::Failed(Failure::Poison(why.to_string()))
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Moved => Self::Moved,
            other => Self::Failed(other.into()),
        }
    }
}

/// Attempts something, each time from what is there by then, until nobody has come in between. `what`
/// is what keeps changing if somebody always does.
///
/// # Errors
/// The attempt's failure, or one to be tried again.
pub async fn undisturbed<T, F>(what: &str, attempt: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Stop>>,
{
    for _ in 0..MOST_CONFLICTS {
        match attempt().await {
            Err(Stop::Moved) => {}
            Err(Stop::Failed(failure)) => return Err(failure),
            Ok(done) => return Ok(done),
        }
    }
    Err(Failure::Retry(format!("{what} keeps changing")))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn what_has_moved_is_attempted_again_and_not_for_ever() {
        let times = Cell::new(0);
        let third = || async {
            times.set(times.get() + 1);
            if times.get() < 3 { Err(Stop::Moved) } else { Ok(times.get()) }
        };
        assert_eq!(undisturbed("the account", third).await, Ok(3));
        let never = || async { Err::<(), _>(Stop::from(StoreError::Moved)) };
        let changes = Failure::Retry("the account keeps changing".into());
        assert_eq!(undisturbed("the account", never).await, Err(changes));
        let broken = || async { Err::<(), _>(Stop::poison("no")) };
        assert_eq!(undisturbed("the account", broken).await, Err(Failure::Poison("no".into())));
    }
}
