//! What a walk over a value may do beyond judging, and the defaults it leaves for the end.

use crate::fault::Step;
use serde_json::Value;

/// Where schemas' defaults take the place of absent properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defaults {
    Applied,
    /// Only inside elements of lists. A PATCH leaves alone what it does not name, but replaces a list whole.
    WithinLists,
    Ignored,
}

/// What a walk may do beyond judging.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub coerce: bool,
    pub refuse_empty: bool,
    pub in_query: bool,
    pub defaults: Defaults,
}

impl Options {
    /// What JSON Schema says and nothing else.
    pub const STRICT: Self = Self { coerce: false, refuse_empty: false, in_query: false, defaults: Defaults::Ignored };
    pub const REQUEST: Self = Self { coerce: true, refuse_empty: true, in_query: false, defaults: Defaults::Applied };
    pub const QUERY: Self = Self { in_query: true, ..Self::REQUEST };
}

/// A default that goes in once the whole value was found good.
pub struct PendingDefault<'c> {
    /// Where the object is that lacks the property.
    pub path: Vec<Step<'c>>,
    pub name: &'c str,
    pub value: &'c Value,
}

/// Puts defaults into a value that stands at the end of the first `outer` steps of every path.
pub fn apply(defaults: Vec<PendingDefault<'_>>, value: &mut Value, outer: usize) {
    for PendingDefault { path, name, value: default } in defaults {
        let inside = path[outer..].iter().try_fold(&mut *value, |value, step| match step {
            Step::Name(name) => value.get_mut(&**name),
            Step::Index(index) => value.get_mut(index),
        });
        if let Some(Value::Object(map)) = inside {
            map.entry(name).or_insert_with(|| default.clone());
        }
    }
}
