//! What stands where: the pages as lists of shapes and texts, and the structure that screen
//! readers follow. Nothing is written yet, so that each page can say how many there are.

use krilla::tagging::{BBox, Tag, TagKind};

use crate::{fonts::Fonts, palette::Rgb, symbol::Symbol, text::Style, units::Area};

/// Text that belongs together in the structure: the content of one paragraph or cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(pub(crate) usize);

/// A style in a colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    pub(crate) style: Style,
    pub(crate) color: Rgb,
}

/// Decoration, drawn below the texts of its page.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A filled rectangle; thin ones are lines.
    Fill(Area, Rgb),
    /// The outline of a rectangle.
    Frame(Area, Rgb),
    /// A dashed horizontal line: where to cut.
    Cut { x: f32, y: f32, width: f32 },
}

/// Content, in reading order.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// One line of text from `x`, standing on `y`. Without a mark it is decoration: a page number.
    Text { mark: Option<Mark>, x: f32, y: f32, pen: Pen, text: String },
    /// The issuer's logo.
    Logo { mark: Mark, area: Area },
    /// A code from its upper left corner.
    Symbol { mark: Mark, x: f32, y: f32, symbol: Symbol },
}

/// Text that leads to a page of the web.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The text.
    pub(crate) mark: Mark,
    /// Where its lines stand.
    pub(crate) areas: Vec<Area>,
    /// The address.
    pub(crate) target: String,
    /// What is said of it.
    pub(crate) alt: String,
}

/// One page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) shapes: Vec<Shape>,
    pub(crate) items: Vec<Item>,
    pub(crate) links: Vec<Link>,
    /// The line that the page number stands on.
    pub(crate) foot: f32,
    /// Whether something is to be cut off below that line.
    pub(crate) cut_off: bool,
}

/// A node of the structure.
pub(crate) enum Node {
    Group(Group),
    Mark(Mark),
}

/// A heading, a paragraph, a table, a row, …
pub(crate) struct Group {
    pub(crate) tag: TagKind,
    pub(crate) children: Vec<Node>,
}

/// A group that is to be closed: its depth.
#[derive(Clone, Copy)]
pub(crate) struct OpenGroup(usize);

/// The pages and the structure while they grow.
pub(crate) struct Sheet {
    pub(crate) fonts: &'static Fonts,
    pub(crate) pages: Vec<Page>,
    pub(crate) marks: usize,
    /// Text that is copied and spoken in the place of a mark's own, which is broken into lines.
    pub(crate) unbroken: Vec<(Mark, String)>,
    /// The groups that are open, the document itself first.
    open: Vec<Group>,
}

impl Sheet {
    pub(crate) fn new(fonts: &'static Fonts) -> Self {
        let document = Group { tag: Tag::Div.into(), children: Vec::new() };
        Self { fonts, pages: Vec::new(), marks: 0, unbroken: Vec::new(), open: vec![document] }
    }

    /// The nodes right below the document.
    pub(crate) fn take_structure(&mut self) -> Vec<Node> {
        self.open.first_mut().map(|root| std::mem::take(&mut root.children)).unwrap_or_default()
    }

    /// Starts a page.
    pub(crate) fn start_page(&mut self, foot: f32) {
        self.pages.push(Page { foot, ..Page::default() });
    }

    /// The page that is being filled.
    pub(crate) fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Opens a group of the structure: all that is added until it is closed becomes part of it.
    #[must_use]
    pub(crate) fn open_group(&mut self, tag: impl Into<TagKind>) -> OpenGroup {
        self.open.push(Group { tag: tag.into(), children: Vec::new() });
        OpenGroup(self.open.len())
    }

    /// Closes a group, the innermost that is open.
    pub(crate) fn close_group(&mut self, group: OpenGroup) {
        debug_assert_eq!(group.0, self.open.len(), "groups close in the order in which they nest");
        if let Some(group) = self.open.pop() {
            self.add(Node::Group(group));
        }
    }

    /// A group of the structure that holds nothing but text.
    pub(crate) fn leaf(&mut self, tag: impl Into<TagKind>) -> Mark {
        let mark = Mark(self.marks);
        self.marks += 1;
        self.add(Node::Group(Group { tag: tag.into(), children: vec![Node::Mark(mark)] }));
        mark
    }

    /// A picture in the structure, described in words, where it stands on this page.
    pub(crate) fn figure(&mut self, alt: String, area: Area) -> Mark {
        let page = self.pages.len().saturating_sub(1);
        let bounds = area.in_points().map(|bounds| BBox::new(page, bounds));
        self.leaf(Tag::Figure(Some(alt)).with_bbox(bounds))
    }

    /// A code from its upper left corner, described in words.
    pub(crate) fn symbol(&mut self, alt: String, x: f32, y: f32, symbol: Symbol) {
        let (x, y) = (x.round(), y.round());
        let mark = self.figure(alt, Area::new(x, y, symbol.width(), symbol.height()));
        self.page().items.push(Item::Symbol { mark, x, y, symbol });
    }

    fn add(&mut self, node: Node) {
        if let Some(group) = self.open.last_mut() {
            group.children.push(node);
        }
    }

    /// One line of text from `x` to the right.
    pub(crate) fn text(
        &mut self,
        mark: impl Into<Option<Mark>>,
        x: f32,
        y: f32,
        pen: Pen,
        text: &str,
    ) {
        let text = self.fonts.printable(text).into_owned();
        self.put(mark.into(), x, y, pen, text);
    }

    /// One line of text that ends at `right` and is no wider than `width`: smaller where it must
    /// be, never cut, for what stands on the right are figures.
    pub(crate) fn text_right(
        &mut self,
        mark: impl Into<Option<Mark>>,
        right: f32,
        y: f32,
        width: f32,
        pen: Pen,
        text: &str,
    ) {
        let (text, style) = self.fonts.shrink(text, pen.style, width);
        let x = right - self.fonts.width(&text, style);
        self.put(mark.into(), x, y, Pen { style, ..pen }, text);
    }

    /// One line of text from `x` that is no wider than `width`, never cut.
    pub(crate) fn text_whole(
        &mut self,
        mark: impl Into<Option<Mark>>,
        x: f32,
        y: f32,
        width: f32,
        pen: Pen,
        text: &str,
    ) {
        let (text, style) = self.fonts.shrink(text, pen.style, width);
        self.put(mark.into(), x, y, Pen { style, ..pen }, text);
    }

    /// One line of text from `x` that is no wider than `width`; cut where it is far too long.
    pub(crate) fn text_fit(
        &mut self,
        mark: impl Into<Option<Mark>>,
        x: f32,
        y: f32,
        width: f32,
        pen: Pen,
        text: &str,
    ) {
        let (text, style) = self.fonts.fit(text, pen.style, width);
        self.put(mark.into(), x, y, Pen { style, ..pen }, text);
    }

    fn put(&mut self, mark: Option<Mark>, x: f32, y: f32, pen: Pen, text: String) {
        if !text.is_empty() {
            self.page().items.push(Item::Text { mark, x: x.round(), y: y.round(), pen, text });
        }
    }

    /// A filled rectangle.
    pub(crate) fn fill(&mut self, area: Area, color: Rgb) {
        self.page().shapes.push(Shape::Fill(area, color));
    }

    /// A thin horizontal line.
    pub(crate) fn rule(&mut self, x: f32, y: f32, width: f32, color: Rgb) {
        self.fill(Area::new(x, y, width, 5.0), color);
    }
}
