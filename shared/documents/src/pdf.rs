//! From pages and structure to a PDF that is PDF/A-3a and PDF/UA-1 at once.

use jiff::civil::Date;
use krilla::{
    Document, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{Path, PathBuilder, Point, Quadrilateral, Rect, Transform},
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::{Page as PdfPage, PageSettings},
    paint::{Fill, Stroke, StrokeDash},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, Node as PdfNode, SpanTag, TagGroup, TagTree,
    },
    text::{GlyphId, KrillaGlyph},
};
use mensal_domain::{locale::Locale, stationery::LogoPath};

use crate::{
    error::DocumentError,
    fonts::Fonts,
    layout::PaperSize,
    logo,
    palette::{GREY, INK, Rgb},
    sheet::{Item, Link, Mark, Node, Page, Pen, Shape, Sheet},
    symbol::Symbol,
    units::{Area, pt},
};

/// What a document says about itself. All of it comes from the invoice, nothing from the clock,
/// so that the same invoice always gives the same bytes.
pub(crate) struct About<'a> {
    pub(crate) title: String,
    pub(crate) author: &'a str,
    pub(crate) locale: Locale,
    pub(crate) date: Date,
    pub(crate) logo: &'a [LogoPath],
}

/// Writes the pages.
pub(crate) fn write(
    mut sheet: Sheet,
    paper: PaperSize,
    about: About<'_>,
) -> Result<Vec<u8>, DocumentError> {
    let refused = |error: &dyn std::fmt::Debug| DocumentError::Pdf(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| refused(&error))?;
    let mut document = Document::new_with(SerializeSettings {
        compress_content_streams: true,
        enable_tagging: true,
        configuration,
        ..SerializeSettings::default()
    });
    let structure = sheet.take_structure();
    let shapes = about.logo.iter().map(|shape| Ok((logo::path(&shape.path)?, shape.color.rgb)));
    let mut painter = Painter {
        fonts: sheet.fonts,
        logo: shapes.collect::<Result<_, DocumentError>>()?,
        identifiers: vec![Vec::new(); sheet.marks],
        unbroken: std::mem::take(&mut sheet.unbroken),
        glyphs: Vec::new(),
        text: String::new(),
    };
    for page in &sheet.pages {
        let settings = PageSettings::from_wh(paper.width / pt(1.0), paper.height / pt(1.0))
            .ok_or_else(|| DocumentError::Pdf("the paper has no area".into()))?;
        let mut pdf_page = document.start_page_with(settings);
        let mut surface = pdf_page.surface();
        surface.push_transform(&Transform::from_scale(1.0 / pt(1.0), 1.0 / pt(1.0)));
        draw_shapes(&mut surface, &page.shapes);
        painter.items(&mut surface, page);
        surface.pop();
        surface.finish();
        for link in &page.links {
            painter.link(&mut pdf_page, link);
        }
        pdf_page.finish();
    }
    let lang = about.locale.tag().to_owned();
    let mut tree = TagTree::new().with_lang(Some(lang));
    for node in structure {
        painter.grow(node, &mut tree.children);
    }
    document.set_tag_tree(tree);
    document.set_outline(outline(&about.title));
    document.set_metadata(metadata(about));
    document.finish().map_err(|error| refused(&error))
}

/// PDF/UA wants bookmarks: the document is its own.
fn outline(title: &str) -> Outline {
    let mut outline = Outline::new();
    let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
    outline.push_child(OutlineNode::new(title.to_owned(), top));
    outline
}

fn metadata(about: About<'_>) -> Metadata {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    let date = DateTime::new(u16::try_from(about.date.year()).unwrap_or(0))
        .month(part(about.date.month()))
        .day(part(about.date.day()))
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(about.title)
        .authors(vec![about.author.to_owned()])
        .creator("Mensal".into())
        .producer("Mensal".into())
        .language(about.locale.tag().into())
        .creation_date(date)
}

