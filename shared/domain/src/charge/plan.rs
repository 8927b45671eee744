//! What is to be done so that the gateways' charges are what an invoice is: proposed against
//! existing, a pure function of both.

use jiff::civil::Date;

use super::{Charge, ChargeState, Charges, PaymentCodes, Step, Terms};
use crate::{
    calendar::days_after, delinquency::late_terms, ids::GatewayCode, invoice::Invoice, rail::Rail,
};

/// A charge that there should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// The rail.
    pub rail: Rail,
    /// The gateway.
    pub gateway: GatewayCode,
    /// The terms.
    pub terms: Terms,
}

/// What is to be done next about one charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The outcome of its last step is not known: ask the gateway how it stands.
    Ask(Charge),
    /// Take the step that it is pending in, having noted it so.
    Take(Charge),
}

/// The charges that there should be for an invoice on a day: one for each rail that it offers,
/// from the day on which they are to be registered until they can be paid no more, as long as
/// there is something to be paid.
#[must_use]
pub fn desired(invoice: &Invoice, on: Date) -> Vec<Desired> {
    let Some(offers) = &invoice.offers else { return Vec::new() };
    let open = invoice.open();
    let last = days_after(invoice.due, offers.payable_days);
    if !invoice.is_open() || on < offers.register_on || on > last {
        return Vec::new();
    }
    let terms = Terms {
        amount: open,
        due: invoice.due,
        payable_days: offers.payable_days,
        late: late_terms(invoice, open),
    };
    let offered = offers.rails.iter().filter(|offer| offer.rail.is_offered());
    offered
        .map(|offer| Desired {
            rail: offer.rail,
            gateway: offer.gateway.clone(),
            terms: terms.clone(),
        })
        .collect()
}

/// What is to be done next so that the charges become what is desired; nothing if they are.
///
/// `amends` says whether a gateway can change a charge of a rail; where it cannot, the charge is
/// taken back and another takes its place. Doing what is planned and planning again comes to an
/// end: each charge is asked for, amended, cancelled or replaced at most once on the way.
#[must_use]
pub fn plan(
    desired: &[Desired],
    actual: &Charges,
    amends: impl Fn(&GatewayCode, Rail) -> bool,
) -> Vec<Next> {
    let mut next = Vec::new();
    for charge in &actual.charges {
        match &charge.state {
            ChargeState::Pending(_) => next.push(Next::Ask(charge.clone())),
            ChargeState::Registered => {
                let wanted = desired.iter().find(|one| one.rail == charge.rail);
                next.extend(brought_to(charge, wanted, &amends));
            }
            _ => {}
        }
    }
    for wanted in desired {
        let latest = latest(actual, wanted.rail);
        if latest.is_none_or(|charge| makes_room(charge, wanted)) {
            // Two hundred replacements of one charge are no life of an invoice: it ends there.
            let serial = actual.next_serial(wanted.rail);
            if serial < u8::MAX {
                next.push(Next::Take(fresh(wanted, serial)));
            }
        }
    }
    next
}

/// The charge of a rail that came last.
fn latest(actual: &Charges, rail: Rail) -> Option<&Charge> {
    let of_rail = actual.charges.iter().filter(|charge| charge.rail == rail);
    of_rail.max_by_key(|charge| charge.serial)
}

/// What a registered charge needs.
fn brought_to(
    charge: &Charge,
    wanted: Option<&Desired>,
    amends: &impl Fn(&GatewayCode, Rail) -> bool,
) -> Option<Next> {
    let pending = |step, terms: &Terms| {
        let state = ChargeState::Pending(step);
        Some(Next::Take(Charge { terms: terms.clone(), state, ..charge.clone() }))
    };
    match wanted {
        Some(wanted) if wanted.gateway == charge.gateway && wanted.terms == charge.terms => None,
        Some(wanted)
            if wanted.gateway == charge.gateway && amends(&charge.gateway, charge.rail) =>
        {
            pending(Step::Amend, &wanted.terms)
        }
        _ => pending(Step::Cancel, &charge.terms),
    }
}

/// Whether a charge that came last is over, so that another one can take its place.
fn makes_room(charge: &Charge, wanted: &Desired) -> bool {
    match charge.state {
        // What was paid is on its way to the invoice: asked for again, it would be paid twice.
        ChargeState::Pending(_) | ChargeState::Registered | ChargeState::Paid => false,
        // What has settled and is open again was short, returned or disputed.
        ChargeState::Cancelled | ChargeState::Settled => true,
        // Asking for the same again would be refused again. Expired, it can be paid no more on
        // these terms.
        ChargeState::Refused(_) | ChargeState::Expired => {
            charge.terms != wanted.terms || charge.gateway != wanted.gateway
        }
    }
}

