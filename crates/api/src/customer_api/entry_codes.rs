//! `POST /api/customer/v2/entry-codes`, and a picture of what it made.

use aisle_model::{EntryCode, SessionToken};
use aisle_operations::entry_codes;
use aisle_partners::bodies::Printed;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::entry_codes::qr::drawn;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    group_size: Option<i64>,
}

/// The contract's `AppEntryCode`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AppEntryCodeFace {
    verification_code: EntryCode,
    session_id: SessionToken,
    expires_at: Option<Printed>,
}

pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let customer = call.caller.logged_in()?.customer;
    let body: Body = call.body()?;
    let trip = entry_codes::create_own(&call.app, &call.caller, customer, body.group_size).await?;
    let expires_at = trip.expires_at.map(Into::into);
    Ok(Answer::created(&AppEntryCodeFace { verification_code: trip.code, session_id: trip.token, expires_at }))
}

/// `GET /api/customer/v2/entry-codes/{code}/qr.svg`
pub(super) async fn qr(call: Call) -> Result<Answer, Problem> {
    let customer = call.caller.logged_in()?.customer;
    let code = call.path("code")?;
    drawn(&call, customer, code).await
}

#[cfg(test)]
mod tests {
    use aisle_database::testing::on_both_databases;
    use aisle_model::{CustomerId, Millis};
    use serde_json::{Value, json};

    use crate::testing::Api;

    const CODES: &str = "/api/customer/v2/entry-codes";

    async fn shopper(api: &Api) -> (i64, String) {
        let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
        let id = made.json["id"].as_i64().unwrap();
        (id, api.app_token(CustomerId(id)).await)
    }

    #[tokio::test]
    async fn a_customer_gets_a_code_and_its_picture() {
        on_both_databases(async |database| {
            let api = Api::over(database).await;
            let ((ada, app), (_, other)) = (shopper(&api).await, shopper(&api).await);
            let made = api.ask_as(&app, "POST", CODES, json!({"groupSize": "2"})).await;
            assert_eq!(
                (made.status, &made.json["expiresAt"]),
                (201, &json!("2023-11-15T22:13:20.000Z")),
                "{}",
                made.text
            );
            let uri = format!("/api/admin/v2/sessions?customerId={ada}");
            let trip = &api.ask("GET", &uri, Value::Null).await.json["data"][0];
            assert_eq!((&trip["sessionId"], &trip["code"]), (&made.json["sessionId"], &made.json["verificationCode"]));
            assert_eq!((&trip["groupSize"], &trip["status"]), (&json!(2), &json!("pending")));
            let picture = format!("{CODES}/{}/qr.svg", made.json["verificationCode"].as_str().unwrap());
            let drawn = api.ask_as(&app, "GET", &picture, Value::Null).await;
            assert!(drawn.status == 200 && drawn.text.contains("<svg"), "{}", drawn.text);
            assert_eq!(api.ask_as(&other, "GET", &picture, Value::Null).await.status, 404);
            assert_eq!(api.ask_as(&app, "POST", CODES, Value::Null).await.status, 201, "no body is needed");
            for wrong in [json!({"groupSize": -1}), json!({"groupSize": 1001}), json!({"groupSize": 1.5}), json!([])] {
                let refused = api.ask_as(&app, "POST", CODES, wrong.clone()).await;
                assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_BODY")), "{wrong}");
            }
            let trips = api.ask("GET", &uri, Value::Null).await.json;
            assert_eq!(trips["data"].as_array().unwrap().len(), 2);
        })
        .await;
    }

    #[tokio::test]
    async fn thirty_codes_in_ten_minutes_are_enough() {
        on_both_databases(async |database| {
            let api = Api::over(database).await;
            let ((_, app), (_, other)) = (shopper(&api).await, shopper(&api).await);
            let ask = async |token: &str| api.ask_as(token, "POST", CODES, Value::Null).await;
            for _ in 0..30 {
                assert_eq!(ask(&app).await.status, 201);
                api.app.clock.advance(Millis(1000));
            }
            let refused = ask(&app).await;
            assert_eq!((refused.status, &refused.json["type"]), (503, &json!("E_RATE_LIMITED")));
            assert_eq!(refused.headers["retry-after"], "571");
            assert_eq!(ask(&other).await.status, 201, "another customer's count is another");
            api.app.clock.advance(Millis(570_000));
            assert_eq!((ask(&app).await.status, ask(&app).await.status), (201, 503));
        })
        .await;
    }
}
