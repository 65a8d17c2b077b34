//! Sends a recording of store events again.

use std::io::BufRead;

use aisle_model::{Millis, StoreId};
use aisle_store_client::{AdminClient, Delivery, StoreClient, WireEvent};
use tokio::time::Instant;

use crate::office::{Office, patiently};
use crate::pace::Pace;
use crate::report::Summary;
use crate::rewrite::{Line, Rewriter};
use crate::simulation::{Progress, SimulationFault, beside_delivery, counted, judge_speed, restore_clock, start_clock};

/// How far ahead of the store's clock events may be; a fifth of what a server allows by default.
const AHEAD: Millis = Millis(1_000);

/// How fast a recording is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReplayPace {
    /// Store seconds per second; 1 is the recording's own pace.
    Speed(f64),
    /// As fast as the server takes it. Unless verbatim this moves the store's clock and needs the Development right.
    Fast,
}

/// A replay that is ready to run.
#[derive(Debug)]
pub struct Replay {
    store: StoreId,
    pace: ReplayPace,
    is_verbatim: bool,
    office: Office,
    client: StoreClient,
    delivery: Delivery,
}

impl Replay {
    /// Unless `is_verbatim`, moments are shifted to now and events, tracks and numbers get new names. `admin_token` is
    /// used for the store's clock only.
    pub fn new(
        url: &str,
        (admin_token, store_token): (&str, &str),
        store: StoreId,
        pace: ReplayPace,
        is_verbatim: bool,
    ) -> Result<Replay, SimulationFault> {
        if let ReplayPace::Speed(speed) = pace {
            judge_speed(speed)?;
        }
        let (client, delivery) = StoreClient::new(url, store, store_token)?;
        let office = Office::new(AdminClient::new(url, admin_token)?, store);
        Ok(Replay { store, pace, is_verbatim, office, client, delivery })
    }

    /// Sends every line of the recording; empty lines are allowed.
    pub async fn run(
        self,
        recording: impl BufRead,
        stop: impl Future<Output = ()>,
        mut on_progress: impl FnMut(Progress),
    ) -> Result<Summary, SimulationFault> {
        let Replay { store, pace, is_verbatim, office, client, delivery } = self;
        let speed = match pace {
            ReplayPace::Speed(speed) => speed,
            ReplayPace::Fast => 1.0,
        };
        let mut summary = Summary::default();
        let mut granted = 1.0;
        let work = async {
            let pace_now = start_clock(&office, &client, speed, &mut on_progress).await?;
            granted = pace_now.rate();
            let cursor = patiently(|| client.cursor()).await?;
            let begin = pace_now.at(Instant::now());
            let mut player = Player {
                rewriter: Rewriter::new(store, begin, cursor, is_verbatim),
                pace: pace_now,
                is_fast: pace == ReplayPace::Fast,
                is_verbatim,
                office: &office,
                client: &client,
            };
            on_progress(Progress::Started { parties: None, speed: granted });
            summary.skipped_lines = player.play(recording).await?;
            Ok(client.flush().await?)
        };
        let end = beside_delivery(work, delivery, &client, stop).await;
        restore_clock(&office, &client, granted).await;
        end.map(|()| counted(summary, &client, &mut on_progress))
    }
}

struct Player<'replay> {
    rewriter: Rewriter,
    pace: Pace,
    is_fast: bool,
    is_verbatim: bool,
    office: &'replay Office,
    client: &'replay StoreClient,
}

impl Player<'_> {
    /// Gives the number of lines that were not sent.
    async fn play(&mut self, recording: impl BufRead) -> Result<u64, SimulationFault> {
        let mut skipped = 0;
        for (place, line) in recording.lines().enumerate() {
            let fault = |reason: String| SimulationFault::Recording { line: place + 1, reason };
            let line = line.map_err(|error| fault(error.to_string()))?;
            if line.trim().is_empty() {
                continue;
            }
            match self.rewriter.line(&line).map_err(fault)? {
                Line::Skipped => skipped += 1,
                Line::Event { due, value } => {
                    let event = WireEvent::from_value(&value).map_err(|told| fault(told.to_string()))?;
                    self.wait_until(due).await?;
                    self.client.send([event]).await?;
                }
            }
        }
        Ok(skipped)
    }

    async fn wait_until(&mut self, due: aisle_model::Moment) -> Result<(), SimulationFault> {
        if !self.is_fast {
            tokio::time::sleep_until(self.pace.instant_of(due)).await;
            return Ok(());
        }
        if !self.is_verbatim && due > self.pace.at(Instant::now()).plus(AHEAD) {
            // Everything up to here must have been judged by the old clock before it moves on.
            self.client.flush().await?;
            self.pace = patiently(|| self.office.set_clock(due, 1.0)).await?;
        }
        Ok(())
    }
}
