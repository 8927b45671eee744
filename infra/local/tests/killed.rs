//! The process killed at 20 random moments and started again: nothing billed twice, nothing lost,
//! and every payment of the bank's in the books once.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use mensal::{
    audit::{Audit, Pdfs, audit},
    stack::{Options, Stack},
    summary::Books,
};
use mensal_domain::payment::Fact;

const ACCOUNTS: u64 = 5_000;
const KILLS: u64 = 20;
const SEED: u64 = 2_026;

/// What is begun, killed and begun again.
struct Work {
    accounts: &'static str,
    until: &'static str,
    more: &'static [&'static str],
    /// Killed after so many steps at most.
    steps: u64,
}

impl Work {
    fn start(&self, data: &Path) -> Child {
        Command::new(env!("CARGO_BIN_EXE_mensal"))
            .args(["bill", "--accounts", self.accounts, "--until", self.until])
            .args(["--json", "--progress-lines"])
            .args(self.more)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Kills it again and again, and lets it end at last. Tells how many times it was at work.
    fn killed_over_and_over(&self, data: &Path) -> u64 {
        let mut random = SEED;
        let mut killed = 0;
        for _ in 0..KILLS {
            // Knuth's MMIX generator: the same moments every time, up to the machine's own timing.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            killed += u64::from(kill_after(self.start(data), 1 + (random >> 33) % self.steps));
        }
        let ended = self.start(data).wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        killed
    }
}

/// The stack on what was left behind, and what does not hold of it.
async fn looked_at(data: &Path) -> (Stack, Audit) {
    let stack = Stack::start(data, Options::default()).await.unwrap();
    stack.settle().await.unwrap();
    let found = audit(stack.store(), &Pdfs::Folder(stack.bucket_path())).await.unwrap();
    assert_eq!(found.violations, Vec::<String>::new(), "seed {SEED}");
    assert!(stack.dead_letters().is_empty());
    (stack, found)
}

/// Kills the process (SIGKILL) once it has told so many steps; false if it ended before.
fn kill_after(mut child: Child, steps: u64) -> bool {
    let told = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut seen = 0;
    for line in told {
        assert!(line.unwrap().starts_with("{\"done\""), "nothing but progress on standard error");
        seen += 1;
        if seen == steps {
            break;
        }
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work { accounts: "5000", until: "2026-11-30", more: &[], steps: 24 };
    let killed = work.killed_over_and_over(folder.path());
    assert!(killed >= KILLS / 2, "only {killed} of {KILLS} found it at work");
    let (_stack, found) = looked_at(folder.path()).await;
    assert_eq!((found.accounts, found.invoices), (ACCOUNTS, ACCOUNTS));
    assert!(found.per_account.values().all(|count| *count == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_customers_pay_it_has_every_payment_once() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work { accounts: "600", until: "2026-12-31", more: &["--pay"], steps: 4 };
    let killed = work.killed_over_and_over(folder.path());
    assert!(killed >= KILLS / 2, "only {killed} of {KILLS} found it at work");
    let (stack, found) = looked_at(folder.path()).await;
    assert!(found.payments > 600, "{}", found.payments);
    let (taken, books) = (stack.bank().taken().unwrap(), Books::read(stack.store()).await.unwrap());
    // What nobody could match is kept for people: it is in no account's books.
    let unmatched = u64::try_from(books.unmatched.len()).unwrap();
    assert_eq!(books.payments + unmatched, taken.payments);
    let mut sums = taken.sums;
    for (currency, returned) in taken.returned {
        *sums.entry(currency).or_default() -= returned;
    }
    for one in &books.unmatched {
        let Fact::Received(receipt) = &one.notice.fact else { panic!("{one:?}") };
        let amount = receipt.amount;
        *sums.entry(amount.currency()).or_default() -= amount.amount();
    }
    assert_eq!(books.collected, sums);
}
