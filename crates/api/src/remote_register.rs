//! `POST /api/admin/v2/customers/remote-register` and
//! `POST /api/admin/v2/stores/{storeId}/check-in/{checkInDeviceId}/remote-register`

#[cfg(test)]
mod tests;

use aisle_model::{CheckInDeviceId, StoreId};
use aisle_operations::remote_register::{self, Registration, Screen};
use aisle_partners::bodies::RegistrationToken;
use serde::Deserialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] =
    &[route!("startRemoteRegistration", in_store), route!("startRemoteRegisterByDevice", by_device)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InStore {
    token: String,
    token_type: RegistrationToken,
    store_id: StoreId,
    check_in_device_id: Option<CheckInDeviceId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByDevice {
    token: String,
    token_type: RegistrationToken,
}

async fn in_store(call: Call) -> Result<Answer, Problem> {
    let body: InStore = call.body()?;
    let asked = Registration {
        token: body.token,
        kind: body.token_type,
        store: body.store_id,
        at: Screen::Any(body.check_in_device_id),
    };
    remote_register::start(&call.app, &call.caller, asked).await?;
    Ok(Answer::no_content())
}

async fn by_device(call: Call) -> Result<Answer, Problem> {
    let body: ByDevice = call.body()?;
    let asked = Registration {
        token: body.token,
        kind: body.token_type,
        store: call.path("storeId")?,
        at: Screen::Device(call.path("checkInDeviceId")?),
    };
    remote_register::start(&call.app, &call.caller, asked).await?;
    Ok(Answer::no_content())
}
