//! The page of an e-mail, made from its text: the same words, and nothing from elsewhere. No picture, no
//! script, nothing that tells whether it was read.
//!
//! Mail programs know little: tables for the layout, styles on each element, and a sheet only for the
//! dark, which those that know none of it leave out.

use std::fmt::Write;

use mensal_domain::{locale::Locale, stationery::Seller};

/// The longest label of a fact, in characters.
const MAX_LABEL: usize = 30;

const SHEET: &str = "\
:root{color-scheme:light dark;supported-color-schemes:light dark}\
@media (prefers-color-scheme:dark){\
.back{background-color:#16181c!important}\
.card{background-color:#1f2227!important}\
.ink{color:#e8eaed!important}\
.soft{color:#a9afb8!important}\
.code{background-color:#2b2f36!important;color:#e8eaed!important}\
.line{border-color:#3a3f47!important}\
.link{color:#8ab4f8!important}}";
const FONT: &str =
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/// The page.
pub(crate) fn page(subject: &str, body: &str, locale: Locale, seller: &Seller) -> String {
    let mut out = String::with_capacity(4096 + body.len() * 2);
    let (tag, title, name) = (locale.tag(), escaped(subject), escaped(&line(&seller.name)));
    let color = seller.color;
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{SHEET}</style>\n</head>\n\
         <body class=\"back\" style=\"margin:0;padding:0;background-color:#f1f3f5;{FONT}\">\n\
         <table class=\"back\" role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"background-color:#f1f3f5\"><tr><td align=\"center\" style=\"padding:16px 8px\">\n\
         <table class=\"card\" role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"max-width:600px;background-color:#ffffff;border-top:4px solid {color}\">\n\
         <tr><td class=\"ink\" style=\"padding:24px 24px 0;font-size:18px;font-weight:bold;color:#1b1f24\">\
         {name}</td></tr>\n\
         <tr><td class=\"ink\" style=\"padding:8px 24px 24px;font-size:16px;line-height:24px;color:#1b1f24\">\n"
    );
    for block in blocks(body) {
        write_block(&mut out, &block);
    }
    let foot: Vec<_> = foot(seller).iter().map(|line| escaped(line)).collect();
    let foot = foot.join("<br>\n");
    let _ = write!(
        out,
        "</td></tr>\n<tr><td class=\"soft line\" style=\"padding:16px 24px 24px;border-top:1px solid #dfe3e8;\
         font-size:13px;line-height:20px;color:#5b6470\">{foot}</td></tr>\n\
         </table>\n</td></tr></table>\n</body>\n</html>\n"
    );
    out
}

/// The ISP, as it stands at the foot of a letter: name, registration, address, how to reach it.
pub(crate) fn foot(seller: &Seller) -> Vec<String> {
    let name = [&seller.name, &seller.tax_id].map(|text| line(text));
    let name: Vec<_> = name.into_iter().filter(|text| !text.is_empty()).collect();
    let address: Vec<_> = seller.address.lines.iter().map(|text| line(text)).collect();
    let all = [name.join(" · "), address.join(", "), line(&seller.contact)];
    all.into_iter().filter(|text| !text.is_empty()).collect()
}

/// One line, whatever it was.
fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() && c != '\u{a0}' || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What lines of a text are.
#[derive(Debug, PartialEq, Eq)]
enum Block<'a> {
    /// Words.
    Paragraph(Vec<&'a str>),
    /// Points, which begin with `- `.
    Points(Vec<&'a str>),
    /// Label and value, two lines of it or more.
    Facts(Vec<(&'a str, &'a str)>),
    /// What is copied, indented by four blanks.
    Code(Vec<&'a str>),
}

fn blocks(body: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    for part in body.split("\n\n") {
        let lines: Vec<_> = part.lines().collect();
        for alike in lines.chunk_by(|a, b| mark(a) == mark(b)) {
            blocks.push(block(alike));
        }
    }
    blocks
}

/// What a line begins with that says what it is.
fn mark(line: &str) -> &str {
    ["    ", "- "].into_iter().find(|mark| line.starts_with(mark)).unwrap_or_default()
}

fn block<'a>(lines: &[&'a str]) -> Block<'a> {
    let mark = lines.first().map_or("", |line| mark(line));
    let without = || lines.iter().map(|line| line.get(mark.len()..).unwrap_or_default()).collect();
    match mark {
        "- " => Block::Points(without()),
        "" => {
            let facts: Option<Vec<_>> = lines.iter().map(|line| fact(line)).collect();
            match facts.filter(|facts| facts.len() > 1) {
                Some(facts) => Block::Facts(facts),
                None => Block::Paragraph(lines.to_vec()),
            }
        }
        _ => Block::Code(without()),
    }
}

