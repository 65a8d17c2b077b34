//! One walk over a value beside its schema: coerces, collects every fault, remembers defaults.
//!
//! Promises: the walk is as deep as the value where the schema is recursive, and never deeper than [`DEEPEST`]; a value that
//! comes back without faults passes a strict check. Defaults go in after the walk, so that no rule mistakes one for
//! something the caller said.

use crate::fault::{Fault, Step, dotted};
use crate::options::{Defaults, Options, PendingDefault, apply};
use crate::scalar::{Typed, typed};
use crate::schema::{Arena, ArrayRules, Kind, ObjectRules, RareRules, Schema, SchemaId};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// Steps into a value beyond which everything is a fault.
pub const DEEPEST: usize = 64;

/// Faults after which a walk adds no more: a hostile body must not buy an answer larger than itself.
const MOST_FAULTS: usize = 1000;

/// A value after the check, and everything that is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The value with coercions and, when there are no faults, defaults.
    pub value: Value,
    pub faults: Vec<Fault>,
}

/// The state of a walk.
pub struct Check<'c> {
    arena: &'c Arena,
    options: Options,
    path: Vec<Step<'c>>,
    faults: Vec<Fault>,
    defaults: Vec<PendingDefault<'c>>,
}

impl<'c> Check<'c> {
    /// Checks the value against one schema, at the end of `path`.
    pub fn run(arena: &'c Arena, options: Options, path: Vec<Step<'c>>, schema: SchemaId, mut value: Value) -> Checked {
        let outer = path.len();
        let mut check = Self { arena, options, path, faults: Vec::new(), defaults: Vec::new() };
        check.visit(schema, &mut value);
        if check.faults.is_empty() {
            apply(check.defaults, &mut value, outer);
        }
        let mut seen = HashSet::new();
        let mut faults = check.faults;
        if faults.len() > 1 {
            faults.retain(|fault| seen.insert((fault.field.clone(), fault.rule)));
        }
        Checked { value, faults }
    }

