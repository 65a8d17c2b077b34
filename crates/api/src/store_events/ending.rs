//! How a request that brings events ends, and what its producer is told.
//!
//! What is durable is told wherever anything is: a producer goes on from there. Only a request of which nothing at all was
//! decided ends with an error alone.

use http::StatusCode;

use super::tally::EndedBy;
use crate::problem::{Part, Problem};

/// Why no more is read.
#[derive(Debug)]
pub(super) enum Ending {
    /// The producer has finished.
    End,
    /// Too long, too much or too quiet.
    Limit,
    /// Too fast for too long; this many seconds would be enough.
    Overload { seconds: u32 },
    /// The server stops.
    Shutdown,
    /// The connection broke, or the packing is damaged; the sentence says which.
    Broken(&'static str),
    /// The token is good no more, the store was decommissioned, the database is away.
    Refused(Problem),
}

/// What a request had come to when it ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// Whether any line was decided.
    pub decided: bool,
    /// Whether any event is durable because of it.
    pub took: bool,
}

impl From<Problem> for Ending {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl Ending {
    /// The word of the summary, or the error where there is nothing to sum up.
    pub fn told(self, reached: Reached) -> Result<EndedBy, Problem> {
        match self {
            // The faults are those of the lines; whoever has them fills them in.
            Self::End if reached.decided && !reached.took => Err(Problem::Faults(Part::Body, Vec::new())),
            Self::End => Ok(EndedBy::End),
            Self::Shutdown => Ok(EndedBy::Shutdown),
            Self::Overload { seconds } if !reached.decided => {
                Err(Problem::RateLimited { seconds, status: StatusCode::SERVICE_UNAVAILABLE })
            }
            Self::Overload { .. } => Ok(EndedBy::Overload),
            Self::Broken(sentence) if !reached.took => Err(Problem::MalformedBody(sentence.to_owned())),
            Self::Limit | Self::Broken(_) => Ok(EndedBy::Limit),
            Self::Refused(problem) if !reached.decided => Err(problem),
            Self::Refused(problem) => Ok(after(&problem)),
        }
    }
}

/// The next request will be told the problem itself.
fn after(problem: &Problem) -> EndedBy {
    if let Problem::Unavailable(reason) | Problem::Internal(reason) = problem {
        tracing::warn!(reason, "a stream of events was ended");
        EndedBy::Overload
    } else {
        EndedBy::Shutdown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ending: Ending, decided: bool, took: bool, expected: Result<EndedBy, &str>) {
        let said = format!("{ending:?} {decided} {took}");
        let told = ending.told(Reached { decided, took });
        let told = told.map_err(|problem| format!("{problem:?}"));
        match (told, expected) {
            (Ok(told), Ok(expected)) => assert_eq!(told, expected, "{said}"),
            (Err(told), Err(expected)) => assert!(told.starts_with(expected), "{said}: {told}"),
            (told, expected) => panic!("{said}: {told:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn what_is_durable_is_told_and_an_error_stands_only_where_nothing_is() {
        let gone = || Ending::Refused(Problem::Unauthorized);
        let away = || Ending::Refused(Problem::Unavailable("the database is away".to_owned()));
        check(Ending::End, false, false, Ok(EndedBy::End));
        check(Ending::End, true, false, Err("Faults"));
        check(Ending::End, true, true, Ok(EndedBy::End));
        check(Ending::Limit, true, false, Ok(EndedBy::Limit));
        check(Ending::Shutdown, true, false, Ok(EndedBy::Shutdown));
        check(Ending::Overload { seconds: 3 }, false, false, Err("RateLimited"));
        check(Ending::Overload { seconds: 3 }, true, false, Ok(EndedBy::Overload));
        check(Ending::Broken("broken"), false, false, Err("MalformedBody"));
        check(Ending::Broken("broken"), true, false, Err("MalformedBody"));
        check(Ending::Broken("broken"), true, true, Ok(EndedBy::Limit));
        check(gone(), false, false, Err("Unauthorized"));
        check(gone(), true, true, Ok(EndedBy::Shutdown));
        check(away(), false, false, Err("Unavailable"));
        check(away(), true, true, Ok(EndedBy::Overload));
    }
}
