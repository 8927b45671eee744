//! The process killed at 20 random moments and started again: nothing billed twice, nothing lost.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use mensal::{
    audit::{Pdfs, audit},
    stack::{Options, Stack},
};

const ACCOUNTS: u64 = 5_000;
const KILLS: u64 = 20;
const SEED: u64 = 2_026;

fn start(data: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mensal"))
        .args(["bill", "--accounts", "5000", "--until", "2026-11-30", "--json", "--progress-lines"])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
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
    let mut random = SEED;
    let mut killed = 0;
    for _ in 0..KILLS {
        // Knuth's MMIX generator: the same moments every time, up to the machine's own timing.
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        killed += u64::from(kill_after(start(folder.path()), 1 + (random >> 33) % 24));
    }
    assert!(killed >= KILLS / 2, "only {killed} of {KILLS} found it at work");
    assert!(start(folder.path()).wait_with_output().unwrap().status.success());
    let stack = Stack::start(folder.path(), Options::default()).await.unwrap();
    stack.settle().await.unwrap();
    let found = audit(stack.store(), &Pdfs::Folder(stack.bucket_path())).await.unwrap();
    assert_eq!(found.violations, Vec::<String>::new(), "seed {SEED}");
    assert_eq!((found.accounts, found.invoices), (ACCOUNTS, ACCOUNTS));
    assert!(found.per_account.values().all(|count| *count == 1));
    assert!(stack.dead_letters().is_empty());
}
