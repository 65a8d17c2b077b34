//! What holds for the compiled contract as a whole.

use super::contract;
use crate::exceptions::{EMPTIES_ARE_ABSENT, EMPTY_ALLOWED};
use crate::operation::Shape;
use crate::schema::Kind;

#[test]
fn every_pattern_compiles() {
    let patterns = &contract().arena.patterns;
    assert!(patterns.len() > 20);
    for pattern in patterns {
        pattern.regex();
    }
}

/// An exception must name something of the contract, which must be a text of that component alone: marking a shared
/// component would let `""` through elsewhere.
#[test]
fn exceptions_are_needed_and_their_own() {
    let arena = &contract().arena;
    for (component, properties) in EMPTY_ALLOWED {
        let object = arena.schema(contract().component(component)).object.as_ref().unwrap();
        for property in *properties {
            let id = object.property(property).unwrap();
            assert!(arena.schema(id).types.contains(&Kind::String), "{component}.{property}");
            assert!(arena.schema(id).empty_allowed, "{component}.{property}");
            assert!(!contract().components.values().any(|named| *named == id), "{component}.{property}");
        }
    }
    for component in EMPTIES_ARE_ABSENT {
        assert!(arena.schema(contract().component(component)).empties_are_absent);
    }
}

/// A union that silently lost its discriminator would still work, slowly and with worse faults.
#[test]
fn discriminators_are_found() {
    let cases = [
        ("StoreEvent", "kind", 17, true),
        ("PaymentInfo", "paymentProvider", 6, false),
        ("ReviewDecision", "decision", 6, false),
        ("EntryCodeVerifyResult", "status", 2, false),
    ];
    let arena = &contract().arena;
    for (component, property, values, open) in cases {
        let unions = &arena.schema(contract().component(component)).unions;
        let found = unions[0].discriminator.as_ref().unwrap();
        let found = (&*found.property, found.branches.len(), found.otherwise.is_some());
        assert_eq!(found, (property, values, open), "{component}");
    }
}

#[test]
fn lists_of_a_query_split_as_documented() {
    let cases = [
        ("listCustomers", "externalId", Shape::FreeTextList),
        ("listCustomers", "paymentInstrumentProviderId", Shape::FreeTextList),
        ("listProducts", "sku", Shape::FreeTextList),
        ("listProducts", "id", Shape::List),
        ("listOrders", "status", Shape::List),
        ("listOrders", "id", Shape::One),
    ];
    for (operation, name, shape) in cases {
        let parameters = &contract().operation(operation).unwrap().parameters;
        let found = parameters.iter().find(|parameter| &*parameter.name == name).unwrap();
        assert_eq!(found.shape, shape, "{operation} {name}");
    }
}
