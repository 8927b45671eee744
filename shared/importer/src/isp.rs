//! `isp.csv`: who the ISP is, as pairs of key and value.

use mensal_domain::{
    account::Address,
    locale::Locale,
    money::Currency,
    stationery::{Color, LogoPath, Seller},
    suggest::nearest,
};

use crate::{
    cell::{self, Parsed, named, wrong},
    fault::Fault,
    table::{Context, Row, Spec, Table},
};

/// The longest name of a person, a company, a plan, …
pub const MAX_NAME: usize = 120;
/// The longest line of an address.
pub const MAX_ADDRESS_LINE: usize = 60;
/// The most lines of an address.
pub const MAX_ADDRESS_LINES: usize = 5;
/// The most shapes of a logo.
pub const MAX_LOGO_PATHS: usize = 16;
/// The longest path data of one shape of a logo.
pub const MAX_LOGO_PATH: usize = 4000;

const SPEC: Spec =
    Spec { file: "isp.csv", needed: true, required: &["key", "value"], optional: &[] };
const ONCE: [&str; 7] = ["name", "tax_id", "contact", "color", "time_zone", "locale", "currency"];
const REPEATED: [(&str, usize); 3] =
    [("address", MAX_ADDRESS_LINES), ("remit_to", MAX_ADDRESS_LINES), ("logo", MAX_LOGO_PATHS)];

/// What `isp.csv` says. What could not be read has left a fault.
pub(crate) struct Isp {
    pub(crate) seller: Option<Seller>,
    pub(crate) time_zone: Option<String>,
    pub(crate) locale: Option<Locale>,
    pub(crate) currency: Option<Currency>,
}

pub(crate) fn read(context: &Context<'_>) -> Isp {
    let table = Table::read(context, &SPEC);
    let rows: Vec<_> = table.rows().collect();
    check_keys(&rows);
    let faulty = |key: &str, wrong: &str, right: &str| {
        let fault = Fault::of_file(SPEC.file, wrong, right);
        context.sink.push(Fault { column: key.to_owned(), ..fault });
    };
    let all = |key: &'static str| rows.iter().filter(move |row| row.text("key") == key);
    let need = |key: &'static str| {
        let row = all(key).next().copied();
        if row.is_none() && table.complete {
            faulty(key, "the row with this key is missing", "add it");
        }
        row
    };
    let lines = |key| {
        let line = |row: &Row<'_>| value(row, |text| cell::text(MAX_ADDRESS_LINE, text));
        Address { lines: all(key).filter_map(line).collect() }
    };
    let name = need("name").and_then(|row| value(&row, |text| cell::text(MAX_NAME, text)));
    let short = |key| {
        let row = all(key).next().filter(|row| !row.text("value").is_empty());
        row.and_then(|row| value(row, |text| cell::text(MAX_NAME, text))).unwrap_or_default()
    };
    let color = need("color").and_then(|row| value(&row, named::<Color>));
    let remit_to = lines("remit_to");
    let seller = name.zip(color).map(|(name, color)| Seller {
        name,
        tax_id: short("tax_id"),
        address: lines("address"),
        contact: short("contact"),
        remit_to: (!remit_to.lines.is_empty()).then_some(remit_to),
        logo: all("logo").filter_map(|row| value(row, logo_path)).collect(),
        color,
    });
    Isp {
        seller,
        time_zone: need("time_zone").and_then(|row| value(&row, time_zone)),
        locale: need("locale").and_then(|row| value(&row, named)),
        currency: need("currency").and_then(|row| value(&row, named)),
    }
}

/// A value, whose fault is told under its key.
fn value<T>(row: &Row<'_>, read: impl Fn(&str) -> Parsed<T>) -> Option<T> {
    let given = row.text("value");
    read(given).map_err(|told| row.fault_at(row.text("key"), given, told.wrong, told.right)).ok()
}

fn check_keys(rows: &[Row<'_>]) {
    let known = || ONCE.into_iter().chain(REPEATED.map(|(key, _)| key));
    for (index, row) in rows.iter().enumerate() {
        let key = row.text("key");
        let before = rows.iter().take(index).filter(|before| before.text("key") == key);
        let limit = match REPEATED.iter().find(|(repeated, _)| *repeated == key) {
            Some((_, limit)) => *limit,
            None if ONCE.contains(&key) => 1,
            None => {
                let right = match nearest(key, known()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("use one of {}", known().collect::<Vec<_>>().join(", ")),
                };
                row.fault("key", "is no key of this file", right);
                continue;
            }
        };
        if before.count() >= limit {
            row.fault("key", "is there too often", format!("give it at most {limit} times"));
        }
    }
}

fn time_zone(text: &str) -> Parsed<String> {
    match jiff::tz::TimeZone::get(text) {
        Ok(zone) if zone.iana_name().is_some() => Ok(text.to_owned()),
        _ => Err(wrong("is no time zone", "use a name of IANA, like America/Sao_Paulo")),
    }
}

/// A shape of the logo: its colour, a space, and SVG path data in a box of 100 by 100.
fn logo_path(text: &str) -> Parsed<LogoPath> {
    let right = "write a colour and path data, like #0a3d8f M10 10 L90 10 L50 90 Z";
    let (color, path) = text.split_once(' ').ok_or_else(|| wrong("is no shape", right))?;
    let color = named(color)?;
    if path.len() > MAX_LOGO_PATH {
        return Err(wrong("is too long", format!("use at most {MAX_LOGO_PATH} characters")));
    }
    let odd = |c: char| {
        !matches!(c, 'M' | 'L' | 'H' | 'V' | 'C' | 'Q' | 'Z' | '0'..='9' | '.' | '-' | ',' | ' ')
    };
    if let Some(odd) = path.chars().find(|c| odd(*c)) {
        let told = format!("has `{}` in its path", odd.escape_default());
        return Err(wrong(told, "use M L H V C Q Z in capitals, and numbers"));
    }
    let mut arguments = path.split(['M', 'L', 'H', 'V', 'C', 'Q', 'Z']);
    let begins = path.starts_with('M') && arguments.next() == Some("");
    let commands = path.chars().filter(char::is_ascii_uppercase);
    let fits = commands.zip(arguments).all(|(command, arguments)| {
        let numbers: Vec<_> =
            arguments.split([' ', ',']).filter(|number| !number.is_empty()).collect();
        let readable = numbers.iter().all(|number| cell::number(1000, 6, number).is_ok());
        let group = match command {
            'H' | 'V' => 1,
            'C' => 6,
            'Q' => 4,
            'Z' => return numbers.is_empty(),
            _ => 2,
        };
        readable && !numbers.is_empty() && numbers.len().is_multiple_of(group)
    });
    if begins && fits {
        Ok(LogoPath { path: path.to_owned(), color })
    } else {
        Err(wrong("is no path", right))
    }
}
