//! Where furniture, shelves and bins are, in the frame of their parent and in that of the store.

use aisle_database::rows::planograms::Bin;
use aisle_floorplan::{BinSizes, GeometryFault, OrientedBox, Pose, bin_boxes};
use aisle_model::store_map::{Gondola, Shelf, SizeType, Vector};
use serde::{Deserialize, Serialize};

use crate::layout::{dimensions, pose};

/// A place and a direction: metres and radians.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named as in the contract")]
pub struct Frame {
    pub translation: Vector,
    pub rotation: Vector,
}

/// A box.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Width, depth, height.
    pub dimensions: Vector,
    /// In the frame of the store, the gondola or the shelf.
    pub in_parent: Frame,
    /// In the frame of the store.
    pub in_store: Frame,
}

pub(super) fn of_gondola(gondola: &Gondola) -> Result<Place, GeometryFault> {
    let own = pose(gondola.translation, gondola.rotation)?;
    let in_parent = told(gondola.translation, gondola.rotation);
    Ok(Place { dimensions: gondola.dimensions, in_parent, in_store: frame(&own) })
}

pub(super) fn of_shelf(gondola: &Gondola, shelf: &Shelf) -> Result<Place, GeometryFault> {
    let in_store = in_store(gondola, shelf)?;
    let in_parent = told(shelf.translation, shelf.rotation);
    Ok(Place { dimensions: shelf.dimensions, in_parent, in_store: frame(&in_store) })
}

/// The places of bins from the left.
pub(super) fn of_bins(
    gondola: &Gondola,
    shelf: &Shelf,
    size_type: SizeType,
    bins: &[Bin],
) -> Result<Vec<Place>, GeometryFault> {
    let sizes: Vec<f64> = bins.iter().map(|bin| bin.size).collect();
    let whole: Vec<u32> = sizes.iter().copied().map(whole_plates).collect();
    let sizes = match size_type {
        SizeType::Plate => BinSizes::Plates { plates: whole_plates(shelf.plates as f64), sizes: &whole },
        SizeType::Meters => BinSizes::Metres(&sizes),
    };
    let on_shelf = OrientedBox::new(Pose::new([0.0; 3], [0.0; 3])?, dimensions(shelf.dimensions)?);
    let shelf = in_store(gondola, shelf)?;
    let boxes = bin_boxes(&on_shelf, sizes)?;
    let place = |of: OrientedBox| {
        let size = of.dimensions();
        Place {
            dimensions: Vector { x: size.width(), y: size.depth(), z: size.height() },
            in_parent: frame(of.pose()),
            in_store: frame(&shelf.place(of.pose())),
        }
    };
    Ok(boxes.into_iter().map(place).collect())
}

fn in_store(gondola: &Gondola, shelf: &Shelf) -> Result<Pose, GeometryFault> {
    let outer = pose(gondola.translation, gondola.rotation)?;
    Ok(outer.place(&pose(shelf.translation, shelf.rotation)?))
}

/// As the map says it.
fn told(translation: Vector, rotation: Option<Vector>) -> Frame {
    Frame { translation, rotation: rotation.unwrap_or_default() }
}

fn frame(pose: &Pose) -> Frame {
    let vector = |[x, y, z]: [f64; 3]| Vector { x, y, z };
    Frame { translation: vector(pose.translation()), rotation: vector(pose.angles()) }
}

/// Sizes in plates are whole numbers below some thousands: a stored plan was judged.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturating float casts")]
fn whole_plates(size: f64) -> u32 {
    size.round() as u32
}
