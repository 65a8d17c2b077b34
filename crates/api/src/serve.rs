//! The path of a request: judged in the contract's order, then carried out.
//!
//! 405, 401, the rate limit of whoever asks, 403, then 413/415/400, replay by `Idempotency-Key`, 422 (path, headers, query, body), 404 and 409. The whole
//! is one future under a deadline. When the client hangs up it is dropped; a change that was begun is a task of its own and
//! runs to its end.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, OnceLock};

use aisle_contract::{Fault, Operation, TokenKind};
use aisle_model::access::{ApiKeyKind, Scope};
use aisle_operations::Caller;
use aisle_operations::access::{Bearer, BearerKind, simulated_store};
use aisle_operations::accounts::logins;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures::FutureExt;
use http::header::{ALLOW, AUTHORIZATION};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::call::Call;
use crate::layers::RequestId;
use crate::limits::{self, Spent};
use crate::problem::{Part, Problem};
use crate::route::{Deadline, Reading, Route};
use crate::{Server, body, idempotent, unstorable, whose};

/// The methods of one path.
#[derive(Clone)]
pub(crate) struct Dispatch {
    server: Arc<Server>,
    methods: Arc<[(Method, &'static Route, &'static Operation)]>,
    allowed: Arc<str>,
}

impl Dispatch {
    pub(crate) fn new(server: Arc<Server>, routes: Vec<(&'static Route, &'static Operation)>) -> Self {
        let methods: Vec<(Method, &'static Route, &'static Operation)> = routes
            .into_iter()
            .map(|(route, operation)| {
                let method = operation.method.parse().expect("the contract names methods of HTTP");
                (method, route, operation)
            })
            .collect();
        let mut allowed: Vec<&str> = methods.iter().map(|(method, ..)| method.as_str()).collect();
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        allowed.push("OPTIONS");
        Self { server, allowed: allowed.join(", ").into(), methods: methods.into() }
    }

    fn find(&self, method: &Method) -> Option<(&'static Route, &'static Operation)> {
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        let found = self.methods.iter().find(|(method, ..)| method == wanted);
        found.map(|(_, route, operation)| (*route, *operation))
    }
}

/// Everything of a request that its judgement needs.
struct Asked<'s> {
    server: &'s Server,
    route: &'static Route,
    operation: &'static Operation,
    request_id: &'s str,
    /// What it took from the budget of whoever asks.
    spent: &'s OnceLock<Spent>,
    parts: Parts,
}

/// The one handler of every path of the contract.
pub(crate) async fn serve(State(dispatch): State<Dispatch>, request: Request) -> Response {
    let request_id = RequestId::of(request.extensions());
    let is_head = request.method() == Method::HEAD;
    let spent = OnceLock::new();
    let answer = match dispatch.find(request.method()) {
        Some((route, operation)) => {
            let (parts, body) = request.into_parts();
            let server = &*dispatch.server;
            let asked = Asked { server, route, operation, request_id: &request_id, spent: &spent, parts };
            bounded(asked, body).await
        }
        None if request.method() == Method::OPTIONS => {
            let allowed = HeaderValue::from_str(&dispatch.allowed).expect("methods are header text");
            Ok(Answer::empty(StatusCode::NO_CONTENT).header(ALLOW, allowed))
        }
        None => Err(Problem::MethodNotAllowed(dispatch.allowed.to_string())),
    };
    let answer = answer.unwrap_or_else(|problem| problem.into_answer(&request_id));
    let answer = match spent.get() {
        Some(spent) => spent.told(answer),
        None => answer,
    };
    answer.into_response(is_head)
}

