//! A gondola as the Admin API shows it.

use aisle_operations::shelves::{FilledBin, FilledGondola, FilledShelf, Goods, ShelfId};
use serde::Serialize;

use super::bin::BinFace;
use super::coordinates::{PlaceFace, Shows};

/// Furniture with as much of its places and bins as was asked for.
#[derive(Serialize)]
pub(super) struct GondolaFace<'a> {
    #[serde(flatten)]
    place: PlaceFace,
    id: i64,
    shelves: Vec<ShelfOfGondola<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShelfOfGondola<'a> {
    #[serde(flatten)]
    place: PlaceFace,
    id: String,
    shelf_index: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bins: Option<Vec<BinOfShelf<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BinOfShelf<'a> {
    bin_index: usize,
    #[serde(flatten)]
    place: PlaceFace,
    #[serde(flatten)]
    bin: BinFace<'a>,
}

impl<'a> GondolaFace<'a> {
    pub(super) fn of(filled: &'a FilledGondola, goods: &'a Goods, shows: Shows) -> Self {
        let shelves = filled.shelves.iter().map(|shelf| shelf_of(shelf, goods, shows));
        Self { place: PlaceFace::of(&filled.place, shows), id: filled.gondola.id.0, shelves: shelves.collect() }
    }
}

fn shelf_of<'a>(shelf: &'a FilledShelf, goods: &'a Goods, shows: Shows) -> ShelfOfGondola<'a> {
    let shelf_index = shelf.shelf.shelf_index;
    let bins = shelf.bins.iter().enumerate();
    let bin_of = |(bin_index, bin): (usize, &'a FilledBin)| BinOfShelf {
        bin_index,
        place: PlaceFace::of(&bin.place, shows),
        bin: BinFace::of(bin, goods),
    };
    ShelfOfGondola {
        place: PlaceFace::of(&shelf.place, shows),
        id: ShelfId { gondola: shelf.gondola, shelf_index }.to_string(),
        shelf_index,
        bins: shows.include_bins.then(|| bins.map(bin_of).collect()),
    }
}
