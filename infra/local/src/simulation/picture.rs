//! The picture of a simulated year, as SVG: what is open, how many accounts are suspended, and what was
//! collected, each day. It takes the colours of the page that shows it, light or dark.

use std::{collections::BTreeMap, fmt::Write};

use jiff::civil::Date;
use mensal_domain::money::Currency;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::report::{DayRow, Sums};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 88.0;
const RIGHT: f64 = 24.0;
/// Where the first panel begins, how high each is, and how far apart.
const TOP: f64 = 84.0;
const PANEL: f64 = 150.0;
const GAP: f64 = 62.0;

const STYLE: &str = "
  svg { font: 13px system-ui, sans-serif; --ink: #1c2430; --soft: #5b6675; --grid: #dde2e8;
    --page: #ffffff; --a: #0b6e4f; --b: #2f5fc4; --c: #b4501e; }
  @media (prefers-color-scheme: dark) { svg { --ink: #e8ecf1; --soft: #a4afbd; --grid: #323b47;
    --page: #12171d; --a: #4fc79a; --b: #8fb2ff; --c: #f0965a; } }
  .page { fill: var(--page); } text { fill: var(--ink); } .soft { fill: var(--soft); }
  h1, .title { font-size: 18px; font-weight: 600; } .name { font-weight: 600; }
  .grid { stroke: var(--grid); } .axis { stroke: var(--soft); }
  path { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
  .a { stroke: var(--a); } .b { stroke: var(--b); } .c { stroke: var(--c); }
  .key.a { fill: var(--a); } .key.b { fill: var(--b); } .key.c { fill: var(--c); }
  .area { fill: var(--c); fill-opacity: 0.18; stroke: none; }
";

/// One line of a panel: its name, its colour, a value for each day.
struct Series {
    name: String,
    class: &'static str,
    values: Vec<f64>,
}

/// Draws the days of a year.
pub(super) fn draw(days: &BTreeMap<Date, DayRow>, accounts: u64, seed: u64) -> String {
    let dates: Vec<Date> = days.keys().copied().collect();
    let rows: Vec<&DayRow> = days.values().collect();
    let money = |of: fn(&DayRow) -> &Sums| -> Vec<Series> {
        let currencies: Vec<Currency> =
            rows.iter().flat_map(|row| of(row).keys().copied()).collect();
        let mut known: Vec<Currency> = Vec::new();
        for currency in currencies {
            if !known.contains(&currency) {
                known.push(currency);
            }
        }
        known.sort_unstable();
        let classes = ["a", "b", "c"];
        let series = known.into_iter().zip(classes).map(|(currency, class)| Series {
            name: currency.code().to_owned(),
            class,
            values: rows
                .iter()
                .map(|row| number(of(row).get(&currency).copied().unwrap_or_default()))
                .collect(),
        });
        series.collect()
    };
    let suspended = Series {
        name: "accounts".to_owned(),
        class: "c",
        values: rows
            .iter()
            .map(|row| f64::from(u32::try_from(row.suspended).unwrap_or(u32::MAX)))
            .collect(),
    };
    let panels = [
        ("Open at the end of the day", money(|row| &row.open)),
        ("Suspended accounts", vec![suspended]),
        ("Collected on the day", money(|row| &row.collected)),
    ];
    let height = TOP + 3.0 * (PANEL + GAP);
    let title = format!("A simulated year: {accounts} accounts, seed {seed}");
    let mut out = String::new();
    // A text takes everything that is written to it.
    let written = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">{title}</title>\n\
         <style>{STYLE}</style>\n<rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"34\">{title}</text>\n"
    );
    debug_assert!(written.is_ok());
    let mut top = TOP;
    for (name, series) in panels {
        panel(&mut out, top, name, &dates, &series);
        top += PANEL + GAP;
    }
    out.push_str("</svg>\n");
    out
}

fn number(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}

/// One panel: its name and legend, the grid with its numbers, months below, a line for each series.
fn panel(out: &mut String, top: f64, name: &str, dates: &[Date], series: &[Series]) {
    let (bottom, right) = (top + PANEL, WIDTH - RIGHT);
    let largest = series.iter().flat_map(|one| one.values.iter().copied()).fold(0.0, f64::max);
    let step = step(largest);
    let top_value = (largest / step).ceil().max(1.0) * step;
    let days = f64::from(u32::try_from(dates.len().max(2) - 1).unwrap_or(u32::MAX));
    let x = |place: usize| {
        LEFT + (right - LEFT) * f64::from(u32::try_from(place).unwrap_or(u32::MAX)) / days
    };
    let y = |value: f64| bottom - PANEL * value.max(0.0) / top_value;
    let mut line = |text: std::fmt::Arguments<'_>| {
        let written = out.write_fmt(text);
        debug_assert!(written.is_ok());
        out.push('\n');
    };
    line(format_args!("<text class=\"name\" x=\"{LEFT}\" y=\"{}\">{name}</text>", top - 12.0));
    let mut legend = right;
    for one in series.iter().rev() {
        legend -= 14.0 + 8.0 * f64::from(u32::try_from(one.name.len()).unwrap_or_default());
        line(format_args!(
            "<rect class=\"key {}\" x=\"{legend}\" y=\"{}\" width=\"10\" height=\"10\"/>\
             <text class=\"soft\" x=\"{}\" y=\"{}\">{}</text>",
            one.class,
            top - 21.0,
            legend + 14.0,
            top - 12.0,
            one.name
        ));
        legend -= 14.0;
    }
    let mut value = 0.0;
    while value <= top_value + step / 2.0 {
        let at = y(value);
        line(format_args!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"soft\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            at + 4.0,
            grouped(value)
        ));
        value += step;
    }
    for (place, date) in dates.iter().enumerate().filter(|(_, date)| date.day() == 1) {
        let at = x(place);
        line(format_args!(
            "<line class=\"axis\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{bottom}\" y2=\"{}\"/>\
             <text class=\"soft\" x=\"{:.1}\" y=\"{}\">{}-{:02}</text>",
            bottom + 5.0,
            at + 3.0,
            bottom + 17.0,
            date.year(),
            date.month()
        ));
    }
    line(format_args!(
        "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>"
    ));
    for one in series {
        let points: Vec<String> = one
            .values
            .iter()
            .enumerate()
            .map(|(place, value)| format!("{:.1} {:.1}", x(place), y(*value)))
            .collect();
        line(format_args!("<path class=\"{}\" d=\"M{}\"/>", one.class, points.join(" L")));
        if series.len() == 1 {
            line(format_args!(
                "<path class=\"area\" d=\"M{LEFT} {bottom} L{} L{right} {bottom} Z\"/>",
                points.join(" L")
            ));
        }
    }
}

/// The distance of two lines of a grid that has three to six: 1, 2 or 5 with noughts.
fn step(largest: f64) -> f64 {
    let rough = (largest / 4.0).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|one| one * power);
    steps.into_iter().find(|step| *step >= rough).unwrap_or(rough)
}

