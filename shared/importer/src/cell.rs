//! What a cell can hold, and how each kind of it is explained when it is wrong.

use std::{fmt::Display, str::FromStr};

use jiff::civil::Date;
use mensal_domain::{money::Currency, period::BillDay, suggest::nearest};
use rust_decimal::Decimal;

/// The largest price of one, either way.
pub const MAX_PRICE: i64 = 1_000_000_000;
/// The largest metered or one-off quantity.
pub const MAX_QUANTITY: i64 = 1_000_000_000_000;
/// The most decimals of a price per unit or of a metered quantity.
pub const MAX_DECIMALS: u32 = 6;
/// The years that dates may lie in.
pub const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// Why a cell cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) wrong: String,
    pub(crate) right: String,
}

pub(crate) type Parsed<T> = Result<T, Wrong>;

pub(crate) fn wrong(wrong: impl Into<String>, right: impl Into<String>) -> Wrong {
    Wrong { wrong: wrong.into(), right: right.into() }
}

/// Anything that the domain reads from text. Its errors have the form "`given` is wrong: right".
pub(crate) fn named<T: FromStr<Err: Display>>(text: &str) -> Parsed<T> {
    text.parse().map_err(|error: T::Err| {
        let message = error.to_string();
        let quoted = message.strip_prefix('`').and_then(|rest| rest.rsplit_once("` "));
        let told = quoted.map_or(message.as_str(), |(_, told)| told);
        let (what, right) = told.split_once(": ").unwrap_or((told, "see docs/importing.md"));
        wrong(what, right)
    })
}

/// One of a few words.
pub(crate) fn word<T: Copy>(words: &[(&str, T)], text: &str) -> Parsed<T> {
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let right = format!("use {}{}", all.join(" or "), nearest_word(text, &all));
        wrong("is none of the words for this", right)
    })
}

/// Which of some words may have been meant, as the end of a sentence.
pub(crate) fn nearest_word(text: &str, words: &[&str]) -> String {
    let meant = nearest(text, words.iter().copied());
    meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default()
}

/// A text for print, of limited length, on one line.
pub(crate) fn text(max: usize, text: &str) -> Parsed<String> {
    if text.contains(|c: char| c.is_control()) {
        let right = "write it on one line, and look for a quote that is not closed";
        return Err(wrong("has a line break or a control character", right));
    }
    lines(max, text)
}

/// A text for print, of limited length, that may have line breaks.
pub(crate) fn lines(max: usize, text: &str) -> Parsed<String> {
    let text = text.replace("\r\n", "\n");
    let length = text.chars().count();
    if text.contains(|c: char| c.is_control() && c != '\n') {
        Err(wrong("has a control character", "leave it out"))
    } else if length > max {
        Err(wrong(format!("is {length} characters long"), format!("use at most {max}")))
    } else if text.is_empty() {
        Err(wrong("must not be empty", format!("write a text of 1 to {max} characters")))
    } else {
        Ok(text)
    }
}

/// An e-mail address, as far as its form tells.
pub(crate) fn email(given: &str) -> Parsed<String> {
    let given = text(254, given)?;
    let valid = given.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
    });
    if valid && !given.contains([' ', ',', ';', '<', '>']) {
        Ok(given)
    } else {
        Err(wrong("is no e-mail address", "write one address, like ana@provider.example"))
    }
}

/// A telephone number of ITU-T E.164.
pub(crate) fn phone(text: &str) -> Parsed<String> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let fits = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
    if fits && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        let right = "write it with its country and no blanks, like +5545999990000";
        Err(wrong("is no telephone number", right))
    }
}

