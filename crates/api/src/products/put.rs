//! `PUT /api/admin/v2/products/{id}` and `PUT /api/admin/v2/products`

use aisle_operations::products::{self, Upserted};

use super::body::Body;
use super::face::ProductFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(super) async fn by_id(call: Call) -> Result<Answer, Problem> {
    let id = call.path("id")?;
    let body: Body = call.body()?;
    let done = products::upsert(&call.app, &call.caller, id, body.into()).await?;
    answer(&done)
}

pub(super) async fn by_external_id(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let done = products::upsert_by_external_id(&call.app, &call.caller, body.into()).await?;
    answer(&done)
}

fn answer(done: &Upserted) -> Result<Answer, Problem> {
    let face = ProductFace::of(&done.product)?;
    Ok(if done.is_new { Answer::created(&face) } else { Answer::ok(&face) })
}
