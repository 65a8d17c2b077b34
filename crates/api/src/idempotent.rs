//! Which requests carry an `Idempotency-Key`, and how their answers are kept and given again.

use aisle_contract::Operation;
use aisle_operations::Caller;
use aisle_operations::idempotency::{RequestName, Turn};
use aisle_operations::once::Once;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Server;
use crate::answer::{Answer, KeptAnswer};
use crate::problem::Problem;

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The name of a request, when its operation takes a key and it carries a good one. A bad one is found with the headers.
pub(crate) fn name(
    operation: &Operation,
    caller: &Caller,
    uri: &Uri,
    headers: &http::HeaderMap,
) -> Option<RequestName> {
    if !takes_key(operation) {
        return None;
    }
    let key = headers.get(KEY)?.to_str().ok()?;
    (1..=255).contains(&key.len()).then(|| RequestName {
        credential: caller.credential.clone(),
        method: operation.method.to_string(),
        path: uri.path().to_owned(),
        key: key.to_owned(),
    })
}

/// Their answers hold tokens, or must not tell whether there is anything to repeat.
const NEVER_KEPT: [&str; 4] =
    ["loginAppCustomer", "refreshAppToken", "startAppPasswordReset", "verifyAppPasswordReset"];

/// POST and PUT of the Admin and the Customer API, and what else documents the header.
fn takes_key(operation: &Operation) -> bool {
    let changes = matches!(&*operation.method, "POST" | "PUT");
    let prefixes = ["/api/admin/", "/api/customer/"];
    let by_path = prefixes.iter().any(|prefix| operation.path.starts_with(prefix));
    let documented = || operation.parameters.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(KEY));
    changes && (by_path || documented()) && !NEVER_KEPT.contains(&&*operation.id)
}

/// Claims the key, or finds the answer.
pub(crate) async fn begin(
    server: &Server,
    name: &RequestName,
    uri: &Uri,
    body: &Value,
) -> Result<Result<Once, Answer>, Problem> {
    match server.idempotency.begin(&server.app, name, request_hash(uri, body)).await? {
        Turn::Run(once) => Ok(Ok(once)),
        Turn::Mismatch => Err(Problem::IdempotencyMismatch),
        Turn::Gone => Err(Problem::not_found("Customer")),
        Turn::Replay(plain) => {
            let kept: Option<KeptAnswer> = serde_json::from_slice(&plain).ok();
            let answer = kept.and_then(Answer::again);
            let answer = answer.ok_or_else(|| Problem::Internal("a kept answer is damaged".to_owned()))?;
            Ok(Err(answer.header(REPLAYED, HeaderValue::from_static("true"))))
        }
    }
}

/// Keeps the answer. When that fails the answer is given all the same: the effect is there, and a repeat finds its outcome.
pub(crate) async fn settle(
    server: &Server,
    once: Once,
    status: StatusCode,
    kept: Option<KeptAnswer>,
    request_id: &str,
) {
    let kept = kept.map(|kept| serde_json::to_vec(&kept).expect("texts and bytes are JSON"));
    let settled = server.idempotency.settle(&server.app, once, status.as_u16(), kept);
    if let Err(failure) = settled.await {
        tracing::warn!(request_id, %failure, "an idempotent answer was not kept");
    }
}

/// The same for requests that mean the same: the order of keys does not count.
fn request_hash(uri: &Uri, body: &Value) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(uri.query().unwrap_or_default());
    hash.update([0]);
    add(&mut hash, body);
    hash.finalize().into()
}

fn add(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Array(items) => {
            hash.update([b'[']);
            for item in items {
                add(hash, item);
                hash.update(b",");
            }
            hash.update([b']']);
        }
        Value::Object(map) => {
            let mut names: Vec<&String> = map.keys().collect();
            names.sort();
            hash.update([b'{']);
            for name in names {
                add(hash, &Value::String(name.clone()));
                add(hash, &map[name]);
                hash.update(b",");
            }
            hash.update([b'}']);
        }
        plain => hash.update(plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_that_mean_the_same_have_one_hash() {
        let uri = Uri::from_static("/a?x=1");
        let hash = |text: &str| request_hash(&uri, &serde_json::from_str(text).unwrap());
        assert_eq!(hash(r#"{"a":1,"b":[true,null]}"#), hash(r#" {"b":[true, null], "a":1}"#));
        let different = [json!({}), json!([]), json!({"a": 1}), json!({"a": "1"}), json!([[1], 2]), json!([1, [2]])];
        for (place, one) in different.iter().enumerate() {
            for other in &different[..place] {
                assert_ne!(request_hash(&uri, one), request_hash(&uri, other), "{one} {other}");
            }
        }
        assert_ne!(hash("{}"), request_hash(&Uri::from_static("/a?x=2"), &json!({})));
    }
}
