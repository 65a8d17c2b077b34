//! The limits of a retailer's own data: 16 KiB written without spaces, 8 levels deep.

use serde_json::{Map, Value};

use crate::FieldFault;

const BYTES: usize = 16 * 1024;
const LEVELS: usize = 8;

/// What is wrong with metadata, if anything. The object itself is the first level.
pub fn metadata_fault(field: &str, metadata: &Map<String, Value>) -> Option<FieldFault> {
    if !fit(metadata.values(), LEVELS) {
        return Some(FieldFault::invalid(field, "must not be nested deeper than 8 levels"));
    }
    (bytes_of(metadata) > BYTES).then(|| FieldFault::invalid(field, "must not be larger than 16 KiB"))
}

fn bytes_of(metadata: &Map<String, Value>) -> usize {
    let text = serde_json::to_vec(metadata).expect("a JSON value is JSON");
    text.len()
}

/// Whether a container with these members fits in so many levels, itself included.
fn fit<'v>(mut members: impl Iterator<Item = &'v Value>, levels: usize) -> bool {
    let Some(left) = levels.checked_sub(1) else {
        return false;
    };
    members.all(|member| match member {
        Value::Object(map) => fit(map.values(), left),
        Value::Array(list) => list_fits(list, left),
        _ => true,
    })
}

/// Apart from [`fit`], so that the types of the iterators do not nest.
fn list_fits(list: &[Value], levels: usize) -> bool {
    fit(list.iter(), levels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nested(levels: usize) -> Map<String, Value> {
        let inner = (1..levels).fold(
            json!(1),
            |inner, level| {
                if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) }
            },
        );
        Map::from_iter([("a".to_owned(), inner)])
    }

    #[test]
    fn eight_levels_and_16_kib_are_good_and_no_more() {
        let check = |what: &str, metadata: &Map<String, Value>, good: bool| {
            assert_eq!(metadata_fault("metadata", metadata).is_none(), good, "{what}");
        };
        check("empty", &Map::new(), true);
        check("8 levels", &nested(8), true);
        check("9 levels", &nested(9), false);
        check("200 levels", &nested(200), false);
        let sized = |bytes: usize| Map::from_iter([("a".to_owned(), json!("x".repeat(bytes - r#"{"a":""}"#.len())))]);
        check("16 KiB", &sized(BYTES), true);
        check("16 KiB and a byte", &sized(BYTES + 1), false);
    }
}
