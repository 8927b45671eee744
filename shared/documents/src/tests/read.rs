//! Reads a PDF back.

use lopdf::{Document, Object, content::Content};

/// A PDF that was read.
pub(super) struct Read {
    pub(super) document: Document,
    /// The text of each page, one line for each piece as drawn.
    pub(super) pages: Vec<String>,
}

impl Read {
    pub(super) fn new(pdf: &[u8]) -> Self {
        let document = Document::load_mem(pdf).unwrap();
        let pages = document.get_pages().into_values();
        let pages = pages.map(|page| text(&document, page)).collect();
        Self { document, pages }
    }

    pub(super) fn text(&self) -> String {
        self.pages.concat()
    }

    /// The text without regard to where its lines end.
    pub(super) fn prose(&self) -> String {
        self.text().replace(['\n', '\u{a0}'], " ")
    }

    /// How often a text stands in the document, whole pieces only.
    pub(super) fn count(&self, piece: &str) -> usize {
        self.pages.iter().flat_map(|page| page.lines()).filter(|line| *line == piece).count()
    }

    /// The texts that are copied in the place of what is printed in lines.
    pub(super) fn unbroken_texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for page in self.document.get_pages().into_values() {
            let content = Content::decode(&self.document.get_page_content(page)).unwrap();
            let marked = content.operations.iter().filter(|operation| operation.operator == "BDC");
            let properties = marked.filter_map(|operation| operation.operands[1].as_dict().ok());
            let actual = properties.filter_map(|properties| properties.get(b"ActualText").ok());
            texts.extend(actual.map(|text| lopdf::decode_text_string(text).unwrap()));
        }
        texts
    }

    /// Where the links of all pages lead to.
    pub(super) fn links(&self) -> Vec<String> {
        let pages = self.document.get_pages().into_values();
        let annotations = pages.flat_map(|page| self.document.get_page_annotations(page).unwrap());
        let action = |annotation: &lopdf::Dictionary| {
            let action = annotation.get(b"A").unwrap().as_dict().unwrap();
            action.get(b"URI").unwrap().as_str().unwrap().to_vec()
        };
        annotations.map(|one| String::from_utf8(action(one)).unwrap()).collect()
    }

    #[track_caller]
    pub(super) fn has(&self, pieces: &[&str]) {
        for piece in pieces {
            assert!(self.count(piece) > 0, "`{piece}` is not in:\n{}", self.text());
        }
    }

    #[track_caller]
    pub(super) fn has_not(&self, pieces: &[&str]) {
        let text = self.text();
        for piece in pieces {
            assert!(!text.contains(piece), "`{piece}` is in:\n{text}");
        }
    }
}

fn text(document: &Document, page: lopdf::ObjectId) -> String {
    let fonts = document.get_page_fonts(page).unwrap();
    let content = document.get_page_content(page);
    let mut text = String::new();
    let mut encoding = None;
    for operation in Content::decode(&content).unwrap().operations {
        match operation.operator.as_str() {
            "Tf" => {
                let font = fonts[operation.operands[0].as_name().unwrap()];
                encoding = Some(font.get_font_encoding(document).unwrap());
            }
            "TJ" => {
                for piece in operation.operands[0].as_array().unwrap() {
                    if let Object::String(bytes, _) = piece {
                        let encoding = encoding.as_ref().unwrap();
                        text += &Document::decode_text(encoding, bytes).unwrap();
                    }
                }
                text.push('\n');
            }
            "Tj" => {
                let bytes = operation.operands[0].as_str().unwrap();
                text += &Document::decode_text(encoding.as_ref().unwrap(), bytes).unwrap();
                text.push('\n');
            }
            _ => {}
        }
    }
    text
}
