//! `POST /api/admin/v2/products`

use aisle_operations::products;

use super::body::Body;
use super::face::ProductFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let made = products::create(&call.app, &call.caller, body.into()).await?;
    Ok(Answer::created(&ProductFace::of(&made)?))
}
