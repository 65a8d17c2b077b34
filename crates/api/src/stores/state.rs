//! Status, occupancy and clock of a store.

use aisle_model::StoreId;
use aisle_model::store::{DeploymentStatus, StoreStatus};
use aisle_operations::stores::{self, Store, StoreEdit};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusUpdate {
    status: Option<StoreStatus>,
    employee_inside: Option<bool>,
    deployment_status: Option<DeploymentStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusFace {
    status: StoreStatus,
    employee_inside: bool,
    deployment_status: DeploymentStatus,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OccupancyFace {
    count: i64,
    customers: i64,
    visitors: i64,
    employees: i64,
    testers: i64,
    reserved: i64,
    max_people: Option<i64>,
    as_of: String,
}

#[derive(Deserialize)]
struct ClockUpdate {
    at: SaidMoment,
    rate: f64,
}

#[derive(Serialize)]
struct ClockFace {
    at: String,
    rate: f64,
}

fn status_answer(store: &Store) -> Answer {
    Answer::ok(&StatusFace {
        status: store.status,
        employee_inside: store.employee_inside,
        deployment_status: store.deployment_status,
    })
}

/// `GET /api/admin/v2/stores/{storeId}/status`
pub(super) async fn get_status(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let store = stores::find(&call.app, &call.caller, id).await?;
    Ok(status_answer(&store))
}

/// `PATCH /api/admin/v2/stores/{storeId}/status`
pub(super) async fn set_status(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let body: StatusUpdate = call.body()?;
    let edit = StoreEdit {
        status: body.status,
        employee_inside: body.employee_inside,
        deployment_status: body.deployment_status,
        ..StoreEdit::default()
    };
    let store = stores::update(&call.app, &call.caller, id, edit).await?;
    Ok(status_answer(&store))
}

/// How many people are inside.
pub(super) async fn count_people(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let (store, inside) = stores::occupancy(&call.app, &call.caller, id).await?;
    Ok(Answer::ok(&OccupancyFace {
        count: inside.inside(),
        customers: inside.customers,
        visitors: inside.visitors,
        employees: inside.employees,
        testers: inside.testers,
        reserved: inside.reserved,
        max_people: store.max_people,
        as_of: store.now(call.app.clock.now()).to_string(),
    }))
}

/// `PUT /api/store/v1/stores/{storeId}/clock`
pub(super) async fn set_clock(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let ClockUpdate { at, rate } = call.body()?;
    let store = stores::set_clock(&call.app, &call.caller, id, at.0, rate).await?;
    let at = store.now(call.app.clock.now()).to_string();
    Ok(Answer::ok(&ClockFace { at, rate }))
}
