//! The difference between what days are worth and what was billed for them.

use jiff::civil::Date;

use super::worth::merge;
use crate::{
    account::{Piece, Rate},
    calendar::Span,
    ids::DiscountCode,
    invoice::LineReason,
    period::{Grid, Interval, Period},
};

/// Days of one period that are to be charged, or credited, at a rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delta {
    pub(super) period: Period,
    pub(super) span: Span,
    pub(super) rate: Rate,
    pub(super) reason: LineReason,
}

/// What is to be charged and credited so that what was billed becomes what it is worth, from the
/// cutoff on; and what has been billed after that.
pub(super) fn difference(
    worth: &[Piece],
    billed: &[Piece],
    cutoff: Date,
    grid: impl Fn(Interval) -> Grid,
) -> (Vec<Delta>, Vec<Piece>) {
    let mut streams: Vec<Option<&DiscountCode>> =
        worth.iter().chain(billed).map(|piece| piece.rate.discount.as_ref()).collect();
    streams.sort_unstable();
    streams.dedup();
    let (mut deltas, mut after) = (Vec::new(), Vec::new());
    for stream in streams {
        let of = |pieces: &[Piece]| -> Vec<Piece> {
            let mut own: Vec<_> = pieces
                .iter()
                .filter(|piece| piece.rate.discount.as_ref() == stream)
                .cloned()
                .collect();
            own.sort_unstable();
            own
        };
        let (worth, billed) = (of(worth), of(billed));
        for (reason, mut pieces) in changes(&worth, &billed, cutoff) {
            merge(&mut pieces);
            for Piece { span, rate } in pieces {
                for period in grid(rate.interval).periods(span) {
                    if let Some(span) = period.span.intersect(span) {
                        deltas.push(Delta { period, span, rate: rate.clone(), reason });
                    }
                }
            }
        }
        let settled = billed.iter().filter_map(|piece| clip(piece, Date::MIN, cutoff));
        let now = worth.iter().filter_map(|piece| clip(piece, cutoff, Date::MAX));
        let mut all: Vec<_> = settled.chain(now).collect();
        merge(&mut all);
        after.extend(all);
    }
    (deltas, after)
}

/// The days where the two differ: what was billed is credited, what it is worth is charged.
fn changes(worth: &[Piece], billed: &[Piece], cutoff: Date) -> [(LineReason, Vec<Piece>); 2] {
    let ends = |piece: &Piece| [piece.span.start(), piece.span.end()];
    let mut cuts: Vec<Date> = worth.iter().chain(billed).flat_map(ends).collect();
    cuts.push(cutoff);
    cuts.retain(|date| *date >= cutoff);
    cuts.sort_unstable();
    cuts.dedup();
    let (mut credits, mut charges) = (Vec::new(), Vec::new());
    for pair in cuts.windows(2) {
        let Some(span) = Span::new(pair[0], pair[1]) else { continue };
        let (now, before) = (rate_on(worth, span.start()), rate_on(billed, span.start()));
        if now != before {
            credits.extend(before.map(|rate| Piece { span, rate: rate.clone() }));
            charges.extend(now.map(|rate| Piece { span, rate: rate.clone() }));
        }
    }
    [(LineReason::Credit, credits), (LineReason::Charge, charges)]
}

fn rate_on(pieces: &[Piece], date: Date) -> Option<&Rate> {
    let index = pieces.partition_point(|piece| piece.span.end() <= date);
    pieces.get(index).filter(|piece| piece.span.contains(date)).map(|piece| &piece.rate)
}

fn clip(piece: &Piece, from: Date, to: Date) -> Option<Piece> {
    let span = piece.span.intersect(Span::new(from, to)?)?;
    Some(Piece { span, rate: piece.rate.clone() })
}
