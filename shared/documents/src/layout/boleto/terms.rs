//! What a boleto says of where, until when and with what it is paid.

use mensal_domain::{
    calendar::days_after,
    charge::LateTerms,
    invoice::{Invoice, Offers},
    stationery::Seller,
};

use super::LOCALE;

/// "Espécie do documento": a bill for goods or services ("duplicata mercantil"), which the banks
/// take unless they are told another.
pub(super) const KIND: &str = "DM";
/// "Aceite": the payer has not signed it.
pub(super) const ACCEPTED: &str = "N";

/// Where it can be paid, and until when.
pub(super) fn place(invoice: &Invoice) -> &'static str {
    match &invoice.offers {
        Some(offers) if offers.payable_days > 0 && offers.late.is_none() => {
            "Pagável em qualquer banco, também após o vencimento"
        }
        Some(offers) if offers.payable_days > 0 => {
            "Pagável em qualquer banco até o vencimento; após, com encargos"
        }
        _ => "Pagável em qualquer banco até o vencimento",
    }
}

/// What the cashier is to heed, and whom the payer can ask.
pub(super) fn instructions(invoice: &Invoice, seller: &Seller) -> Vec<String> {
    let mut lines = vec![format!("Fatura {}, conta {}.", invoice.number, invoice.account)];
    if let Some(offers) = &invoice.offers {
        lines.extend(charges(offers.late).filter(|_| offers.payable_days > 0));
        lines.push(last_day(invoice, offers));
    }
    if !seller.contact.is_empty() {
        lines.push(format!("Dúvidas: {}", seller.contact));
    }
    lines
}

/// What is added when it is paid late.
fn charges(late: LateTerms) -> Option<String> {
    let fine = LOCALE.number(late.fine_percent.normalize());
    let interest = LOCALE.number(late.interest_percent.normalize());
    let what = match (late.fine_percent.is_zero(), late.interest_percent.is_zero()) {
        (true, true) => return None,
        (false, true) => format!("multa de {fine}%"),
        (true, false) => format!("juros de {interest}% ao mês, pro rata die"),
        (false, false) => format!("multa de {fine}% e juros de {interest}% ao mês, pro rata die"),
    };
    Some(format!("Após o vencimento, cobrar {what}."))
}

fn last_day(invoice: &Invoice, offers: &Offers) -> String {
    let last = days_after(invoice.due, offers.payable_days);
    match offers.payable_days {
        0 => "Não receber após o vencimento.".into(),
        _ => format!("Não receber após {}.", LOCALE.date(last)),
    }
}

#[cfg(test)]
mod tests {
    use mensal_domain::stationery::Paper;

    use super::*;
    use crate::tests::{invoice, line, stationery};

    /// What a boleto says that can be paid for so many days after its due date, late with so many
    /// percent of fine and of interest.
    fn said(payable_days: u16, fine: &str, interest: &str) -> (&'static str, String) {
        let mut invoice = invoice(vec![line("Fibra", "64.00")]);
        let late = LateTerms {
            fine_percent: fine.parse().unwrap(),
            interest_percent: interest.parse().unwrap(),
        };
        let register_on = invoice.issued;
        invoice.offers = Some(Offers { rails: Vec::new(), register_on, payable_days, late });
        let mut seller = stationery(Paper::A4).seller;
        seller.contact.clear();
        (place(&invoice), instructions(&invoice, &seller)[1..].join(" "))
    }

    #[test]
    fn late_payment_costs_what_was_agreed_and_is_taken_as_long_as_was_agreed() {
        let place = "Pagável em qualquer banco";
        for (days, fine, interest, where_and_until, want) in [
            (0, "0", "0", " até o vencimento", "Não receber após o vencimento."),
            // Never late: nothing to be charged.
            (0, "2", "1", " até o vencimento", "Não receber após o vencimento."),
            (30, "0", "0", ", também após o vencimento", "Não receber após 20/01/2027."),
            (
                30,
                "2.00",
                "1",
                " até o vencimento; após, com encargos",
                "Após o vencimento, cobrar multa de 2% e juros de 1% ao mês, pro rata die. \
                 Não receber após 20/01/2027.",
            ),
            (
                1,
                "1.5",
                "0",
                " até o vencimento; após, com encargos",
                "Após o vencimento, cobrar multa de 1,5%. Não receber após 22/12/2026.",
            ),
            (
                1,
                "0",
                "0.033",
                " até o vencimento; após, com encargos",
                "Após o vencimento, cobrar juros de 0,033% ao mês, pro rata die. \
                 Não receber após 22/12/2026.",
            ),
        ] {
            let said = said(days, fine, interest);
            assert_eq!(said, (format!("{place}{where_and_until}").as_str(), want.to_owned()));
        }
    }

    #[test]
    fn a_boleto_without_terms_names_its_invoice_and_whom_to_ask() {
        let invoice = invoice(vec![line("Fibra", "64.00")]);
        let lines = instructions(&invoice, &stationery(Paper::A4).seller);
        assert_eq!(
            lines,
            [
                "Fatura 400217-202612, conta 400217.",
                "Dúvidas: (828) 555-0142 · billing@blueridge.example"
            ]
        );
        assert_eq!(place(&invoice), "Pagável em qualquer banco até o vencimento");
    }
}
