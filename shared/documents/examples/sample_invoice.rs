//! Writes invoices of invented people to a folder, to look at them:
//! `cargo run -p mensal-documents --example sample_invoice -- target/samples`.

use std::{error::Error, path::PathBuf};

use jiff::civil::{Date, date};
use mensal_documents::invoice_pdf;
use mensal_domain::{
    account::{Address, Customer},
    calendar::Span,
    charge::{BoletoCodes, LateTerms, PaymentCodes},
    invoice::{
        Invoice, InvoiceId, InvoiceKind, InvoiceStatus, Line, LineReason, LineSource, Offers,
        TaxLine, TaxMode,
    },
    locale::Locale,
    money::{Currency, Money},
    stationery::{LogoPath, Paper, Seller, Stationery},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    let (american, brazilian) = (american()?, brazilian()?);
    let mut long = american.clone();
    let line = american.lines[0].clone();
    long.lines.extend((1..120).map(|n| Line {
        description: format!("Fiber 500, circuit {n:04}, 100 Main Street, suite {n}"),
        ..line.clone()
    }));
    settle(&mut long)?;
    let mut credit = brazilian.clone();
    credit.lines.retain(|line| line.amount.is_negative());
    credit.taxes.clear();
    credit.period = None;
    settle(&mut credit)?;
    let mut last = credit.clone();
    last.note = Some(
        "Devolva até 31/12/2026 (em 30 dias) o equipamento que lhe emprestamos: ONU GPON AX-200, série \
         ZXHN0077; roteador Wi-Fi 6."
            .into(),
    );
    let (letter, a4) = (stationery(Paper::Letter)?, stationery(Paper::A4)?);
    let (none, codes) = (PaymentCodes::default(), codes()?);
    let pix = PaymentCodes { pix: codes.pix.clone(), ..none.clone() };
    let online = PaymentCodes {
        link: Some("https://pay.blueridge.example/i/400217-202612?key=Zt8kq2WvN4".into()),
        ..none.clone()
    };
    for (name, invoice, stationery, codes) in [
        ("invoice-en-letter", &american, &letter, &none),
        ("invoice-en-letter-link", &american, &letter, &online),
        ("invoice-pt-a4", &brazilian, &a4, &codes),
        ("invoice-pt-a4-pix", &brazilian, &a4, &pix),
        ("invoice-en-long", &long, &letter, &none),
        ("credit-note-pt", &credit, &a4, &none),
        ("final-pt", &last, &a4, &none),
    ] {
        let pdf = invoice_pdf(invoice, stationery, codes)?;
        std::fs::write(folder.join(name).with_extension("pdf"), pdf)?;
    }
    Ok(())
}

/// A Pix code and a boleto of an invented bank's customer.
fn codes() -> Result<PaymentCodes> {
    Ok(PaymentCodes {
        pix: Some(
            "00020101021226830014br.gov.bcb.pix2561pix.banco.example/qr/v2/cobv/9545f0f3\
             ee889fe46f2c7a8c627bf3225204000053039865406192.835802BR5916SERRA AZUL TELEC\
             6009SAO PAULO62070503***63047A45"
                .into(),
        ),
        boleto: Some(BoletoCodes {
            barcode: "34198163600000192831091234567800057123457000".parse()?,
            line: "34191.09123 34567.800056 71234.570001 8 16360000019283".into(),
            bank: "341-7".into(),
            bank_name: "Banco Exemplo S.A.".into(),
            beneficiary: "0057/12345-7".into(),
            our_number: "109/12345678-0".into(),
            wallet: "109".into(),
        }),
        link: None,
    })
}