/// `Label: value`.
fn fact(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.split_once(": ")?;
    (label.chars().count() <= MAX_LABEL && !value.trim().is_empty()).then_some((label, value))
}

fn write_block(out: &mut String, block: &Block<'_>) {
    let joined =
        |lines: &[&str]| lines.iter().map(|line| linked(line)).collect::<Vec<_>>().join("<br>\n");
    let _ = match block {
        Block::Paragraph(lines) => {
            writeln!(out, "<p style=\"margin:16px 0 0\">{}</p>", joined(lines))
        }
        Block::Points(lines) => {
            out.push_str("<ul style=\"margin:12px 0 0;padding:0 0 0 22px\">\n");
            for line in lines {
                let _ = writeln!(out, "<li style=\"margin:4px 0 0\">{}</li>", linked(line));
            }
            out.write_str("</ul>\n")
        }
        Block::Facts(facts) => {
            out.push_str(
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" width=\"100%\" \
                 style=\"margin:16px 0 0;border-collapse:collapse\">\n",
            );
            for (label, value) in facts {
                let _ = writeln!(
                    out,
                    "<tr><td class=\"soft line\" style=\"padding:8px 16px 8px 0;border-bottom:1px solid \
                     #dfe3e8;font-size:14px;color:#5b6470;vertical-align:top\">{}</td>\
                     <td class=\"ink line\" align=\"right\" style=\"padding:8px 0;border-bottom:1px solid \
                     #dfe3e8;font-size:16px;font-weight:bold;color:#1b1f24\">{}</td></tr>",
                    escaped(label),
                    linked(value)
                );
            }
            out.write_str("</table>\n")
        }
        Block::Code(lines) => {
            let lines: Vec<_> = lines.iter().map(|line| escaped(line)).collect();
            writeln!(
                out,
                "<div class=\"code\" style=\"margin:8px 0 0;padding:12px;background-color:#f1f3f5;color:#1b1f24;\
                 font-family:SFMono-Regular,Consolas,'Liberation Mono',Menlo,monospace;font-size:14px;\
                 line-height:20px;white-space:pre-wrap;word-break:break-word;overflow-wrap:anywhere\">{}</div>",
                lines.join("<br>\n")
            )
        }
    };
}

/// A line with its addresses as links, which show where they lead.
fn linked(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 64);
    let mut rest = line;
    while let Some(start) = rest.find("https://") {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"'`|\\^{}".contains(c));
        let (mut address, mut after) = from.split_at(end.unwrap_or(from.len()));
        // The sentence's own mark is not the address's.
        let bare = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        (address, after) = (bare, from.get(bare.len()..).unwrap_or(after));
        out.push_str(&escaped(before));
        let address = escaped(address);
        if address == "https://" {
            out.push_str(&address);
        } else {
            let _ = write!(
                out,
                "<a class=\"link\" href=\"{address}\" style=\"color:#0b57d0;word-break:break-all\">{address}</a>"
            );
        }
        rest = after;
    }
    out.push_str(&escaped(rest));
    out
}

/// A text as HTML, in an element or in an attribute in quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_they_look_like() {
        let body = "Olá, Ana.\nTudo bem?\n\nValor: R$ 10,00\nVencimento: 10/11/2026\n\nPix:\n    0002\n\n- um\n- dois\n\nNota: só uma linha";
        assert_eq!(
            blocks(body),
            [
                Block::Paragraph(vec!["Olá, Ana.", "Tudo bem?"]),
                Block::Facts(vec![("Valor", "R$ 10,00"), ("Vencimento", "10/11/2026")]),
                Block::Paragraph(vec!["Pix:"]),
                Block::Code(vec!["0002"]),
                Block::Points(vec!["um", "dois"]),
                Block::Paragraph(vec!["Nota: só uma linha"]),
            ]
        );
    }

    #[test]
    fn an_address_is_a_link_that_shows_itself_and_nothing_else_is() {
        let link = |address: &str| {
            format!(
                "<a class=\"link\" href=\"{address}\" style=\"color:#0b57d0;word-break:break-all\">{address}</a>"
            )
        };
        let cases = [
            (
                "Pague em https://pague.example/a?b=1&c=2.",
                format!("Pague em {}.", link("https://pague.example/a?b=1&amp;c=2")),
            ),
            (
                "https://a.example e https://b.example",
                format!("{} e {}", link("https://a.example"), link("https://b.example")),
            ),
            ("javascript:alert(1) http://a.example", "javascript:alert(1) http://a.example".into()),
            (
                "https://a.example\"onclick=x",
                format!("{}&quot;onclick=x", link("https://a.example")),
            ),
            ("<b>&'", "&lt;b&gt;&amp;&#39;".into()),
            ("https://", "https://".into()),
        ];
        for (given, want) in cases {
            assert_eq!(linked(given), want, "{given}");
        }
    }
}
