//! What screen readers and archives read: structure, language, identifiers, dates.

use lopdf::{Dictionary, Document, Object, decode_text_string};
use mensal_domain::{charge::PaymentCodes, stationery::Paper};

use super::{boleto, invoice, line, plain_pdf, read::Read, stationery};
use crate::invoice_pdf;

/// The types of the structure in reading order, as `Table(TR(TH TH) TR(TD TD))`.
fn outline(document: &Document, node: &Dictionary, out: &mut String) {
    out.push_str(&String::from_utf8_lossy(node.get(b"S").unwrap().as_name().unwrap()));
    let children = node.get(b"K").unwrap();
    let children = match document.dereference(children).unwrap().1 {
        Object::Array(children) => children.clone(),
        one => vec![one.clone()],
    };
    let mut inner = Vec::new();
    for child in &children {
        if let Ok((_, Object::Dictionary(child))) = document.dereference(child)
            && child.has(b"S")
        {
            let mut text = String::new();
            outline(document, child, &mut text);
            inner.push(text);
        }
    }
    if !inner.is_empty() {
        out.push('(');
        out.push_str(&inner.join(" "));
        out.push(')');
    }
}

fn structure(document: &Document) -> String {
    let root = document.catalog().unwrap().get(b"StructTreeRoot").unwrap();
    let root = document.dereference(root).unwrap().1.as_dict().unwrap();
    let top = root.get(b"K").unwrap();
    let top = match document.dereference(top).unwrap().1 {
        Object::Array(array) => document.dereference(&array[0]).unwrap().1.as_dict().unwrap(),
        object => object.as_dict().unwrap(),
    };
    let mut out = String::new();
    outline(document, top, &mut out);
    out
}

#[test]
fn the_structure_reads_from_the_logo_to_the_slip_with_tables_as_tables() {
    let invoice = invoice(vec![line("Fiber 500", "64.00"), line("Router", "8.00")]);
    let pdf = plain_pdf(&invoice, &stationery(Paper::A4)).unwrap();
    let read = Read::new(&pdf);
    let row = "TR(TD TD TD TD)";
    let sum = "TR(TH TD)";
    let want = format!(
        "Document(Figure P H1 P P H2 P H2 P P P P \
         Table(TR(TH TH TH TH) {row} {row}) \
         Table({sum} {sum} {sum} {sum}) H2 P P H2 P P P P P P P P P)"
    );
    assert_eq!(structure(&read.document), want);
}

#[test]
fn codes_are_figures_in_sections_of_their_own_and_a_link_is_a_link() {
    let invoice = invoice(vec![line("Fiber 500", "64.00")]);
    let codes = PaymentCodes {
        pix: Some("00020126580014br.gov.bcb.pix".into()),
        boleto: Some(boleto(&"0123".repeat(11))),
        link: Some("https://pay.example/i".into()),
    };
    let pdf = invoice_pdf(&invoice, &stationery(Paper::A4), &codes).unwrap();
    let read = Read::new(&pdf);
    let structure = structure(&read.document);
    let fields = ["P"; 23].join(" ");
    let want = format!("P(Span Link) H2 P Sect(H2 P Figure P) P P Sect(H2 P P {fields} Figure))");
    assert!(structure.ends_with(&want), "{structure}");
    // Said of the symbols, in the language of each part.
    let (mut said, mut languages) = (Vec::new(), Vec::new());
    for object in read.document.objects.values() {
        let Ok(element) = object.as_dict() else { continue };
        if element.has_type(b"Annot") || !element.has(b"S") {
            continue;
        }
        let text = |key: &[u8]| element.get(key).ok().map(|text| decode_text_string(text).unwrap());
        said.extend(text(b"Alt"));
        languages.extend(text(b"Lang"));
    }
    assert!(said.contains(&"QR code of the Pix".to_owned()), "{said:?}");
    assert!(said.iter().any(|alt| alt.starts_with("Código de barras do boleto 34191.")));
    assert!(languages.contains(&"pt-BR".to_owned()), "{languages:?}");
}

#[test]
fn a_table_over_pages_is_one_table_with_one_head() {
    let lines = (0..100).map(|n| line(&format!("Circuit {n}"), "1.00")).collect();
    let pdf = plain_pdf(&invoice(lines), &stationery(Paper::A4)).unwrap();
    let structure = structure(&Read::new(&pdf).document);
    assert_eq!(structure.matches("TR(TH TH TH TH)").count(), 1);
    assert_eq!(structure.matches("TR(TD TD TD TD)").count(), 100);
}

#[test]
fn the_document_names_its_standards_its_title_and_the_invoices_own_date() {
    let invoice = invoice(vec![line("Fiber 500", "64.00")]);
    let pdf = plain_pdf(&invoice, &stationery(Paper::A4)).unwrap();
    let xmp = String::from_utf8_lossy(&pdf);
    for part in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Invoice 400217-202612 · Blue Ridge Fiber LLC",
        "2026-12-01T00:00:00",
    ] {
        assert!(xmp.contains(part), "{part}");
    }
    let read = Read::new(&pdf);
    let info = read.document.trailer.get(b"Info").unwrap().as_reference().unwrap();
    let info = read.document.get_dictionary(info).unwrap();
    let date = info.get(b"CreationDate").unwrap().as_str().unwrap();
    assert!(date.starts_with(b"D:20261201000000"));
}
