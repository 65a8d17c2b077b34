//! From the lean document to the arena.
//!
//! Three passes: every schema gets its place and its own rules; then each learns which types can pass it in the end; then
//! each union looks for a property whose value alone decides the branch.

use crate::document::RawSchema;
use crate::exceptions;
use crate::schema::{
    Arena, ArrayRules, Format, Kind, Kinds, NumberRules, ObjectRules, Pattern, PatternId, RareRules, Schema, SchemaId,
    TextRules, Union,
};
use crate::union::discriminate;
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::HashMap;

/// How deep references and branches can lie within each other before a schema counts as unrestricted.
const DEPTH: usize = 32;

/// Compiles schemas into one arena; components can be referred to by name from the start.
pub struct Compiler {
    arena: Arena,
    named: HashMap<String, SchemaId>,
    patterns: HashMap<String, PatternId>,
}

impl Compiler {
    pub fn new(components: IndexMap<String, RawSchema>) -> Self {
        let mut compiler = Self { arena: Arena::default(), named: HashMap::new(), patterns: HashMap::new() };
        for name in components.keys() {
            let id = compiler.reserve();
            compiler.named.insert(name.clone(), id);
        }
        for (name, raw) in components {
            let id = compiler.named[&name];
            compiler.fill(id, raw);
            compiler.apply_exceptions(&name, id);
        }
        compiler
    }

    /// Adds a schema. A bare reference needs no place of its own.
    pub fn add(&mut self, mut raw: RawSchema) -> SchemaId {
        if let Some(name) = raw.reference.take() {
            let target = self.named[&name];
            let Some(default) = raw.default else {
                return target;
            };
            let id = self.reserve();
            self.arena.schemas[id.0 as usize] =
                Schema { all_of: Box::new([target]), default: Some(Box::new(default)), ..Schema::default() };
            return id;
        }
        let id = self.reserve();
        self.fill(id, raw);
        id
    }

    /// The arena and the places of the components.
    pub fn finish(mut self) -> (Arena, HashMap<String, SchemaId>) {
        for index in 0..self.arena.schemas.len() {
            self.arena.schemas[index].kinds = self.kinds(&self.arena.schemas[index], DEPTH);
        }
        for index in 0..self.arena.schemas.len() {
            let mut unions = std::mem::take(&mut self.arena.schemas[index].unions);
            for union in &mut unions {
                union.discriminator = discriminate(&self.arena, &union.branches);
            }
            self.arena.schemas[index].unions = unions;
        }
        (self.arena, self.named)
    }

    fn reserve(&mut self) -> SchemaId {
        let id = u32::try_from(self.arena.schemas.len()).expect("the contract has a few thousand schemas");
        self.arena.schemas.push(Schema::default());
        SchemaId(id)
    }

    fn fill(&mut self, id: SchemaId, mut raw: RawSchema) {
        let mut unions = Vec::new();
        for (list, exclusive) in [(std::mem::take(&mut raw.any_of), false), (std::mem::take(&mut raw.one_of), true)] {
            if !list.is_empty() {
                unions.push(Union { branches: self.add_all(list), exclusive, discriminator: None });
            }
        }
        let mut all_of = self.add_all(std::mem::take(&mut raw.all_of)).into_vec();
        if let Some(name) = raw.reference.take() {
            all_of.insert(0, self.named[&name]);
        }
        let schema = Schema {
            types: types(&raw),
            kinds: Kinds::ANY,
            empty_allowed: allows_empty(&raw),
            empties_are_absent: false,
            text: self.text(&raw).map(Box::new),
            number: number(&raw).map(Box::new),
            array: self.array(&mut raw).map(Box::new),
            object: self.object(&mut raw).map(Box::new),
            rare: self.rare(&mut raw).map(Box::new),
            values: raw.values.map(Vec::into_boxed_slice),
            default: raw.default.map(Box::new),
            all_of: all_of.into(),
            unions: unions.into(),
        };
        self.arena.schemas[id.0 as usize] = schema;
    }

    fn add_all(&mut self, list: Vec<RawSchema>) -> Box<[SchemaId]> {
        list.into_iter().map(|raw| self.add(raw)).collect()
    }

    fn add_some(&mut self, raw: Option<Box<RawSchema>>) -> Option<SchemaId> {
        raw.map(|raw| self.add(*raw))
    }

    fn text(&mut self, raw: &RawSchema) -> Option<TextRules> {
        let format = raw.format.as_deref().and_then(Format::named);
        let pattern = raw.pattern.as_ref().map(|source| self.pattern(source));
        let silent = raw.min_length.is_none() && raw.max_length.is_none() && pattern.is_none() && format.is_none();
        (!silent).then_some(TextRules { min: raw.min_length, max: raw.max_length, pattern, format })
    }

