//! How a path names a shelf: `2-5` is shelf 5 of gondola 2.

use aisle_model::GondolaId;

/// A shelf of some store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShelfId {
    /// The furniture.
    pub gondola: GondolaId,
    /// Counted from the bottom.
    pub shelf_index: i64,
}

impl ShelfId {
    /// Reads the one spelling of an id; any other names no shelf.
    pub fn parse(text: &str) -> Option<Self> {
        let (gondola, shelf) = text.split_once('-')?;
        let id = Self { gondola: GondolaId(gondola.parse().ok()?), shelf_index: shelf.parse().ok()? };
        let is_natural = id.gondola.0 >= 0 && id.shelf_index >= 0;
        (is_natural && id.to_string() == text).then_some(id)
    }
}

impl std::fmt::Display for ShelfId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.gondola, self.shelf_index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let check = |text: &str, expected: Option<(i64, i64)>| {
            let read = ShelfId::parse(text).map(|id| (id.gondola.0, id.shelf_index));
            assert_eq!(read, expected, "{text}");
        };
        check("2-5", Some((2, 5)));
        check("0-0", Some((0, 0)));
        check("49427929792799-12", Some((49_427_929_792_799, 12)));
        for other in ["2", "-2-5", "2--5", "02-5", "2-5-1", "2-+5", "a-b", "9999999999999999999-1", " 2-5"] {
            check(other, None);
        }
    }
}
