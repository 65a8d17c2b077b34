//! The dispatcher: one task that owns all that is in memory, and hands claims, calls, look-ups and settlements to tasks of
//! its own. It never waits for any one of them.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aisle_database::rows::deliveries::{self, Head};
use aisle_database::rows::lanes::Claim;
use aisle_model::WebhookId;
use aisle_operations::{App, Failure};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Limits;
use super::calling::{Called, call};
use super::claiming::{Claimed, Wanted, claim, release_strays};
use super::queue::{Lane, Queue};
use super::schedule::Verdict;
use super::settling::{Settled, Written, write};
use crate::nodes::Proof;

/// A lost bell costs this.
const POLL: Duration = Duration::from_secs(1);
/// How often claims are looked for that nobody works on.
const LOOK_FOR_STRAYS: Duration = Duration::from_secs(2);
/// What others were writing to is written again after this.
const PUT_OFF: Duration = Duration::from_millis(5);
/// More than any lane holds: settles whatever its row still counts.
const ALL: i64 = i64::MAX / 2;

/// Delivers until told to stop: what is under way is finished and written down, what is only claimed is given back.
pub async fn run_deliveries(app: App, stop: CancellationToken, proof: Proof) {
    Dispatcher::new(app, Limits::default()).run(stop, proof).await;
}

/// Delivers notices. Dropping it cuts the calls under way off, as a crash does.
#[allow(clippy::struct_excessive_bools, reason = "each says what is under way, and all combinations occur")]
pub struct Dispatcher {
    app: App,
    limits: Limits,
    queues: HashMap<WebhookId, Queue>,
    /// Every claim that is not known to have ended.
    held: HashSet<Claim>,
    unsettled: Vec<Settled>,
    tasks: JoinSet<Event>,
    mode: Mode,
    claiming: bool,
    writing: bool,
    claim_wanted: bool,
    /// Whether the latest claim left something due behind.
    full: bool,
    next_poll: Instant,
    next_look_for_strays: Instant,
    /// After a failed settlement nothing is written until then.
    write_after: Instant,
}

/// What may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Working,
    /// Nothing, until it is proven again that this node is alive: others may be sending what it holds.
    Halted,
    /// Nothing any more.
    Stopping,
}

enum Event {
    Looked(Result<(), Failure>),
    Claimed(Box<Result<Claimed, Failure>>),
    Called(Box<Called>),
    Loaded { claim: Claim, webhook: WebhookId, next: Box<Result<Option<Head>, Failure>> },
    Written { batch: Vec<Settled>, outcome: Result<Written, Failure> },
}