fn fresh(wanted: &Desired, serial: u8) -> Charge {
    Charge {
        rail: wanted.rail,
        gateway: wanted.gateway.clone(),
        serial,
        terms: wanted.terms.clone(),
        state: ChargeState::Pending(Step::Register),
        reference: None,
        codes: PaymentCodes::default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{charge::LateTerms, money::Money};

    fn terms(amount: &str, due: &str) -> Terms {
        let amount: Money = format!("{amount} BRL").parse().unwrap();
        Terms { amount, due: due.parse().unwrap(), payable_days: 30, late: LateTerms::default() }
    }

    fn wanted(rail: Rail, amount: &str) -> Desired {
        let gateway = if rail == Rail::Pix { "banco" } else { "outro" };
        Desired { rail, gateway: gateway.parse().unwrap(), terms: terms(amount, "2026-11-20") }
    }

    fn none() -> Charges {
        let day = "2026-11-10".parse().unwrap();
        Charges::none("1042".parse().unwrap(), "2026-11-10-cycle".parse().unwrap(), day)
    }

    /// Takes every step as a gateway does that does what it is told, until nothing is left to do.
    /// Tells the steps.
    fn converge(charges: &mut Charges, desired: &[Desired], amends: bool) -> Vec<String> {
        let mut steps = Vec::new();
        for _ in 0..10 {
            let next = plan(desired, charges, |_, _| amends);
            if next.is_empty() {
                return steps;
            }
            for next in next {
                let (Next::Ask(mut charge) | Next::Take(mut charge)) = next;
                let ChargeState::Pending(step) = charge.state else { panic!("{charge:?}") };
                steps.push(format!("{step:?} {} {}", charge.rail, charge.serial).to_lowercase());
                charge.state = match step {
                    Step::Register | Step::Amend => ChargeState::Registered,
                    Step::Cancel => ChargeState::Cancelled,
                };
                charges.note(charge);
            }
        }
        panic!("it does not come to an end: {steps:?}");
    }

    #[test]
    fn a_charge_is_registered_amended_or_replaced_and_cancelled() {
        let mut charges = none();
        let both = |amount| [wanted(Rail::Pix, amount), wanted(Rail::Boleto, amount)];
        assert_eq!(
            converge(&mut charges, &both("100.00"), true),
            ["register pix 1", "register boleto 1"]
        );
        assert!(converge(&mut charges, &both("100.00"), true).is_empty());
        assert_eq!(converge(&mut charges, &both("60.00"), true), ["amend pix 1", "amend boleto 1"]);
        let pix = [wanted(Rail::Pix, "50.00")];
        assert_eq!(
            converge(&mut charges, &pix, false),
            ["cancel pix 1", "cancel boleto 1", "register pix 2"]
        );
        assert_eq!(converge(&mut charges, &[], true), ["cancel pix 2"]);
        // Reopened, it is asked for again.
        assert_eq!(converge(&mut charges, &pix, true), ["register pix 3"]);
    }

    #[test]
    fn another_gateway_takes_over_only_once_the_first_has_let_go() {
        let mut charges = none();
        let mut pix = wanted(Rail::Pix, "100.00");
        converge(&mut charges, std::slice::from_ref(&pix), true);
        pix.gateway = "outro".parse().unwrap();
        let first = plan(std::slice::from_ref(&pix), &charges, |_, _| true);
        assert!(
            matches!(&first[..], [Next::Take(one)] if one.state == ChargeState::Pending(Step::Cancel))
        );
        assert_eq!(converge(&mut charges, &[pix], true), ["cancel pix 1", "register pix 2"]);
    }

    #[test]
    fn what_is_over_is_not_asked_for_again_on_the_same_terms() {
        let refused = ChargeState::Refused("no tax number".into());
        for state in [ChargeState::Expired, refused] {
            let mut charges = none();
            let pix = [wanted(Rail::Pix, "100.00")];
            converge(&mut charges, &pix, true);
            charges.charges[0].state = state;
            assert!(converge(&mut charges, &pix, true).is_empty());
            let less = [wanted(Rail::Pix, "40.00")];
            assert_eq!(converge(&mut charges, &less, true), ["register pix 2"]);
        }
    }

    #[test]
    fn what_was_paid_and_has_gone_again_is_asked_for_again() {
        let mut charges = none();
        let pix = [wanted(Rail::Pix, "100.00")];
        converge(&mut charges, &pix, true);
        charges.charges[0].state = ChargeState::Paid;
        for amount in ["100.00", "40.00"] {
            assert!(converge(&mut charges, &[wanted(Rail::Pix, amount)], true).is_empty());
        }
        charges.charges[0].state = ChargeState::Settled;
        assert!(converge(&mut charges, &[], true).is_empty());
        assert_eq!(converge(&mut charges, &pix, true), ["register pix 2"]);
    }

    fn any_desired() -> impl Strategy<Value = Vec<Desired>> {
        let pix = proptest::option::of(prop_oneof![Just("100.00"), Just("60.00")]);
        let boleto = proptest::option::of(prop_oneof![Just("100.00"), Just("60.00")]);
        (pix, boleto).prop_map(|(pix, boleto)| {
            let pix = pix.map(|amount| wanted(Rail::Pix, amount));
            pix.into_iter().chain(boleto.map(|amount| wanted(Rail::Boleto, amount))).collect()
        })
    }

    proptest! {
        /// Whatever is wanted one after the other: it comes to an end, and then what can be paid
        /// is what is wanted, each once.
        #[test]
        fn it_converges(wants in vec((any_desired(), any::<bool>()), 1..12)) {
            let mut charges = none();
            for (desired, amends) in wants {
                converge(&mut charges, &desired, amends);
                let mut payable: Vec<_> = charges.charges.iter().filter(|charge| charge.is_payable())
                    .map(|charge| Desired { rail: charge.rail, gateway: charge.gateway.clone(), terms: charge.terms.clone() })
                    .collect();
                payable.sort_by_key(|one| one.rail);
                let mut desired = desired;
                desired.sort_by_key(|one| one.rail);
                prop_assert_eq!(payable, desired);
            }
        }
    }
}
