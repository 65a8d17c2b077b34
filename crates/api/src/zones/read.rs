//! Reading zones.

use aisle_model::StoreId;
use aisle_model::floor_map::ZoneLabel;
use aisle_operations::zones;
use serde::Deserialize;

use super::face::ZoneFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    label: Vec<ZoneLabel>,
    include_geometry: bool,
}

/// `GET /api/admin/v2/stores/{storeId}/zones`
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let asked: Asked = call.query()?;
    let zones = zones::list(&call.app, &call.caller, store, asked.label).await?;
    let face = if asked.include_geometry { ZoneFace::drawn } else { ZoneFace::bare };
    Ok(Answer::ok(&zones.iter().map(face).collect::<Vec<_>>()))
}

/// `GET /api/admin/v2/stores/{storeId}/zones/{zoneId}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let zone = zones::find(&call.app, &call.caller, store, call.path("zoneId")?).await?;
    Ok(Answer::ok(&ZoneFace::drawn(&zone)))
}
