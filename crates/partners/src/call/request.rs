//! The request as it goes over the wire.

use super::Call;
use crate::Target;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_TYPE, COOKIE, EXPECT, HOST, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;

/// May a setting not send this header of its own? Reserved is what the client or the signature
/// sets, and what would change how the message is framed or who is taken to send it.
pub fn header_is_reserved(name: &HeaderName) -> bool {
    belongs_to_transport(name)
        || [ACCEPT, ACCEPT_ENCODING, USER_AGENT, AUTHORIZATION].contains(name)
        || name.as_str().starts_with("webhook-")
}

fn belongs_to_transport(name: &HeaderName) -> bool {
    [HOST, COOKIE, TRANSFER_ENCODING, CONNECTION, UPGRADE, TE, TRAILER, EXPECT].contains(name)
        || name.as_str() == "keep-alive"
        || name.as_str().starts_with("content-")
        || name.as_str().starts_with("proxy-")
}

pub(super) fn build_request(call: &Call, target: &Target) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(call.body.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from(target.path.clone());
    let headers = request.headers_mut();
    for (name, value) in &call.headers {
        if !belongs_to_transport(name) {
            headers.append(name, value.clone());
        }
    }
    let host =
        HeaderValue::from_str(target.authority.as_str()).expect("an authority is made of visible ASCII characters");
    headers.insert(HOST, host);
    for (name, value) in [
        (CONTENT_TYPE, "application/json"),
        (ACCEPT, "application/json"),
        (ACCEPT_ENCODING, "identity"),
        (USER_AGENT, "Aisle-Webhooks/2"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    request
}
