//! Finds floats in a source. Clippy cannot: it sees those that derived code mentions, too.

/// The numbers of the lines that speak of floats, outside of comments and texts.
pub(crate) fn float_lines(source: &str) -> Vec<usize> {
    let code = without_comments_and_texts(source);
    let lines = code.lines().enumerate();
    lines.filter(|(_, line)| words(line).any(is_float)).map(|(index, _)| index + 1).collect()
}

/// What may be a number or a name: `0..1.5` has `0` and `1.5`, `pair.0.1` is one.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split("..");
    parts.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')))
}

fn is_float(word: &str) -> bool {
    if word.split('.').any(|part| part == "f32" || part == "f64") {
        return true;
    }
    let other_base = ["0x", "0b", "0o"].iter().any(|base| word.starts_with(base));
    if other_base || !word.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let digits = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
    let fraction = digits
        .strip_prefix('.')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()));
    let exponent = digits.starts_with(['e', 'E']);
    fraction || exponent || word.ends_with("f32") || word.ends_with("f64")
}

/// Source with comments, texts and characters left out, lines kept.
fn without_comments_and_texts(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skip = skipped(rest, &code);
        let (left_out, next) = rest.split_at(if skip == 0 { first.len_utf8() } else { skip });
        if skip == 0 {
            code.push(first);
        } else {
            code.extend(left_out.chars().filter(|c| *c == '\n'));
        }
        rest = next;
    }
    code
}

/// The length of the comment, text or character that `rest` begins with, else 0.
fn skipped(rest: &str, before: &str) -> usize {
    let until = |start: usize, end: &str| {
        rest[start..].find(end).map_or(rest.len(), |found| start + found + end.len())
    };
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until(2, "*/");
    }
    let in_name = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !in_name) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            return until(hashes + 2, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    let quoted = |quote: char| {
        let mut escaped = false;
        for (index, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == quote => return index + 1,
                _ => {}
            }
        }
        rest.len()
    };
    if rest.starts_with('"') {
        return quoted('"');
    }
    let mut ahead = rest.chars().skip(1);
    let (second, third) = (ahead.next(), ahead.next());
    // A lifetime has no quote behind it.
    let character = second == Some('\\') || third == Some('\'');
    if rest.starts_with('\'') && character { quoted('\'') } else { 0 }
}

#[test]
fn a_float_is_seen() {
    for code in [
        "let x: f64 = y;",
        "f32::from(1)",
        "0.5",
        "1_000.25",
        "2.",
        "1e3",
        "3f64",
        "(1..2.5)",
        "let c = '\"'; 0.5",
        "r#\"\"#; 0.5",
        "\"a\\\"b\"; 0.5",
    ] {
        assert_eq!(float_lines(code), [1], "{code}");
    }
    for code in [
        "// 0.5",
        "/* f64 */",
        "\"0.5\"",
        "r#\"a \" 0.5\"#",
        "0..10",
        "pair.0.1",
        "self.0.1",
        "x().0.1",
        "1.max(2)",
        "0xE5",
        "0x1e3",
        "'a'",
        "fn f<'a>(x: &'a str)",
        "to_f64_name",
        "1..",
    ] {
        assert_eq!(float_lines(code), [0; 0], "{code}");
    }
    assert_eq!(float_lines("a\n\"two\nlines\"\n0.5"), [4]);
}
