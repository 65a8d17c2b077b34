//! Where the bins of a shelf are.
//!
//! Bins follow each other from the left, as the shopper sees the shelf, and take its whole depth and
//! height. Sizes that claim more than the shelf has are shrunk alike until they fit, so that a plan
//! with one plate too many still has a place for every bin.

use crate::point::length_within_limit;
use crate::{GeometryFault, OrientedBox, Pose};

/// The widths of the bins of a shelf, from the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BinSizes<'a> {
    /// In weighing plates, of which the shelf has `plates` of equal width. 0 plates for a shelf
    /// without scales: then the bins share the width in proportion.
    Plates { plates: u32, sizes: &'a [u32] },
    /// In metres.
    Metres(&'a [f64]),
}

/// The boxes of the bins in the frame of the store. Refuses sizes that are no lengths.
pub fn bin_boxes(shelf: &OrientedBox, sizes: BinSizes<'_>) -> Result<Vec<OrientedBox>, GeometryFault> {
    let shelf_width = shelf.dimensions().width();
    let widths: Vec<f64> = match sizes {
        BinSizes::Plates { plates, sizes } => {
            let claimed: u64 = sizes.iter().copied().map(u64::from).sum();
            let units = claimed.max(u64::from(plates)).max(1);
            sizes.iter().map(|&size| shelf_width * f64::from(size) / units as f64).collect()
        }
        BinSizes::Metres(sizes) => {
            for &size in sizes {
                length_within_limit(size)?;
            }
            let claimed: f64 = sizes.iter().sum();
            let scale = if claimed > shelf_width { shelf_width / claimed } else { 1.0 };
            sizes.iter().map(|size| size * scale).collect()
        }
    };
    let mut left = 0.0;
    let mut boxes = Vec::with_capacity(widths.len());
    for width in widths {
        let pose = Pose::new([left, 0.0, 0.0], [0.0; 3])?;
        boxes.push(shelf.place(&pose, shelf.dimensions().with_width(width)));
        left += width;
    }
    Ok(boxes)
}
