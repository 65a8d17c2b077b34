//! Reading devices.

use aisle_model::StoreId;
use aisle_operations::check_in_devices;

use super::face::DeviceFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// `GET /api/admin/v2/stores/{storeId}/check-in`
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let devices = check_in_devices::list(&call.app, &call.caller, store).await?;
    Ok(Answer::ok(&devices.iter().map(DeviceFace::of).collect::<Vec<_>>()))
}

/// `GET /api/admin/v2/stores/{storeId}/check-in/{checkInDeviceId}`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let id = call.path("checkInDeviceId")?;
    let device = check_in_devices::find(&call.app, &call.caller, store, id).await?;
    Ok(Answer::ok(&DeviceFace::of(&device)))
}