    fn pattern(&mut self, source: &str) -> PatternId {
        if let Some(id) = self.patterns.get(source) {
            return *id;
        }
        let id = PatternId(u32::try_from(self.arena.patterns.len()).expect("the contract has a few dozen patterns"));
        self.arena.patterns.push(Pattern::new(source));
        self.patterns.insert(source.to_owned(), id);
        id
    }

    fn array(&mut self, raw: &mut RawSchema) -> Option<ArrayRules> {
        let rules = ArrayRules {
            items: self.add_some(raw.items.take()),
            first: self.add_all(std::mem::take(&mut raw.prefix_items)),
            min: raw.min_items,
            max: raw.max_items,
            unique: raw.unique_items,
        };
        let bounded = rules.min.is_some() || rules.max.is_some() || rules.unique;
        (bounded || rules.items.is_some() || !rules.first.is_empty()).then_some(rules)
    }

    fn object(&mut self, raw: &mut RawSchema) -> Option<ObjectRules> {
        let properties = std::mem::take(&mut raw.properties);
        let rules = ObjectRules {
            properties: properties.into_iter().map(|(name, raw)| (name.into(), self.add(raw))).collect(),
            required: std::mem::take(&mut raw.required).into_iter().map(Into::into).collect(),
            additional: self.add_some(raw.additional_properties.take()),
            names: self.add_some(raw.property_names.take()),
            min: raw.min_properties,
            max: raw.max_properties,
        };
        let bounded = rules.min.is_some() || rules.max.is_some() || rules.additional.is_some() || rules.names.is_some();
        (bounded || !rules.properties.is_empty() || !rules.required.is_empty()).then_some(rules)
    }

    fn rare(&mut self, raw: &mut RawSchema) -> Option<RareRules> {
        let rules = RareRules {
            not: self.add_some(raw.not.take()),
            condition: self.add_some(raw.condition.take()),
            then_schema: self.add_some(raw.then_schema.take()),
            else_schema: self.add_some(raw.else_schema.take()),
        };
        (rules.not.is_some() || rules.condition.is_some()).then_some(rules)
    }

    fn apply_exceptions(&mut self, component: &str, id: SchemaId) {
        if exceptions::EMPTIES_ARE_ABSENT.contains(&component) {
            self.arena.schemas[id.0 as usize].empties_are_absent = true;
        }
        let Some(object) = &self.arena.schema(id).object else {
            return;
        };
        let named = object.properties.iter().filter(|(name, _)| exceptions::allows_empty(component, name));
        let places: Vec<SchemaId> = named.map(|(_, id)| *id).collect();
        for place in places {
            self.arena.schemas[place.0 as usize].empty_allowed = true;
        }
    }

    fn kinds(&self, schema: &Schema, depth: usize) -> Kinds {
        let Some(depth) = depth.checked_sub(1) else {
            return Kinds::ANY;
        };
        let mut kinds = match &*schema.types {
            [] => Kinds::ANY,
            types => types.iter().fold(Kinds::NONE, |kinds, kind| kinds.with(*kind)),
        };
        for part in &schema.all_of {
            kinds = kinds.and(self.kinds(self.arena.schema(*part), depth));
        }
        for union in &schema.unions {
            let of_branch = |branch: &SchemaId| self.kinds(self.arena.schema(*branch), depth);
            kinds = kinds.and(union.branches.iter().map(of_branch).fold(Kinds::NONE, Kinds::or));
        }
        kinds
    }
}

/// The types as written; where only values are listed, theirs.
fn types(raw: &RawSchema) -> Box<[Kind]> {
    if !raw.types.is_empty() {
        return raw.types.iter().map(|name| Kind::named(name)).collect();
    }
    let mut types = Vec::new();
    for kind in raw.values.iter().flatten().map(Kind::of) {
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    types.into()
}

fn allows_empty(raw: &RawSchema) -> bool {
    let is_empty = |value: &Value| value.as_str() == Some("");
    raw.min_length == Some(0)
        || raw.max_length == Some(0)
        || raw.default.as_ref().is_some_and(is_empty)
        || raw.values.iter().flatten().any(is_empty)
}

fn number(raw: &RawSchema) -> Option<NumberRules> {
    let rules = NumberRules { min: raw.minimum, max: raw.maximum, above: raw.exclusive_minimum };
    (rules.min.is_some() || rules.max.is_some() || rules.above.is_some()).then_some(rules)
}
