//! `POST /realms/{realm}/protocol/openid-connect/token`: OAuth 2.0 client credentials, in the words of RFC 6749.
//!
//! Apart from the other operations because its body is a form, its errors are the RFC's (5.2), and nothing that is known
//! stands in front of it.

use std::net::IpAddr;
use std::sync::Arc;

use aisle_operations::access::client_credentials::{self, Denied, LIFETIME_SECONDS};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::answer::Answer;
use crate::layers::RequestId;
use crate::problem::Problem;
use crate::{Server, body, limits};

const REALM: &str = "aisle";
const FORM: &str = "application/x-www-form-urlencoded";

/// An error of the RFC, or one of ours where no OAuth client reads the body.
enum Refused {
    OAuth { status: StatusCode, error: &'static str, description: String },
    Ours(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Ours(problem)
    }
}

/// What the form and the `Authorization` header say.
struct Asked {
    client_id: String,
    client_secret: String,
    scope: Option<String>,
}

pub(crate) async fn token(State(server): State<Arc<Server>>, Path(realm): Path<String>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    let address = limits::address(&server.options.proxies, request.headers(), request.extensions());
    let spent = server.budgets.as_ref().map(|budgets| budgets.of_address(address));
    let asked = async {
        spent.map_or(Ok(()), |spent| spent.refusal())?;
        answer(&server, &realm, address, request).await
    };
    let answered = tokio::time::timeout(server.options.deadline, asked).await;
    let late = || Err(Problem::Unavailable("the token endpoint took longer than its deadline".to_owned()).into());
    let answer = match answered.unwrap_or_else(|_| late()) {
        Ok(answer) => answer,
        Err(Refused::Ours(problem)) => problem.into_answer(&id),
        Err(Refused::OAuth { status, error, description }) => {
            let answer = Answer::json(status, &json!({"error": error, "error_description": description}));
            if status == StatusCode::UNAUTHORIZED {
                answer.header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"aisle\""))
            } else {
                answer
            }
        }
    };
    let answer = match spent {
        Some(spent) => spent.told(answer),
        None => answer,
    };
    answer.header(CACHE_CONTROL, HeaderValue::from_static("no-store")).into_response(false)
}

async fn answer(server: &Server, realm: &str, address: Option<IpAddr>, request: Request) -> Result<Answer, Refused> {
    if realm != REALM && !server.options.realms.iter().any(|alias| alias == realm) {
        return Err(Problem::not_found("Realm").into());
    }
    if request.method() != Method::POST {
        return Err(Problem::MethodNotAllowed("POST".to_owned()).into());
    }
    let (parts, body) = request.into_parts();
    let bytes = body::read(body, &parts.headers, server.options.body_limit).await?;
    let is_form = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|said| said.to_str().ok())
        .is_some_and(|said| said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM));
    if !is_form {
        return Err(Problem::UnsupportedMediaType(FORM.to_owned()).into());
    }
    let asked = read(&parts.headers, &bytes)?;
    granted(server, address, asked).await
}

async fn granted(server: &Server, address: Option<IpAddr>, asked: Asked) -> Result<Answer, Refused> {
    let client = (asked.client_id.clone(), address);
    if let Some(seconds) = server.throttle.wait(&client, server.app.clock.now()) {
        return Err(Problem::RateLimited { seconds, status: server.options.rate_limited_status }.into());
    }
    let Asked { client_id, client_secret, scope } = asked;
    let granted = client_credentials::grant(&server.app, &client_id, &client_secret, scope.as_deref());
    match granted.await.map_err(Problem::from)? {
        Ok(granted) => {
            let scopes: Vec<&str> = granted.scopes.iter().map(|scope| scope.as_str()).collect();
            Ok(Answer::ok(&json!({
                "access_token": granted.token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS,
                "scope": scopes.join(" "),
            })))
        }
        Err(Denied::Scope(scope)) => Err(bad("invalid_scope", format!("The application does not have {scope}"))),
        Err(Denied::Client) => {
            server.throttle.failed(client, server.app.clock.now());
            Err(invalid_client())
        }
    }
}

/// The RFC's order: a malformed request, then the client, then the grant. The client's secret is judged later.
fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<Asked, Refused> {
    let invalid = |description: &str| bad("invalid_request", description.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| invalid("The form is not UTF-8"))?;
    let mut fields: [(&str, Option<String>); 4] =
        [("grant_type", None), ("client_id", None), ("client_secret", None), ("scope", None)];
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let Some((_, field)) = fields.iter_mut().find(|(known, _)| *known == name) else {
            continue;
        };
        if field.replace(value.into_owned()).is_some() {
            return Err(invalid(&format!("{name} is given more than once")));
        }
    }
    let [(_, grant_type), (_, client_id), (_, client_secret), (_, scope)] = fields;
    let basic = headers.get(AUTHORIZATION).map(|value| basic(value).ok_or_else(invalid_client)).transpose()?;
    let (client_id, client_secret) = match (basic, client_id, client_secret) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            return Err(invalid("The client is named by form and by Basic"));
        }
        (Some((id, secret)), None, None) | (None, Some(id), Some(secret)) => (id, secret),
        (None, None, _) => return Err(invalid("client_id is missing")),
        (None, Some(_), None) => return Err(invalid("client_secret is missing")),
    };
    match grant_type.as_deref() {
        Some("client_credentials") => {}
        None | Some("") => return Err(invalid("grant_type is missing")),
        Some(_) => {
            return Err(bad("unsupported_grant_type", "Only client_credentials is supported".to_owned()));
        }
    }
    let fits = |text: &str, most: usize| text.chars().count() <= most;
    if !fits(&client_id, 255) || !fits(&client_secret, 255) || !scope.as_deref().is_none_or(|scope| fits(scope, 2048)) {
        return Err(invalid("A field is too long"));
    }
    Ok(Asked { client_id, client_secret, scope })
}

/// Id and secret of `Authorization: Basic`; RFC 6749 2.3.1 has both form-encoded before.
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decoded(id)?, decoded(secret)?))
}

fn decoded(text: &str) -> Option<String> {
    let pair = format!("x={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
}

fn bad(error: &'static str, description: String) -> Refused {
    Refused::OAuth { status: StatusCode::BAD_REQUEST, error, description }
}

fn invalid_client() -> Refused {
    Refused::OAuth {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_client",
        description: "Client authentication failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_decoded_as_the_rfc_says() {
        let read = |text: &str| {
            let header = format!("Basic {}", STANDARD.encode(text));
            basic(&HeaderValue::from_str(&header).unwrap())
        };
        assert_eq!(read("id:s3cret"), Some(("id".to_owned(), "s3cret".to_owned())));
        assert_eq!(read("a%3Ab:x+y%26z&"), Some(("a:b".to_owned(), "x y&z&".to_owned())));
        assert_eq!(read("no colon"), None);
        assert_eq!(basic(&HeaderValue::from_static("Bearer x")), None);
    }
}