    pub(crate) fn arena(&self) -> &'c Arena {
        self.arena
    }

    pub(crate) fn coerces(&self) -> bool {
        self.options.coerce
    }

    pub(crate) fn refuses_empty(&self) -> bool {
        self.options.refuse_empty
    }

    pub(crate) fn in_query(&self) -> bool {
        self.options.in_query
    }

    /// Adds a fault of the value the walk is at.
    pub(crate) fn fault(&mut self, rule: &'static str, sentence: &str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault::new(&dotted(&self.path), rule, sentence));
        }
    }

    /// Adds a fault of a property of the value the walk is at.
    pub(crate) fn fault_of(&mut self, property: &'c str, rule: &'static str, sentence: &str) {
        self.within(Step::Name(Cow::Borrowed(property)), |check| {
            check.fault(rule, sentence);
        });
    }

    fn within(&mut self, step: Step<'c>, visit: impl FnOnce(&mut Self)) {
        self.path.push(step);
        visit(self);
        self.path.pop();
    }

    /// The same walk from here on a copy; what it finds is kept or dropped by the caller.
    pub(crate) fn trial(&self, schema: SchemaId, value: &Value) -> Trial<'c> {
        let mut value = value.clone();
        let (faults, defaults) = (Vec::new(), Vec::new());
        let mut check = Self { arena: self.arena, options: self.options, path: self.path.clone(), faults, defaults };
        check.visit(schema, &mut value);
        Trial { value, faults: check.faults, defaults: check.defaults }
    }

    /// Goes on as if the walk had gone the way of the trial.
    pub(crate) fn adopt(&mut self, trial: Trial<'c>, value: &mut Value) {
        *value = trial.value;
        self.defaults.extend(trial.defaults);
        let room = MOST_FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(trial.faults.into_iter().take(room));
    }

    pub(crate) fn visit(&mut self, id: SchemaId, value: &mut Value) {
        if self.path.len() > DEEPEST {
            self.fault("any.invalid", "is nested too deeply");
            return;
        }
        let schema = self.arena.schema(id);
        if schema.empty_allowed && value.as_str() == Some("") {
            return;
        }
        if !schema.types.is_empty() && !self.has_type(schema, value) {
            return;
        }
        for part in &schema.all_of {
            self.visit(*part, value);
        }
        if schema.values.as_ref().is_some_and(|values| !values.contains(value)) {
            self.not_among(schema, value);
            return;
        }
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.number(schema.number.as_deref(), number),
            Value::String(text) => {
                if let Some(normalised) = self.text(schema, text) {
                    *text = normalised;
                }
            }
            Value::Array(list) => {
                if let Some(rules) = schema.array.as_deref() {
                    self.array(rules, list);
                }
            }
            Value::Object(map) => self.object(schema, map),
        }
        for union in &schema.unions {
            self.union(union, value);
        }
        if let Some(rules) = &schema.rare {
            self.rare(rules, value);
        }
    }

    fn has_type(&mut self, schema: &Schema, value: &mut Value) -> bool {
        match typed(&schema.types, value, self.options.coerce) {
            Typed::Good => return true,
            Typed::NotInteger => self.fault("number.integer", "must be an integer"),
            Typed::Wrong => {
                let named = schema.types.iter().find(|kind| **kind != Kind::Null);
                let (rule, sentence) = base(named.copied().unwrap_or(Kind::Null));
                self.fault(rule, sentence);
            }
        }
        false
    }

    fn not_among(&mut self, schema: &Schema, value: &Value) {
        if value.as_str() == Some("") && self.options.refuse_empty {
            self.fault("string.empty", "is not allowed to be empty");
            return;
        }
        let names: Vec<String> = schema.values.iter().flatten().map(plain).collect();
        let sentence = match &names[..] {
            [only] => format!("must be [{only}]"),
            names => format!("must be one of [{}]", names.join(", ")),
        };
        self.fault("any.only", &sentence);
    }

    fn array(&mut self, rules: &'c ArrayRules, mut list: &mut [Value]) {
        if let Some(min) = rules.min.filter(|min| list.len() < *min) {
            self.fault("array.min", &format!("must contain at least {min} items"));
        }
        if let Some(max) = rules.max.filter(|max| list.len() > *max) {
            self.fault("array.max", &format!("must contain less than or equal to {max} items"));
            list = &mut list[..max];
        }
        for (index, item) in list.iter_mut().enumerate() {
            if let Some(schema) = rules.first.get(index).copied().or(rules.items) {
                self.within(Step::Index(index), |check| check.visit(schema, item));
            }
        }
        if rules.unique {
            let mut seen = HashSet::new();
            for (index, item) in list.iter().enumerate() {
                if !seen.insert(item.to_string()) {
                    self.within(Step::Index(index), |check| {
                        check.fault("any.invalid", "contains a duplicate value");
                    });
                }
            }
        }
    }

    fn object(&mut self, schema: &'c Schema, map: &mut Map<String, Value>) {
        let Some(rules) = schema.object.as_deref() else {
            return;
        };
        if schema.empties_are_absent && self.options.coerce {
            map.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        }
        for (name, property) in &rules.properties {
            if let Some(value) = map.get_mut(&**name) {
                self.within(Step::Name(Cow::Borrowed(name)), |check| {
                    check.visit(*property, value);
                });
            } else if rules.required.contains(name) {
                self.fault_of(name, "any.required", "is required");
            } else if let Some(value) = &self.arena.schema(*property).default {
                self.remember(name, value);
            }
        }
        for name in &rules.required {
            if rules.property(name).is_none() && !map.contains_key(&**name) {
                self.fault_of(name, "any.required", "is required");
            }
        }
        self.keys(rules, map);
    }

    fn keys(&mut self, rules: &'c ObjectRules, map: &mut Map<String, Value>) {
        if let Some(min) = rules.min.filter(|min| map.len() < *min) {
            self.fault("any.invalid", &format!("must have at least {min} key{}", if min == 1 { "" } else { "s" }));
        }
        if let Some(max) = rules.max.filter(|max| map.len() > *max) {
            self.fault("any.invalid", &format!("must have less than or equal to {max} keys"));
        }
        if rules.additional.is_none() && rules.names.is_none() {
            return;
        }
        for (name, value) in map.iter_mut().filter(|(name, _)| rules.property(name).is_none()) {
            self.within(Step::Name(Cow::Owned(name.clone())), |check| {
                if let Some(schema) = rules.names {
                    check.visit(schema, &mut Value::String(name.clone()));
                }
                if let Some(schema) = rules.additional {
                    check.visit(schema, value);
                }
            });
        }
    }

    fn rare(&mut self, rules: &RareRules, value: &mut Value) {
        if let Some(schema) = rules.not
            && self.trial(schema, value).faults.is_empty()
        {
            match self.last_required(schema) {
                Some(name) => self.fault_of(name, "any.invalid", "contains an invalid value"),
                None => self.fault("any.invalid", "contains an invalid value"),
            }
        }
        if let Some(condition) = rules.condition {
            let holds = self.trial(condition, value).faults.is_empty();
            if let Some(schema) = if holds { rules.then_schema } else { rules.else_schema } {
                self.visit(schema, value);
            }
        }
    }

    fn remember(&mut self, name: &'c str, value: &'c Value) {
        let in_list = || self.path.iter().any(|step| matches!(step, Step::Index(_)));
        let wanted = match self.options.defaults {
            Defaults::Applied => true,
            Defaults::WithinLists => in_list(),
            Defaults::Ignored => false,
        };
        if wanted {
            self.defaults.push(PendingDefault { path: self.path.clone(), name, value });
        }
    }
}

/// What a walk on a copy found.
pub struct Trial<'c> {
    value: Value,
    pub faults: Vec<Fault>,
    defaults: Vec<PendingDefault<'c>>,
}

/// The base rule of a type and its sentence.
pub fn base(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Null => ("any.only", "must be [null]"),
        Kind::Boolean => ("boolean.base", "must be a boolean"),
        Kind::Integer | Kind::Number => ("number.base", "must be a number"),
        Kind::String => ("string.base", "must be a string"),
        Kind::Array => ("array.base", "must be an array"),
        Kind::Object => ("object.base", "must be of type object"),
    }
}

/// A permitted value as a fault's sentence shows it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
