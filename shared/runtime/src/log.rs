//! Logs: JSON, one object a line, by which level, and what never comes into them.
//!
//! Each line carries the ids of its span (`run`, `account`, `invoice`, `record`) and, on Lambda,
//! of the request and its trace. No line carries what a person is called, where they live, or
//! what they owe. Other crates print what travels through them, so they get no further than
//! warnings, whatever the level.

use std::io;

use mensal_store::telling::without_values;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::Targets, fmt, fmt::MakeWriter, layer::SubscriberExt, registry,
    util::SubscriberInitExt,
};

use crate::config;

/// The level that a text says; `info` if it says none.
#[must_use]
pub fn level(text: Option<&str>) -> LevelFilter {
    match text {
        Some("error") => LevelFilter::ERROR,
        Some("warn") => LevelFilter::WARN,
        Some("debug") => LevelFilter::DEBUG,
        _ => LevelFilter::INFO,
    }
}

/// What writes the logs of functions, by the names of their packages.
pub fn subscriber<W>(
    level: LevelFilter,
    functions: &[&str],
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let ours = functions.iter().map(|function| (function.replace('-', "_"), level));
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        // Its spans carry the ids of request and trace, which every line is to have.
        .with_target("lambda_runtime", LevelFilter::INFO)
        .with_target("mensal", level)
        .with_targets(ours);
    let lines = fmt::layer().json().flatten_event(true).without_time().with_target(false);
    registry().with(lines.with_writer(writer).with_filter(targets))
}

/// Writes the logs of a function to standard output, where Lambda takes them from, and panics
/// with them.
pub(crate) fn start(function: &str) {
    let level = level(config::optional(config::LOG_LEVEL).as_deref());
    let started = subscriber(level, &[function], io::stdout).try_init();
    drop(started); // a second one in one process is the test's, and stays
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or("panic");
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at, why = without_values(text), "panic");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_what_they_are_called_and_info_without_one() {
        for (text, want) in [
            (Some("error"), LevelFilter::ERROR),
            (Some("warn"), LevelFilter::WARN),
            (Some("info"), LevelFilter::INFO),
            (Some("debug"), LevelFilter::DEBUG),
            (Some("aws_smithy_runtime=trace"), LevelFilter::INFO),
            (None, LevelFilter::INFO),
        ] {
            assert_eq!(level(text), want, "{text:?}");
        }
    }
}