/// Draws, and keeps the buffers and the identifiers that drawing yields.
struct Painter {
    fonts: &'static Fonts,
    logo: Vec<(Path, Rgb)>,
    /// Of each mark, where its content stands; more than once if it breaks over pages.
    identifiers: Vec<Vec<Identifier>>,
    /// What is copied in the place of the text of a mark.
    unbroken: Vec<(Mark, String)>,
    glyphs: Vec<KrillaGlyph>,
    text: String,
}

impl Painter {
    /// Content in reading order, the neighbours of one mark in one sequence.
    fn items(&mut self, surface: &mut Surface<'_>, page: &Page) {
        let mut open: Option<Option<Mark>> = None;
        let mut color = None;
        for item in &page.items {
            let mark = match item {
                Item::Text { mark, .. } => *mark,
                Item::Logo { mark, .. } | Item::Symbol { mark, .. } => Some(*mark),
            };
            if open != Some(mark) {
                if open.is_some() {
                    surface.end_tagged();
                }
                open = Some(mark);
                self.start(surface, mark);
            }
            match item {
                Item::Text { x, y, pen, text, .. } => {
                    if color != Some(pen.color) {
                        color = Some(pen.color);
                        surface.set_fill(Some(fill(pen.color)));
                    }
                    self.line(surface, Point::from_xy(*x, *y), *pen, text);
                }
                Item::Logo { area, .. } => {
                    color = None;
                    self.draw_logo(surface, *area);
                }
                Item::Symbol { x, y, symbol, .. } => {
                    color = None;
                    draw_symbol(surface, *x, *y, symbol);
                }
            }
        }
        if open.is_some() {
            surface.end_tagged();
        }
    }

    fn start(&mut self, surface: &mut Surface<'_>, mark: Option<Mark>) {
        if let Some(mark) = mark {
            let unbroken = self.unbroken.iter().find(|(of, _)| *of == mark);
            let text = unbroken.map(|(_, text)| text.as_str());
            let span = SpanTag::empty().with_actual_text(text);
            let identifier = surface.start_tagged(ContentTag::Span(span));
            if let Some(identifiers) = self.identifiers.get_mut(mark.0) {
                identifiers.push(identifier);
            }
        } else {
            let artifact = Artifact::with_kind(ArtifactType::PaginationOther);
            surface.start_tagged(ContentTag::Artifact(artifact));
        }
    }

    /// One line of text: a glyph for each character, side by side.
    fn line(&mut self, surface: &mut Surface<'_>, at: Point, pen: Pen, text: &str) {
        let face = self.fonts.face(pen.style.weight);
        self.glyphs.clear();
        self.text.clear();
        for char in text.chars() {
            // One glyph, one character: a space that does not break is a space in the PDF.
            let char = if char == '\u{a0}' { ' ' } else { char };
            let glyph = face.glyph(char);
            let start = self.text.len();
            self.text.push(char);
            self.glyphs.push(KrillaGlyph::new(
                GlyphId::new(glyph.id.into()),
                f32::from(glyph.advance) / face.units_per_em,
                0.0,
                0.0,
                0.0,
                start..self.text.len(),
                None,
            ));
        }
        let font = face.font.clone();
        surface.draw_glyphs(at, &self.glyphs, font, &self.text, pen.style.size, false);
    }

    fn draw_logo(&self, surface: &mut Surface<'_>, area: Area) {
        let (x, y) = (area.width / 100.0, area.height / 100.0);
        surface.push_transform(&Transform::from_row(x, 0.0, 0.0, y, area.x, area.y));
        for (path, color) in &self.logo {
            surface.set_fill(Some(fill(*color)));
            surface.draw_path(path);
        }
        surface.pop();
    }

