//! Symbols that machines read: black blocks on white paper, in whole steps of their own, so that
//! a PDF writes small whole numbers and no two blocks of one kind differ in size.

mod itf;
mod qr;

/// A block: left, top, width, height, in steps.
pub(crate) type Block = [u16; 4];

/// A symbol. What is black is a block; the rest of it, and the room around it that its kind asks
/// for, is to be kept white.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Symbol {
    pub(crate) blocks: Vec<Block>,
    /// One step in units.
    pub(crate) step: f32,
    /// In steps.
    columns: u16,
    /// In steps.
    rows: u16,
    /// The room around it that is kept white, in units.
    pub(crate) quiet: f32,
}

impl Symbol {
    /// Its width in units, without the room around it.
    pub(crate) fn width(&self) -> f32 {
        f32::from(self.columns) * self.step
    }

    /// Its height in units, without the room around it.
    pub(crate) fn height(&self) -> f32 {
        f32::from(self.rows) * self.step
    }
}
