//! `GET /api/admin/v2/customers/{customerId}/entry-codes/{code}/qr.svg`, and the picture itself.

use aisle_model::{CustomerId, EntryCode};
use aisle_operations::entry_codes;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use qrcode::QrCode;
use qrcode::render::svg;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// Smallest edge of the picture, in pixels where it is not scaled.
const EDGE: u32 = 256;

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let customer = call.path("customerId")?;
    let code = call.path("code")?;
    drawn(&call, customer, code).await
}

/// The picture of a code of a customer.
pub(crate) async fn drawn(call: &Call, customer: CustomerId, code: EntryCode) -> Result<Answer, Problem> {
    let found = entry_codes::find(&call.app, &call.caller, customer, code).await?;
    let svg = picture(found.code.as_str()).map_err(|error| Problem::Internal(error.to_string()))?;
    let svg_type = HeaderValue::from_static("image/svg+xml");
    let no_store = HeaderValue::from_static("no-store");
    Ok(Answer::bytes(StatusCode::OK, svg_type, svg).header(CACHE_CONTROL, no_store))
}

/// Dark on light with the quiet zone that scanners need.
fn picture(code: &str) -> Result<String, qrcode::types::QrError> {
    let drawn = QrCode::new(code)?;
    let mut renderer = drawn.render::<svg::Color<'_>>();
    Ok(renderer.quiet_zone(true).min_dimensions(EDGE, EDGE).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_can_be_registered_can_be_drawn() {
        let longest = "~".repeat(255);
        for code in ["x", "c69bb289-1190-4156-b9f6-bfb7f61e85db", &longest] {
            let svg = picture(code).unwrap();
            assert!(svg.contains("<svg"), "{svg}");
        }
    }
}
