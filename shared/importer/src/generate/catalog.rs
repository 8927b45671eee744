//! The catalog that generated accounts refer to.

use std::collections::BTreeMap;

use mensal_domain::{
    account::Address,
    calendar::Calendar,
    catalog::{
        AccountType, Catalog, Discount, DiscountTerm, DiscountValue, Meter, Plan, PlanKind,
        PriceFrom, Tax, Tier, Timing,
    },
    ids::GatewayCode,
    invoice::{Offer, TaxMode},
    locale::Locale,
    money::Currency,
    period::Interval,
    rail::Rail,
    settings::{BillingSettings, Exclusions},
    stationery::{LogoPath, Paper, Seller},
};
use rust_decimal::Decimal;

use super::{Kind, name};
use crate::plans::SINCE_EVER;

/// Code, name, months, price in cents.
type Row = (&'static str, &'static str, Interval, i64);

use Interval::{HalfYearly, Monthly, Quarterly, Yearly};

const BRAZIL: [Row; 9] = [
    ("fibra-300", "Fibra 300 Mega", Monthly, 8_990),
    ("fibra-500", "Fibra 500 Mega", Monthly, 10_990),
    ("fibra-800", "Fibra 800 Mega", Monthly, 14_990),
    ("empresa-500", "Fibra Empresa 500 Mega", Monthly, 24_990),
    ("empresa-1000", "Fibra Empresa 1 Giga", Monthly, 39_990),
    ("fibra-300-tri", "Fibra 300 Mega trimestral", Quarterly, 25_990),
    ("fibra-300-sem", "Fibra 300 Mega semestral", HalfYearly, 50_990),
    ("fibra-300-anual", "Fibra 300 Mega anual", Yearly, 95_990),
    ("radio-flex", "Rádio Flex", Monthly, 5_990),
];
const USA: [Row; 7] = [
    ("fiber-300", "Fiber 300", Monthly, 4_999),
    ("fiber-500", "Fiber 500", Monthly, 6_499),
    ("fiber-1000", "Fiber Gig", Monthly, 8_999),
    ("office-500", "Office Fiber 500", Monthly, 12_900),
    ("office-1000", "Office Fiber Gig", Monthly, 19_900),
    ("fiber-300-year", "Fiber 300 yearly", Yearly, 53_900),
    ("wireless-flex", "Fixed Wireless Flex", Monthly, 3_999),
];
const BRAZIL_ADD_ONS: [Row; 3] = [
    ("ip-fixo", "IP fixo", Monthly, 3_000),
    ("wifi-mesh", "Wi-Fi Mesh", Monthly, 2_490),
    ("tv-canais", "TV 120 canais", Monthly, 4_990),
];
const USA_ADD_ONS: [Row; 3] = [
    ("static-ip", "Static IP", Monthly, 1_000),
    ("mesh-wifi", "Mesh Wi-Fi", Monthly, 699),
    ("voice", "Home Phone", Monthly, 1_999),
];

/// The discounts.
pub(super) const DISCOUNTS: [&str; 3] = ["welcome", "loyal", "minus-5"];

/// The plans that an account chooses from.
pub(super) fn plans_for(brazilian: bool, commercial: bool, kind: Kind) -> &'static [&'static str] {
    match (kind, brazilian, commercial) {
        (Kind::Metered, true, _) => &["radio-flex"],
        (Kind::Metered, false, _) => &["wireless-flex"],
        (Kind::Long, true, _) => &["fibra-300-tri", "fibra-300-sem", "fibra-300-anual"],
        (Kind::Long, false, _) => &["fiber-300-year"],
        (Kind::Monthly, true, false) => &["fibra-300", "fibra-500", "fibra-800"],
        (Kind::Monthly, true, true) => &["empresa-500", "empresa-1000"],
        (Kind::Monthly, false, false) => &["fiber-300", "fiber-500", "fiber-1000"],
        (Kind::Monthly, false, true) => &["office-500", "office-1000"],
    }
}

/// The add-ons that an account chooses from.
pub(super) fn add_ons(brazilian: bool) -> &'static [&'static str] {
    if brazilian {
        &["ip-fixo", "wifi-mesh", "tv-canais"]
    } else {
        &["static-ip", "mesh-wifi", "voice"]
    }
}

pub(super) fn catalog(gateway: Option<&GatewayCode>) -> Catalog {
    let groups: [(&[Row], PlanKind, Currency); 4] = [
        (&BRAZIL, PlanKind::Plan, Currency::BRL),
        (&USA, PlanKind::Plan, Currency::USD),
        (&BRAZIL_ADD_ONS, PlanKind::AddOn, Currency::BRL),
        (&USA_ADD_ONS, PlanKind::AddOn, Currency::USD),
    ];
    let plans = groups.into_iter().flat_map(|(rows, kind, currency)| {
        rows.iter().map(move |row| plan(row, kind, currency)).map(|plan| (plan.code.clone(), plan))
    });
    let mut types = [
        account_type("residencial", "Residencial", Paper::A4, Locale::PtBr, PT),
        account_type("empresarial", "Empresarial", Paper::A4, Locale::PtBr, ""),
        account_type("residential", "Residential", Paper::Letter, Locale::EnUs, EN),
        account_type("business", "Business", Paper::Letter, Locale::EnUs, ""),
    ];
    for brazilian in &mut types[..2] {
        if let Some(gateway) = gateway {
            charged_at(gateway, &mut brazilian.settings);
        }
    }
    let mut holidays = Calendar::default();
    for (day, text) in [("01-01", "Ano Novo / New Year"), ("12-25", "Natal / Christmas")] {
        holidays.exclude(name(day), text);
    }
    Catalog {
        seller: seller(),
        time_zone: "America/Sao_Paulo".to_owned(),
        plans: plans.collect(),
        discounts: discounts().map(|discount| (discount.code.clone(), discount)).into(),
        taxes: taxes(),
        account_types: types.map(|one| (one.code.clone(), one)).into(),
        calendars: BTreeMap::from([(name("holidays"), holidays)]),
        notices: BTreeMap::new(),
    }
}

