//! Cursors of lists: opaque text that carries a place in the list, so that a page stays right while rows come and go.
//!
//! A cursor is base64url of the list's name, its order and the place (sort key and id). Whatever does not read as one is a
//! plain id, which stands for the place of that row. A cursor of another list or order is refused, for its sort key would
//! mean something else.
//! Not here: finding rows. An operation takes places, and gives the places to go on from.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// One list in one order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursors<'o> {
    /// Its name, which no other list has.
    pub(crate) list: &'static str,
    /// What it is ordered by.
    pub(crate) order: &'o str,
}

/// What a caller gave as `after` or `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cursor<P> {
    /// From an earlier page.
    Place(P),
    /// The id of a row.
    Id(String),
}

/// Where the page begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start<P> {
    First,
    After(Cursor<P>),
    Before(Cursor<P>),
}

/// The neighbouring pages, as lists show them.
#[derive(Debug, Serialize)]
pub(crate) struct Pagination {
    next: Option<Next>,
    previous: Option<Previous>,
}

#[derive(Debug, Serialize)]
struct Next {
    after: String,
    count: i64,
}

#[derive(Debug, Serialize)]
struct Previous {
    before: String,
    count: i64,
}

#[derive(Serialize, Deserialize)]
struct Written<L, O, P>(L, O, P);

impl Cursors<'_> {
    /// Where the page begins or ends. Both at once were refused with the rest of the query.
    ///
    /// # Errors
    /// 422 on the parameter that carries a cursor of another list or order.
    pub(crate) fn start<P: DeserializeOwned>(
        &self,
        after: Option<&str>,
        before: Option<&str>,
    ) -> Result<Start<P>, Problem> {
        match (after, before) {
            (None, None) => Ok(Start::First),
            (Some(after), _) => self.read(after).map(Start::After).ok_or(Problem::query("after")),
            (None, Some(before)) => self.read(before).map(Start::Before).ok_or(Problem::query("before")),
        }
    }

    /// The neighbouring pages of a page of `count`; a place is where the next page begins, or the previous one ends.
    pub(crate) fn pagination<P: Serialize>(&self, next: Option<&P>, previous: Option<&P>, count: i64) -> Pagination {
        let next = next.map(|place| Next { after: self.write(place), count });
        let previous = previous.map(|place| Previous { before: self.write(place), count });
        Pagination { next, previous }
    }

    /// A place as a cursor.
    pub(crate) fn write<P: Serialize>(&self, place: &P) -> String {
        let written = Written(self.list, self.order, place);
        let json = serde_json::to_vec(&written).expect("places hold nothing that JSON cannot say");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// `None` for a cursor of another list or order.
    fn read<P: DeserializeOwned>(&self, text: &str) -> Option<Cursor<P>> {
        let json = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let Ok(Written(list, order, place)) =
            serde_json::from_slice::<Written<String, String, serde_json::Value>>(&json)
        else {
            return Some(Cursor::Id(text.to_owned()));
        };
        if list != self.list || order != self.order {
            return None;
        }
        serde_json::from_value(place).ok().map(Cursor::Place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Cursors<'static> = Cursors { list: "stores", order: "name" };

    #[test]
    fn a_cursor_is_read_by_its_own_list_and_order_only() {
        let page = NAMES.pagination(Some(&("Söder", 7_i64)), None, 20);
        let after = page.next.unwrap().after;
        let start = |cursors: Cursors<'_>| cursors.start::<(String, i64)>(Some(&after), None);
        assert_eq!(start(NAMES).unwrap(), Start::After(Cursor::Place(("Söder".to_owned(), 7))));
        assert!(start(Cursors { order: "id", ..NAMES }).is_err());
        assert!(start(Cursors { list: "sessions", ..NAMES }).is_err());
        let of_another_kind = NAMES.start::<(i64, i64)>(Some(&after), None);
        assert!(of_another_kind.is_err());
    }

    #[test]
    fn what_is_no_cursor_is_an_id() {
        for id in ["7", "d3a00526-1864-4f6e-bb2d-46e3ab7fa780", "WyJhIl0", "\u{0}", "änd"] {
            let start = NAMES.start::<(String, i64)>(None, Some(id));
            assert_eq!(start.unwrap(), Start::Before(Cursor::Id(id.to_owned())), "{id:?}");
        }
    }
}
