//! Neighbouring pages of lists that are paged by number.

use serde::Serialize;

/// The contract's `CommerceOffsetPagination`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pages {
    previous: Option<Neighbour>,
    next: Option<Neighbour>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Neighbour {
    offset: i64,
    count: i64,
}

impl Pages {
    /// Of a page of `count` rows behind `offset` rows. The one before is shorter where there is no room for a whole one.
    pub(super) fn around(offset: i64, count: i64, goes_on: bool) -> Self {
        let previous = (offset > 0).then(|| Neighbour { offset: (offset - count).max(0), count: count.min(offset) });
        let next = goes_on.then(|| Neighbour { offset: offset + count, count });
        Self { previous, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_touch_and_never_overlap() {
        let check = |offset, count, goes_on, previous: Option<(i64, i64)>, next: Option<(i64, i64)>| {
            let neighbour = |at: Option<(i64, i64)>| at.map(|(offset, count)| Neighbour { offset, count });
            let expected = Pages { previous: neighbour(previous), next: neighbour(next) };
            assert_eq!(Pages::around(offset, count, goes_on), expected, "{offset} {count}");
        };
        check(0, 50, false, None, None);
        check(0, 50, true, None, Some((50, 50)));
        check(100, 50, true, Some((50, 50)), Some((150, 50)));
        check(20, 50, false, Some((0, 20)), None);
    }
}