    /// Makes a text lead somewhere. In the structure its annotation comes before the text.
    fn link(&mut self, page: &mut PdfPage<'_>, link: &Link) {
        let lines = link.areas.iter().filter_map(|area| area.in_points());
        let lines: Vec<Quadrilateral> = lines.map(Into::into).collect();
        let Some(identifiers) = self.identifiers.get_mut(link.mark.0) else { return };
        if lines.is_empty() {
            return;
        }
        let target = Target::Action(Action::from(LinkAction::new(link.target.clone())));
        let annotation = LinkAnnotation::new_with_quad_points(lines, target);
        let annotation = Annotation::new_link(annotation, Some(link.alt.clone()));
        identifiers.insert(0, page.add_tagged_annotation(annotation));
    }

    /// Turns the structure into krilla's, now that the identifiers are known.
    fn grow(&mut self, node: Node, into: &mut Vec<PdfNode>) {
        match node {
            Node::Mark(mark) => {
                let identifiers = self.identifiers.get_mut(mark.0).map(std::mem::take);
                into.extend(identifiers.unwrap_or_default().into_iter().map(PdfNode::Leaf));
            }
            Node::Group(group) => {
                let mut children = Vec::with_capacity(group.children.len());
                for child in group.children {
                    self.grow(child, &mut children);
                }
                into.push(PdfNode::Group(TagGroup::with_children(group.tag, children)));
            }
        }
    }
}

/// Blocks in their own steps, all of them one path: no reader sees a seam between two.
fn draw_symbol(surface: &mut Surface<'_>, x: f32, y: f32, symbol: &Symbol) {
    let mut path = PathBuilder::new();
    for block in &symbol.blocks {
        let [left, top, width, height] = block.map(f32::from);
        if let Some(rect) = Rect::from_xywh(left, top, width, height) {
            path.push_rect(rect);
        }
    }
    surface.push_transform(&Transform::from_row(symbol.step, 0.0, 0.0, symbol.step, x, y));
    surface.set_fill(Some(fill(INK)));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    surface.pop();
}

/// Decoration, below all text: one artifact.
fn draw_shapes(surface: &mut Surface<'_>, shapes: &[Shape]) {
    if shapes.is_empty() {
        return;
    }
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    let mut rest = shapes;
    while let Some(shape) = rest.first() {
        match shape {
            Shape::Fill(_, color) => {
                // Neighbours of one colour are one path.
                let mut path = PathBuilder::new();
                while let Some(Shape::Fill(area, same)) = rest.first()
                    && same == color
                {
                    if let Some(rect) = rect(*area) {
                        path.push_rect(rect);
                    }
                    rest = &rest[1..];
                }
                surface.set_fill(Some(fill(*color)));
                if let Some(path) = path.finish() {
                    surface.draw_path(&path);
                }
                continue;
            }
            Shape::Frame(area, color) => {
                let mut path = PathBuilder::new();
                if let Some(rect) = rect(*area) {
                    path.push_rect(rect);
                }
                stroke(surface, path, *color, 6.0, None);
            }
            Shape::Cut { x, y, width } => {
                let mut path = PathBuilder::new();
                path.move_to(x.round(), y.round());
                path.line_to((x + width).round(), y.round());
                let dash = StrokeDash { array: vec![40.0, 30.0], offset: 0.0 };
                stroke(surface, path, GREY, 7.0, Some(dash));
            }
        }
        rest = &rest[1..];
    }
    surface.end_tagged();
}

fn fill(color: Rgb) -> Fill {
    let [red, green, blue] = color;
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn stroke(
    surface: &mut Surface<'_>,
    path: PathBuilder,
    color: Rgb,
    width: f32,
    dash: Option<StrokeDash>,
) {
    let [red, green, blue] = color;
    let paint = rgb::Color::new(red, green, blue).into();
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { paint, width, dash, ..Stroke::default() }));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    surface.set_stroke(None);
}

fn rect(area: Area) -> Option<Rect> {
    Rect::from_ltrb(area.x.round(), area.y.round(), area.right().round(), area.bottom().round())
}
