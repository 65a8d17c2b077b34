//! A shelf in the second documented shape.

use aisle_model::gtin::BarcodeKind;
use aisle_model::store_map::Vector;
use aisle_operations::shelves::{FilledBin, FilledShelf, Frame, Goods, ShelfId};
use serde::Serialize;

use crate::shelves::{ProductFace, Standing};

/// A shelf after a change of its stock.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InventoryFace<'a> {
    gondola_id: i64,
    shelf_index: i64,
    id: String,
    coordinates: CoordinatesFace,
    bins: Vec<BinFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CoordinatesFace {
    dim_x: f64,
    dim_y: f64,
    dim_z: f64,
    transform: TransformFace,
}

#[derive(Serialize)]
struct TransformFace {
    translation: TranslationFace,
    rotation: RotationFace,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the documented names")]
struct TranslationFace {
    translation_x: f64,
    translation_y: f64,
    translation_z: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the documented names")]
struct RotationFace {
    rotation_x: f64,
    rotation_y: f64,
    rotation_z: f64,
}

impl From<Frame> for TransformFace {
    fn from(frame: Frame) -> Self {
        let Vector { x, y, z } = frame.translation;
        let translation = TranslationFace { translation_x: x, translation_y: y, translation_z: z };
        let Vector { x, y, z } = frame.rotation;
        Self { translation, rotation: RotationFace { rotation_x: x, rotation_y: y, rotation_z: z } }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BinFace<'a> {
    products: Vec<Standing<ProductFace<'a>>>,
    size: f64,
    default_product: Option<DefaultProductFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DefaultProductFace<'a> {
    barcode: &'a str,
    barcode_type: &'static str,
}

impl<'a> InventoryFace<'a> {
    pub(super) fn of(shelf: &'a FilledShelf, goods: &'a Goods) -> Self {
        let shelf_index = shelf.shelf.shelf_index;
        let size = shelf.place.dimensions;
        Self {
            gondola_id: shelf.gondola.0,
            shelf_index,
            id: ShelfId { gondola: shelf.gondola, shelf_index }.to_string(),
            coordinates: CoordinatesFace {
                dim_x: size.x,
                dim_y: size.y,
                dim_z: size.z,
                transform: shelf.place.in_parent.into(),
            },
            bins: shelf.bins.iter().map(|bin| bin_face(bin, goods)).collect(),
        }
    }
}

fn bin_face<'a>(bin: &'a FilledBin, goods: &'a Goods) -> BinFace<'a> {
    let here = bin.units.iter().filter_map(|(id, units)| Some((goods.get(*id)?, *units)));
    let planned = bin.planned.and_then(|id| goods.get(id));
    let products = here.map(|(product, quantity)| Standing { product: ProductFace::without_id(product), quantity });
    let default_product = planned.map(|product| {
        let barcode = product.barcode.as_deref().unwrap_or_default();
        DefaultProductFace { barcode, barcode_type: BarcodeKind::of(barcode).as_str() }
    });
    BinFace { products: products.collect(), size: bin.size, default_product }
}
