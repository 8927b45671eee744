//! What `cargo test` leaves out by its manifest, so that nothing without tests is linked for it: there must
//! be none in there.

/// The kinds of what a manifest has left out of `cargo test`: `lib`, `bin`.
pub(crate) fn left_out(manifest: &str) -> Vec<&str> {
    let (mut kind, mut out) = ("", Vec::new());
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            kind = line.trim_matches(['[', ']']);
        } else if line == "test = false" {
            out.push(kind);
        }
    }
    out
}

/// Whether a source has tests.
pub(crate) fn has_tests(source: &str) -> bool {
    let starts = |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    source.lines().any(|line| starts(line.trim_start()) || line.trim_start() == "proptest! {")
}

#[test]
fn what_is_left_out_is_named() {
    let manifest =
        "[package]\nname = \"a\"\n\n[lib]\ntest = false\n\n[[bin]]\nname = \"b\"\ntest = false\n";
    assert_eq!(left_out(manifest), ["lib", "bin"]);
    assert!(has_tests("    #[tokio::test(flavor = \"multi_thread\")]\n"));
    assert!(has_tests("#[test]\n") && has_tests("    proptest! {\n"));
    assert!(!has_tests("//! as `#[test]` has it\n"));
}
