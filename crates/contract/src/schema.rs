//! Compiled schemas: a flat arena in which a schema names another by its place, so that one `$ref` costs four bytes and a
//! check follows no names.

use regex::Regex;
use serde_json::{Number, Value};
use std::sync::OnceLock;

/// Place of a schema in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaId(pub u32);

/// Place of a pattern in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternId(pub u32);

/// All schemas and patterns of the contract.
#[derive(Default)]
pub struct Arena {
    pub schemas: Vec<Schema>,
    pub patterns: Vec<Pattern>,
}

impl Arena {
    pub fn schema(&self, id: SchemaId) -> &Schema {
        &self.schemas[id.0 as usize]
    }

    pub fn pattern(&self, id: PatternId) -> &Pattern {
        &self.patterns[id.0 as usize]
    }
}

/// A regular expression, compiled when it is first needed: most processes need few of them.
pub struct Pattern {
    /// As the contract writes it.
    pub source: Box<str>,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    pub fn new(source: &str) -> Self {
        Self { source: source.into(), compiled: OnceLock::new() }
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(text)
    }

    /// `\d` of the contract is that of JSON Schema, ASCII only; the regex crate's would let Arabic digits through.
    pub fn regex(&self) -> &Regex {
        let compile = || Regex::new(&self.source.replace(r"\d", "[0-9]"));
        self.compiled.get_or_init(|| compile().expect("a test compiles every pattern of the contract"))
    }
}

/// One JSON type; `Integer` is the numbers without a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
}

impl Kind {
    pub fn named(name: &str) -> Self {
        match name {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => unreachable!("the contract has no type {name}"),
        }
    }

    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if is_integral(number) => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

/// JSON Schema counts `1.0` as an integer.
fn is_integral(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

/// Set of JSON types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    pub const ANY: Self = Self(127);
    pub const NONE: Self = Self(0);

    pub fn with(self, kind: Kind) -> Self {
        Self(self.0 | kind as u8)
    }

    pub fn and(self, other: Self) -> Self {
        let both = Self(self.0 & other.0);
        let integers = (self.has(Kind::Integer) && other.has(Kind::Number))
            || (self.has(Kind::Number) && other.has(Kind::Integer));
        if integers { both.with(Kind::Integer) } else { both }
    }

    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn has(self, kind: Kind) -> bool {
        self.0 & kind as u8 != 0
    }

    /// Whether a value of this type belongs, where every integer is a number.
    pub fn admits(self, kind: Kind) -> bool {
        self.has(kind) || (kind == Kind::Integer && self.has(Kind::Number))
    }
}

/// One schema. What is absent does not restrict.
#[derive(Default)]
pub struct Schema {
    /// Types written on this schema itself, in the order of the contract; empty where it does not say.
    pub types: Box<[Kind]>,
    /// Types a value can have in the end, over references and branches.
    pub kinds: Kinds,
    /// `""` is good here though nothing else in the schema says so.
    pub empty_allowed: bool,
    /// `null` and `""` of a property count as absent.
    pub empties_are_absent: bool,
    pub values: Option<Box<[Value]>>,
    pub default: Option<Box<Value>>,
    pub text: Option<Box<TextRules>>,
    pub number: Option<Box<NumberRules>>,
    pub array: Option<Box<ArrayRules>>,
    pub object: Option<Box<ObjectRules>>,
    pub all_of: Box<[SchemaId]>,
    pub unions: Box<[Union]>,
    pub rare: Option<Box<RareRules>>,
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ANY
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    DateTime,
    Email,
    Uri,
    Uuid,
}

impl Format {
    /// `int64`, `float` and `password` say nothing that could be checked.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "date-time" => Some(Self::DateTime),
            "email" => Some(Self::Email),
            "uri" => Some(Self::Uri),
            "uuid" => Some(Self::Uuid),
            "int64" | "float" | "password" => None,
            _ => unreachable!("the contract has no format {name}"),
        }
    }
}

/// Lengths are in characters.
#[derive(Default)]
pub struct TextRules {
    pub min: Option<usize>,
    pub max: Option<usize>,
    pub pattern: Option<PatternId>,
    pub format: Option<Format>,
}

#[derive(Default)]
pub struct NumberRules {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub above: Option<f64>,
}

#[derive(Default)]
pub struct ArrayRules {
    pub items: Option<SchemaId>,
    pub first: Box<[SchemaId]>,
    pub min: Option<usize>,
    pub max: Option<usize>,
    pub unique: bool,
}

#[derive(Default)]
pub struct ObjectRules {
    pub properties: Box<[(Box<str>, SchemaId)]>,
    pub required: Box<[Box<str>]>,
    pub additional: Option<SchemaId>,
    pub names: Option<SchemaId>,
    pub min: Option<usize>,
    pub max: Option<usize>,
}

impl ObjectRules {
    pub fn property(&self, name: &str) -> Option<SchemaId> {
        self.properties.iter().find(|(known, _)| &**known == name).map(|(_, id)| *id)
    }
}

/// `oneOf` or `anyOf`.
pub struct Union {
    pub branches: Box<[SchemaId]>,
    /// More than one good branch is a fault.
    pub exclusive: bool,
    pub discriminator: Option<Discriminator>,
}

/// A property whose value alone decides the branch.
pub struct Discriminator {
    pub property: Box<str>,
    pub branches: Box<[(Box<str>, SchemaId)]>,
    /// The branch of all values that no other branch claims.
    pub otherwise: Option<SchemaId>,
}

/// What few schemas have.
#[derive(Default)]
pub struct RareRules {
    pub not: Option<SchemaId>,
    pub condition: Option<SchemaId>,
    pub then_schema: Option<SchemaId>,
    pub else_schema: Option<SchemaId>,
}
