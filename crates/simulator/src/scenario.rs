//! Who comes, how many at once, how often, and with what codes.

use aisle_model::Millis;
use rand::Rng;
use rand::distr::weighted::WeightedIndex;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

const BUILT_IN: [(&str, &str); 4] = [
    ("singles", include_str!("../scenarios/singles.toml")),
    ("groups", include_str!("../scenarios/groups.toml")),
    ("bad-codes", include_str!("../scenarios/bad-codes.toml")),
    ("busy", include_str!("../scenarios/busy.toml")),
];
const MOST_IN_A_GROUP: usize = 4;

/// Why a scenario cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioFault {
    /// Not TOML, or not the fields of a scenario.
    #[error("the scenario cannot be read: {0}")]
    Unreadable(String),
    /// A value that means nothing.
    #[error("the scenario's `{field}` must be {rule}")]
    Value {
        /// Which.
        field: &'static str,
        /// What would be good.
        rule: &'static str,
    },
}

/// What kind of day it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Parties (one code each) in all.
    pub parties: u32,
    /// Weights of parties of one, two, three and four people.
    pub sizes: Vec<u32>,
    /// Share of codes that are bad, 0 to 1.
    pub bad_codes: f64,
    /// Mean arrivals in a minute of store time.
    pub arrivals_per_minute: f64,
    /// Nobody arrives after so many minutes of store time.
    #[serde(default)]
    pub minutes: Option<f64>,
    /// Share of the codes that are presented by a verify call instead of an event, at devices that may do either.
    #[serde(default = "half")]
    pub verify_calls: f64,
}

/// What is wrong with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCode {
    /// Nobody ever made it.
    Unknown,
    /// Its time is over.
    Expired,
    /// Somebody came in on it before.
    Used,
}

/// One party before it is sent on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// From 0.
    pub number: u32,
    /// After the beginning of the simulation, store time.
    pub arrives: Millis,
    /// 1 to 4.
    pub people: u32,
    /// `None` for a good code.
    pub bad: Option<BadCode>,
    /// Whether the code is presented by a verify call, where the device allows either.
    pub by_call: bool,
}

impl Scenario {
    /// Reads and judges a scenario file.
    pub fn read(text: &str) -> Result<Scenario, ScenarioFault> {
        let scenario: Scenario = toml::from_str(text).map_err(|error| ScenarioFault::Unreadable(error.to_string()))?;
        scenario.judge()?;
        Ok(scenario)
    }

    /// One that comes with the program: `singles`, `groups`, `bad-codes`, `busy`.
    ///
    /// # Panics
    /// Never: a test reads every one of them.
    pub fn named(name: &str) -> Option<Scenario> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Scenario::read(text).expect("a test reads every scenario that comes with the program"))
    }

    /// The names of those that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The same parties for the same chance, one after the other, without end unless the scenario has one.
    ///
    /// # Panics
    /// For weights that [`Scenario::read`] refuses.
    pub fn parties(&self, limit: Limit, mut chance: ChaCha8Rng) -> impl Iterator<Item = Party> {
        let sizes = WeightedIndex::new(&self.sizes).expect("weights were judged when it was read");
        let mean_ms = 60_000.0 / self.arrivals_per_minute;
        let latest = self.minutes.map(|minutes| minutes * 60_000.0);
        let (bad_codes, verify_calls) = (self.bad_codes, self.verify_calls);
        let count = match limit {
            Limit::Scenario => self.parties,
            Limit::Parties(parties) => parties,
            Limit::Endless => u32::MAX,
        };
        let mut arrives_ms = 0.0;
        (0..count)
            .map(move |number| {
                arrives_ms -= (1.0 - chance.random::<f64>()).ln() * mean_ms;
                let kinds = [BadCode::Unknown, BadCode::Expired, BadCode::Used];
                let people = chance.sample(&sizes) + 1;
                let bad = chance.random_bool(bad_codes);
                let kind = kinds.choose(&mut chance).copied();
                let party = Party {
                    number,
                    arrives: whole_millis(arrives_ms),
                    people: u32::try_from(people).unwrap_or(1),
                    bad: kind.filter(|_| bad),
                    by_call: chance.random_bool(verify_calls),
                };
                (party, arrives_ms)
            })
            .take_while(move |(_, arrives_ms)| latest.is_none_or(|latest| *arrives_ms <= latest))
            .map(|(party, _)| party)
    }

    fn judge(&self) -> Result<(), ScenarioFault> {
        let rule = |is_kept: bool, field: &'static str, rule: &'static str| {
            if is_kept { Ok(()) } else { Err(ScenarioFault::Value { field, rule }) }
        };
        let sizes = &self.sizes;
        let some_size = sizes.iter().any(|weight| *weight > 0) && sizes.len() <= MOST_IN_A_GROUP;
        rule(some_size, "sizes", "one to four weights, not all zero")?;
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        rule(is_share(self.bad_codes), "bad_codes", "from 0 to 1")?;
        rule(is_share(self.verify_calls), "verify_calls", "from 0 to 1")?;
        let rate = self.arrivals_per_minute;
        rule(rate > 0.0 && rate <= 6000.0, "arrivals_per_minute", "above 0 and at most 6000")?;
        let minutes = self.minutes.unwrap_or(1.0);
        rule(minutes > 0.0 && minutes.is_finite(), "minutes", "above 0")
    }
}

