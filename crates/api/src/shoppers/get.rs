//! `GET /api/admin/v2/stores/{storeId}/shoppers/{shopperId}`

use aisle_operations::shoppers;

use super::face::ShopperFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let (store, shopper) = (call.path("storeId")?, call.path("shopperId")?);
    let view = shoppers::read(&call.app, &call.caller, store, shopper).await?;
    Ok(Answer::ok(&ShopperFace::from(view)))
}
