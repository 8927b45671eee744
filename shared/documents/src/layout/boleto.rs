//! The boleto's slip ("ficha de compensação"), which goes to a bank.
//!
//! What stands on it, what it is called and where: FEBRABAN's layout, as the banks' manuals for
//! printing boletos give it (Banco do Brasil, "Especificações técnicas para confecção de boleto
//! de pagamento"; Caixa, "Especificações técnicas para emissão de boletos"). The slip is 95 to
//! 108 mm high and as wide as the sheet, stands on its lower edge, and its barcode has its middle
//! 12 mm above that edge, 5 mm of white on either side. It is written in Portuguese, and so are its
//! dates and amounts, whatever the invoice is written in: people at a bank read it.

mod terms;

use krilla::tagging::Tag;
use mensal_domain::{account::Address, charge::BoletoCodes, locale::Locale};

use super::{Layout, head::printed};
use crate::{
    palette::{GREY, INK},
    sheet::Pen,
    symbol::Symbol,
    text::Style,
    units::{Area, mm, pt},
};

/// From the cut to the lower edge of the sheet.
pub(super) const HEIGHT: f32 = mm(95.0);

/// Of the slip, whatever the invoice speaks.
const LOCALE: Locale = Locale::PtBr;

/// From the middle of the barcode to the edge of the sheet.
const BARCODE_MIDDLE: f32 = mm(12.0);
const HEAD: f32 = pt(26.0);
const ROW: f32 = pt(20.0);
const PAYEE: f32 = pt(29.0);
const INSTRUCTIONS: f32 = 3.0 * ROW;
const PAYER: f32 = pt(37.0);
/// What the number of a page takes at most.
const PAGE_NUMBER: f32 = pt(72.0);
/// The column on the right, with what matters most.
const RIGHT: f32 = pt(146.0);
const INSET: f32 = pt(4.0);
const LINE: f32 = 5.0;

/// The digits of the line are 3.5 mm high and those of the bank 4 mm.
const TYPED: Style = Style::semibold(13.6);
const BANK: Style = Style::semibold(16.0);
const BANK_NAME: Style = Style::semibold(10.0);
const LABEL: Style = Style::regular(6.5);
const VALUE: Style = Style::regular(8.8);
const STRONG: Style = Style::semibold(9.8);
const SMALL: Style = Style::regular(8.0);
const SMALL_LEADING: f32 = pt(9.8);

/// A field of a row: the part of the row's width that it takes, what it is called, what it says.
type Field<'t> = (f32, &'static str, &'t str);

