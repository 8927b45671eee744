//! Typst as a peer: the template parsed once, the fonts loaded once, only the data changes.

use std::{error::Error, fmt::Write as _};

use mensal_domain::{
    invoice::{Invoice, Line, LineReason},
    locale::Locale,
    stationery::Stationery,
};
use serde_json::{Value, json};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A compiler that is kept from document to document.
pub struct Typst {
    world: OneTemplate,
    options: PdfOptions,
}

struct OneTemplate {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: (FileId, Bytes),
    logo: (FileId, Bytes),
}

fn file_id(name: &str) -> Result<FileId> {
    let path = VirtualPath::new(name).map_err(|error| format!("{name}: {error:?}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Typst {
    /// Loads the fonts and the template.
    pub fn new(stationery: &Stationery) -> Result<Self> {
        let files: [&'static [u8]; 2] = [
            include_bytes!("../../shared/documents/fonts/OpenSans-Regular.ttf"),
            include_bytes!("../../shared/documents/fonts/OpenSans-Semibold.ttf"),
        ];
        let fonts: Vec<Font> =
            files.into_iter().flat_map(|data| Font::iter(Bytes::new(data))).collect();
        let mut svg =
            String::from(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">"#);
        for shape in &stationery.seller.logo {
            write!(svg, r#"<path d="{}" fill="{}"/>"#, shape.path, String::from(shape.color))?;
        }
        svg.push_str("</svg>");
        let template = Source::new(file_id("invoice.typ")?, include_str!("invoice.typ").into());
        let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
            .map_err(|error| format!("{error:?}"))?;
        Ok(Self {
            world: OneTemplate {
                library: LazyHash::new(Library::default()),
                book: LazyHash::new(FontBook::from_fonts(&fonts)),
                fonts,
                template,
                data: (file_id("invoice.json")?, Bytes::new([])),
                logo: (file_id("logo.svg")?, Bytes::from_string(svg)),
            },
            options: PdfOptions { standards, ..PdfOptions::default() },
        })
    }

    /// Draws one invoice.
    pub fn pdf(&mut self, invoice: &Invoice, stationery: &Stationery) -> Result<Vec<u8>> {
        self.world.data.1 = Bytes::from_string(data(invoice, stationery)?.to_string());
        let document = typst::compile::<PagedDocument>(&self.world)
            .output
            .map_err(|errors| format!("{errors:?}"))?;
        let pdf = typst_pdf::pdf(&document, &self.options);
        Ok(pdf.map_err(|errors| format!("{errors:?}"))?)
    }
}

impl World for OneTemplate {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() {
            return Ok(self.template.clone());
        }
        Err(FileError::NotSource)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let files = [&self.data, &self.logo];
        let found = files.into_iter().find(|file| file.0 == id);
        found.map(|file| file.1.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// What the template prints, as written text.
fn data(invoice: &Invoice, stationery: &Stationery) -> Result<Value> {
    let (locale, seller, customer) = (invoice.locale, &stationery.seller, &invoice.customer);
    let mut from = vec![seller.tax_id.clone()];
    from.extend(seller.address.lines.iter().cloned());
    from.push(seller.contact.clone());
    let mut to = vec![customer.tax_id.clone()];
    to.extend(customer.address.lines.iter().cloned());
    to.push(format!("Conta {}", invoice.account));
    let sum = |label: &str, amount: String, strong: bool, quiet: bool| json!({ "label": label, "amount": amount, "strong": strong, "quiet": quiet });
    let mut sums = vec![sum("Subtotal", locale.amount(invoice.subtotal()?), false, false)];
    for tax in &invoice.taxes {
        let label = format!("{} {}% (incluso)", tax.name, locale.number(tax.rate));
        sums.push(sum(&label, locale.amount(tax.amount), false, true));
    }
    sums.push(sum("Total", locale.amount(invoice.total), true, false));
    let period = invoice.period.map_or_else(String::new, |span| {
        format!("{} a {}", locale.date(span.start()), locale.date(span.last_day()))
    });
    Ok(json!({
        "title": format!("Fatura de serviços {} · {}", invoice.number, seller.name),
        "number": invoice.number,
        "issued": locale.date(invoice.issued),
        "due": locale.date(invoice.due),
        "period": period,
        "open": locale.money(invoice.asked),
        "message": stationery.message,
        "seller": { "name": seller.name, "lines": from, "address": seller.address },
        "customer": { "name": customer.name, "lines": to, "address": customer.address },
        "lines": invoice.lines.iter().map(|line| row(line, locale)).collect::<Vec<_>>(),
        "sums": sums,
        "account": [
            sum("Saldo anterior", locale.amount(invoice.previous_balance), false, false),
            sum("Pagamentos recebidos", locale.amount(-invoice.payments), false, false),
            sum("Esta fatura", locale.amount(invoice.total), false, false),
            sum("Saldo da conta", locale.amount(invoice.balance()?), true, false),
        ],
        "fields": [
            ["Número da conta", invoice.account.as_str()],
            ["Número da fatura", invoice.number],
            ["Vencimento", locale.date(invoice.due)],
            ["Valor a pagar", locale.money(invoice.asked)],
        ],
    }))
}

fn row(line: &Line, locale: Locale) -> Value {
    let mut days = line.span.map_or_else(String::new, |span| {
        let days = format!("{} – {}", locale.date(span.start()), locale.date(span.last_day()));
        match line.part_of_days {
            Some(of) => format!("{days} · {} de {of} dias", span.days()),
            None => days,
        }
    });
    if line.reason == LineReason::Credit {
        days.push_str(" · faturado antes, estornado");
    }
    json!({
        "text": line.description,
        "label": if line.amount.is_negative() { "Crédito" } else { "" },
        "days": days,
        "quantity": locale.number(line.quantity),
        "unit": line.unit_price.map(|price| locale.number(price)).unwrap_or_default(),
        "amount": locale.amount(line.amount),
    })
}
