//! `GET /api/admin/v2/customers/{customerId}/export`
//!
//! One line for each thing that is known, made while it is sent. The last line says how many there were: an answer without
//! it broke off.

use aisle_model::CustomerId;
use aisle_operations::customers::{self, Known, Place};
use aisle_operations::notices::faces;
use aisle_partners::bodies::Printed;
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::face::CustomerFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::orders::face::OrderFace;
use crate::problem::Problem;
use crate::shoppers::ShopperFace;

/// Telling under way.
struct Telling {
    call: Call,
    customer: CustomerId,
    place: Place,
    lines: u64,
}

/// All that is known.
pub(super) async fn handle(call: Call) -> Result<Answer, Problem> {
    let customer = call.path("customerId").map(CustomerId)?;
    let mut telling = Telling { call, customer, place: Place::Beginning, lines: 0 };
    // The first part is read before the answer begins, so that a customer of somebody else is a 404.
    let (first, _) = telling.next().await?;
    let rest = stream::unfold(Some(telling), |telling| async move {
        let mut telling = telling?;
        match telling.next().await {
            Ok((text, goes_on)) => Some((Ok(text), goes_on.then_some(telling))),
            Err(problem) => {
                tracing::warn!(?problem, "the export of a customer broke off");
                Some((Err("the export broke off"), None))
            }
        }
    });
    let body = futures::StreamExt::chain(stream::iter([Ok(first)]), rest);
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    Ok(Answer::streamed(StatusCode::OK, ndjson, Body::from_stream(body)))
}

impl Telling {
    /// The next lines, and whether there are more.
    async fn next(&mut self) -> Result<(Bytes, bool), Problem> {
        let (app, caller) = (&self.call.app, &self.call.caller);
        let (known, next) = customers::export(app, caller, self.customer, self.place.clone()).await?;
        let mut text = Vec::new();
        for known in known {
            self.lines += 1;
            line(&mut text, &shown(known)?)?;
        }
        let Some(next) = next else {
            line(&mut text, &json!({"kind": "end", "data": {"lines": self.lines}}))?;
            return Ok((text.into(), false));
        };
        self.place = next;
        Ok((text.into(), true))
    }
}

fn line(text: &mut Vec<u8>, value: &Value) -> Result<(), Problem> {
    serde_json::to_writer(&mut *text, value).map_err(broken)?;
    text.push(b'\n');
    Ok(())
}

fn shown(known: Known) -> Result<Value, Problem> {
    let (kind, data) = match known {
        Known::Customer(customer) => ("customer", serde_json::to_value(CustomerFace::of(&customer, true))),
        Known::Trip(session) => ("session", serde_json::to_value(faces::session(&session))),
        Known::Person(view) => ("shopper", serde_json::to_value(ShopperFace::from(*view))),
        Known::Order(view) => ("order", serde_json::to_value(OrderFace::of(&view))),
        Known::Message(message) => {
            let body: Value = serde_json::from_slice(&message.body).map_err(broken)?;
            let issued_at = Printed::from(message.issued_at);
            ("message", Ok(json!({"webhook": message.name, "issuedAt": issued_at, "body": body})))
        }
        Known::Answer(answered) => {
            let at = Printed::from(answered.created_at);
            let (status, answer) = (answered.http_status, answered.answer);
            let data = json!({"webhook": answered.name, "answeredAt": at, "httpStatus": status, "answer": answer});
            ("answer", Ok(data))
        }
    };
    Ok(json!({"kind": kind, "data": data.map_err(broken)?}))
}

fn broken(error: serde_json::Error) -> Problem {
    Problem::Internal(error.to_string())
}
