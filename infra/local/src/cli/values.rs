//! The values that commands are given: what is wrong with one, and what would be right.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use mensal_domain::rail::Rail;
use rust_decimal::Decimal;

/// A whole number within some limits.
pub(super) fn whole<T>(limits: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: TryFrom<u64> + Into<u64> + Copy,
{
    let (least, most) = ((*limits.start()).into(), (*limits.end()).into());
    move |text| {
        let plain = text.bytes().all(|b| b.is_ascii_digit());
        let read = text.parse().ok().filter(|number| plain && (least..=most).contains(number));
        let limits = match most {
            u64::MAX => format!("{least} or more"),
            _ => format!("{least} to {most}"),
        };
        read.and_then(|number: u64| T::try_from(number).ok())
            .ok_or_else(|| format!("write a whole number in digits, {limits}"))
    }
}

pub(super) fn address(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let is_host = |host: &str| host.contains('.') && !text.contains(char::is_whitespace);
    match host.filter(|host| is_host(host)) {
        Some(_) => Ok(text.to_owned()),
        None => Err("no address: write it in full, like https://provedor.example/obrigado".into()),
    }
}

pub(super) fn by_hand(text: &str) -> Result<Rail, String> {
    match text.parse() {
        Ok(rail @ (Rail::Cash | Rail::Cheque | Rail::Wire)) => Ok(rail),
        _ => Err("not entered by hand: use cash, cheque or wire".to_owned()),
    }
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "no date: write year-month-day: 2026-11-30".to_owned())
}

pub(super) fn amount(text: &str) -> Result<Decimal, String> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    let read = Decimal::from_str_exact(text).ok().filter(|_| plain);
    read.ok_or_else(|| "no amount: write it in digits, with a point: 1109.90".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_none_is_told_what_would_be_right() {
        let cases: [(&str, Result<u64, &str>); 7] = [
            ("1", Ok(1)),
            ("24", Ok(24)),
            ("0", Err("write a whole number in digits, 1 to 24")),
            ("25", Err("write a whole number in digits, 1 to 24")),
            ("99999999999999999999", Err("write a whole number in digits, 1 to 24")),
            ("x", Err("write a whole number in digits, 1 to 24")),
            ("+5", Err("write a whole number in digits, 1 to 24")),
        ];
        for (text, want) in cases {
            assert_eq!(whole(1..=24_u64)(text), want.map_err(str::to_owned), "{text}");
        }
        let free = whole(0..=u64::MAX);
        assert_eq!(free("x"), Err("write a whole number in digits, 0 or more".into()));
        assert_eq!(free("18446744073709551615"), Ok(u64::MAX));
    }
}
