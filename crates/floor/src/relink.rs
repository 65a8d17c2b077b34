//! Which new track continues somebody who is out of sight.

use aisle_model::{Moment, SourceName};

use crate::Floor;
use crate::arrivals::Newcomer;
use crate::person::{Person, Whereabouts};
use crate::plan::Plan;
use crate::spot::Spot;

/// Two fits nearer to each other than this are no answer.
const TIE: f64 = 0.05;
/// In a crowd with more possible pairs nobody can be told apart, and nobody is joined.
const MOST_FITS: usize = 4096;
/// Somebody may have gone this much further than the speed says, metres.
const SLACK_M: f64 = 1.0;

/// A pair that fits: `score` is the similarity of looks, absent when one has none to compare.
struct Fit {
    newcomer: usize,
    person: u64,
    score: Option<f64>,
}

impl Floor {
    /// For each newcomer the person they continue.
    pub(crate) fn continued(
        &self,
        newcomers: &[Newcomer],
        at: Moment,
        complete_by: Option<&SourceName>,
        plan: &Plan,
    ) -> Vec<Option<u64>> {
        let is_candidate = |n: &Newcomer| !n.at_gate && !plan.is_outside(n.spot, true);
        let eligible: Vec<bool> = newcomers.iter().map(is_candidate).collect();
        let mut fits = Vec::new();
        if eligible.contains(&true) {
            for person in self.people.iter() {
                if is_lost(person, at, complete_by, plan) {
                    let some = newcomers.iter().enumerate().filter(|(n, _)| eligible[*n]);
                    let reached = reachable(person, at, plan);
                    let near =
                        some.filter(|(_, new)| reached.is_some_and(|(spot, reach)| spot.is_within(new.spot, reach)));
                    fits.extend(near.filter_map(|(n, new)| fit(person, n, new, plan)));
                    if fits.len() > MOST_FITS {
                        return vec![None; newcomers.len()];
                    }
                }
            }
        }
        let chosen = |n: usize| best_for(n, &fits).map(|fit| fit.person);
        (0..newcomers.len()).map(chosen).collect()
    }
}

fn is_lost(person: &Person, at: Moment, complete_by: Option<&SourceName>, plan: &Plan) -> bool {
    let window = plan.settings().tracking.relink_window_ms.saturating_mul(1000);
    person.whereabouts == Whereabouts::Inside
        && person.is_tracked()
        && person.sight.is_unseen(at, complete_by)
        && at.micros_since(person.sight.seen_at) <= window
        && person.sight.last.is_some_and(|last| !plan.is_at_exit_gate(last.spot))
}

/// Where somebody was last, and how far they may be from there.
fn reachable(person: &Person, at: Moment, plan: &Plan) -> Option<(Spot, f64)> {
    let last = person.sight.last?;
    let seconds = at.micros_since(last.at) as f64 / 1e6;
    let reach = plan.settings().tracking.relink_speed_mps * seconds + SLACK_M;
    Some((last.spot, reach))
}

fn fit(person: &Person, n: usize, new: &Newcomer, plan: &Plan) -> Option<Fit> {
    let tracking = &plan.settings().tracking;
    let looks = person.sight.looks.as_ref().zip(new.looks.as_ref());
    let score = looks.and_then(|(was, is)| was.similarity(is));
    let is_alike = score.is_none_or(|score| score >= tracking.relink_similarity);
    is_alike.then_some(Fit { newcomer: n, person: person.number, score })
}

/// The fit of a newcomer that is the best one for both; by looks first, else the only one in both directions.
fn best_for(newcomer: usize, fits: &[Fit]) -> Option<&Fit> {
    let own = || fits.iter().filter(|fit| fit.newcomer == newcomer);
    let best = own().filter(|fit| fit.score.is_some()).max_by(|a, b| {
        let (a, b) = (a.score.unwrap_or(0.0), b.score.unwrap_or(0.0));
        a.total_cmp(&b)
    });
    if let Some(best) = best {
        let score = best.score?;
        let rivals = |fit: &&Fit| {
            let is_other = fit.newcomer != best.newcomer || fit.person != best.person;
            let shares = fit.newcomer == best.newcomer || fit.person == best.person;
            is_other && shares && fit.score.is_some_and(|other| other > score - TIE)
        };
        return (!fits.iter().any(|fit| rivals(&fit))).then_some(best);
    }
    let only = own().next()?;
    let of_person = fits.iter().filter(|fit| fit.person == only.person);
    (own().count() == 1 && of_person.count() == 1).then_some(only)
}
