//! The sums on the right, the account and the issuer's message on the left.

use krilla::tagging::{TableHeaderScope, Tag};
use mensal_domain::{
    invoice::{InvoiceStatus, TaxMode},
    money::Money,
};

use super::Layout;
use crate::{
    error::DocumentError,
    palette::RULE,
    sheet::Pen,
    text::Style,
    units::{Area, pt},
};

/// The width of the sums.
const SUMS: f32 = pt(228.0);
const BETWEEN: f32 = pt(20.0);
const LEADING: f32 = pt(13.2);
const INSET: f32 = pt(6.0);
const BAND: f32 = pt(22.0);

const TEXT: Style = Style::regular(9.0);
const STRONG: Style = Style::semibold(9.4);

/// A label and its amount.
struct Sum {
    label: String,
    amount: String,
    strong: bool,
    /// Stands in the sum only to inform: a tax that the prices contain.
    quiet: bool,
}

impl Sum {
    fn new(label: impl Into<String>, amount: String) -> Self {
        Self { label: label.into(), amount, strong: false, quiet: false }
    }
}

impl Layout<'_> {
    /// The sums, the account and the message.
    pub(super) fn sums(&mut self) -> Result<(), DocumentError> {
        let sums = self.invoice_sums()?;
        let account = self.account_sums()?;
        let notes = self.closing_notes()?;
        let lines = |sums: &[Sum]| sums.iter().map(|_| LEADING).sum::<f32>();
        #[allow(clippy::cast_precision_loss)] // two at most
        let below = notes.len().max(1) as f32 * pt(30.0);
        let online = self.address_to_pay_at(SUMS - INSET);
        self.need(lines(&sums) + BAND + below.max(Self::online_height(&online)));
        let (top, left) = (self.y, self.paper.left);
        let x = self.paper.right() - SUMS;

        let table = self.sheet.open_group(Tag::Table);
        for sum in &sums {
            self.sum(x, SUMS, sum);
        }
        self.last_word(x);
        self.sheet.close_group(table);
        for (pen, note) in notes {
            let mark = self.sheet.leaf(Tag::P);
            self.y += pt(3.0);
            for line in self.sheet.fonts.wrap(&note, pen.style, SUMS - INSET) {
                self.y += pt(11.0);
                self.sheet.text(mark, x + INSET, self.y, pen, &line);
            }
        }
        self.online(x + INSET, &online);
        let sums_end = self.y;

        self.y = top;
        let width = x - BETWEEN - left;
        if !account.is_empty() {
            self.y += pt(8.0);
            let pen = self.accent(Style::semibold(8.0));
            let summary = self.words.summary;
            self.heading(left, self.y, pen, summary);
            self.y += pt(2.0);
            let table = self.sheet.open_group(Tag::Table);
            for sum in &account {
                self.sum(left - INSET, width + 2.0 * INSET, sum);
            }
            self.sheet.close_group(table);
            self.y += pt(5.0);
        }
        self.sums_end = self.message_beside(width, sums_end);
        Ok(())
    }

    /// From the lines to the total.
    fn invoice_sums(&self) -> Result<Vec<Sum>, DocumentError> {
        let (words, invoice, locale) = (self.words, self.invoice, self.invoice.locale);
        let mut sums = vec![Sum::new(words.subtotal, locale.amount(invoice.subtotal()?))];
        for tax in &invoice.taxes {
            let rate = locale.number(tax.rate.normalize());
            let mut label = format!("{} {rate}%", tax.name);
            let quiet = tax.mode != TaxMode::Exclusive;
            if quiet {
                label = format!("{label} ({})", words.included);
            }
            sums.push(Sum { quiet, ..Sum::new(label, locale.amount(tax.amount)) });
        }
        sums.push(Sum { strong: true, ..Sum::new(words.total, locale.amount(invoice.total)) });
        // Drawn again after a part of it was paid, it asks for the rest.
        let credit = invoice.settled.map_or(Ok(invoice.credit_used), |settled| {
            invoice.credit_used.plus(settled.by_credit)
        })?;
        for (label, amount) in [(words.credit_used, credit), (words.payments, self.paid_since())] {
            if !amount.is_zero() {
                sums.push(Sum::new(label, locale.amount(-amount)));
            }
        }
        Ok(sums)
    }

    /// What was paid of it since it was issued.
    fn paid_since(&self) -> Money {
        let settled = self.invoice.settled;
        settled.map_or(Money::zero(self.invoice.currency()), |settled| settled.by_payments)
    }

    /// What became of the account, unless there is nothing to tell.
    fn account_sums(&self) -> Result<Vec<Sum>, DocumentError> {
        let (words, invoice, locale) = (self.words, self.invoice, self.invoice.locale);
        if invoice.previous_balance.is_zero() && invoice.payments.is_zero() {
            return Ok(Vec::new());
        }
        let paid = self.paid_since();
        let this = if invoice.is_credit_note() { words.this_note } else { words.this_invoice };
        let sum = |label, money: Money| Sum::new(label, locale.amount(money));
        Ok(vec![
            sum(words.previous_balance, invoice.previous_balance),
            sum(words.payments, -invoice.payments.plus(paid)?),
            sum(this, invoice.total),
            Sum { strong: true, ..sum(words.balance, invoice.balance()?.minus(paid)?) },
        ])
    }

    /// What follows for the reader: what becomes of a document that asks for nothing, and what
    /// is owed besides. A void one says all that there is to say at its top.
    fn closing_notes(&self) -> Result<Vec<(Pen, String)>, DocumentError> {
        let (words, invoice) = (self.words, self.invoice);
        if invoice.status == InvoiceStatus::Void {
            return Ok(Vec::new());
        }
        let earlier = invoice.balance()?.minus(invoice.asked)?;
        let owed = earlier.is_positive();
        let mut notes = Vec::new();
        let quiet = Self::grey(Style::regular(8.2));
        if invoice.is_credit_note() {
            let mut note = words.stays_as_credit.to_owned();
            if !owed {
                note = format!("{note} {}", words.nothing_to_do);
            }
            notes.push((quiet, note));
        } else if invoice.open().is_zero() {
            let note = if owed || invoice.asked.is_positive() {
                words.settled
            } else {
                words.nothing_to_pay
            };
            notes.push((quiet, note.to_owned()));
        }
        if owed {
            // Credit that an invoice leaves over lowers the balance but pays no earlier one.
            let open = invoice.asked.is_positive();
            let what = if open { words.earlier_open } else { words.earlier_open_less_credit };
            let amount = invoice.locale.money(earlier);
            let note = format!("{what} {amount}. {}", words.pay_earlier);
            notes.push((Self::ink(Style::semibold(8.2)), note));
        }
        Ok(notes)
    }

    /// One label with its amount.
    fn sum(&mut self, x: f32, width: f32, sum: &Sum) {
        if sum.strong {
            self.y += pt(1.6);
            self.sheet.rule(x + INSET, self.y, width - 2.0 * INSET, RULE);
        }
        let pen = match sum {
            Sum { strong: true, .. } => Self::ink(STRONG),
            Sum { quiet: true, .. } => Self::grey(TEXT),
            _ => Self::ink(TEXT),
        };
        self.pair(x, width, self.y + pt(10.2), pen, pen, (&sum.label, &sum.amount));
        self.y += LEADING;
    }

    /// A row of two cells: what, and how much.
    fn pair(&mut self, x: f32, width: f32, y: f32, pen: Pen, value: Pen, texts: (&str, &str)) {
        let row = self.sheet.open_group(Tag::TR);
        let amount_width = (width * 0.45).round();
        let mark = self.sheet.leaf(Tag::TH(TableHeaderScope::Row));
        let label_width = width - amount_width - 2.0 * INSET;
        self.sheet.text_fit(mark, x + INSET, y, label_width, pen, texts.0);
        let mark = self.sheet.leaf(Tag::TD);
        self.sheet.text_right(mark, x + width - INSET, y, amount_width, value, texts.1);
        self.sheet.close_group(row);
    }

    /// The last word: what is to be paid, or what was credited.
    fn last_word(&mut self, x: f32) {
        let (words, invoice) = (self.words, self.invoice);
        let (label, amount) = if invoice.is_credit_note() {
            (words.credited, -invoice.total)
        } else {
            (words.amount_to_pay, invoice.open())
        };
        self.y += pt(3.0);
        let tint = self.palette.tint;
        self.sheet.fill(Area::new(x, self.y, SUMS, BAND), tint);
        let amount = invoice.locale.money(amount);
        let (label_pen, value_pen) =
            (Self::ink(Style::semibold(10.0)), self.accent(Style::semibold(12.5)));
        self.pair(x, SUMS, self.y + pt(15.2), label_pen, value_pen, (label, &amount));
        self.y += BAND;
    }
}
