//! `PUT /v1/events`

use aisle_model::{EventId, Moment};
use aisle_operations::device_events::{self, DispensedProduct, MachineEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    uuid: EventId,
    source_id: String,
    timestamp: SaidTime,
    status: Status,
    #[serde(default)]
    products: Vec<Product>,
    metadata: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SaidTime {
    Seconds(f64),
    Moment(SaidMoment),
}

impl From<SaidTime> for Moment {
    #[allow(clippy::cast_possible_truncation, reason = "a saturating float cast, held within the printable years")]
    fn from(said: SaidTime) -> Self {
        match said {
            SaidTime::Seconds(seconds) => Self::from_micros((seconds * 1_000_000.0).round() as i64),
            SaidTime::Moment(said) => said.0,
        }
    }
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
enum Status {
    Confirmed,
    Cancelled,
}

#[derive(Deserialize)]
struct Product {
    id: String,
    quantity: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptFace {
    uuid: String,
    source_id: String,
    status: Status,
}

/// Keeps, repeats or cancels an event of a vendor's machine.
pub(super) async fn put(call: Call) -> Result<Answer, Problem> {
    let body: Body = call.body()?;
    let product = |said: Product| DispensedProduct { barcode: said.id, quantity: said.quantity };
    let event = MachineEvent {
        id: body.uuid,
        source: body.source_id,
        happened_at: body.timestamp.into(),
        is_cancelled: body.status == Status::Cancelled,
        products: body.products.into_iter().map(product).collect(),
        metadata: body.metadata,
    };
    let receipt = device_events::put_machine_event(&call.app, &call.caller, event).await?;
    let status = if receipt.is_cancelled { Status::Cancelled } else { Status::Confirmed };
    Ok(Answer::ok(&ReceiptFace { uuid: receipt.id.to_string(), source_id: receipt.source, status }))
}
