//! The API contract as an executable thing.
//!
//! `contract/openapi.yaml` is compiled into this crate. Every request of every operation is coerced and judged by the
//! contract's own schemas, with all faults at once in the form the contract prescribes; tests judge answers and webhook
//! bodies with the same code. So the served specification and the behaviour cannot drift apart.
//!
//! Promises: a value that comes back without faults passes a strict check; the walk neither panics nor overflows, whatever
//! the value; faults come in the order of the contract.
//!
//! Deliberately absent: HTTP, JSON parsing, and every rule that needs to know more than the value itself (a reference to
//! something that is not there is found by an operation, which reports it with [`Fault::invalid`]).

mod check;
mod compile;
mod document;
mod exceptions;
mod fault;
mod moment;
mod operation;
mod options;
mod query;
mod scalar;
mod schema;
mod served;
mod union;

pub use check::Checked;
pub use fault::Fault;
pub use operation::{Body, Operation, Parameter, Place, TokenKind};
pub use served::{asyncapi_json_for, openapi_json, openapi_json_for};

use check::Check;
use compile::Compiler;
use document::{Document, RawOperation, RawParameter};
use options::Options;
use schema::{Arena, SchemaId};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::compile);

/// Headers by which HTTP itself negotiates.
const NEGOTIATION: &[&str] = &["accept", "authorization", "content-type", "content-encoding"];

/// The contract, compiled at first use (a few milliseconds).
pub fn contract() -> &'static Contract {
    &CONTRACT
}

/// All operations, components and webhooks.
pub struct Contract {
    arena: Arc<Arena>,
    components: HashMap<String, SchemaId>,
    operations: Vec<Operation>,
    places: HashMap<Box<str>, usize>,
    webhooks: HashMap<String, String>,
}

impl Contract {
    fn compile() -> Self {
        let lean = include_str!(concat!(env!("OUT_DIR"), "/lean.json"));
        let document: Document = serde_json::from_str(lean).expect("the build wrote this text");
        let mut compiler = Compiler::new(document.schemas);
        let drafts: Vec<Operation> = document.operations.into_iter().map(|raw| draft(&mut compiler, raw)).collect();
        let (arena, components) = compiler.finish();
        let arena = Arc::new(arena);
        let operations: Vec<Operation> = drafts.into_iter().map(|draft| settled(draft, &arena)).collect();
        let places = operations.iter().enumerate().map(|(place, operation)| (operation.id.clone(), place)).collect();
        let webhooks = document.webhooks.into_iter().collect();
        Self { arena, components, operations, places, webhooks }
    }

    /// The operation with this `operationId`.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.places.get(id).map(|place| &self.operations[*place])
    }

    /// All operations in the order of the contract.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter()
    }

    /// Component schema of the body of a webhook, by the webhook's name in the contract (`transitionEntered`).
    pub fn webhook_schema(&self, webhook: &str) -> Option<&str> {
        self.webhooks.get(webhook).map(String::as_str)
    }

    /// Whether there is a component schema of this name.
    pub fn has_schema(&self, component: &str) -> bool {
        self.components.contains_key(component)
    }

    /// Judges a value strictly by a component schema: no coercion, no defaults, plain JSON Schema.
    ///
    /// # Panics
    /// When the contract has no such component: names of components are written in code, never received.
    pub fn check(&self, component: &str, value: &Value) -> Vec<Fault> {
        Check::run(&self.arena, Options::STRICT, Vec::new(), self.component(component), value.clone()).faults
    }

    /// Judges and coerces a value by a component schema, as if it were the body of a POST.
    ///
    /// # Panics
    /// As [`Contract::check`].
    pub fn check_coercing(&self, component: &str, value: Value) -> Checked {
        Check::run(&self.arena, Options::REQUEST, Vec::new(), self.component(component), value)
    }

    fn component(&self, name: &str) -> SchemaId {
        match self.components.get(name) {
            Some(id) => *id,
            None => panic!("the contract has no component {name}"),
        }
    }
}

/// The operation before the arena is closed: shapes of parameters are not known yet.
fn draft(compiler: &mut Compiler, raw: RawOperation) -> Operation {
    let token = token(&raw);
    let parameters = raw.parameters.into_iter().filter_map(|raw| parameter(compiler, raw)).collect();
    let body = raw.body.map(|body| Body {
        required: body.required,
        content_types: body.content_types,
        schema: compiler.add(body.schema),
    });
    let mut responses = Vec::new();
    for (status, schema) in raw.responses {
        let status = status.parse().expect("the contract names every status by its number");
        responses.push((status, schema.map(|schema| compiler.add(schema))));
    }
    Operation {
        id: raw.id.into(),
        method: raw.method.into(),
        path: raw.path.into(),
        token,
        scope: raw.scope.map(Into::into),
        parameters,
        body,
        responses,
        arena: Arc::default(),
    }
}

fn settled(mut operation: Operation, arena: &Arc<Arena>) -> Operation {
    for parameter in &mut operation.parameters {
        parameter.shape = operation::shape(arena, parameter.schema);
    }
    operation.arena = Arc::clone(arena);
    operation
}

fn parameter(compiler: &mut Compiler, raw: RawParameter) -> Option<Parameter> {
    let place = match &*raw.place {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" if NEGOTIATION.contains(&&*raw.name.to_ascii_lowercase()) => return None,
        "header" => Place::Header,
        other => unreachable!("the contract has no parameters in {other}"),
    };
    let shape = operation::Shape::One;
    Some(Parameter { name: raw.name.into(), place, required: raw.required, shape, schema: compiler.add(raw.schema) })
}

/// What the contract says, else what the path says.
fn token(raw: &RawOperation) -> TokenKind {
    match raw.token.as_deref() {
        Some("retailer") => TokenKind::Retailer,
        Some("store") => TokenKind::Store,
        Some("vendor") => TokenKind::Vendor,
        Some(other) => unreachable!("the contract has no token {other}"),
        None if raw.anonymous => TokenKind::None,
        None if raw.path.starts_with("/api/customer/") => TokenKind::Customer,
        None => TokenKind::Retailer,
    }
}

#[cfg(test)]
mod tests;
