//! `POST /api/store/v1/stores/{storeId}/events`
//!
//! Lines are judged one by one while they come and committed in batches. With `Accept: application/x-ndjson` the answer
//! begins with the first event that is taken, so that a request of which nothing can be taken is still a 422.

use aisle_model::StoreId;
use aisle_operations::stream::{Appended, Incoming, Ingest};
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, sleep_until};

use super::decode::Decoder;
use super::ending::{Ending, Reached};
use super::leave::Leave;
use super::lines::{Line, Lines, Next};
use super::pace::Pace;
use super::parse::{Rejected, parse};
use super::tally::{Frame, Rejection, Tally};
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::{Part, Problem};

const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

/// One request under way.
struct Request {
    call: Call,
    store: StoreId,
    ingest: Ingest,
    lines: Lines,
    pace: Pace,
    leave: Leave,
    tally: Tally,
}

/// Takes events.
pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let store = StoreId(call.path("storeId")?);
    let decoder = Decoder::of(call.header(CONTENT_ENCODING.as_str()))?;
    let says = |name: http::HeaderName, text: &str| {
        let value = call.header(name.as_str());
        value.is_some_and(|value| value.to_ascii_lowercase().contains(text))
    };
    let one_event = says(CONTENT_TYPE, "json") && !says(CONTENT_TYPE, "ndjson");
    let wants_frames = says(ACCEPT, "ndjson");
    let body = call.take_stream();
    let ingest = Ingest::open(&call.app, &call.caller, store).await?;
    let mut request = Request {
        store,
        ingest,
        lines: Lines::of(body, decoder, one_event),
        pace: Pace::default(),
        leave: Leave::new(),
        tally: Tally::default(),
        call,
    };
    loop {
        match request.step().await {
            Err(ending) => return request.ended(ending).await,
            Ok(_) if wants_frames && request.tally.took_any() => return Ok(request.frames()),
            Ok(_) => {}
        }
    }
}

impl Request {
    /// Reads and decides a batch; answers which lines of it were not taken.
    async fn step(&mut self) -> Result<Vec<Rejection>, Ending> {
        let lines = self.read().await?;
        let bytes = lines.iter().map(length).sum();
        let count = lines.len();
        let rejections = self.decide(lines).await?;
        let now = Instant::now().into_std();
        self.call.app.intake.spend(self.store, count, bytes, now);
        Ok(rejections)
    }

    /// Waits until the store may send more, and for at least one line.
    async fn read(&mut self) -> Result<Vec<Line>, Ending> {
        let may_read_at = self.pace.next_at(&self.call.app, self.store)?;
        let lines = &mut self.lines;
        let next = async {
            sleep_until(may_read_at).await;
            lines.next().await
        };
        match self.leave.wait(&self.call, &mut self.ingest, next).await? {
            Next::Lines(lines) => Ok(lines),
            Next::End => Err(Ending::End),
            Next::Limit => Err(Ending::Limit),
            Next::Broken(sentence) => Err(Ending::Broken(sentence)),
        }
    }

    async fn decide(&mut self, lines: Vec<Line>) -> Result<Vec<Rejection>, Problem> {
        let app = self.call.app.clone();
        let mut good: Vec<Incoming> = Vec::with_capacity(lines.len());
        let mut judged = Vec::with_capacity(lines.len());
        for line in lines {
            judged.push(match parse(&app.keys, &line) {
                Ok(incoming) => {
                    let id = incoming.event.event_id;
                    good.push(incoming);
                    Ok(id)
                }
                Err(rejected) => Err::<_, Rejected>(rejected),
            });
        }
        let appended: Appended = self.ingest.append(&app, good).await?;
        let now = self.ingest.now(&app);
        Ok(self.tally.add(judged, &appended, now))
    }

    const fn reached(&self) -> Reached {
        Reached { decided: self.tally.counts.received > 0, took: self.tally.took_any() }
    }

    /// The one answer of a request without frames.
    async fn ended(mut self, ending: Ending) -> Result<Answer, Problem> {
        let ended_by = ending.told(self.reached()).map_err(|problem| match problem {
            Problem::Faults(Part::Body, _) => Problem::Faults(Part::Body, self.tally.faults()),
            other => other,
        })?;
        if self.tally.counts.received == 0 {
            // Where the stream stands is told also to whoever sent nothing.
            self.decide(Vec::new()).await?;
        }
        Ok(Answer::ok(&self.tally.summary(ended_by)))
    }

    /// The rest of the request, as a frame for each batch.
    fn frames(self) -> Answer {
        let first = self.decided(self.tally.rejections());
        let rest = stream::unfold(Some(self), |request| async move {
            let mut request = request?;
            let (text, goes_on) = request.next_frames().await;
            Some((text, goes_on.then_some(request)))
        });
        let all = futures::StreamExt::chain(stream::iter([first]), rest);
        let body = futures::StreamExt::map(all, Ok::<Bytes, std::convert::Infallible>);
        Answer::streamed(StatusCode::OK, NDJSON, Body::from_stream(body))
    }

    fn decided(&self, rejections: &[Rejection]) -> Bytes {
        let mut text = Vec::new();
        for rejection in rejections {
            text.extend_from_slice(&line_of(&Frame::Reject(rejection)));
        }
        text.extend_from_slice(&line_of(&Frame::Ack(&self.tally.counts)));
        text.into()
    }

    /// The frames of the next batch, and whether more will come.
    async fn next_frames(&mut self) -> (Bytes, bool) {
        match self.step().await {
            Ok(rejections) => (self.decided(&rejections), true),
            Err(ending) => {
                let ended_by = ending.told(self.reached());
                let ended_by = ended_by.expect("something was taken before the first frame");
                (line_of(&self.tally.summary(ended_by)), false)
            }
        }
    }
}

fn length(line: &Line) -> usize {
    match line {
        Line::Whole(bytes) => bytes.len(),
        Line::TooLong => super::lines::LONGEST_LINE,
    }
}

fn line_of(frame: &Frame<'_>) -> Bytes {
    let mut text = serde_json::to_vec(frame).expect("frames hold nothing that JSON cannot say");
    text.push(b'\n');
    text.into()
}
