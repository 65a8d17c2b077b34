//! The beat of this node, and what it hears of the others'.
//!
//! Promises: a node may count on its leases and claims for five seconds from the beginning of its last good beat ([`Proof`]);
//! the others remove it after ten seconds in which they could hear and heard no new beat, so it stops well before they
//! take over. Seconds are those of each node's own monotonic clock, and beats are counted: no clock is compared with
//! another's, and none that is set can make a node seem dead or alive.
//! Deliberately absent: proof against a machine that sleeps and wakes between a look at the proof and the work behind it.
//! Leases have epochs and claims have numbers for that.

use std::collections::HashMap;
use std::time::Duration;

use aisle_database::rows;
use aisle_database::rows::nodes::Beat;
use aisle_model::Moment;
use aisle_operations::{App, Failure};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A node is dead after this without a beat.
const DEAD_AFTER: Duration = Duration::from_secs(10);
/// How long a beat proves that this node is alive.
const PROVES_FOR: Duration = Duration::from_secs(5);
const BEAT: Duration = Duration::from_secs(1);
/// A beat that takes longer is a missed one.
const LONGEST_BEAT: Duration = Duration::from_secs(4);
/// A clock that is off by more is worth a warning.
const MICROS_OFF: i64 = 1_000_000;
const WARN_EVERY: Duration = Duration::from_mins(1);

/// Whether this node is known to be alive, and so may count on what it holds.
#[derive(Clone)]
pub struct Proof {
    until: watch::Receiver<Instant>,
}

/// No proof yet, and how to give one: the moment until which it holds.
pub fn proof() -> (watch::Sender<Instant>, Proof) {
    let (give, until) = watch::channel(Instant::now());
    (give, Proof { until })
}

impl Proof {
    /// Whether it holds now.
    pub fn holds(&self) -> bool {
        Instant::now() < *self.until.borrow()
    }

    /// Resolves when it holds.
    pub async fn given(&self) {
        let mut until = self.until.clone();
        if until.wait_for(|until| Instant::now() < *until).await.is_err() {
            std::future::pending().await
        }
    }

    /// Resolves when it does not hold.
    pub async fn lost(&self) {
        let mut until = self.until.clone();
        loop {
            let end = *until.borrow_and_update();
            if Instant::now() >= end {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep_until(end) => {}
                // Nobody gives any more: the end comes by itself.
                changed = until.changed() => if changed.is_err() { tokio::time::sleep_until(end).await }
            }
        }
    }
}

/// Beats until told to stop, and removes nodes that have fallen silent.
pub async fn run(app: App, stop: CancellationToken, proven: watch::Sender<Instant>) {
    let mut roster = Roster::default();
    let mut warned_at = None;
    let mut is_first = true;
    while !stop.is_cancelled() {
        let begun = Instant::now();
        match tokio::time::timeout(LONGEST_BEAT, beat(&app, is_first)).await {
            Ok(Ok(heard)) => {
                is_first = false;
                proven.send_replace(begun + PROVES_FOR);
                if let Some(micros) = heard.micros_off {
                    warn_of_clock(&mut warned_at, micros);
                }
                bury(&app, roster.silent(begun, heard.others)).await;
            }
            Ok(Err(failure)) => tracing::warn!(%failure, "this node cannot beat"),
            Err(_) => tracing::warn!("a beat of this node took too long"),
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(BEAT) => {}
        }
    }
}

/// What a beat heard.
struct Heard {
    others: Vec<Beat>,
    /// How far this node's clock is ahead of the database's, for certain; `None` where the database has none.
    micros_off: Option<i64>,
}

async fn beat(app: &App, is_first: bool) -> Result<Heard, Failure> {
    let this = app.clone();
    let change = app.database.change(move |c| {
        let app = this.clone();
        Box::pin(async move {
            rows::nodes::beat(c, &app.node, None).await?;
            if is_first && !c.is_postgres() {
                rows::nodes::remove_others(c, &app.node).await?;
            }
            let before = app.clock.now();
            let theirs = rows::nodes::clock(c).await?;
            let micros_off = theirs.map(|theirs| ahead(before, theirs, app.clock.now()));
            Ok(Heard { others: rows::nodes::others(c, &app.node).await?, micros_off })
        })
    });
    change.await
}

/// How far our clock, which showed `before` and then `after`, is ahead of one that showed `theirs` in between: at least
/// so much, or less than nothing when it is behind.
fn ahead(before: Moment, theirs: Moment, after: Moment) -> i64 {
    let (most, least) = (after.micros_since(theirs), before.micros_since(theirs));
    if least > 0 { least } else { most.min(0) }
}

