//! One operation of the contract: who may call it, and how its request is read and its answer judged.

use crate::check::{Check, Checked};
use crate::fault::{Fault, Step};
use crate::options::{Defaults, Options};
use crate::query;
use crate::schema::{Arena, Kind, Schema, SchemaId};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// Which token a route takes (conventions.md, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An application's token or an API key of a retailer.
    Retailer,
    /// A shopper's access token.
    Customer,
    /// A token of one store.
    Store,
    /// A token of one vendor's machines in one store.
    Vendor,
    /// None: the caller has nothing to show yet.
    None,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// How a query parameter's text becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    One,
    /// Splits at every comma.
    List,
    /// Splits at raw commas only: `%2C` belongs to the text.
    FreeTextList,
}

/// A documented parameter.
#[derive(Debug)]
pub struct Parameter {
    pub name: Box<str>,
    pub place: Place,
    pub required: bool,
    pub(crate) shape: Shape,
    pub(crate) schema: SchemaId,
}

/// The body an operation takes.
#[derive(Debug)]
pub struct Body {
    /// Whether a request without a body is at fault. Where it is not, no body means `{}`.
    pub required: bool,
    /// Media types, the preferred one first.
    pub content_types: Vec<String>,
    pub(crate) schema: SchemaId,
}

/// An operation of the contract.
pub struct Operation {
    pub id: Box<str>,
    /// In capitals, as on the wire.
    pub method: Box<str>,
    /// With parameters in braces: `/api/admin/v2/customers/{customerId}`.
    pub path: Box<str>,
    pub token: TokenKind,
    /// What the token must allow, where a scope is asked for at all.
    pub scope: Option<Box<str>>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub(crate) responses: Vec<(u16, Option<SchemaId>)>,
    pub(crate) arena: Arc<Arena>,
}

