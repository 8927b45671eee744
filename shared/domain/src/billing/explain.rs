//! How a line came to its amount, in words, for whoever asks "why do I pay this?".

use rust_decimal::Decimal;

use crate::{
    invoice::{Line, LineReason, LineSource},
    locale::Locale,
};

/// How the line came to its amount.
#[must_use]
pub fn line(line: &Line, locale: Locale) -> String {
    let mut parts = vec![source(line, locale)];
    if let Some(unit) = line.unit_price {
        let times = locale.number(line.quantity.normalize());
        parts.push(format!("{times} × {}", price(line, unit, locale)));
    } else if line.quantity != Decimal::ONE {
        let beyond = locale.pick("além da franquia", "beyond the allowance");
        parts.push(format!("{} {beyond}", locale.number(line.quantity)));
    }
    if let Some(span) = line.span {
        let (from, to) = (locale.date(span.start()), locale.date(span.last_day()));
        parts.push(format!("{from} – {to}"));
        if let Some(full) = line.part_of_days {
            let of = locale.pick("de", "of");
            let days = locale.pick("dias", "days");
            parts.push(format!("{} {of} {full} {days}", span.days()));
        }
    }
    if line.reason == LineReason::Credit {
        parts.push(locale.pick("estorno do que foi faturado", "takes back what was billed").into());
    }
    parts.join(", ")
}

/// A price with at least the decimals that its currency has.
fn price(line: &Line, unit: Decimal, locale: Locale) -> String {
    let mut unit = unit.normalize();
    if unit.scale() < line.amount.currency().digits() {
        unit.rescale(line.amount.currency().digits());
    }
    locale.number(unit)
}

fn source(line: &Line, locale: Locale) -> String {
    let service = locale.pick("serviço", "service");
    match &line.source {
        LineSource::Recurring(id, plan) => {
            format!("{service} {id}, {} {plan}", locale.pick("plano", "plan"))
        }
        LineSource::Discount(id, code) => {
            format!("{service} {id}, {} {code}", locale.pick("desconto", "discount"))
        }
        LineSource::Usage(id, meter) => {
            format!("{service} {id}, {} {meter}", locale.pick("consumo", "usage"))
        }
        LineSource::OneOff(id) => {
            format!("{} {id}", locale.pick("lançamento avulso", "one-off charge"))
        }
        LineSource::Opening => locale.pick("saldo anterior", "balance brought forward").into(),
    }
}