/// A whole number with commas between its thousands.
fn grouped(value: f64) -> String {
    let text = format!("{value:.0}");
    let mut out = String::new();
    for (place, digit) in text.chars().enumerate() {
        if place > 0 && (text.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mensal_domain::calendar::days_after;

    use super::*;

    #[test]
    fn a_picture_has_a_line_for_each_currency_and_a_month_below_each_first() {
        let row = |day: i64| DayRow {
            open: Sums::from([
                (Currency::BRL, Decimal::from(day * 1000)),
                (Currency::USD, Decimal::ONE),
            ]),
            suspended: 3,
            collected: Sums::from([(Currency::BRL, Decimal::from(day))]),
        };
        let days = (0..90).map(|day| (days_after(date(2026, 11, 1), day), row(i64::from(day))));
        let svg = draw(&days.collect(), 7, 1);
        assert_eq!(svg.matches("<path class=\"a\"").count(), 2, "BRL, open and collected");
        assert_eq!(svg.matches("<path class=\"b\"").count(), 1, "USD");
        assert_eq!(svg.matches(">2026-12<").count(), 3, "once a panel");
        assert!(svg.contains("prefers-color-scheme: dark") && svg.contains(">50,000<"));
    }

    #[test]
    fn grids_have_round_numbers() {
        for (largest, want) in
            [(0.0, 1.0), (3.0, 1.0), (37.0, 10.0), (90_000.0, 50_000.0), (1_500.0, 500.0)]
        {
            assert!((step(largest) - want).abs() < 1e-9, "{largest}: {}", step(largest));
        }
        assert_eq!(grouped(1_234_567.0), "1,234,567");
    }
}
