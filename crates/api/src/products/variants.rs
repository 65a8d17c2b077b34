//! One variant: made, read, changed, deleted.

use aisle_contract::Fault;
use aisle_operations::patch::Patch;
use aisle_operations::products::{self, NewVariant, SaidBarcode, VariantPatch, barcode_faults, picture_fault};
use serde::Deserialize;
use serde_json::Value;

use super::barcodes::BarcodeBody;
use super::face::VariantFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::customers::as_contract_fault;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateBody {
    name: String,
    weight: f64,
    barcodes: Vec<BarcodeBody>,
    thumbnail: String,
    invalid_thumbnail: Option<bool>,
    #[serde(default)]
    is_default: bool,
    external_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct UpdateBody {
    name: Option<String>,
    weight: Option<f64>,
    barcodes: Option<Vec<BarcodeBody>>,
    is_default: Option<bool>,
    thumbnail: Option<String>,
    invalid_thumbnail: Option<bool>,
    external_id: Patch<String>,
}

fn said(barcodes: Vec<BarcodeBody>) -> Vec<SaidBarcode> {
    barcodes.into_iter().map(SaidBarcode::from).collect()
}

impl From<CreateBody> for NewVariant {
    fn from(body: CreateBody) -> Self {
        Self {
            name: body.name,
            weight_grams: body.weight,
            barcodes: said(body.barcodes),
            thumbnail: body.thumbnail,
            invalid_thumbnail: body.invalid_thumbnail,
            is_default: body.is_default,
            external_id: body.external_id,
        }
    }
}

impl From<UpdateBody> for VariantPatch {
    fn from(body: UpdateBody) -> Self {
        Self {
            name: body.name,
            weight_grams: body.weight,
            barcodes: body.barcodes.map(said),
            is_default: body.is_default,
            thumbnail: body.thumbnail,
            invalid_thumbnail: body.invalid_thumbnail,
            external_id: body.external_id,
        }
    }
}

/// What is wrong with a variant that no schema can say.
pub(super) fn limits(body: &Value) -> Vec<Fault> {
    let barcodes = body["barcodes"].as_array().map_or(&[][..], Vec::as_slice);
    // What is no barcode at all is the schema's to find; it must only not look like another one.
    let said: Vec<SaidBarcode> = barcodes
        .iter()
        .enumerate()
        .map(|(place, one)| SaidBarcode {
            barcode: one["barcode"].as_str().map_or_else(|| format!("\0{place}"), str::to_owned),
            is_default: one["isDefault"].as_bool().unwrap_or(false),
        })
        .collect();
    let picture = picture_fault(body["thumbnail"].as_str(), !body["invalidThumbnail"].is_null());
    let faults = barcode_faults(&said).into_iter().chain(picture);
    faults.map(|fault| as_contract_fault(&fault)).collect()
}

/// `POST /api/admin/v2/products/{productId}/variants`
pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let product = call.path("productId")?;
    let body: CreateBody = call.body()?;
    let made = products::create_variant(&call.app, &call.caller, product, body.into()).await?;
    Ok(Answer::created(&VariantFace::of(&made)))
}

/// `GET /api/admin/v2/products/{productId}/variants/default`
pub(super) async fn get_default(call: Call) -> Result<Answer, Problem> {
    let found = products::default_variant(&call.app, &call.caller, call.path("productId")?).await?;
    Ok(Answer::ok(&VariantFace::of(&found)))
}

/// `GET /api/admin/v2/products/variants/{id}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let found = products::get_variant(&call.app, &call.caller, call.path("id")?).await?;
    Ok(Answer::ok(&VariantFace::of(&found)))
}

/// `PATCH /api/admin/v2/products/variants/{id}`
pub(super) async fn update(call: Call) -> Result<Answer, Problem> {
    let id = call.path("id")?;
    let body: UpdateBody = call.body()?;
    let changed = products::update_variant(&call.app, &call.caller, id, body.into()).await?;
    Ok(Answer::ok(&VariantFace::of(&changed)))
}

/// `DELETE /api/admin/v2/products/variants/{id}`
pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    products::delete_variant(&call.app, &call.caller, call.path("id")?).await?;
    Ok(Answer::no_content())
}
