//! Shelves with their bins.

use aisle_database::rows::shelf_products::ShelfProduct;
use aisle_model::store_map::{Gondola, Shelf, SizeType};
use aisle_model::{GondolaId, ProductId};
use serde::{Deserialize, Serialize};

use super::places::Place;

/// A piece of furniture, its shelves lowest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the parts of a gondola")]
pub struct FilledGondola {
    pub gondola: Gondola,
    pub place: Place,
    pub shelves: Vec<FilledShelf>,
}

/// A shelf with its bins from the left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the parts of a shelf")]
pub struct FilledShelf {
    pub gondola: GondolaId,
    pub shelf: Shelf,
    pub place: Place,
    pub size_type: SizeType,
    pub bins: Vec<FilledBin>,
}

/// A bin with its plan and its stock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilledBin {
    /// In the unit of the shelf.
    pub size: f64,
    /// Where it is on its shelf.
    pub place: Place,
    /// Absent for a gap.
    pub planned: Option<ProductId>,
    /// The store's when absent.
    pub low_threshold: Option<i64>,
    /// What is believed to be here, by product; never zero units.
    pub units: Vec<(ProductId, i64)>,
}

impl FilledBin {
    /// Units of the planned product.
    pub fn planned_units(&self) -> i64 {
        self.planned.map_or(0, |planned| self.units_of(planned))
    }

    /// Units of other products.
    pub fn unplanned_units(&self) -> i64 {
        let all: i64 = self.units.iter().map(|(_, units)| units).sum();
        all - self.planned_units()
    }

    /// Units of a product.
    pub fn units_of(&self, product: ProductId) -> i64 {
        let of_it = self.units.iter().filter(|(of, _)| *of == product);
        of_it.map(|(_, units)| units).sum()
    }
}

/// The products that are planned or lie somewhere, by id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goods(pub(super) Vec<ShelfProduct>);

impl Goods {
    /// One of them.
    pub fn get(&self, id: ProductId) -> Option<&ShelfProduct> {
        let place = self.0.binary_search_by_key(&id, |product| product.id).ok()?;
        self.0.get(place)
    }
}

/// Something with the products it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown<T> {
    /// Furniture or a shelf.
    pub what: T,
    /// Every product that it names.
    pub goods: Goods,
}