fn warn_of_clock(warned_at: &mut Option<Instant>, micros_off: i64) {
    let seconds = micros_off as f64 / 1e6;
    metrics::gauge!("aisle_node_clock_ahead_seconds").set(seconds);
    if micros_off.abs() <= MICROS_OFF || warned_at.is_some_and(|at| at.elapsed() < WARN_EVERY) {
        return;
    }
    *warned_at = Some(Instant::now());
    tracing::warn!(
        seconds,
        "this node's clock is ahead of the database's, or behind it when negative; set the machines' clocks and restart it"
    );
}

async fn bury(app: &App, silent: Vec<Beat>) {
    for beat in silent {
        let dead = beat.clone();
        let change = app.database.change(move |c| {
            let dead = dead.clone();
            Box::pin(async move { rows::nodes::remove_silent(c, &dead).await.map_err(Failure::from) })
        });
        match change.await {
            Ok(true) => tracing::warn!(node = beat.node, "a node has fallen silent; what it held is taken over"),
            Ok(false) => {}
            Err(failure) => tracing::warn!(%failure, node = beat.node, "a silent node could not be removed"),
        }
    }
}

/// Says that this node has stopped, so that others need not wait for its death. To be called when nothing works any more.
pub async fn sign_off(app: &App) {
    let node = app.node.clone();
    let change = app.database.change(move |c| {
        let node = node.clone();
        Box::pin(async move { rows::nodes::remove(c, &node).await.map_err(Failure::from) })
    });
    if let Err(failure) = change.await {
        tracing::warn!(%failure, "this node could not sign off; it counts as dead in ten seconds");
    }
}

/// What was heard of the other nodes.
#[derive(Default)]
struct Roster {
    heard_at: Option<Instant>,
    /// The latest count of each, and since when it is the same.
    counts: HashMap<String, (i64, Instant)>,
}

impl Roster {
    /// Takes in the latest counts; answers who has been silent for too long. Who was deaf itself, as all are while the
    /// database is away, begins to listen anew.
    fn silent(&mut self, now: Instant, latest: Vec<Beat>) -> Vec<Beat> {
        let was_deaf = self.heard_at.is_none_or(|at| now.duration_since(at) > PROVES_FOR);
        self.heard_at = Some(now);
        let known = std::mem::take(&mut self.counts);
        let mut silent = Vec::new();
        for beat in latest {
            let same = known.get(&beat.node).filter(|(count, _)| *count == beat.count && !was_deaf);
            let since = same.map_or(now, |(_, since)| *since);
            self.counts.insert(beat.node.clone(), (beat.count, since));
            if now.duration_since(since) >= DEAD_AFTER {
                silent.push(beat);
            }
        }
        silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(counts: &[(&str, i64)]) -> Vec<Beat> {
        counts.iter().map(|(node, count)| Beat { node: (*node).to_owned(), count: *count }).collect()
    }

    #[test]
    fn who_is_silent_for_ten_seconds_of_listening_is_dead() {
        let mut roster = Roster::default();
        let start = Instant::now();
        let mut check = |second: u64, heard: &[(&str, i64)], silent: &[(&str, i64)]| {
            let now = start + Duration::from_secs(second);
            assert_eq!(roster.silent(now, beats(heard)), beats(silent), "after {second} s");
        };
        check(0, &[("a", 1), ("b", 7)], &[]);
        for second in 1..10 {
            check(second, &[("a", 1 + second.cast_signed()), ("b", 7)], &[]);
        }
        check(10, &[("a", 11), ("b", 7), ("c", 1)], &[("b", 7)]);
        check(11, &[("a", 11), ("c", 1)], &[]);
        // Nobody could beat or hear for half a minute.
        check(41, &[("a", 11), ("c", 1)], &[]);
        for second in 42..51 {
            check(second, &[("a", 12), ("c", 1)], &[]);
        }
        check(51, &[("a", 12), ("c", 1)], &[("c", 1)]);
        check(52, &[("a", 12)], &[("a", 12)]);
        // It came back and counts from the start.
        check(53, &[("a", 1)], &[]);
    }

    #[test]
    fn a_clock_is_off_by_what_the_way_cannot_explain() {
        let at = Moment::from_millis;
        let check = |before, theirs, after, millis: i64| {
            assert_eq!(ahead(at(before), at(theirs), at(after)), millis * 1000, "{before} {theirs} {after}");
        };
        check(100, 150, 200, 0);
        check(5_100, 150, 5_200, 4_950);
        check(100, 9_000, 200, -8_800);
    }

    #[tokio::test(start_paused = true)]
    async fn a_proof_ends_by_itself_and_comes_again() {
        let (give, proof) = proof();
        assert!(!proof.holds());
        give.send_replace(Instant::now() + PROVES_FOR);
        proof.given().await;
        assert!(proof.holds());
        let begun = Instant::now();
        proof.lost().await;
        assert!(!proof.holds() && begun.elapsed() >= PROVES_FOR);
        give.send_replace(Instant::now() + PROVES_FOR);
        assert!(proof.holds());
        drop(give);
        proof.lost().await;
        assert!(!proof.holds());
    }
}
