//! What third-party devices give out and staff hands over.

use aisle_model::{EventId, Moment, ShopperId, StoreId};
use aisle_operations::device_events::{self, DispensedProduct, NewDeviceEvent, Receipt, Reporter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Body {
    uuid: EventId,
    timestamp: i64,
    products: Vec<Product>,
    metadata: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    product_reference: String,
    quantity: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HandoffBody {
    #[serde(flatten)]
    event: Body,
    shopper_id: ShopperId,
}

impl Body {
    fn from(self, from: Reporter) -> NewDeviceEvent {
        let product = |said: Product| DispensedProduct { barcode: said.product_reference, quantity: said.quantity };
        NewDeviceEvent {
            id: self.uuid,
            from,
            happened_at: Moment::from_millis(self.timestamp.saturating_mul(1000)),
            products: self.products.into_iter().map(product).collect(),
            metadata: self.metadata,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptFace {
    uuid: String,
    source_id: String,
}

impl From<Receipt> for ReceiptFace {
    fn from(receipt: Receipt) -> Self {
        Self { uuid: receipt.id.to_string(), source_id: receipt.source }
    }
}

/// `POST /api/admin/v2/stores/{storeId}/thirdPartyDevices/{thirdPartyDeviceId}/events`
pub(super) async fn of_device(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let device = call.path("thirdPartyDeviceId").map(Reporter::Device)?;
    let body: Body = call.body()?;
    let receipt = device_events::report(&call.app, &call.caller, store, body.from(device)).await?;
    Ok(Answer::created(&ReceiptFace::from(receipt)))
}

/// `POST /api/admin/v2/stores/{storeId}/events/handoff`
pub(super) async fn of_handoff(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let HandoffBody { event, shopper_id } = call.body()?;
    let new = event.from(Reporter::Handoff(shopper_id));
    let receipt = device_events::report(&call.app, &call.caller, store, new).await?;
    Ok(Answer::created(&ReceiptFace::from(receipt)))
}

/// `DELETE /api/admin/v2/stores/{storeId}/thirdPartyDevices/{thirdPartyDeviceId}/events/{eventId}`
pub(super) async fn cancel(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let (device, event) = (call.path("thirdPartyDeviceId")?, call.path("eventId")?);
    device_events::cancel(&call.app, &call.caller, store, device, event).await?;
    Ok(Answer::no_content())
}
