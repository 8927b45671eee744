//! Progress: a bar where somebody watches, lines where a program does, else nothing.

use std::io::{IsTerminal, stdout};

use indicatif::{ProgressBar, ProgressStyle};
use mensal::running::Step;

/// How to tell progress.
pub(crate) enum Progress {
    /// A bar on a terminal.
    Bar(ProgressBar),
    /// Lines of JSON on standard error.
    Lines,
    /// Nothing.
    Quiet,
}

impl Progress {
    /// A bar if standard output is a terminal.
    pub(crate) fn new(lines: bool) -> Self {
        match (lines, stdout().is_terminal()) {
            (true, _) => Self::Lines,
            (false, true) => Self::Bar(ProgressBar::no_length()),
            (false, false) => Self::Quiet,
        }
    }

    /// Begins something of so many steps.
    pub(crate) fn begin(&self, what: &'static str, length: u64) {
        if let Self::Bar(bar) = self {
            let style =
                ProgressStyle::with_template("  {msg:<10} [{bar:40}] {pos}/{len} {elapsed}");
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_length(length);
            bar.set_position(0);
            bar.set_message(what);
        }
    }

    /// A step of a billing run.
    pub(crate) fn step(&self, step: Step) {
        match step {
            Step::Begins(cycles) => self.begin("billing", cycles),
            Step::Documents(made) => self.at(made),
        }
    }

    fn at(&self, position: u64) {
        match self {
            Self::Bar(bar) => {
                if bar.length().is_some_and(|length| length < position) {
                    bar.set_length(position);
                }
                bar.set_position(position);
            }
            Self::Lines => eprintln!("{{\"done\":{position}}}"),
            Self::Quiet => {}
        }
    }

    /// It is over.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
