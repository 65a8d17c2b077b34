//! Windows of time in lists: both ends belong to them, and moments are compared as they are printed, to the millisecond.

use aisle_model::{Millis, Moment};

use super::ranges::Condition;
use crate::Statement;

/// From and to; an absent end is open. A window whose ends cross is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// First moment that belongs to it.
    pub min: Option<Moment>,
    /// Last moment that belongs to it.
    pub max: Option<Moment>,
}

impl Window {
    /// Adds the conditions to a `where` that has others before. The texts are `" and created_at >= "` and
    /// `" and created_at < "`: columns are literals of the program.
    pub(crate) fn push(self, statement: &mut Statement, at_least: &'static str, below: &'static str) {
        if let Some(min) = self.first() {
            statement.push(at_least).bind(min);
        }
        if let Some(max) = self.behind() {
            statement.push(below).bind(max);
        }
    }

    /// The same as a condition that is counted first.
    pub(crate) fn condition(self, at_least: &'static str, below: &'static str) -> Condition {
        Condition::range((at_least, self.first()), (below, self.behind()))
    }

    fn first(self) -> Option<Moment> {
        self.min.map(to_millis)
    }

    fn behind(self) -> Option<Moment> {
        self.max.map(|max| to_millis(max).plus(Millis(1)))
    }
}

fn to_millis(moment: Moment) -> Moment {
    Moment::from_millis(moment.millis())
}
