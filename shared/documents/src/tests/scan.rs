//! Prints a page as a scanner would see it, by a renderer of somebody else's, and reads the codes
//! from the picture by a reader of somebody else's.

use hayro::{
    PixmapSettings, RenderCache, RenderSettings, hayro_interpret::InterpreterSettings,
    hayro_syntax::Pdf, render, vello_cpu::color::palette::css::WHITE,
};
use rxing::{BarcodeFormat, RXingResult, helpers::detect_in_luma_slice};

/// What office scanners are set to.
const DOTS_PER_INCH: f32 = 200.0;

/// Each dot of a row becomes so many, in fourths of the way to the next.
const STRETCH: [u16; 4] = [0, 1, 2, 3];

/// A page in grey, row by row, black at 0.
pub(super) struct Scan {
    grey: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Scan {
    /// The last page of a document.
    pub(super) fn last_page(pdf: &[u8]) -> Self {
        let pdf = Pdf::new(pdf.to_vec()).unwrap();
        let scale = DOTS_PER_INCH / 72.0;
        let picture = render(
            pdf.pages().last().unwrap(),
            &RenderCache::new(),
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
        );
        let grey = picture.data().iter().map(|dot| {
            let sum = u16::from(dot.r) + u16::from(dot.g) + u16::from(dot.b);
            u8::try_from(sum / 3).unwrap()
        });
        Self {
            grey: grey.collect(),
            width: picture.width().into(),
            height: picture.height().into(),
        }
    }

    fn find(&self, format: BarcodeFormat) -> Option<RXingResult> {
        detect_in_luma_slice(&self.grey, self.width, self.height, Some(format)).ok()
    }

    /// The same page, stretched along its rows. A narrow bar is two dots wide, and the grey of the
    /// dots at its edges says where it ends: a reader that knows black and white only loses that,
    /// unless the dots are parted before.
    fn stretched(&self) -> Self {
        let row_length = usize::try_from(self.width).unwrap();
        let mut grey = Vec::with_capacity(self.grey.len() * STRETCH.len());
        for row in self.grey.chunks(row_length) {
            for pair in row.windows(2) {
                let [one, next] = [pair[0], pair[1]].map(u16::from);
                let between = STRETCH.map(|part| (one * (4 - part) + next * part) / 4);
                grey.extend(between.map(|grey| u8::try_from(grey).unwrap()));
            }
        }
        let width = (self.width - 1) * u32::try_from(STRETCH.len()).unwrap();
        Self { grey, width, height: self.height }
    }

    /// What the QR code on the page says.
    pub(super) fn qr(&self) -> Option<String> {
        self.find(BarcodeFormat::QR_CODE).map(|found| found.getText().to_owned())
    }

    /// What the barcode on the page says.
    pub(super) fn barcode(&self) -> Option<String> {
        self.stretched().find(BarcodeFormat::ITF).map(|found| found.getText().to_owned())
    }

    /// Whether a part of the page is white, given in millimetres from its upper left corner.
    pub(super) fn is_white(&self, left: f32, top: f32, width: f32, height: f32) -> bool {
        let columns = dots(left)..dots(left + width);
        let mut rows = dots(top)..dots(top + height);
        let per_row = usize::try_from(self.width).unwrap();
        rows.all(|row| {
            let row = &self.grey[row * per_row..(row + 1) * per_row];
            row[columns.clone()].iter().all(|grey| *grey > 250)
        })
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a place on a page
fn dots(millimetres: f32) -> usize {
    (millimetres / 25.4 * DOTS_PER_INCH) as usize
}
