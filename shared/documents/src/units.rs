//! Lengths on paper. One unit is a tenth of a point.
//!
//! The pages are drawn in these units under one matrix, because a PDF writes whole numbers in
//! fewer bytes, and faster, than fractions. Floats are for geometry only.

use krilla::geom::Rect;

/// Points (1/72 inch) in units.
pub(crate) const fn pt(points: f32) -> f32 {
    points * 10.0
}

/// Inches in units.
pub(crate) const fn inch(inches: f32) -> f32 {
    pt(inches * 72.0)
}

/// Millimetres in units.
pub(crate) const fn mm(millimetres: f32) -> f32 {
    inch(millimetres / 25.4)
}

/// A rectangle: left, top, width, height, from the top left corner of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    pub(crate) const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    pub(crate) const fn right(self) -> f32 {
        self.x + self.width
    }

    pub(crate) const fn bottom(self) -> f32 {
        self.y + self.height
    }

    /// In points, as the parts of a PDF have it that stand outside of the drawing; none if it has
    /// no extent.
    pub(crate) fn in_points(self) -> Option<Rect> {
        let point = pt(1.0);
        Rect::from_xywh(self.x / point, self.y / point, self.width / point, self.height / point)
    }
}
