//! The barcodes of a variant.

use aisle_contract::Fault;
use aisle_operations::products::{self, SaidBarcode};
use serde::Deserialize;

use super::face::VariantFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::{Part, Problem};

/// The contract's `VariantBarcodeInput`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BarcodeBody {
    barcode: String,
    #[serde(default)]
    is_default: bool,
}

impl From<BarcodeBody> for SaidBarcode {
    fn from(body: BarcodeBody) -> Self {
        Self { barcode: body.barcode, is_default: body.is_default }
    }
}

/// `POST /api/admin/v2/products/variants/{id}/barcodes`
pub(super) async fn add(call: Call) -> Result<Answer, Problem> {
    let id = call.path("id")?;
    let body: BarcodeBody = call.body()?;
    let added = products::add_barcode(&call.app, &call.caller, id, body.into()).await?;
    let face = VariantFace::of(&added.variant);
    Ok(if added.is_new { Answer::created(&face) } else { Answer::ok(&face) })
}

#[derive(Deserialize)]
struct Named {
    barcode: Option<String>,
}

/// `DELETE /api/admin/v2/products/variants/{id}/barcodes`: the query names the barcode, else the body.
pub(super) async fn remove(call: Call) -> Result<Answer, Problem> {
    let id = call.path("id")?;
    let (query, body): (Named, Named) = (call.query()?, call.body()?);
    let barcode = query.barcode.or(body.barcode);
    let missing = || Problem::Faults(Part::Query, vec![Fault::required("barcode")]);
    let barcode = barcode.ok_or_else(missing)?;
    let changed = products::remove_barcode(&call.app, &call.caller, id, &barcode).await?;
    Ok(Answer::ok(&VariantFace::of(&changed)))
}
