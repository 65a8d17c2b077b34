//! The dispatcher: one task that owns all that is in memory, and hands claims, calls, look-ups and settlements to tasks of
//! its own. It never waits for any one of them.

use std::collections::HashMap;
use std::time::Duration;

use aisle_database::rows::deliveries::{self, Head};
use aisle_model::{Moment, WebhookId};
use aisle_operations::{App, Failure};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Limits;
use super::calling::{Called, call};
use super::claiming::{Claimed, Wanted, claim, void_claims};
use super::queue::{Lane, Queue};
use super::schedule::Verdict;
use super::settling::{Settled, write};

/// A lost bell costs this.
const POLL: Duration = Duration::from_secs(1);
/// How often dead nodes are looked for.
const LOOK_FOR_THE_DEAD: Duration = Duration::from_secs(5);
/// More than any lane holds: settles whatever its row still counts.
const ALL: i64 = i64::MAX / 2;

/// Delivers until told to stop: what is under way is finished and written down, what is only claimed is given back.
pub async fn run_deliveries(app: App, stop: CancellationToken) {
    Dispatcher::new(app, Limits::default()).run(stop).await;
}

/// Delivers notices. Dropping it cuts the calls under way off, as a crash does.
#[allow(clippy::struct_excessive_bools, reason = "each says what is under way, and all combinations occur")]
pub struct Dispatcher {
    app: App,
    limits: Limits,
    queues: HashMap<WebhookId, Queue>,
    in_hand: usize,
    unsettled: Vec<Settled>,
    tasks: JoinSet<Event>,
    claiming: bool,
    writing: bool,
    claim_wanted: bool,
    stopping: bool,
    /// Whether the latest claim left something due behind.
    full: bool,
    /// Whether the claims of dead nodes were ended at start, and whether there may be other nodes.
    started: Option<bool>,
    next_poll: Instant,
    next_look_for_the_dead: Instant,
    /// After a failed settlement nothing is written until then.
    write_after: Instant,
}

enum Event {
    Started(Result<bool, Failure>),
    Claimed(Box<Result<Claimed, Failure>>),
    Called(Box<Called>),
    Loaded { lane: i64, claimed_at: Moment, webhook: WebhookId, next: Box<Result<Option<Head>, Failure>> },
    Written { batch: Vec<Settled>, outcome: Result<bool, Failure> },
}