impl Layout<'_> {
    /// Makes what stands above the cut the receipt that the payer keeps: it names the boleto, on
    /// the line of the page number, between that and what is said of the cut.
    pub(super) fn receipt(&mut self, y: f32, boleto: &BoletoCodes) {
        let text = format!(
            "Recibo do pagador · Nosso número {} · Agência/código do beneficiário {}",
            boleto.our_number, boleto.beneficiary
        );
        let mark = self.sheet.leaf(Tag::P.with_lang(Some(LOCALE.tag().into())));
        let (x, width) = (self.paper.left + PAGE_NUMBER, self.paper.content() - 2.0 * PAGE_NUMBER);
        self.sheet.text_whole(mark, x, y, width, Self::grey(Style::regular(7.5)), &text);
    }

    /// The slip, from its upper edge at `top`.
    pub(super) fn boleto(&mut self, top: f32, boleto: &BoletoCodes) {
        let section = self.sheet.open_group(Tag::Section.with_lang(Some(LOCALE.tag().into())));
        self.bank(top, boleto);
        self.y = top + HEAD;
        self.where_and_until();
        self.payee_and_account(boleto);
        self.document(boleto);
        self.amounts(boleto);
        self.instructions();
        self.payer_of_boleto();
        self.barcode(boleto);
        self.sheet.close_group(section);
    }

    /// The bank, its number, and the line that people type.
    fn bank(&mut self, top: f32, boleto: &BoletoCodes) {
        let (left, right, fonts) = (self.paper.left, self.paper.right(), self.sheet.fonts);
        let typed = fonts.width(&boleto.line, TYPED).min(self.paper.content() * 0.78);
        let number = fonts.width(&boleto.bank, BANK).min(pt(60.0));
        let (bar, gap) = (pt(1.0), pt(6.0));
        let line_left = right - typed;
        let number_left = line_left - gap - bar - gap - number;
        let name_width = number_left - gap - bar - gap - left;

        // Two lines; three where they would be too small to be read.
        let (mut names, mut style) = fonts.fit_lines(&boleto.bank_name, BANK_NAME, name_width, 2);
        if style.size < SMALL.size {
            let small = Style { size: SMALL.size, ..BANK_NAME };
            (names, style) = fonts.fit_lines(&boleto.bank_name, small, name_width, 3);
        }
        let level = const { std::num::NonZeroU16::MIN.saturating_add(1) };
        let mark = self.sheet.leaf(Tag::Hn(level, Some("Boleto".into())));
        let leading = style.size * 1.05;
        #[allow(clippy::cast_precision_loss)] // three lines
        let mut y = top + pt(21.5) - (names.len() - 1) as f32 * leading;
        for name in names {
            self.sheet.text(mark, left, y, super::pen(style, INK), &name);
            y += leading;
        }
        let baseline = top + pt(22.0);
        let mark = self.sheet.leaf(Tag::P);
        self.sheet.text_whole(mark, number_left, baseline, number, Self::ink(BANK), &boleto.bank);
        let mark = self.sheet.leaf(Tag::P);
        self.sheet.text_right(mark, right, baseline, typed, Self::ink(TYPED), &boleto.line);
        for x in [number_left - gap - bar, line_left - gap - bar] {
            self.sheet.fill(Area::new(x, top + pt(8.0), bar, HEAD - pt(8.0)), INK);
        }
        self.sheet.fill(Area::new(left, top + HEAD - pt(1.0), self.paper.content(), pt(1.0)), INK);
    }

    fn where_and_until(&mut self) {
        let place = terms::place(self.invoice);
        let due = LOCALE.date(self.invoice.due);
        self.fields_of(ROW, &[(1.0, "Local de pagamento", place)], ("Vencimento", &due, STRONG));
    }

    /// Who is paid: by name, registration and address.
    fn payee_and_account(&mut self, boleto: &BoletoCodes) {
        let seller = &self.stationery.seller;
        let width = self.left_width();
        self.party_of_boleto(width, "Beneficiário", &seller.name, &seller.tax_id, &seller.address);
        self.sheet.fill(Area::new(self.paper.left, self.y, LINE, PAYEE), GREY);
        let account = ("Agência/código do beneficiário", boleto.beneficiary.as_str(), VALUE);
        self.right_field(PAYEE, account);
        self.y += PAYEE;
        self.sheet.rule(self.paper.left, self.y, width, GREY);
    }

    fn document(&mut self, boleto: &BoletoCodes) {
        let issued = LOCALE.date(self.invoice.issued);
        self.fields_of(
            ROW,
            &[
                (0.19, "Data do documento", &issued),
                (0.33, "Nº do documento", &self.invoice.number),
                (0.14, "Espécie doc.", terms::KIND),
                (0.10, "Aceite", terms::ACCEPTED),
                (0.24, "Data do processamento", &issued),
            ],
            ("Nosso número", &boleto.our_number, VALUE),
        );
    }

    fn amounts(&mut self, boleto: &BoletoCodes) {
        let amount = LOCALE.money(self.invoice.open());
        let currency = LOCALE.currency(self.invoice.currency());
        self.fields_of(
            ROW,
            &[
                (0.19, "Uso do banco", ""),
                (0.16, "Carteira", &boleto.wallet),
                (0.17, "Espécie moeda", currency),
                (0.24, "Quantidade", ""),
                (0.24, "(x) Valor", ""),
            ],
            ("(=) Valor do documento", &amount, STRONG),
        );
    }

    /// What the cashier is to heed, beside the fields that a cashier fills in.
    fn instructions(&mut self) {
        let (left, top, width) = (self.paper.left, self.y, self.left_width());
        let mark = self.sheet.leaf(Tag::P);
        let label = "Instruções (de responsabilidade do beneficiário)";
        self.called(mark, left, top, width, label);
        let lines = terms::instructions(self.invoice, &self.stationery.seller);
        let fonts = self.sheet.fonts;
        let mut y = top + pt(17.5);
        for line in lines.iter().flat_map(|line| fonts.wrap(line, SMALL, width - 2.0 * INSET)) {
            if y > top + INSTRUCTIONS {
                break;
            }
            self.sheet.text(mark, left + INSET, y, Self::ink(SMALL), &line);
            y += SMALL_LEADING;
        }
        self.sheet.fill(Area::new(left, top, LINE, INSTRUCTIONS), GREY);
        let fields = ["(-) Desconto/abatimento", "(+) Mora/multa", "(=) Valor cobrado"];
        for label in fields {
            self.right_field(ROW, (label, "", VALUE));
            self.y += ROW;
        }
        self.sheet.rule(left, self.y, width, GREY);
    }

    fn payer_of_boleto(&mut self) {
        let (customer, content) = (&self.invoice.customer, self.paper.content());
        self.party_of_boleto(
            content,
            "Pagador",
            &customer.name,
            &customer.tax_id,
            &customer.address,
        );
        let (left, top) = (self.paper.left, self.y);
        let mark = self.sheet.leaf(Tag::P);
        let pen = Self::grey(LABEL);
        self.sheet.text(mark, left + INSET, top + pt(35.0), pen, "Sacador/avalista");
        for edge in [left, self.paper.right() - LINE] {
            self.sheet.fill(Area::new(edge, top, LINE, PAYER), GREY);
        }
        self.y += PAYER;
        self.sheet.rule(left, self.y, content, GREY);
    }

    /// One of the two parties: a name with its tax registration on a line, the address below. The
    /// registration goes to the address where the name takes the whole line.
    fn party_of_boleto(
        &mut self,
        width: f32,
        label: &'static str,
        name: &str,
        tax: &str,
        at: &Address,
    ) {
        let inner = width - 2.0 * INSET;
        let address = printed(at).collect::<Vec<_>>().join(", ");
        let joined =
            |one: &str, other: &str| [one, other].join(if tax.is_empty() { "" } else { " – " });
        let whole = joined(name, tax);
        let fits = self.sheet.fonts.fits_line(&whole, VALUE, inner);
        let (name, address) =
            if fits { (whole, address) } else { (name.to_owned(), joined(tax, &address)) };
        let (left, top) = (self.paper.left, self.y);
        let mark = self.sheet.leaf(Tag::P);
        self.called(mark, left, top, width, label);
        let x = left + INSET;
        self.sheet.text_whole(mark, x, top + pt(16.5), inner, Self::ink(VALUE), &name);
        self.sheet.text_fit(mark, x, top + pt(26.0), inner, Self::ink(SMALL), &address);
    }

    fn barcode(&mut self, boleto: &BoletoCodes) {
        let mark = self.sheet.leaf(Tag::P);
        let (right, y, width) = (self.paper.right(), self.y + pt(9.5), RIGHT + pt(40.0));
        let pen = Self::grey(Style::regular(7.0));
        let text = "Autenticação mecânica – Ficha de compensação";
        self.sheet.text_right(mark, right, y, width, pen, text);
        let symbol = Symbol::itf(&boleto.barcode);
        let middle = self.paper.height - BARCODE_MIDDLE;
        let x = self.paper.left.max(symbol.quiet);
        let alt = format!("Código de barras do boleto {}", boleto.line);
        self.sheet.symbol(alt, x, middle - symbol.height() / 2.0, symbol);
    }

    fn left_width(&self) -> f32 {
        self.paper.content() - RIGHT
    }

    /// Fields side by side, and the one in the column on the right, over a line.
    fn fields_of(&mut self, height: f32, fields: &[Field<'_>], last: (&'static str, &str, Style)) {
        let (top, total) = (self.y, self.left_width());
        let mut x = self.paper.left;
        for (part, label, value) in fields {
            let width = (total * part).round();
            let mark = self.sheet.leaf(Tag::P);
            self.called(mark, x, top, width, label);
            let (inner, pen) = (width - 2.0 * INSET, Self::ink(VALUE));
            self.sheet.text_whole(mark, x + INSET, top + pt(16.5), inner, pen, value);
            self.sheet.fill(Area::new(x, top, LINE, height), GREY);
            x += width;
        }
        self.right_field(height, last);
        self.y += height;
        self.sheet.rule(self.paper.left, self.y, total, GREY);
    }

    /// A field of the column on the right. What it says ends at its right, as amounts do.
    fn right_field(&mut self, height: f32, (label, value, style): (&'static str, &str, Style)) {
        let (top, left, right) = (self.y, self.paper.right() - RIGHT, self.paper.right());
        let mark = self.sheet.leaf(Tag::P);
        self.called(mark, left, top, RIGHT, label);
        let (inner, y, pen) = (RIGHT - 2.0 * INSET, top + pt(16.5), Self::ink(style));
        self.sheet.text_right(mark, right - INSET, y, inner, pen, value);
        for edge in [left, right - LINE] {
            self.sheet.fill(Area::new(edge, top, LINE, height), GREY);
        }
        self.sheet.rule(left, top + height, RIGHT, GREY);
    }

    fn called(&mut self, mark: crate::sheet::Mark, x: f32, top: f32, width: f32, label: &str) {
        let pen: Pen = Self::grey(LABEL);
        self.sheet.text_fit(mark, x + INSET, top + pt(7.2), width - 2.0 * INSET, pen, label);
    }
}
