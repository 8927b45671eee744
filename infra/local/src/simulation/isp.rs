//! The ISP of a simulated year: the generator's accounts under the presets, for two countries, with
//! several rules for what gives service back; some of them join in later months.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    calendar::months_after,
    catalog::{AccountType, Catalog},
    delinquency::{After, LateCharging, RestoreRule},
    ids::{AccountId, GatewayCode},
    method::PaymentMethod,
    rail::Rail,
    settings::{Exclusions, Fallback, Overpaid},
    usage::UsageDay,
};
use mensal_importer::{NewAccount, generate::Generator, presets};

use super::draw::Draw;
use crate::stack::Error;

/// So many of a hundred accounts join after the first month.
const JOIN_LATER: u64 = 8;

/// So many of a hundred addresses take nothing.
const DEAD: u64 = 4;

/// So many of a hundred others call it spam.
const ANGRY: u64 = 3;

/// So many of a hundred accounts are known to access servers: of the others, an ISP tells its network in
/// other ways.
const ON_NETWORK: u64 = 90;
/// Where those are.
const SITES: [&str; 2] = ["norte", "sul"];

/// An account that is to be imported, with what was metered on it.
pub(super) type Newcomer = (NewAccount, Vec<UsageDay>);

/// The ISP.
pub(super) struct Isp {
    pub(super) catalog: Catalog,
    /// The accounts, by the month in which they are imported.
    pub(super) joining: BTreeMap<Date, Vec<Newcomer>>,
}

impl Isp {
    /// So many accounts, whose first cycles are in the month of `start` or, for a few, in one of the
    /// later ones.
    pub(super) fn of(
        accounts: u64,
        start: Date,
        months: u16,
        draw: Draw,
        seed: u64,
        gateway: &GatewayCode,
    ) -> Result<Self, Error> {
        let generator = |start| Generator { seed, accounts, start, gateway: Some(gateway.clone()) };
        let catalog = catalog(generator(start).catalog())?;
        let mut joining: BTreeMap<Date, Vec<Newcomer>> = BTreeMap::new();
        for i in 0..accounts {
            let later = draw.percent(JOIN_LATER, &format!("{i} joins"));
            let after =
                if later { draw.below(u64::from(months), &format!("{i} month")) } else { 0 };
            let month = months_after(start, i32::try_from(after)?);
            let (mut new, usage) = generator(month).account(i);
            let account = &mut new.account;
            let dead = |way| draw.percent(DEAD, &format!("{} {way} dead", account.id));
            let (no_mailbox, no_phone) = (dead("email"), dead("sms"));
            let angry = draw.percent(ANGRY, &format!("{} complains", account.id));
            if no_mailbox {
                account.email = format!("bounce.{}", account.email);
            } else if angry {
                account.email = format!("complaint.{}", account.email);
            }
            account.phone = phone(&account.id, account.currency.code() == "BRL", no_phone);
            methods(&mut account.methods, draw, i);
            if draw.percent(ON_NETWORK, &format!("{} network", account.id)) {
                let site = draw.pick(&SITES, &format!("{} site", account.id)).unwrap_or("norte");
                let login = format!("{}@{site}.isp.example", account.id);
                if let Some(main) = account.subscriptions.first_mut() {
                    (main.site, main.login) = (Some(site.parse()?), Some(login.parse()?));
                }
            }
            joining.entry(month).or_default().push((new, usage));
        }
        Ok(Self { catalog, joining })
    }
}

/// A number that is nobody's: of a range for invented people in the USA, and in Brazil of one that does
/// not exist. One that ends in 404 the stack's post office cannot reach.
fn phone(id: &AccountId, brazilian: bool, dead: bool) -> String {
    let digits = id.as_str().bytes().rev().take(4).map(char::from).collect::<String>();
    let digits = if dead { "0404".to_owned() } else { digits.replace("404", "405") };
    if brazilian { format!("+55110000{digits}") } else { format!("+1800555{digits}") }
}

/// Half of the cards are bank accounts, where that is a rail.
fn methods(methods: &mut [PaymentMethod], draw: Draw, i: u64) {
    for method in methods.iter_mut().filter(|method| method.rail == Rail::Card) {
        if draw.percent(50, &format!("{i} debit")) {
            method.rail = Rail::BankDebit;
            "Example Bank •••• 6789".clone_into(&mut method.label);
        }
    }
}

fn catalog(mut catalog: Catalog) -> Result<Catalog, Error> {
    let halves: RestoreRule = "50%".parse()?;
    for (code, preset) in [
        ("residencial", "br"),
        ("empresarial", "br"),
        ("residential", "us-residential"),
        ("business", "us-commercial"),
    ] {
        let followed = presets::all().iter().find(|one| one.code == preset);
        let followed = followed.ok_or_else(|| format!("there is no preset {preset}"))?;
        let of: &mut AccountType = catalog
            .account_types
            .get_mut(&code.parse()?)
            .ok_or_else(|| format!("the generator has no account type {code}"))?;
        let own = of.settings.clone();
        of.settings = followed.settings.clone();
        (of.settings.paper, of.settings.rails) = (own.paper, own.rails);
        of.settings.fallback = Fallback::NextMethod;
        of.follows = format!("{} {}", followed.code, followed.dated);
        match code {
            "empresarial" => {
                of.settings.restore = halves;
                of.settings.overpaid = Overpaid::Refund;
                (of.settings.throttle_after_days, of.settings.suspend_after_days) =
                    (After::Days(0), After::Days(25));
            }
            "business" => {
                of.settings.restore = RestoreRule::LatestInvoice;
                of.settings.late_charges = LateCharging::AtOnce;
            }
            _ => {}
        }
        let (name, days) = followed.calendar();
        if of.settings.calendar == Exclusions::Calendar(name.clone()) {
            catalog.calendars.entry(name.clone()).or_insert_with(|| days.clone());
        }
    }
    Ok(catalog)
}
