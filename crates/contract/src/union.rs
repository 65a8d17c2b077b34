//! `oneOf` and `anyOf`: which branch is meant, and so whose faults a caller wants to read.
//!
//! A property that decides the branch decides it. Else the type of the value does: of "a date or null" a text means the
//! date. Only where several branches remain are they tried; of those that fail, the one is reported that lacks no property,
//! else the first.

use crate::check::{Check, base};
use crate::scalar;
use crate::schema::{Arena, Discriminator, Kind, Schema, SchemaId, Union};
use serde_json::Value;

impl<'c> Check<'c> {
    pub(crate) fn union(&mut self, union: &'c Union, value: &mut Value) {
        if let Some(discriminator) = &union.discriminator
            && value.is_object()
        {
            self.discriminated(discriminator, value);
            return;
        }
        let kind = Kind::of(value);
        let (fitting, others): (Vec<SchemaId>, Vec<SchemaId>) =
            union.branches.iter().partition(|branch| self.kinds(**branch).admits(kind));
        let reachable = others.into_iter().filter(|id| self.coerces() && scalar::can_become(self.kinds(*id), value));
        let reachable: Vec<SchemaId> = reachable.collect();
        match (&fitting[..], &reachable[..]) {
            ([only], []) | ([], [only]) => self.visit(*only, value),
            ([], []) => self.no_type_fits(union),
            _ => self.try_each(union, &fitting, &reachable, value),
        }
    }

    fn kinds(&self, id: SchemaId) -> crate::schema::Kinds {
        self.arena().schema(id).kinds
    }

    fn no_type_fits(&mut self, union: &Union) {
        let meant = union.branches.iter().find_map(|branch| first_kind(self.kinds(*branch)));
        let (rule, sentence) = base(meant.unwrap_or(Kind::Null));
        self.fault(rule, sentence);
    }

    fn discriminated(&mut self, discriminator: &'c Discriminator, value: &mut Value) {
        let said = value.get(&*discriminator.property);
        let named = said.and_then(Value::as_str);
        let claimed = discriminator.branches.iter().find(|(name, _)| Some(&**name) == named);
        if let Some(branch) = claimed.map(|(_, branch)| *branch).or(discriminator.otherwise) {
            self.visit(branch, value);
            return;
        }
        match said {
            None => self.fault_of(&discriminator.property, "any.required", "is required"),
            Some(Value::String(_)) => {
                let listed: Vec<&str> = discriminator.branches.iter().map(|(name, _)| &**name).collect();
                let sentence = format!("must be one of [{}]", listed.join(", "));
                self.fault_of(&discriminator.property, "any.only", &sentence);
            }
            Some(_) => self.fault_of(&discriminator.property, "string.base", "must be a string"),
        }
    }

    /// Branches that a value fits as it is go before those it would have to be coerced for.
    fn try_each(&mut self, union: &Union, fitting: &[SchemaId], reachable: &[SchemaId], value: &mut Value) {
        let mut failed = Vec::new();
        for group in [fitting, reachable] {
            let mut good = None;
            for branch in group {
                let trial = self.trial(*branch, value);
                if !trial.faults.is_empty() {
                    failed.push(trial);
                } else if good.is_none() {
                    good = Some(trial);
                    if !union.exclusive {
                        break;
                    }
                } else {
                    self.more_than_one(*branch);
                    return;
                }
            }
            if let Some(trial) = good {
                self.adopt(trial, value);
                return;
            }
        }
        let lacks_nothing = |faults: &[crate::Fault]| faults.iter().all(|fault| fault.rule != "any.required");
        let meant = failed.iter().position(|trial| lacks_nothing(&trial.faults)).unwrap_or(0);
        self.adopt(failed.swap_remove(meant), value);
    }

    fn more_than_one(&mut self, second: SchemaId) {
        match self.last_required(second) {
            Some(name) => self.fault_of(name, "any.invalid", "contains an invalid value"),
            None => self.fault("any.invalid", "contains an invalid value"),
        }
    }

    /// The property by which an alternative made of `required` is told apart.
    pub(crate) fn last_required(&self, id: SchemaId) -> Option<&'c str> {
        let object = self.arena().schema(id).object.as_ref();
        object.and_then(|object| object.required.last()).map(|name| &**name)
    }
}

fn first_kind(kinds: crate::schema::Kinds) -> Option<Kind> {
    const IN_ORDER: [Kind; 6] = [Kind::Object, Kind::Array, Kind::Integer, Kind::Number, Kind::Boolean, Kind::String];
    IN_ORDER.into_iter().find(|kind| kinds.has(*kind))
}

/// What a branch says about a property that might tell it apart.
enum Pin<'a> {
    /// One of these.
    Values(Vec<&'a str>),
    /// Anything but what is listed.
    Others,
}

/// Looks for a property whose values are claimed by one branch each; at most one branch may take all the rest.
pub fn discriminate(arena: &Arena, branches: &[SchemaId]) -> Option<Discriminator> {
    let objects: Vec<SchemaId> =
        branches.iter().copied().filter(|branch| arena.schema(*branch).kinds.has(Kind::Object)).collect();
    if objects.len() < 2 {
        return None;
    }
    let candidates = property_names(arena, arena.schema(objects[0]));
    candidates.into_iter().find_map(|property| discriminate_by(arena, &objects, property))
}

fn discriminate_by(arena: &Arena, objects: &[SchemaId], property: &str) -> Option<Discriminator> {
    let mut branches: Vec<(Box<str>, SchemaId)> = Vec::new();
    let mut otherwise = None;
    for branch in objects {
        match pin(arena, arena.schema(*branch), property)? {
            Pin::Others if otherwise.is_none() => otherwise = Some(*branch),
            Pin::Others => return None,
            Pin::Values(values) => {
                for value in values {
                    if branches.iter().any(|(claimed, _)| &**claimed == value) {
                        return None;
                    }
                    branches.push((value.into(), *branch));
                }
            }
        }
    }
    Some(Discriminator { property: property.into(), branches: branches.into(), otherwise })
}

fn pin<'a>(arena: &'a Arena, schema: &'a Schema, property: &str) -> Option<Pin<'a>> {
    let own = schema.object.as_ref().and_then(|object| object.property(property));
    own.and_then(|id| pinned_values(arena, arena.schema(id)))
        .or_else(|| schema.all_of.iter().find_map(|part| pin(arena, arena.schema(*part), property)))
}

fn pinned_values<'a>(arena: &'a Arena, schema: &'a Schema) -> Option<Pin<'a>> {
    if let Some(values) = &schema.values {
        return values.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(Pin::Values);
    }
    if schema.rare.as_ref().is_some_and(|rules| rules.not.is_some()) {
        return Some(Pin::Others);
    }
    schema.all_of.iter().find_map(|part| pinned_values(arena, arena.schema(*part)))
}

fn property_names<'a>(arena: &'a Arena, schema: &'a Schema) -> Vec<&'a str> {
    let own = schema.object.iter().flat_map(|object| object.properties.iter()).map(|(name, _)| &**name);
    let mut names: Vec<&str> = own.collect();
    for part in &schema.all_of {
        names.extend(property_names(arena, arena.schema(*part)));
    }
    names
}