fn stationery(paper: Paper) -> Result<Stationery> {
    let (locale, name, tax_id, lines, contact, message) = match paper {
        Paper::Letter => (
            Locale::EnUs,
            "Blue Ridge Fiber LLC",
            "EIN 12-3456789",
            ["1200 Commerce Street, Suite 40", "Asheville, NC 28801"],
            "(828) 555-0142 · billing@blueridge.example",
            "Our office is closed from December 24 through January 1. Support stays online around \
             the clock. Tell a neighbor about fiber: you both get a month free once their service \
             is active.",
        ),
        Paper::A4 => (
            Locale::PtBr,
            "Serra Azul Telecom Ltda.",
            "CNPJ 12.345.678/0001-95",
            ["Avenida da Comunicação, 1500, 12º andar", "04571-010 São Paulo – SP"],
            "0800 123 4567 · atendimento@serraazul.example",
            "Manutenção programada na madrugada de domingo, entre 2h e 5h. Mantenha seus dados \
             atualizados e ganhe um mês grátis para cada vizinho que assinar a nossa fibra.",
        ),
    };
    let blue = "#0b4f8a".parse()?;
    let shape = |path: &str, color: &str| -> Result<LogoPath> {
        Ok(LogoPath { path: path.into(), color: color.parse()? })
    };
    Ok(Stationery {
        account_type: "residential".parse()?,
        locale,
        paper,
        seller: Seller {
            name: name.into(),
            tax_id: tax_id.into(),
            address: Address { lines: lines.map(String::from).to_vec() },
            contact: contact.into(),
            remit_to: (paper == Paper::Letter).then(|| Address {
                lines: vec!["PO Box 70042".into(), "Charlotte, NC 28272-0042".into()],
            }),
            logo: vec![
                shape(
                    "M50 0 C77.6 0 100 22.4 100 50 C100 77.6 77.6 100 50 100 \
                     C22.4 100 0 77.6 0 50 C0 22.4 22.4 0 50 0 Z",
                    "#0b4f8a",
                )?,
                shape(
                    "M6 68 L34 36 L52 58 L66 42 L94 70 C86 88 69 100 50 100 C30 100 13 87 6 68 Z",
                    "#37a6d8",
                )?,
                shape("M0 52 C20 60 36 82 50 100 C28 100 2 82 0 52 Z", "#8fd3f0")?,
                shape(
                    "M72 14 C78 14 82 18 82 24 C82 30 78 34 72 34 C66 34 62 30 62 24 C62 18 66 14 72 14 Z",
                    "#ffd166",
                )?,
            ],
            color: blue,
        },
        message: message.into(),
    })
}

/// A line as the billing run makes it.
fn line(
    description: &str,
    span: Option<(Date, Date)>,
    part_of_days: Option<i32>,
    category: &str,
    amount: Money,
) -> Result<Line> {
    let source = if amount.is_negative() && part_of_days.is_none() {
        LineSource::Discount("s1".parse()?, "loyal".parse()?)
    } else if span.is_some() {
        LineSource::Recurring("s1".parse()?, "fiber".parse()?)
    } else {
        LineSource::OneOff("c1".parse()?)
    };
    let credit = amount.is_negative() && part_of_days.is_some();
    Ok(Line {
        source,
        reason: if credit { LineReason::Credit } else { LineReason::Charge },
        description: description.into(),
        span: span.and_then(|(start, end)| Span::new(start, end)),
        taxed_on: None,
        part_of_days,
        quantity: 1.into(),
        unit_price: Some(amount.amount()),
        category: category.parse()?,
        amount,
    })
}

/// Sums an invoice up as the billing run does.
fn settle(invoice: &mut Invoice) -> Result<()> {
    let mut total = invoice.subtotal()?;
    for tax in invoice.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive) {
        total = total.plus(tax.amount)?;
    }
    invoice.total = total;
    let nothing = Money::zero(invoice.currency());
    if total.is_negative() {
        (invoice.credit_used, invoice.asked) = (nothing, nothing);
    } else {
        invoice.asked = total.minus(invoice.credit_used)?;
    }
    Ok(())
}