/// How many parties come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// As many as the scenario says.
    Scenario,
    /// So many.
    Parties(u32),
    /// Until somebody stops it.
    Endless,
}

#[allow(clippy::cast_possible_truncation, reason = "a saturating cast of milliseconds")]
fn whole_millis(millis: f64) -> Millis {
    Millis(millis as i64)
}

fn half() -> f64 {
    0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn parties(scenario: &Scenario, limit: Limit) -> Vec<Party> {
        scenario.parties(limit, ChaCha8Rng::seed_from_u64(3)).collect()
    }

    #[test]
    fn scenarios_that_come_with_the_program_are_good() {
        for name in Scenario::names() {
            let scenario = Scenario::named(name).unwrap();
            assert_eq!(parties(&scenario, Limit::Scenario).len(), scenario.parties as usize, "{name}");
        }
        assert_eq!(Scenario::named("nobody"), None);
    }

    #[test]
    fn parties_are_as_the_scenario_says() {
        let busy = Scenario::named("busy").unwrap();
        let many = parties(&busy, Limit::Parties(2_000));
        assert_eq!(many, parties(&busy, Limit::Parties(2_000)));
        assert!(many.iter().all(|party| (1..=4).contains(&party.people)));
        assert!(many.is_sorted_by_key(|party| party.arrives));
        let share = |is: &dyn Fn(&Party) -> bool| many.iter().filter(|party| is(party)).count();
        assert!((100..300).contains(&share(&|party| party.bad.is_some())));
        assert!((1_100..1_300).contains(&share(&|party| party.people == 1)));
        let minutes = many[1_999].arrives.0 / 60_000;
        assert!((60..74).contains(&minutes), "{minutes}");
    }

    #[test]
    fn arrivals_end_when_the_time_is_over() {
        let mut scenario = Scenario::named("busy").unwrap();
        scenario.minutes = Some(2.0);
        let few = parties(&scenario, Limit::Endless);
        assert!((40..80).contains(&few.len()), "{}", few.len());
        assert!(few.iter().all(|party| party.arrives.0 <= 120_000));
    }

    #[test]
    fn senseless_scenarios_are_refused() {
        let check = |change: &str, expected: &str| {
            let text = include_str!("../scenarios/singles.toml").replace("sizes = [1]", "");
            let text = if change.starts_with("sizes") {
                format!("{text}{change}")
            } else {
                format!("{text}sizes=[1]\n{change}")
            };
            let fault = Scenario::read(&text).unwrap_err().to_string();
            assert!(fault.contains(expected), "{fault}");
        };
        check("sizes = []", "`sizes`");
        check("sizes = [0, 0]", "`sizes`");
        check("sizes = [1, 1, 1, 1, 1]", "`sizes`");
        check("minutes = 0.0", "`minutes`");
        check("minutes = nan", "`minutes`");
        check("verify_calls = 2.0", "`verify_calls`");
        check("weather = 1", "unknown field");
    }
}