impl Dispatcher {
    /// One that holds nothing yet.
    pub fn new(app: App, limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            app,
            limits,
            queues: HashMap::new(),
            in_hand: 0,
            unsettled: Vec::new(),
            tasks: JoinSet::new(),
            claiming: false,
            writing: false,
            claim_wanted: true,
            stopping: false,
            full: false,
            started: None,
            next_poll: now + POLL,
            next_look_for_the_dead: now + LOOK_FOR_THE_DEAD,
            write_after: now,
        }
    }

    /// Delivers until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let nudges = self.app.nudges.clone();
        loop {
            self.start_work();
            if self.stopping && self.is_idle() {
                return;
            }
            tokio::select! {
                () = stop.cancelled(), if !self.stopping => self.give_back_all(),
                () = nudges.deliveries().notified(), if !self.stopping => self.claim_wanted = true,
                () = tokio::time::sleep_until(self.next_poll) => self.poll(),
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

    fn poll(&mut self) {
        self.next_poll = Instant::now() + POLL;
        self.claim_wanted = true;
    }

    /// Starts whatever can be started.
    fn start_work(&mut self) {
        self.start_writing();
        if !self.stopping {
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
        let is_look_due = self.started == Some(true) && now >= self.next_look_for_the_dead;
        let app = self.app.clone();
        if self.started.is_none() || is_look_due {
            self.next_look_for_the_dead = now + LOOK_FOR_THE_DEAD;
            self.claiming = true;
            let starting = self.started.is_none();
            self.tasks.spawn(async move { Event::Started(void_claims(&app, starting).await) });
            return;
        }
        let total = self.limits.lanes.saturating_sub(self.in_hand);
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
            Ok(Event::Started(outcome)) => self.note_started(outcome),
            Ok(Event::Claimed(claimed)) => self.note_claimed(*claimed),
            Ok(Event::Called(called)) => self.note_called(&called),
            Ok(Event::Loaded { lane, claimed_at, webhook, next }) => {
                self.note_loaded(lane, claimed_at, webhook, *next);
            }
            Ok(Event::Written { batch, outcome }) => self.note_written(batch, outcome),
            // The lane stays claimed until this node ends; nothing is lost.
            Err(error) => tracing::error!(%error, "a task of the delivery of notices broke off"),
        }
    }

    fn note_started(&mut self, outcome: Result<bool, Failure>) {
        self.claiming = false;
        match outcome {
            Ok(others_possible) => self.started = Some(others_possible),
            Err(error) => self.wait_for_database(&error),
        }
    }

    fn note_claimed(&mut self, claimed: Result<Claimed, Failure>) {
        self.claiming = false;
        let claimed = match claimed {
            Ok(claimed) => claimed,
            Err(error) => return self.wait_for_database(&error),
        };
        self.full = claimed.full;
        for (id, loaded) in claimed.loaded {
            match self.queues.get_mut(&id) {
                Some(queue) => queue.loaded = loaded,
                None => drop(self.queues.insert(id, Queue::new(loaded))),
            }
        }
        for lane in claimed.lanes {
            let Some(queue) = self.queues.get_mut(&lane.head.webhook) else {
                tracing::error!(webhook = %lane.head.webhook, "a lane was claimed for a setting that was not loaded");
                continue;
            };
            queue.in_hand += 1;
            self.in_hand += 1;
            queue.waiting.push_back(lane);
        }
        for (lane, claimed_at) in claimed.hollow {
            tracing::warn!(lane, "a lane held nothing");
            self.unsettled.push(Settled::hollow(lane, claimed_at, ALL));
        }
        self.queues.retain(|id, queue| queue.in_hand > 0 || claimed.busy.contains(id));
        if let Some(due) = claimed.next_due {
            let wait = due.micros_since(self.app.clock.now()).max(1000);
            let wait = Duration::from_micros(wait.unsigned_abs()).min(POLL);
            self.next_poll = self.next_poll.min(Instant::now() + wait);
        }
        if self.stopping {
            self.give_back_all();
        }
    }

    fn note_called(&mut self, called: &Called) {
        let now = self.app.clock.now();
        let webhook = called.lane.head.webhook;
        let Some(queue) = self.queues.get_mut(&webhook) else {
            return;
        };
        let mut back = queue.note(called.verdict == Verdict::Delivered);
        if called.verdict == Verdict::Gone {
            back.append(&mut queue.waiting);
        }
        self.unsettled.extend(back.into_iter().map(|lane| Settled::back(lane.id, lane.claimed_at, webhook, now)));
        if called.verdict == Verdict::GivenUp {
            tracing::warn!(%webhook, message = %called.attempt.message, "a notice is given up");
        }
        let goes_on = matches!(called.verdict, Verdict::Delivered | Verdict::GivenUp)
            && called.lane.head.pending > 1
            && !self.stopping;
        self.unsettled.push(Settled::call(called, now, !goes_on));
        if goes_on {
            self.load_next(&called.lane);
        }
    }

    fn load_next(&mut self, lane: &Lane) {
        let (id, claimed_at, after) = (lane.id, lane.claimed_at, lane.head.delivery);
        let (webhook, database) = (lane.head.webhook, self.app.database.clone());
        self.tasks.spawn(async move {
            let next = database
                .read(move |c| Box::pin(async move { Ok(deliveries::next_in_lane(c, id, after).await?) }))
                .await;
            Event::Loaded { lane: id, claimed_at, webhook, next: Box::new(next) }
        });
    }

    fn note_loaded(&mut self, lane: i64, claimed_at: Moment, webhook: WebhookId, next: Result<Option<Head>, Failure>) {
        let now = self.app.clock.now();
        let next = next.unwrap_or_else(|error| {
            self.wait_for_database(&error);
            None
        });
        let Some(queue) = self.queues.get_mut(&webhook) else {
            return;
        };
        let is_unwelcome = self.stopping || (queue.only_fails() && queue.in_hand > 1);
        match next {
            Some(head) if !is_unwelcome => {
                queue.waiting.push_back(Lane { id: lane, claimed_at, head });
            }
            _ => self.unsettled.push(Settled::back(lane, claimed_at, webhook, now)),
        }
    }

    fn note_written(&mut self, mut batch: Vec<Settled>, outcome: Result<bool, Failure>) {
        self.writing = false;
        match outcome {
            Ok(more) => {
                for one in batch.iter().filter(|one| one.release) {
                    if let Some(queue) = self.queues.get_mut(&one.webhook) {
                        queue.in_hand = queue.in_hand.saturating_sub(1);
                        self.in_hand = self.in_hand.saturating_sub(1);
                    }
                }
                self.claim_wanted |= more || self.full;
            }
            Err(error) => {
                self.wait_for_database(&error);
                batch.append(&mut self.unsettled);
                self.unsettled = batch;
                self.write_after = Instant::now() + POLL;
            }
        }
    }

    fn give_back_all(&mut self) {
        self.stopping = true;
        let now = self.app.clock.now();
        for (webhook, queue) in &mut self.queues {
            let back = queue.waiting.drain(..);
            self.unsettled.extend(back.map(|lane| Settled::back(lane.id, lane.claimed_at, *webhook, now)));
        }
    }

    fn wait_for_database(&mut self, error: &Failure) {
        tracing::warn!(%error, "the delivery of notices waits for the database");
        self.next_poll = Instant::now() + POLL;
    }
}
