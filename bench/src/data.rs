//! The invoice that both engines draw: five lines, three taxes, a message, one page with its slip.

use std::error::Error;

use jiff::civil::date;
use mensal_domain::{
    account::{Address, Customer},
    calendar::Span,
    invoice::{
        Invoice, InvoiceId, InvoiceKind, InvoiceStatus, Line, LineReason, LineSource, TaxLine,
        TaxMode,
    },
    locale::Locale,
    money::Money,
    stationery::{LogoPath, Paper, Seller, Stationery},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The logo: path data and colour of each shape.
const LOGO: [(&str, &str); 3] = [
    (
        "M50 0 C77.6 0 100 22.4 100 50 C100 77.6 77.6 100 50 100 C22.4 100 0 77.6 0 50 \
         C0 22.4 22.4 0 50 0 Z",
        "#0b4f8a",
    ),
    ("M6 68 L34 36 L52 58 L66 42 L94 70 C86 88 69 100 50 100 C30 100 13 87 6 68 Z", "#37a6d8"),
    (
        "M72 14 C78 14 82 18 82 24 C82 30 78 34 72 34 C66 34 62 30 62 24 C62 18 66 14 72 14 Z",
        "#ffd166",
    ),
];

/// The paper that it is printed on.
pub fn stationery() -> Result<Stationery> {
    let logo = LOGO
        .into_iter()
        .map(|(path, color)| Ok(LogoPath { path: path.into(), color: color.parse()? }));
    Ok(Stationery {
        account_type: "residential".parse()?,
        locale: Locale::PtBr,
        paper: Paper::A4,
        seller: Seller {
            name: "Serra Azul Telecom Ltda.".into(),
            tax_id: "CNPJ 12.345.678/0001-95".into(),
            address: address(&["Avenida da Comunicação, 1500", "04571-010 São Paulo – SP"]),
            contact: "0800 123 4567 · atendimento@serraazul.example".into(),
            remit_to: None,
            logo: logo.collect::<Result<_>>()?,
            color: "#0b4f8a".parse()?,
        },
        message: "Manutenção programada na madrugada de domingo, entre 2h e 5h. Mantenha seus \
                  dados atualizados e ganhe um mês grátis para cada vizinho que assinar a nossa \
                  fibra."
            .into(),
    })
}

fn address(lines: &[&str]) -> Address {
    Address { lines: lines.iter().copied().map(String::from).collect() }
}

/// The invoice of the n-th customer: another number, account and name, so that nobody gains from
/// having drawn the very same document before.
pub fn invoice(n: usize) -> Result<Invoice> {
    let brl = |text: &str| format!("{text} BRL").parse::<Money>();
    let month = (date(2026, 11, 10), date(2026, 12, 10));
    let before = (date(2026, 11, 1), date(2026, 11, 10));
    let line = |text: &str, span: Option<(_, _)>, of: Option<i32>, category: &str, amount: &str| {
        let amount = brl(amount)?;
        let credit = amount.is_negative();
        Ok::<_, Box<dyn Error>>(Line {
            source: match span {
                Some(_) => LineSource::Recurring("s1".parse()?, "fiber".parse()?),
                None => LineSource::OneOff("c1".parse()?),
            },
            reason: if credit { LineReason::Credit } else { LineReason::Charge },
            description: text.into(),
            span: span.and_then(|(start, end)| Span::new(start, end)),
            taxed_on: None,
            part_of_days: of,
            quantity: 1.into(),
            unit_price: Some(amount.amount()),
            category: category.parse()?,
            amount,
        })
    };
    let tax = |code: &str, name: &str, rate: &str, base: &str, amount: &str| {
        Ok::<_, Box<dyn Error>>(TaxLine {
            code: code.parse()?,
            name: name.into(),
            rate: rate.parse()?,
            mode: TaxMode::Embedded,
            base: brl(base)?,
            amount: brl(amount)?,
        })
    };
    let first = ["João", "Inês", "Antônio", "Luísa", "Caetano", "Márcia", "Úrsula"][n % 7];
    let last = ["Peçanha", "Araújo", "Simões", "Brandão", "Quintanilha"][n % 5];
    Ok(Invoice {
        account: format!("{}", 7_000_000 + n).parse()?,
        id: InvoiceId { cycle: date(2026, 11, 10), kind: InvoiceKind::Cycle },
        number: format!("{}-202611", 7_000_000 + n),
        status: InvoiceStatus::Issued,
        locale: Locale::PtBr,
        stationery: String::new(),
        customer: Customer {
            name: format!("{first} {last} Estêvão"),
            tax_id: "CPF 322.300.988-88".into(),
            address: address(&["Avenida São João, 543, apto 135", "91280-828 Florianópolis – SC"]),
        },
        issued: date(2026, 11, 10),
        due: date(2026, 11, 20),
        delinquent: date(2026, 11, 27),
        autopay: date(2026, 11, 20),
        collected: None,
        period: Span::new(before.0, month.1),
        lines: vec![
            line(
                "Fibra 600 Mega residencial, download de 600 Mbps e upload de 300 Mbps",
                Some(month),
                None,
                "scm",
                "99.90",
            )?,
            line("Roteador Wi-Fi 6 em comodato", Some(month), None, "locacao", "12.00")?,
            line("Streaming “Cinema & Séries”", Some(month), None, "sva", "24.90")?,
            line("Visita técnica", None, None, "servico", "80.00")?,
            line("Fibra 300 Mega residencial", Some(before), Some(30), "scm", "-23.97")?,
        ],
        taxes: vec![
            tax("icms", "ICMS", "18", "75.93", "13.67")?,
            tax("iss", "ISS", "5", "116.90", "5.85")?,
            tax("piscofins", "PIS/COFINS", "3.65", "192.83", "7.04")?,
        ],
        total: brl("192.83")?,
        previous_balance: brl("99.90")?,
        payments: brl("99.90")?,
        credit_used: brl("0.00")?,
        settled: None,
        offers: None,
        asked: brl("192.83")?,
    })
}
