//! A shelf in the first documented shape.

use std::collections::BTreeMap;

use aisle_operations::shelves::{FilledShelf, Goods};
use serde::Serialize;

use super::bin::BinFace;
use super::coordinates::FrameFace;

/// A shelf with its bins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShelfFace<'a> {
    shelf_index: i64,
    coordinates: CoordinatesFace,
    bins: Vec<BinFace<'a>>,
    size_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CoordinatesFace {
    dim_x: f64,
    dim_y: f64,
    dim_z: f64,
    transform: FrameFace,
}

impl<'a> ShelfFace<'a> {
    pub(crate) fn of(shelf: &'a FilledShelf, goods: &'a Goods) -> Self {
        let size = shelf.place.dimensions;
        Self {
            shelf_index: shelf.shelf.shelf_index,
            coordinates: CoordinatesFace {
                dim_x: size.x,
                dim_y: size.y,
                dim_z: size.z,
                transform: shelf.place.in_parent.into(),
            },
            bins: shelf.bins.iter().map(|bin| BinFace::of(bin, goods)).collect(),
            size_type: shelf.size_type.as_str(),
        }
    }
}

/// Shelves under their index.
pub(crate) fn shelf_map<'a>(shelves: &'a [FilledShelf], goods: &'a Goods) -> BTreeMap<String, ShelfFace<'a>> {
    let face = |shelf: &'a FilledShelf| (shelf.shelf.shelf_index.to_string(), ShelfFace::of(shelf, goods));
    shelves.iter().map(face).collect()
}