/// Boleto and Pix at a gateway, with the fine and the interest that are usual.
fn charged_at(gateway: &GatewayCode, settings: &mut BillingSettings) {
    let offer = |rail| Offer { rail, gateway: gateway.clone() };
    settings.rails = vec![offer(Rail::Pix), offer(Rail::Boleto)];
    (settings.late_fine_percent, settings.late_interest_percent) = (Decimal::TWO, Decimal::ONE);
}

const PT: &str = "Atendimento 24 horas pelo aplicativo.";
const EN: &str = "Support around the clock in our app.";

fn plan((code, text, interval, cents): &Row, kind: PlanKind, currency: Currency) -> Plan {
    let metered = code.ends_with("-flex");
    Plan {
        code: name(code),
        name: (*text).to_owned(),
        kind,
        category: name(if kind == PlanKind::AddOn { "equipment" } else { "internet" }),
        currency,
        interval: *interval,
        timing: if metered { Timing::Arrears } else { Timing::Advance },
        prices: vec![PriceFrom { from: SINCE_EVER, price: Decimal::new(*cents, 2) }],
        meters: if metered { vec![data(currency)] } else { vec![] },
    }
}

fn data(currency: Currency) -> Meter {
    let tier = |up_to: Option<i64>, cents| Tier {
        up_to: up_to.map(Decimal::from),
        price: Decimal::new(cents, 2),
    };
    Meter {
        code: name("data"),
        name: (if currency == Currency::BRL { "Dados" } else { "Data" }).to_owned(),
        unit: "GB".to_owned(),
        category: name("internet"),
        allowance: Decimal::ONE_HUNDRED,
        tiers: vec![tier(Some(100), 50), tier(None, 25)],
    }
}

fn discounts() -> [Discount; 3] {
    let discount = |code, text: &str, value, term| Discount {
        code: name(code),
        name: text.to_owned(),
        value,
        term,
    };
    let percent = |percent: i64| DiscountValue::Percent(Decimal::from(percent));
    [
        discount("welcome", "Welcome 20 %", percent(20), DiscountTerm::Cycles(3)),
        discount("loyal", "Loyal 10 %", percent(10), DiscountTerm::Always),
        discount(
            "minus-5",
            "Autopay 5.00",
            DiscountValue::Fixed(Decimal::new(500, 2)),
            DiscountTerm::Always,
        ),
    ]
}

fn taxes() -> Vec<Tax> {
    let tax = |code, text: &str, rate: (i64, u32), mode, categories: &[&str], region: &str| Tax {
        code: name(code),
        name: text.to_owned(),
        rate: Decimal::new(rate.0, rate.1),
        mode,
        categories: categories.iter().map(|category| name(category)).collect(),
        region: Some(name(region)),
        from: None,
        until: None,
    };
    let (embedded, exclusive) = (TaxMode::Embedded, TaxMode::Exclusive);
    vec![
        tax("icms-sp", "ICMS SP", (18, 0), embedded, &["internet"], "SP"),
        tax("icms-mg", "ICMS MG", (18, 0), embedded, &["internet"], "MG"),
        tax("sales-tx", "Texas sales tax", (625, 2), exclusive, &["equipment", "service"], "TX"),
    ]
}

fn account_type(
    code: &str,
    text: &str,
    paper: Paper,
    locale: Locale,
    message: &str,
) -> AccountType {
    let calendar = Exclusions::Calendar(name("holidays"));
    let messages = (!message.is_empty()).then(|| (locale, message.to_owned()));
    AccountType {
        code: name(code),
        name: text.to_owned(),
        settings: BillingSettings { paper, calendar, ..BillingSettings::default() },
        follows: String::new(),
        messages: messages.into_iter().collect(),
    }
}

fn seller() -> Seller {
    let lines = ["Avenida dos Testes, 1000", "Centro, Campinas SP", "CEP 13000-000"];
    Seller {
        name: "Provedor Carga Ltda.".to_owned(),
        tax_id: "CNPJ 00.000.000/0001-00".to_owned(),
        address: Address { lines: lines.map(str::to_owned).into() },
        contact: "contato@provedor.example".to_owned(),
        remit_to: None,
        logo: vec![LogoPath { path: "M10 90 L50 10 L90 90 Z".to_owned(), color: name("#0a3d8f") }],
        color: name("#0a3d8f"),
    }
}