impl Operation {
    /// Documented statuses in the order of the contract.
    pub fn statuses(&self) -> impl Iterator<Item = u16> + '_ {
        self.responses.iter().map(|(status, _)| *status)
    }

    /// Reads path parameters from decoded pairs.
    pub fn read_path(&self, pairs: &[(String, String)]) -> Result<Map<String, Value>, Vec<Fault>> {
        self.read(Place::Path, Options::REQUEST, |parameter| {
            let found = pairs.iter().find(|(name, _)| **name == *parameter.name);
            Ok(found.map(|(_, text)| Value::String(text.clone())))
        })
    }

    /// Reads the raw text after `?`. Unknown parameters are ignored; defaults are filled in. A list begins after a place or
    /// ends before one: both together are a fault of `before`.
    pub fn read_query(&self, raw: &str) -> Result<Map<String, Value>, Vec<Fault>> {
        let pairs = query::pairs(raw);
        let says = |name: &str| pairs.iter().any(|pair| pair.name == name) && self.has_query(name);
        let both = (says("after") && says("before"))
            .then(|| Fault::new("before", "any.invalid", "is not allowed together with \"after\""));
        let read = self.read(Place::Query, Options::QUERY, |parameter| {
            let raw = pairs.iter().filter(|pair| *pair.name == *parameter.name).map(|pair| pair.raw);
            let raw: Vec<&str> = raw.collect();
            if raw.is_empty() {
                return Ok(None);
            }
            let value = query_value(parameter.shape, &raw);
            value.map(Some).ok_or_else(|| Fault::invalid(&parameter.name))
        });
        match (read, both) {
            (read, None) => read,
            (read, Some(both)) => Err(read.err().into_iter().flatten().chain([both]).collect()),
        }
    }

    fn has_query(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.place == Place::Query && *parameter.name == *name)
    }

    /// Reads the documented headers; `lookup` knows no case. Those by which HTTP itself negotiates (`Accept`,
    /// `Authorization`, `Content-Type`, `Content-Encoding`) are not read here: their faults are 401, 406 and 415, not 422.
    pub fn read_headers<'h>(&self, lookup: impl Fn(&str) -> Option<&'h str>) -> Result<Map<String, Value>, Vec<Fault>> {
        self.read(Place::Header, Options::REQUEST, |parameter| {
            let said = lookup(&parameter.name);
            Ok(said.map(|text| Value::String(self.offered(parameter, text).to_owned())))
        })
    }

    /// Checks a body. An operation that takes none leaves it as it is.
    pub fn read_body(&self, value: Value) -> Checked {
        match &self.body {
            Some(body) => Check::run(&self.arena, self.body_options(), Vec::new(), body.schema, value),
            None => Checked { value, faults: Vec::new() },
        }
    }

    /// Judges an answer strictly. A status that is not documented is a fault of `"status"`.
    pub fn check_response(&self, status: u16, value: &Value) -> Vec<Fault> {
        let documented = self.responses.iter().find(|(known, _)| *known == status);
        match documented {
            Some((_, Some(schema))) => {
                Check::run(&self.arena, Options::STRICT, Vec::new(), *schema, value.clone()).faults
            }
            Some((_, None)) => Vec::new(),
            None => vec![Fault::new("status", "any.only", &format!("{status} is not documented for {}", self.id))],
        }
    }

    /// Judges a body strictly: no coercion, no defaults, plain JSON Schema.
    pub fn check_body(&self, value: &Value) -> Vec<Fault> {
        let Some(body) = &self.body else {
            return Vec::new();
        };
        Check::run(&self.arena, Options::STRICT, Vec::new(), body.schema, value.clone()).faults
    }

    /// A PATCH leaves alone what it does not name. The push receivers show what came: they refuse no emptiness that their
    /// schema permits, and add nothing.
    fn body_options(&self) -> Options {
        if self.path.starts_with("/api/push/") {
            return Options { refuse_empty: false, defaults: Defaults::Ignored, ..Options::REQUEST };
        }
        let defaults = if &*self.method == "PATCH" { Defaults::WithinLists } else { Defaults::Applied };
        Options { defaults, ..Options::REQUEST }
    }

    fn read(
        &self,
        place: Place,
        options: Options,
        said: impl Fn(&Parameter) -> Result<Option<Value>, Fault>,
    ) -> Result<Map<String, Value>, Vec<Fault>> {
        let mut values = Map::new();
        let mut faults = Vec::new();
        for parameter in self.parameters.iter().filter(|parameter| parameter.place == place) {
            match said(parameter) {
                Ok(Some(value)) => {
                    let path = vec![Step::Name(Cow::Borrowed(&*parameter.name))];
                    let checked = Check::run(&self.arena, options, path, parameter.schema, value);
                    faults.extend(checked.faults);
                    values.insert(parameter.name.to_string(), checked.value);
                }
                Ok(None) if parameter.required => faults.push(Fault::required(&parameter.name)),
                Ok(None) => {
                    if let Some(default) = &self.arena.schema(parameter.schema).default {
                        values.insert(parameter.name.to_string(), (**default).clone());
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(faults) }
    }

    /// A header with listed values may offer several, separated by commas; the first that the contract knows is meant.
    fn offered<'h>(&self, parameter: &Parameter, text: &'h str) -> &'h str {
        let values = self.arena.schema(parameter.schema).values.as_deref().unwrap_or_default();
        let known = |offer: &&str| values.iter().any(|value| value.as_str() == Some(*offer));
        text.split(',').map(str::trim).find(known).unwrap_or(text)
    }
}

/// The value of a parameter from what was said about it; `None` where that is no UTF-8.
fn query_value(shape: Shape, raw: &[&str]) -> Option<Value> {
    let text = |raw: &str| query::decoded(raw).map(Value::String);
    let value = match (shape, raw) {
        (Shape::One, [only]) => text(only)?,
        (Shape::One, several) => Value::Array(several.iter().map(|raw| text(raw)).collect::<Option<_>>()?),
        (Shape::FreeTextList, several) => {
            Value::Array(several.iter().flat_map(|raw| raw.split(',')).map(text).collect::<Option<_>>()?)
        }
        (Shape::List, several) => {
            let decoded: Vec<String> = several.iter().map(|raw| query::decoded(raw)).collect::<Option<_>>()?;
            decoded.iter().flat_map(|text| text.split(',')).map(Value::from).collect()
        }
    };
    Some(value)
}

/// How a query parameter with this schema is written.
pub(crate) fn shape(arena: &Arena, id: SchemaId) -> Shape {
    let schema = arena.schema(id);
    let Some(items) = schema.array.as_ref().and_then(|rules| rules.items) else {
        return Shape::One;
    };
    let items = arena.schema(items);
    let is_text = items.kinds.has(Kind::String) && !is_listed(arena, items);
    if is_text { Shape::FreeTextList } else { Shape::List }
}

fn is_listed(arena: &Arena, schema: &Schema) -> bool {
    schema.values.is_some() || schema.all_of.iter().any(|part| is_listed(arena, arena.schema(*part)))
}