fn american() -> Result<Invoice> {
    let usd = |text: &str| format!("{text} USD").parse::<Money>();
    let december = Some((date(2026, 12, 1), date(2027, 1, 1)));
    let lines = vec![
        line("Fiber 500 residential", december, None, "internet", usd("64.00")?)?,
        line("Wi-Fi 6 router rental", december, None, "equipment", usd("8.00")?)?,
        line(
            "Unlimited home phone with calls to Canada and Mexico",
            december,
            None,
            "voice",
            usd("19.00")?,
        )?,
        line(
            "Fiber 300 residential",
            Some((date(2026, 11, 19), date(2026, 12, 1))),
            Some(30),
            "internet",
            usd("-19.60")?,
        )?,
        line(
            "Fiber 500 residential",
            Some((date(2026, 11, 19), date(2026, 12, 1))),
            Some(30),
            "internet",
            usd("25.60")?,
        )?,
        line("Loyalty discount", december, None, "internet", usd("-5.00")?)?,
    ];
    let mut invoice = Invoice {
        account: "400217".parse()?,
        id: InvoiceId { cycle: date(2026, 12, 1), kind: InvoiceKind::Cycle },
        number: "400217-202612".into(),
        status: InvoiceStatus::Issued,
        locale: Locale::EnUs,
        stationery: String::new(),
        customer: Customer {
            name: "Eleanor J. Whitfield".into(),
            tax_id: String::new(),
            address: Address {
                lines: vec!["218 Chestnut Street, Apt 5".into(), "Asheville, NC 28801".into()],
            },
        },
        issued: date(2026, 12, 1),
        due: date(2026, 12, 21),
        delinquent: date(2026, 12, 28),
        autopay: date(2026, 12, 15),
        collected: None,
        period: Span::new(date(2026, 11, 19), date(2027, 1, 1)),
        lines,
        taxes: vec![TaxLine {
            code: "nc-sales".parse()?,
            name: "NC sales tax".into(),
            rate: "7.25".parse()?,
            mode: TaxMode::Exclusive,
            base: usd("27.00")?,
            amount: usd("1.96")?,
        }],
        total: usd("0.00")?,
        previous_balance: usd("72.00")?,
        payments: usd("80.00")?,
        credit_used: usd("8.00")?,
        settled: None,
        offers: None,
        late_charged: None,
        note: None,
        asked: usd("0.00")?,
    };
    settle(&mut invoice)?;
    Ok(invoice)
}

fn brazilian() -> Result<Invoice> {
    let brl = |text: &str| format!("{text} BRL").parse::<Money>();
    let month = Some((date(2026, 11, 10), date(2026, 12, 10)));
    let lines = vec![
        line(
            "Fibra 600 Mega residencial, download de 600 Mbps e upload de 300 Mbps",
            month,
            None,
            "scm",
            brl("99.90")?,
        )?,
        line("Roteador Wi-Fi 6 em comodato", month, None, "locacao", brl("12.00")?)?,
        line("Streaming “Cinema & Séries”", month, None, "sva", brl("24.90")?)?,
        line("Visita técnica", None, None, "servico", brl("80.00")?)?,
        line(
            "Fibra 300 Mega residencial",
            Some((date(2026, 11, 1), date(2026, 11, 10))),
            Some(30),
            "scm",
            brl("-23.97")?,
        )?,
    ];
    let total = Currency::BRL;
    let tax = |code: &str, name: &str, rate: &str, base: &str, amount: &str| -> Result<TaxLine> {
        Ok(TaxLine {
            code: code.parse()?,
            name: name.into(),
            rate: rate.parse()?,
            mode: TaxMode::Embedded,
            base: brl(base)?,
            amount: brl(amount)?,
        })
    };
    let mut invoice = Invoice {
        account: "7218567".parse()?,
        id: InvoiceId { cycle: date(2026, 11, 10), kind: InvoiceKind::Cycle },
        number: "7218567-202611".into(),
        status: InvoiceStatus::Issued,
        locale: Locale::PtBr,
        stationery: String::new(),
        customer: Customer {
            name: "João Peçanha Estêvão".into(),
            tax_id: "CPF 322.300.988-88".into(),
            address: Address {
                lines: vec![
                    "Avenida São João, 543, apto 135".into(),
                    "91280-828 Florianópolis – SC".into(),
                ],
            },
        },
        issued: date(2026, 11, 10),
        due: date(2026, 11, 20),
        delinquent: date(2026, 11, 27),
        autopay: date(2026, 11, 20),
        collected: None,
        period: Span::new(date(2026, 11, 1), date(2026, 12, 10)),
        lines,
        taxes: vec![
            tax("icms", "ICMS", "18", "75.93", "13.67")?,
            tax("iss", "ISS", "5", "116.90", "5.85")?,
            tax("piscofins", "PIS/COFINS", "3.65", "192.83", "7.04")?,
        ],
        total: Money::zero(total),
        previous_balance: brl("99.90")?,
        payments: brl("99.90")?,
        credit_used: Money::zero(total),
        settled: None,
        late_charged: None,
        note: None,
        offers: Some(Offers {
            rails: vec!["boleto@banco".parse()?, "pix@banco".parse()?],
            register_on: date(2026, 11, 10),
            payable_days: 30,
            late: LateTerms { fine_percent: 2.into(), interest_percent: 1.into() },
        }),
        asked: Money::zero(total),
    };
    settle(&mut invoice)?;
    Ok(invoice)
}