impl Dispatcher {
    /// One that holds nothing yet.
    pub fn new(app: App, limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            app,
            limits,
            queues: HashMap::new(),
            held: HashSet::new(),
            unsettled: Vec::new(),
            tasks: JoinSet::new(),
            mode: Mode::Working,
            claiming: false,
            writing: false,
            claim_wanted: true,
            full: false,
            next_poll: now + POLL,
            next_look_for_strays: now,
            write_after: now,
        }
    }

    /// Delivers until told to stop, and only while the proof holds.
    pub async fn run(mut self, stop: CancellationToken, proof: Proof) {
        let nudges = self.app.nudges.clone();
        loop {
            if self.mode == Mode::Working && !proof.holds() {
                self.give_back_all(Mode::Halted);
            }
            self.start_work();
            if self.mode == Mode::Stopping && self.is_idle() {
                return;
            }
            tokio::select! {
                () = stop.cancelled(), if self.mode != Mode::Stopping => self.give_back_all(Mode::Stopping),
                () = proof.lost(), if self.mode == Mode::Working => {}
                () = proof.given(), if self.mode == Mode::Halted => self.mode = Mode::Working,
                () = nudges.deliveries().notified() => self.claim_wanted = true,
                () = tokio::time::sleep_until(self.wakes_at()) => self.poll(),
                Some(event) = self.tasks.join_next() => self.note(event),
            }
        }
    }

    /// Delivers what is due now, and what follows from it; for tests with a set clock. Answers how many calls were made.
    pub async fn run_due_work(&mut self) -> usize {
        let mut calls = 0;
        self.claim_wanted = true;
        loop {
            self.start_work();
            let Some(event) = self.tasks.join_next().await else {
                return calls;
            };
            calls += usize::from(matches!(event, Ok(Event::Called(_))));
            self.note(event);
        }
    }

    fn is_idle(&self) -> bool {
        self.tasks.is_empty() && self.unsettled.is_empty()
    }

    fn wakes_at(&self) -> Instant {
        let is_put_off = !self.writing && !self.unsettled.is_empty();
        if is_put_off { self.next_poll.min(self.write_after) } else { self.next_poll }
    }

    fn poll(&mut self) {
        let now = Instant::now();
        if now >= self.next_poll {
            self.next_poll = now + POLL;
            self.claim_wanted = true;
        }
    }

    /// Starts whatever can be started.
    fn start_work(&mut self) {
        self.start_writing();
        if self.mode == Mode::Working {
            self.start_claiming();
        }
        for queue in self.queues.values_mut() {
            while let Some(lane) = queue.next_to_call(&self.limits) {
                let (app, endpoint) = (self.app.clone(), queue.loaded.endpoint.clone());
                self.tasks.spawn(async move { Event::Called(Box::new(call(app, endpoint, lane).await)) });
            }
        }
    }

    fn start_claiming(&mut self) {
        if self.claiming || !self.claim_wanted {
            return;
        }
        let now = Instant::now();
        let app = self.app.clone();
        if now >= self.next_look_for_strays {
            self.next_look_for_strays = now + LOOK_FOR_STRAYS;
            self.claiming = true;
            let held = self.held.clone();
            self.tasks.spawn(async move { Event::Looked(release_strays(&app, held).await) });
            return;
        }
        let total = self.limits.lanes.saturating_sub(self.held.len());
        if total == 0 {
            self.full = true;
            self.claim_wanted = false;
            return;
        }
        self.claiming = true;
        self.claim_wanted = false;
        let room = |queue: &Queue| (queue.loaded.clone(), queue.room(&self.limits));
        let wanted = Wanted {
            known: self.queues.iter().map(|(id, queue)| (*id, room(queue))).collect(),
            others: self.limits.lanes_each,
            failing: 1,
            total,
        };
        self.tasks.spawn(async move { Event::Claimed(Box::new(claim(&app, wanted).await)) });
    }

    fn start_writing(&mut self) {
        if self.writing || self.unsettled.is_empty() || Instant::now() < self.write_after {
            return;
        }
        self.writing = true;
        let rest = self.unsettled.split_off(self.limits.batch.min(self.unsettled.len()));
        let batch = std::mem::replace(&mut self.unsettled, rest);
        let app = self.app.clone();
        self.tasks.spawn(async move {
            let outcome = write(&app, batch.clone()).await;
            Event::Written { batch, outcome }
        });
    }

    fn note(&mut self, event: Result<Event, tokio::task::JoinError>) {
        match event {
            Ok(Event::Looked(outcome)) => self.note_looked(outcome),
            Ok(Event::Claimed(claimed)) => self.note_claimed(*claimed),
            Ok(Event::Called(called)) => self.note_called(&called),
            Ok(Event::Loaded { claim, webhook, next }) => self.note_loaded(claim, webhook, *next),
            Ok(Event::Written { batch, outcome }) => self.note_written(batch, outcome),
            // The lane stays claimed until this node ends; nothing is lost.
            Err(error) => tracing::error!(%error, "a task of the delivery of notices broke off"),
        }
    }

    fn note_looked(&mut self, outcome: Result<(), Failure>) {
        self.claiming = false;
        if let Err(error) = outcome {
            self.next_look_for_strays = Instant::now();
            self.wait_for_database(&error);
        }
    }

    fn note_claimed(&mut self, claimed: Result<Claimed, Failure>) {
        self.claiming = false;
        let claimed = match claimed {
            Ok(claimed) => claimed,
            Err(error) => {
                // It may have claimed something all the same.
                self.next_look_for_strays = Instant::now();
                return self.wait_for_database(&error);
            }
        };
        self.full = claimed.full;
        for (id, loaded) in claimed.loaded {
            match self.queues.get_mut(&id) {
                Some(queue) => queue.loaded = loaded,
                None => drop(self.queues.insert(id, Queue::new(loaded))),
            }
        }
        for lane in claimed.lanes {
            self.held.insert(lane.claim);
            let Some(queue) = self.queues.get_mut(&lane.head.webhook) else {
                tracing::error!(webhook = %lane.head.webhook, "a lane was claimed for a setting that was not loaded");
                continue;
            };
            queue.in_hand += 1;
            queue.waiting.push_back(lane);
        }
        for claim in claimed.hollow {
            tracing::warn!(claim.lane, "a lane held nothing");
            self.held.insert(claim);
            self.unsettled.push(Settled::hollow(claim, ALL));
        }
        self.queues.retain(|id, queue| queue.in_hand > 0 || claimed.busy.contains(id));
        if let Some(due) = claimed.next_due {
            let wait = due.micros_since(self.app.clock.now()).max(1000);
            let wait = Duration::from_micros(wait.unsigned_abs()).min(POLL);
            self.next_poll = self.next_poll.min(Instant::now() + wait);
        }
        if self.mode != Mode::Working {
            self.give_back_all(self.mode);
        }
    }

    fn note_called(&mut self, called: &Called) {
        let webhook = called.lane.head.webhook;
        let Some(queue) = self.queues.get_mut(&webhook) else {
            return;
        };
        let mut back = queue.note(called.verdict == Verdict::Delivered);
        if called.verdict == Verdict::Gone {
            back.append(&mut queue.waiting);
        }
        self.unsettled.extend(back.into_iter().map(|lane| Settled::back(lane.claim, webhook)));
        if called.verdict == Verdict::GivenUp {
            tracing::warn!(%webhook, message = %called.attempt.message, "a notice is given up");
        }
        let goes_on = matches!(called.verdict, Verdict::Delivered | Verdict::GivenUp)
            && called.lane.head.pending > 1
            && self.mode == Mode::Working;
        self.unsettled.push(Settled::call(called, !goes_on));
        if goes_on {
            self.load_next(&called.lane);
        }
    }

    fn load_next(&mut self, lane: &Lane) {
        let (claim, after) = (lane.claim, lane.head.delivery);
        let (webhook, database) = (lane.head.webhook, self.app.database.clone());
        self.tasks.spawn(async move {
            let next = database
                .read(move |c| Box::pin(async move { Ok(deliveries::next_in_lane(c, claim.lane, after).await?) }))
                .await;
            Event::Loaded { claim, webhook, next: Box::new(next) }
        });
    }

    fn note_loaded(&mut self, claim: Claim, webhook: WebhookId, next: Result<Option<Head>, Failure>) {
        let next = next.unwrap_or_else(|error| {
            self.wait_for_database(&error);
            None
        });
        let Some(queue) = self.queues.get_mut(&webhook) else {
            return;
        };
        let is_unwelcome = self.mode != Mode::Working || (queue.only_fails() && queue.in_hand > 1);
        match next {
            Some(head) if !is_unwelcome => {
                queue.waiting.push_back(Lane { claim, head });
            }
            _ => self.unsettled.push(Settled::back(claim, webhook)),
        }
    }

    fn note_written(&mut self, batch: Vec<Settled>, outcome: Result<Written, Failure>) {
        self.writing = false;
        match outcome {
            Ok(Written { more, put_off }) => {
                let locked: HashSet<Claim> = put_off.iter().map(|one| one.claim).collect();
                for one in batch.iter().filter(|one| one.release && !locked.contains(&one.claim)) {
                    if self.held.remove(&one.claim)
                        && let Some(queue) = self.queues.get_mut(&one.webhook)
                    {
                        queue.in_hand = queue.in_hand.saturating_sub(1);
                    }
                }
                self.claim_wanted |= more || self.full;
                if !put_off.is_empty() {
                    self.write_again(put_off, PUT_OFF);
                }
            }
            Err(error) => {
                self.wait_for_database(&error);
                self.write_again(batch, POLL);
            }
        }
    }

    /// What comes first stays first.
    fn write_again(&mut self, mut first: Vec<Settled>, after: Duration) {
        first.append(&mut self.unsettled);
        self.unsettled = first;
        self.write_after = Instant::now() + after;
    }

    fn give_back_all(&mut self, mode: Mode) {
        self.mode = mode;
        for (webhook, queue) in &mut self.queues {
            let back = queue.waiting.drain(..);
            self.unsettled.extend(back.map(|lane| Settled::back(lane.claim, *webhook)));
        }
    }

    fn wait_for_database(&mut self, error: &Failure) {
        tracing::warn!(%error, "the delivery of notices waits for the database");
        self.next_poll = Instant::now() + POLL;
    }
}
