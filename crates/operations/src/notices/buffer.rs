//! One session in one zone, for a setting in buffered mode: entered when a first member has been in for the buffer's
//! time, left when nobody has been in for as long. Shorter visits and shorter absences are not told.
//!
//! Pure: `due` moments are wall time and come from outside.

use aisle_model::store::ShopperFlag;
use aisle_model::{Moment, ShopperId};
use serde::{Deserialize, Serialize};

/// Who is in the zone, and what was told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct ZoneBuffer {
    /// Whether *entered* was told, so that *left* is owed.
    told: bool,
    /// Who is in, in the order of coming.
    members: Vec<Step>,
    /// The last one out, while an absence is not told yet.
    leaving: Option<Step>,
}

/// Somebody's crossing and the end of its wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    pub shopper: ShopperId,
    pub flags: Vec<ShopperFlag>,
    /// The crossing itself, store clock.
    pub at: Moment,
    /// When it has lasted, wall time.
    pub due: Moment,
}

/// A change that has lasted and is to be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lasted {
    Entered(Step),
    Left(Step),
}

impl ZoneBuffer {
    /// A member came in.
    pub fn enter(&mut self, step: Step) {
        self.leaving = None;
        self.members.retain(|member| member.shopper != step.shopper);
        self.members.push(step);
    }

    /// A member went out. One who was not in changes nothing.
    pub fn leave(&mut self, step: Step) {
        let before = self.members.len();
        self.members.retain(|member| member.shopper != step.shopper);
        if self.told && self.members.is_empty() && before > 0 {
            self.leaving = Some(step);
        }
    }

    /// The change that has lasted by `now`, if any; it counts as told from here on.
    pub fn lasted(&mut self, now: Moment) -> Option<Lasted> {
        if self.next_due().is_none_or(|due| due > now) {
            return None;
        }
        self.end_wait().or_else(|| {
            self.told = true;
            self.first_in().map(Lasted::Entered)
        })
    }

    /// The absence that waits, told at once because the store was left.
    pub fn end_wait(&mut self) -> Option<Lasted> {
        let step = self.leaving.take()?;
        self.told = false;
        Some(Lasted::Left(step))
    }

    /// When something will have lasted.
    pub fn next_due(&self) -> Option<Moment> {
        if let Some(step) = &self.leaving {
            return Some(step.due);
        }
        if self.told {
            return None;
        }
        self.first_in().map(|step| step.due)
    }

    /// Whether nobody is in and nothing is owed.
    pub fn is_over(&self) -> bool {
        !self.told && self.members.is_empty()
    }

    fn first_in(&self) -> Option<Step> {
        self.members.iter().min_by_key(|member| member.due).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps `+A@1000` (in), `-A@1500` (out), `!` (the store is left) and what is told by when, with a buffer of 2 s.
    fn check(steps: &str, expected: &str) {
        let mut buffer = ZoneBuffer::default();
        let mut told = Vec::new();
        let mut note = |lasted: Option<Lasted>, now: i64| match lasted {
            Some(Lasted::Entered(step)) => {
                told.push(format!("+{}@{}:{now}", step.shopper, step.at.millis()));
            }
            Some(Lasted::Left(step)) => {
                told.push(format!("-{}@{}:{now}", step.shopper, step.at.millis()));
            }
            None => {}
        };
        let mut clock = 0;
        for word in steps.split(' ') {
            let (what, at) = word.split_once('@').unwrap();
            let at: i64 = at.parse().unwrap();
            while clock < at {
                clock += 100;
                note(buffer.lasted(Moment::from_millis(clock)), clock);
            }
            let step = Step {
                shopper: ShopperId::from(&what[1..]),
                flags: Vec::new(),
                at: Moment::from_millis(at),
                due: Moment::from_millis(at + 2000),
            };
            match &what[..1] {
                "+" => buffer.enter(step),
                "-" => buffer.leave(step),
                "!" => note(buffer.end_wait(), at),
                _ => {}
            }
        }
        assert_eq!(told.join(" "), expected, "{steps}");
    }

    #[test]
    fn only_what_lasts_is_told() {
        for (steps, expected) in [
            ("+A@1000 .@5000", "+A@1000:3000"),
            ("+A@1000 -A@2900 .@9000", ""),
            ("+A@1000 +B@1500 .@9000", "+A@1000:3000"),
            ("+A@1000 +B@1500 -A@2000 .@9000", "+B@1500:3500"),
            ("+A@1000 -A@4000 .@9000", "+A@1000:3000 -A@4000:6000"),
            ("+A@1000 -A@4000 +A@5900 .@9000", "+A@1000:3000"),
            ("+A@1000 -A@4000 +B@5900 -B@7000 .@9900", "+A@1000:3000 -B@7000:9000"),
            ("+A@1000 +B@1100 -A@4000 .@9000 -B@9100 .@12000", "+A@1000:3000 -B@9100:11100"),
            ("+A@1000 -A@4000 !@4100 .@9000", "+A@1000:3000 -A@4000:4100"),
            ("+A@1000 -A@2000 !@2100 .@9000", ""),
            ("+A@1000 +B@1000 -A@4000 !@4100 .@9000", "+A@1000:3000"),
            ("-A@1000 .@9000", ""),
            ("+A@1000 +A@2000 .@9000", "+A@2000:4000"),
            (
                "+A@1000 -A@4000 .@7000 +A@8000 -A@11000 .@15000",
                "+A@1000:3000 -A@4000:6000 +A@8000:10000 -A@11000:13000",
            ),
        ] {
            check(steps, expected);
        }
    }

    #[test]
    fn a_buffer_is_over_when_nobody_is_in_and_nothing_is_owed() {
        let step =
            Step { shopper: "A".into(), flags: Vec::new(), at: Moment::from_millis(0), due: Moment::from_millis(1) };
        let mut buffer = ZoneBuffer::default();
        assert!(buffer.is_over());
        buffer.enter(step.clone());
        assert!(!buffer.is_over());
        assert!(buffer.lasted(step.due).is_some());
        buffer.leave(step);
        assert!(!buffer.is_over());
        assert!(buffer.end_wait().is_some());
        assert!(buffer.is_over());
    }
}