/// Under the deadline, and with panics caught.
async fn bounded(asked: Asked<'_>, body: Body) -> Result<Answer, Problem> {
    let deadline = match asked.route.deadline {
        Deadline::Usual => Some(asked.server.options.deadline),
        Deadline::Within(deadline) => Some(deadline),
        Deadline::Own => None,
    };
    let id = asked.route.id;
    let answered = AssertUnwindSafe(judged(asked, body)).catch_unwind();
    let answered = match deadline {
        Some(deadline) => tokio::time::timeout(deadline, answered).await,
        None => Ok(answered.await),
    };
    match answered {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => Err(Problem::Internal(format!("{id} panicked: {}", message(&*panic)))),
        Err(_) => Err(Problem::Late(format!("{id} took longer than its deadline"))),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

async fn judged(mut asked: Asked<'_>, body: Body) -> Result<Answer, Problem> {
    let caller = caller(&asked).await?;
    let params = RawPathParams::from_request_parts(&mut asked.parts, &()).await;
    let (raw, json, stream) = asked.read(body).await?;
    let uri = asked.parts.uri.clone();
    let (server, request_id, route) = (asked.server, asked.request_id, asked.route);
    let named = caller.as_ref().ok().and_then(|caller| {
        let name = idempotent::name(asked.operation, caller, &uri, &asked.parts.headers)?;
        Some((caller.clone(), name))
    });
    let Some((caller, name)) = named else {
        let call = asked.call(caller, params.ok(), raw, json, stream)?;
        return carried_out(call, route).await;
    };
    let once = match idempotent::begin(server, &name, &uri, &json).await? {
        Ok(once) => once,
        Err(kept) => return Ok(kept),
    };
    let caller = Caller { once: Some(once.clone()), ..caller };
    let answer = match asked.call(Ok(caller), params.ok(), raw, json, stream) {
        Ok(call) => carried_out(call, route).await,
        Err(problem) => Err(problem),
    };
    let answer = answer.unwrap_or_else(|problem| problem.into_answer(request_id));
    idempotent::settle(server, once, answer.status(), answer.keep(), request_id).await;
    Ok(answer)
}

/// Who asks. Inside, for a request that takes no token: what its headers lack to tell whose shop it is for.
async fn caller(asked: &Asked<'_>) -> Result<Result<Caller, Fault>, Problem> {
    if asked.operation.token == TokenKind::None {
        asked.spend(None)?;
        let Server { app, options, .. } = asked.server;
        return whose::nobody(app, options, &asked.parts).await;
    }
    let bearer = authenticated(asked).await;
    asked.spend(bearer.as_deref().ok())?;
    authorised(asked.operation, &*bearer?).map(Ok)
}

async fn authenticated(asked: &Asked<'_>) -> Result<Arc<Bearer>, Problem> {
    let token = bearer_token(&asked.parts.headers).ok_or(Problem::Unauthorized)?;
    let bearer = asked.server.tokens.bearer(&asked.server.app, token).await?;
    if bearer.is_none() && asked.route.notices_theft {
        logins::exchange(&asked.server.app, token).await?;
    }
    bearer.ok_or(Problem::Unauthorized)
}

/// What stands behind `Authorization: Bearer`.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The kind of token and its scope. A Development token may stand in for the store's own (which store, is looked at later).
fn authorised(operation: &Operation, bearer: &Bearer) -> Result<Caller, Problem> {
    let caller = &bearer.caller;
    let wanted = match operation.token {
        TokenKind::Retailer => BearerKind::Key(ApiKeyKind::Retailer),
        TokenKind::Store => BearerKind::Key(ApiKeyKind::Store),
        TokenKind::Vendor => BearerKind::Key(ApiKeyKind::Vendor),
        TokenKind::Customer => BearerKind::Customer,
        TokenKind::None => return Ok(caller.clone()),
    };
    if simulates(operation, caller) {
        return Ok(caller.clone());
    }
    if bearer.kind != wanted && operation.token == TokenKind::Customer {
        // The Customer API knows no 403: whoever is no customer is nobody there.
        return Err(Problem::Unauthorized);
    }
    if bearer.kind != wanted {
        return Err(Problem::Forbidden(format!("This operation takes a {wanted} token")));
    }
    match operation.scope.as_deref() {
        Some(scope) if !caller.scopes.iter().any(|held| held.as_str() == scope) => {
            Err(Problem::Forbidden(format!("The token lacks the scope {scope}")))
        }
        _ => Ok(caller.clone()),
    }
}

/// A path that names nothing there could be. An operation that documents no 422 says so by 404.
fn misnamed(operation: &Operation, faults: Vec<Fault>) -> Problem {
    if operation.statuses().any(|status| status == 422) {
        return Problem::Faults(Part::Path, faults);
    }
    Problem::not_found("Object")
}

/// Whether a retailer's Development token speaks for a store.
fn simulates(operation: &Operation, caller: &Caller) -> bool {
    operation.token == TokenKind::Store && caller.store.is_none() && caller.development && caller.may(Scope::Simulation)
}

impl Asked<'_> {
    /// Takes the request from the budget of its token, or of its address where it shows no good one.
    fn spend(&self, bearer: Option<&Bearer>) -> Result<(), Problem> {
        let Some(budgets) = self.server.budgets.as_ref().filter(|_| self.route.counts || bearer.is_none()) else {
            return Ok(());
        };
        let address = || limits::address(&self.server.options.proxies, &self.parts.headers, &self.parts.extensions);
        let spent = self.spent.get_or_init(|| match bearer {
            Some(bearer) => budgets.of_credential(&bearer.caller.credential),
            None => budgets.of_address(address()),
        });
        spent.refusal()
    }

    /// 413, 415, 400.
    async fn read(&self, body: Body) -> Result<(Bytes, Value, Option<Body>), Problem> {
        let headers = &self.parts.headers;
        let nothing = || Value::Object(Map::new());
        if self.route.reading == Reading::Streamed {
            body::check_type(self.operation, headers)?;
            return Ok((Bytes::new(), nothing(), Some(body)));
        }
        if self.operation.body.is_none() {
            return Ok((Bytes::new(), nothing(), None));
        }
        let raw = body::read(body, headers, self.server.options.body_limit).await?;
        if !raw.is_empty() {
            body::check_type(self.operation, headers)?;
            body::check_encoding(headers)?;
        }
        let json = body::parse(self.operation, &raw)?;
        Ok((raw, json, None))
    }

    /// 422: all faults of the first faulty part.
    fn call(
        self,
        caller: Result<Caller, Fault>,
        params: Option<RawPathParams>,
        raw_body: Bytes,
        json: Value,
        stream: Option<Body>,
    ) -> Result<Call, Problem> {
        let at_fault = |part| move |faults| Problem::Faults(part, faults);
        let Some(params) = params else {
            return Err(Problem::Faults(Part::Path, vec![Fault::invalid("path")]));
        };
        let pairs: Vec<(String, String)> =
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let operation = self.operation;
        let path = operation.read_path(&pairs).and_then(storable).map_err(|faults| misnamed(operation, faults))?;
        let header = |name: &str| self.parts.headers.get(name).and_then(|value| value.to_str().ok());
        let headers = operation.read_headers(header);
        let (caller, headers) = together(caller, headers).map_err(at_fault(Part::Headers))?;
        let query = self.parts.uri.query().unwrap_or_default();
        let query = operation.read_query(query).and_then(storable).map_err(at_fault(Part::Query))?;
        let (body, faults) = match self.route.reading {
            Reading::Streamed => (json, Vec::new()),
            Reading::Judged | Reading::Shown => self.check_body(json),
        };
        if !faults.is_empty() && self.route.reading == Reading::Judged {
            return Err(Problem::Faults(Part::Body, faults));
        }
        Ok(Call {
            app: self.server.app.clone(),
            caller,
            operation,
            address: limits::address(&self.server.options.proxies, &self.parts.headers, &self.parts.extensions),
            request_id: self.request_id.to_owned(),
            parts: self.parts,
            faults,
            path,
            query,
            headers,
            body,
            raw_body,
            stream: Mutex::new(stream),
            tokens: self.server.tokens.clone(),
        })
    }

    fn check_body(&self, json: Value) -> (Value, Vec<Fault>) {
        let checked = self.operation.read_body(json);
        let mut faults = checked.faults;
        faults.extend(unstorable::faults(&checked.value));
        if let Some(also) = self.route.also_checked_by {
            let said: Vec<String> = faults.iter().map(|fault| fault.field.clone()).collect();
            // What a schema refused is not told twice, nor what it refused a part of.
            faults.extend(
                also(&checked.value).into_iter().filter(|fault| !said.iter().any(|said| is_within(said, fault))),
            );
        }
        (checked.value, faults)
    }
}

/// Both, or all faults of the headers.
fn together<T>(caller: Result<Caller, Fault>, headers: Result<T, Vec<Fault>>) -> Result<(Caller, T), Vec<Fault>> {
    match (caller, headers) {
        (Ok(caller), Ok(headers)) => Ok((caller, headers)),
        (Err(fault), Ok(_)) => Err(vec![fault]),
        (Ok(_), Err(faults)) => Err(faults),
        (Err(fault), Err(mut faults)) => {
            // A name that its schema refuses names no retailer either; that is one fault, not two.
            if faults.iter().all(|other| other.field != fault.field) {
                faults.push(fault);
            }
            Err(faults)
        }
    }
}

/// Whether a quoted field is that of the fault, or a part of it: `"polygon[2]"` of `"polygon"`.
fn is_within(field: &str, fault: &Fault) -> bool {
    let (field, whole) = (field.trim_matches('"'), fault.field.trim_matches('"'));
    field.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

fn storable(values: Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>> {
    let value = Value::Object(values);
    let faults = unstorable::faults(&value);
    match value {
        Value::Object(values) if faults.is_empty() => Ok(values),
        _ => Err(faults),
    }
}

/// The last judgement that is not the operation's own: whose store it is. Then the handler.
async fn carried_out(mut call: Call, route: &Route) -> Result<Answer, Problem> {
    if call.operation.token == TokenKind::Store && call.path.contains_key("storeId") {
        let store = call.path("storeId").map(aisle_model::StoreId)?;
        match call.caller.store {
            Some(own) if own == store => {}
            Some(_) => return Err(Problem::not_found("Store")),
            None => {
                simulated_store(&call.app, &call.caller, store).await?;
                call.caller.store = Some(store);
            }
        }
    }
    (route.handle)(call).await
}