/// A date of ISO 8601.
pub(crate) fn date(text: &str) -> Parsed<Date> {
    let iso = |text: &str| -> Option<Date> {
        let digits = |range: std::ops::Range<usize>| -> Option<i16> {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        dashes.then_some(date)
    };
    match iso(text) {
        Some(date) if YEARS.contains(&date.year()) => Ok(date),
        Some(_) => Err(wrong(
            "is too far away",
            format!("use a year from {} to {}", YEARS.start(), YEARS.end()),
        )),
        None => Err(wrong("is no date", iso_for(text))),
    }
}

/// What a date in another notation would be.
fn iso_for(text: &str) -> String {
    let parts: Vec<i16> = text.split(['/', '.', '-']).map_while(|part| part.parse().ok()).collect();
    let valid = |year: i16, month: i16, day: i16| {
        let year = if (0..100).contains(&year) { year + 2000 } else { year };
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    let guesses = match parts[..] {
        [a, b, c] if a > 31 => [valid(a, b, c), None],
        [a, b, c] if a == b => [valid(c, b, a), None],
        [a, b, c] => [valid(c, b, a), valid(c, a, b)],
        _ => [None, None],
    };
    let guesses: Vec<_> = guesses.into_iter().flatten().map(|date| date.to_string()).collect();
    if guesses.is_empty() {
        "write year-month-day, like 2026-11-05".to_owned()
    } else {
        format!("write year-month-day: {}", guesses.join(" or "))
    }
}

/// A number with a decimal point, within the limit either way.
pub(crate) fn number(limit: i64, decimals: u32, text: &str) -> Parsed<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        if text.contains(',') {
            return Err(wrong("has a comma", format!("write {}", with_point(text))));
        }
        let right = "write digits with a point before decimals, like 99.90";
        return Err(wrong("is no number", right));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > usize::try_from(decimals).unwrap_or(usize::MAX) {
        return Err(wrong("has too many decimals", format!("use at most {decimals}")));
    }
    let too_large = || wrong("is too large", format!("use at most {limit}"));
    let value = Decimal::from_str_exact(text).map_err(|_| too_large())?;
    if value.abs() > Decimal::from(limit) { Err(too_large()) } else { Ok(value) }
}

/// What a number with a decimal comma, or with commas between thousands, would be.
fn with_point(text: &str) -> String {
    let point = text.rfind([',', '.']).filter(|at| {
        let one_comma = text.matches(',').count() == 1 && !text.contains('.');
        text.contains('.') || (one_comma && text.len() - at != 4)
    });
    let plain = |part: &str| part.replace([',', '.', ' '], "");
    match point.and_then(|at| Some((plain(text.get(..at)?), plain(text.get(at + 1..)?)))) {
        Some((whole, fraction)) => {
            format!("{whole}.{fraction}, with a point before decimals and nothing else")
        }
        None => "a point before decimals, and nothing between thousands".to_owned(),
    }
}

/// A number that is not below zero.
pub(crate) fn not_negative(limit: i64, decimals: u32, text: &str) -> Parsed<Decimal> {
    let value = number(limit, decimals, text)?;
    if value.is_sign_negative() && !value.is_zero() {
        return Err(wrong("is below zero", "use 0 or more; credits belong into charges.csv"));
    }
    Ok(value.abs())
}

/// A price in whole smallest units of its currency.
pub(crate) fn price(currency: Option<Currency>, text: &str) -> Parsed<Decimal> {
    let value = not_negative(MAX_PRICE, MAX_DECIMALS, text)?;
    in_smallest_units(currency, value)
}

/// An amount that may be below zero, in whole smallest units of its currency.
pub(crate) fn amount(currency: Option<Currency>, text: &str) -> Parsed<Decimal> {
    in_smallest_units(currency, number(MAX_PRICE, MAX_DECIMALS, text)?)
}

/// A currency that could not be read is a fault of its own cell: the amount then passes.
fn in_smallest_units(currency: Option<Currency>, value: Decimal) -> Parsed<Decimal> {
    match currency {
        Some(currency) if value.normalize().scale() > currency.digits() => {
            let right = format!("{currency} has {}", currency.digits());
            Err(wrong("has too many decimals", right))
        }
        _ => Ok(as_written(currency, value)),
    }
}

/// A price per unit, which may be finer than the smallest unit of its currency.
pub(crate) fn unit_price(currency: Option<Currency>, text: &str) -> Parsed<Decimal> {
    not_negative(MAX_PRICE, MAX_DECIMALS, text).map(|value| as_written(currency, value))
}

/// With the decimals that it needs, at least those of its currency: however a spreadsheet wrote
/// it, it is the same to the byte, and prints as people write it.
pub(crate) fn as_written(currency: Option<Currency>, value: Decimal) -> Decimal {
    let mut value = value.normalize();
    if let Some(currency) = currency.filter(|currency| currency.digits() > value.scale()) {
        value.rescale(currency.digits());
    }
    value
}

/// A percentage from 0 to 100.
pub(crate) fn percent(text: &str) -> Parsed<Decimal> {
    let value = number(MAX_PRICE, MAX_DECIMALS, text)?;
    if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&value) {
        Ok(value.normalize())
    } else {
        Err(wrong("is no percentage", "use 0 to 100"))
    }
}

/// A whole number in a range.
pub(crate) fn whole(range: std::ops::RangeInclusive<u32>, text: &str) -> Parsed<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let value = digits.then(|| text.parse().ok()).flatten();
    value.filter(|value| range.contains(value)).ok_or_else(|| {
        let right = format!("use a whole number from {} to {}", range.start(), range.end());
        wrong("does not fit", right)
    })
}

/// A day of the month on which a cycle begins.
pub(crate) fn bill_day(text: &str) -> Parsed<BillDay> {
    text.parse::<i8>()
        .ok()
        .and_then(|day| BillDay::try_from(day).ok())
        .ok_or_else(|| wrong("is no bill day", "use 1 to 28, the days that every month has"))
}
