//! `GET /api/admin/v2/customers`: one bare array, or with `count` a page of it and a link to the next.

use aisle_model::CustomerId;
use aisle_operations::customers::{self, ListFilter, Window};
use aisle_operations::{App, Caller, Failure, Refusal};
use http::header::LINK;
use http::{HeaderValue, Uri};
use serde::Deserialize;

use super::face::CustomerFace;
use super::stream;
use crate::answer::Answer;
use crate::call::Call;
use crate::moment::SaidMoment;
use crate::paging::{Cursor, Cursors, Start};
use crate::problem::Problem;

const CURSORS: Cursors<'static> = Cursors { list: "customers", order: "id" };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Query {
    min_created_at: Option<SaidMoment>,
    max_created_at: Option<SaidMoment>,
    min_updated_at: Option<SaidMoment>,
    max_updated_at: Option<SaidMoment>,
    external_id: Vec<String>,
    email: Vec<String>,
    payment_instrument_provider_id: Vec<String>,
    count: Option<usize>,
    after: Option<String>,
}

impl Query {
    fn filter(self) -> ListFilter {
        let window = |min: Option<SaidMoment>, max: Option<SaidMoment>| Window {
            min: min.map(|said| said.0),
            max: max.map(|said| said.0),
        };
        ListFilter {
            created_at: window(self.min_created_at, self.max_created_at),
            updated_at: window(self.min_updated_at, self.max_updated_at),
            external_ids: self.external_id,
            emails: self.email,
            instruments: self.payment_instrument_provider_id,
        }
    }
}

pub(crate) async fn handle(call: Call) -> Result<Answer, Problem> {
    let query: Query = call.query()?;
    let after = place(&call.app, &call.caller, query.after.as_deref()).await?;
    let count = query.count;
    match count {
        None => stream::whole(call, query.filter(), after).await,
        Some(count) => page(call, &query.filter(), after, count).await,
    }
}

/// A plain id stands for that customer; one that is unknown (or was deleted) is a fault. A cursor outlives its customer.
async fn place(app: &App, caller: &Caller, after: Option<&str>) -> Result<CustomerId, Problem> {
    let id = match CURSORS.start(after, None)? {
        Start::First => return Ok(CustomerId(0)),
        Start::After(Cursor::Place(id)) | Start::Before(Cursor::Place(id)) => return Ok(id),
        Start::After(Cursor::Id(text)) | Start::Before(Cursor::Id(text)) => text.parse(),
    };
    let id = CustomerId(id.map_err(|_| Problem::query("after"))?);
    match customers::get(app, caller, id).await {
        Ok(_) => Ok(id),
        Err(Failure::Refused(Refusal::NotFound(_))) => Err(Problem::query("after")),
        Err(failure) => Err(failure.into()),
    }
}

async fn page(call: Call, filter: &ListFilter, after: CustomerId, count: usize) -> Result<Answer, Problem> {
    // One more than the page shows whether others follow.
    let mut rows = customers::list_slice(&call.app, &call.caller, filter, after, count + 1).await?;
    let goes_on = rows.len() > count;
    rows.truncate(count);
    let shows = call.sees_personal_data();
    let faces: Vec<_> = rows.iter().map(|row| CustomerFace::of(row, shows)).collect();
    let answer = Answer::ok(&faces);
    match rows.last() {
        Some(last) if goes_on => {
            let next = link(&call.parts.uri, &CURSORS.write(&last.customer.id));
            let next = HeaderValue::from_str(&next);
            let next = next.map_err(|error| Problem::Internal(error.to_string()))?;
            Ok(answer.header(LINK, next))
        }
        _ => Ok(answer),
    }
}

/// The same question about what comes behind a place.
fn link(uri: &Uri, after: &str) -> String {
    let is_place = |part: &&str| *part == "after" || part.starts_with("after=");
    let asked = uri.query().unwrap_or_default().split('&');
    let kept: Vec<&str> = asked.filter(|part| !part.is_empty() && !is_place(part)).collect();
    let query = kept.join("&").replace('<', "%3C").replace('>', "%3E");
    format!("<{}?{query}&after={after}>; rel=\"next\"", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_asks_the_same_behind_another_place() {
        let check = |asked: &str, expected: &str| {
            let uri: Uri = asked.parse().unwrap();
            assert_eq!(link(&uri, "X"), expected, "{asked}");
        };
        check("/c?count=2", "</c?count=2&after=X>; rel=\"next\"");
        check("/c?after=7&count=2&externalId=a%2Cb", "</c?count=2&externalId=a%2Cb&after=X>; rel=\"next\"");
    }
}
