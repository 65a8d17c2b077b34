//! All that is known of a customer, part by part, so that a long history costs no memory.
//!
//! Deliberately absent: secrets (password, tokens of cards), and copies that end by themselves and say nothing more (kept
//! answers of requests, the inbox of the receiver for tests).

use aisle_database::Connection;
use aisle_database::rows::attempts::{self, Answered};
use aisle_database::rows::messages::{self, KeptMessage};
use aisle_database::rows::order_list::{self, OrderFilter, OrderOrder, Stretch};
use aisle_database::rows::session_list::{self, Direction, SessionFilter, SessionOrder};
use aisle_database::rows::sessions::Session;
use aisle_database::rows::{customers, shoppers};
use aisle_model::{CustomerId, RetailerId, SessionNumber};

use super::CustomerWithCards;
use crate::orders::{self, OrderView, Wanted};
use crate::shoppers::ShopperView;
use crate::{App, Caller, Failure, Refusal};

/// Rows of one kind that are read at once.
const SLICE: u8 = 50;

/// Something that is known of a customer.
#[derive(Debug, Clone)]
pub enum Known {
    /// Who they are, and how they pay.
    Customer(Box<CustomerWithCards>),
    /// A code and the trip it was for.
    Trip(Box<Session>),
    /// Somebody on one of the trips.
    Person(Box<ShopperView>),
    /// What was bought, with lines and contest.
    Order(Box<OrderView>),
    /// What the retailer was told.
    Message(KeptMessage),
    /// What the retailer answered.
    Answer(Answered),
}

/// How far the telling has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nothing was told.
    Beginning,
    /// Trips behind this one come next.
    Trips(Option<session_list::Place>),
    /// So many orders were told.
    Orders(i64),
    /// Messages behind this row come next.
    Messages(i64),
}

/// The next part, and where the one after it begins; `None` at the end. A customer who is deleted meanwhile is not found.
pub async fn export(
    app: &App,
    caller: &Caller,
    id: CustomerId,
    place: Place,
) -> Result<(Vec<Known>, Option<Place>), Failure> {
    let retailer = caller.retailer;
    let read = app.database.snapshot(move |c| {
        Box::pin(async move {
            let customer = customers::find(c, retailer, id).await?;
            let customer = customer.ok_or(Refusal::NotFound("Customer"))?;
            match place {
                Place::Beginning => {
                    let whole = CustomerWithCards::of(c, customer).await?;
                    Ok((vec![Known::Customer(Box::new(whole))], Some(Place::Trips(None))))
                }
                Place::Trips(behind) => trips(c, retailer, id, behind).await,
                Place::Orders(told) => bought(c, retailer, id, told).await,
                Place::Messages(after) => told(c, id, after).await,
            }
        })
    });
    read.await
}

async fn trips(
    c: &mut Connection,
    retailer: RetailerId,
    id: CustomerId,
    behind: Option<session_list::Place>,
) -> Result<(Vec<Known>, Option<Place>), Failure> {
    let (order, filter) = (SessionOrder::Id, SessionFilter { customer: Some(id), ..SessionFilter::default() });
    let most = i64::from(SLICE);
    let found = session_list::slice(c, retailer, &filter, order, Direction::Ascending, behind.as_ref(), most).await?;
    let next = match found.last() {
        Some(last) if found.len() == usize::from(SLICE) => Place::Trips(Some(order.place_of(last))),
        _ => Place::Orders(0),
    };
    let numbers: Vec<SessionNumber> = found.iter().map(|session| session.number).collect();
    let tokens: Vec<_> = found.iter().map(|session| session.token.clone()).collect();
    let mut known = Vec::new();
    for shopper in shoppers::of_sessions(c, &numbers).await? {
        let session = found.iter().find(|session| shopper.session == Some(session.number));
        let session = session.map(|session| session.token.clone());
        let view = ShopperView { shopper, session, customer: Some(id), candidates: Vec::new() };
        known.push(Known::Person(Box::new(view)));
    }
    known.extend(attempts::answers_about(c, retailer, &tokens).await?.into_iter().map(Known::Answer));
    let trips = found.into_iter().map(|session| Known::Trip(Box::new(session)));
    Ok((trips.chain(known).collect(), Some(next)))
}

async fn bought(
    c: &mut Connection,
    retailer: RetailerId,
    id: CustomerId,
    told: i64,
) -> Result<(Vec<Known>, Option<Place>), Failure> {
    let filter = OrderFilter { customer: Some(id), ..OrderFilter::default() };
    let count = i64::from(SLICE);
    let stretch = Stretch { order: OrderOrder::Id, descending: false, offset: told, count };
    let found = order_list::page(c, retailer, &filter, stretch).await?;
    let is_full = found.len() == usize::from(SLICE);
    let next = if is_full { Place::Orders(told + count) } else { Place::Messages(0) };
    let views = orders::views(c, found, Wanted { lines: true, contest: true }).await?;
    Ok((views.into_iter().map(|view| Known::Order(Box::new(view))).collect(), Some(next)))
}

async fn told(c: &mut Connection, id: CustomerId, after: i64) -> Result<(Vec<Known>, Option<Place>), Failure> {
    let found = messages::about_customer(c, id, after, i64::from(SLICE)).await?;
    let rows: Vec<i64> = found.iter().map(|message| message.row).collect();
    let next = rows.last().filter(|_| rows.len() == usize::from(SLICE)).map(|last| Place::Messages(*last));
    let answers = attempts::answers_to(c, &rows).await?;
    let messages = found.into_iter().map(Known::Message);
    Ok((messages.chain(answers.into_iter().map(Known::Answer)).collect(), next))
}
