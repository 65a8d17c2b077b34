//! Every list that is read by cursors, walked there and back while rows come and go: what was there all the time is met
//! once, and nothing is met twice.

mod tables;

use std::collections::BTreeSet;

use aisle_database::Statement;
use aisle_database::testing::{execute, on_both_databases};
use aisle_model::{CustomerId, Millis, Moment, RetailerId, StoreId};
use http::HeaderMap;
use http::header::LINK;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use self::tables::{ATTEMPTS, CUSTOMERS, DRAFTS, INBOX, MESSAGES, ORDERS, SESSIONS, SHOPPERS, STORES};
use crate::routes;
use crate::testing::Api;

/// Walks of each list.
const WALKS: usize = 3;
const PER_PAGE: usize = 3;

/// Operations with a parameter `after` that is no place in a list: offsets of a stream that is only ever read on.
const NO_LISTS: [&str; 2] = ["readStoreEvents", "pollStoreCommands"];

/// A list in one order.
struct List {
    operation: &'static str,
    /// Path and query.
    uri: String,
    /// Where the rows stand in the answer.
    rows: &'static str,
    id: &'static str,
    by_app: bool,
    table: Table,
}

/// How a row comes, with a number that names it and a key of few values to sort by, and how it goes.
#[derive(Clone, Copy)]
struct Table {
    insert: fn(&World, i64, i64) -> Vec<Statement>,
    delete: fn(i64) -> Vec<Statement>,
}

struct World {
    api: Api,
    app: String,
    retailer: RetailerId,
    store: StoreId,
    customer: CustomerId,
    webhook: i64,
    now: Moment,
    numbers: std::cell::Cell<i64>,
}

#[derive(Debug, Clone)]
enum Step {
    Come(i64),
    Go(Index),
}

/// Keys of the rows that are there at first, and what happens after each page.
#[derive(Debug, Clone)]
struct Walk {
    first: Vec<i64>,
    steps: Vec<Vec<Step>>,
}

struct Page {
    ids: Vec<String>,
    next: Option<String>,
    previous: Option<String>,
}

fn walks() -> impl Strategy<Value = Walk> {
    let step = prop_oneof![(0..4_i64).prop_map(Step::Come), any::<Index>().prop_map(Step::Go)];
    let steps = prop::collection::vec(prop::collection::vec(step, 0..4), 0..12);
    (prop::collection::vec(0..4_i64, 0..16), steps).prop_map(|(first, steps)| Walk { first, steps })
}

async fn world(api: Api) -> World {
    let store = api.store().await;
    let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
    let customer = CustomerId(made.json["id"].as_i64().unwrap());
    let setting = json!({"type": "customerCreated", "url": "https://localhost.invalid/x"});
    let webhook = api.ask("POST", "/api/admin/v2/webhooks", setting).await.json["id"].as_i64().unwrap();
    World {
        app: api.app_token(customer).await,
        retailer: api.retailer,
        store,
        customer,
        webhook,
        now: api.app.clock.now(),
        numbers: std::cell::Cell::new(1000),
        api,
    }
}

impl World {
    async fn run(&self, statements: Vec<Statement>) {
        let changed = self.api.app.database.change(move |c| {
            let statements = statements.clone();
            Box::pin(async move {
                for statement in statements {
                    execute(c, statement).await?;
                }
                Ok::<_, aisle_database::Error>(())
            })
        });
        changed.await.unwrap();
    }

    /// Rows with these keys, and their numbers.
    async fn come(&self, list: &List, keys: &[i64]) -> Vec<i64> {
        let next = self.numbers.get() + 1;
        let numbers: Vec<i64> = (next..).take(keys.len()).collect();
        self.numbers.set(next + i64::try_from(keys.len()).unwrap());
        let rows = numbers.iter().zip(keys);
        self.run(rows.flat_map(|(number, key)| (list.table.insert)(self, *number, *key)).collect()).await;
        numbers
    }

    async fn go(&self, list: &List, numbers: &[i64]) {
        self.run(numbers.iter().flat_map(|number| (list.table.delete)(*number)).collect()).await;
    }

    fn moment(&self, key: i64) -> Moment {
        self.now.plus(Millis(key * 1000))
    }

    async fn page(&self, list: &List, place: Option<(&str, &str)>) -> Page {
        let mark = if list.uri.contains('?') { '&' } else { '?' };
        let place = place.map_or_else(String::new, |(side, cursor)| format!("&{side}={cursor}"));
        let uri = format!("{}{mark}count={PER_PAGE}{place}", list.uri);
        let token = if list.by_app { &self.app } else { &self.api.key };
        let reply = self.api.ask_as(token, "GET", &uri, Value::Null).await;
        assert_eq!(reply.status, 200, "{uri}: {}", reply.text);
        let rows = reply.json.pointer(list.rows).and_then(Value::as_array).unwrap();
        let cursor = |pointer: &str| reply.json.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Page {
            ids: rows.iter().map(|row| id(&row[list.id])).collect(),
            next: cursor("/pagination/next/after").or_else(|| linked(&reply.headers)),
            previous: cursor("/pagination/previous/before"),
        }
    }
}

fn id(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.trim_start_matches("msg_").to_owned()
}

fn linked(headers: &HeaderMap) -> Option<String> {
    let link = headers.get(LINK)?.to_str().unwrap();
    let after = link.split("after=").nth(1)?;
    after.split(['&', '>']).next().map(str::to_owned)
}

/// Rows that are there, and those of them that were from the start.
struct Rows {
    now: Vec<i64>,
    always: BTreeSet<i64>,
}

impl Rows {
    async fn step(&mut self, world: &World, list: &List, step: &Step) {
        match step {
            Step::Come(key) => self.now.extend(world.come(list, &[*key]).await),
            Step::Go(_) if self.now.is_empty() => {}
            Step::Go(index) => {
                let number = self.now.remove(index.index(self.now.len()));
                self.always.remove(&number);
                world.go(list, &[number]).await;
            }
        }
    }

    fn check(&self, met: &[String], what: &str) {
        let once: BTreeSet<&String> = met.iter().collect();
        assert_eq!(once.len(), met.len(), "{what}: a row was met twice: {met:?}");
        let lost: Vec<_> = self.always.iter().filter(|number| !once.contains(&number.to_string())).collect();
        assert!(lost.is_empty(), "{what}: {lost:?} were lost: {met:?}");
    }
}

async fn holds(world: &World, list: &List, walk: &Walk) {
    let what = format!("{} {walk:?}", list.uri);
    let first = world.come(list, &walk.first).await;
    let mut rows = Rows { always: first.iter().copied().collect(), now: first };
    let mut steps = walk.steps.iter();
    let mut met = Vec::new();
    let mut page = world.page(list, None).await;
    loop {
        met.extend(page.ids.clone());
        for step in steps.next().into_iter().flatten() {
            rows.step(world, list, step).await;
        }
        // The feed goes on for ever; a page without a row is its end.
        let next = page.next.take().filter(|_| !page.ids.is_empty());
        let Some(next) = next else { break };
        page = world.page(list, Some(("after", &next))).await;
    }
    rows.check(&met, &what);
    if page.previous.is_some() {
        let mut met = page.ids.clone();
        while let Some(previous) = page.previous.take() {
            for step in steps.next().into_iter().flatten() {
                rows.step(world, list, step).await;
            }
            page = world.page(list, Some(("before", &previous))).await;
            met.extend(page.ids.clone());
        }
        rows.check(&met, &format!("back: {what}"));
    }
    world.go(list, &rows.now).await;
}

#[tokio::test]
async fn rows_that_come_and_go_move_no_others() {
    on_both_databases(async |database| {
        let world = world(Api::over(database).await).await;
        for list in lists(&world) {
            let mut runner = TestRunner::deterministic();
            for _ in 0..WALKS {
                let walk = walks().new_tree(&mut runner).unwrap().current();
                holds(&world, &list, &walk).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_list_with_cursors_is_walked() {
    let fresh = aisle_database::testing::open_sqlite().await;
    let world = world(Api::over(fresh.database.clone()).await).await;
    let walked: BTreeSet<&str> = lists(&world).iter().map(|list| list.operation).collect();
    let has_cursor = routes::served().filter(|(_, operation)| {
        *operation.method == *"GET" && operation.parameters.iter().any(|parameter| *parameter.name == *"after")
    });
    let expected: BTreeSet<&str> = has_cursor.map(|(route, _)| route.id).filter(|id| !NO_LISTS.contains(id)).collect();
    assert_eq!(walked, expected);
}

fn lists(world: &World) -> Vec<List> {
    let (store, webhook) = (world.store, world.webhook);
    let admin = "/api/admin/v2";
    let mut lists = vec![
        list("listCustomers", format!("{admin}/customers"), "", "id", CUSTOMERS),
        list("listWebhookAttempts", format!("{admin}/webhooks/{webhook}/attempts"), "/data", "id", ATTEMPTS),
        list(
            "listWebhookMessages",
            format!("{admin}/webhooks/{webhook}/messages?state=dead"),
            "/data",
            "messageId",
            MESSAGES,
        ),
        list("listEvents", format!("{admin}/events"), "/data", "id", MESSAGES),
        list("listPushInbox", "/api/push/inbox".to_owned(), "/data", "id", INBOX),
    ];
    for direction in ["asc", "desc"] {
        for order in ["id", "name", "status", "deploymentStatus", "createdAt", "updatedAt"] {
            let uri = format!("{admin}/stores?orderBy={order}&direction={direction}");
            lists.push(list("listStores", uri, "/stores", "id", STORES));
        }
        for order in ["id", "code", "visitors", "groupSize", "expiresAt", "codeLastSuccesfullyScannedAt", "createdAt"] {
            let uri = format!("{admin}/sessions?orderBy={order}&direction={direction}");
            lists.push(list("listSessions", uri, "/data", "id", SESSIONS));
        }
        let uri = format!("{admin}/stores/{store}/shoppers?direction={direction}");
        lists.push(list("listShoppers", uri, "/data", "shopperId", SHOPPERS));
        for (operation, path, table) in [("listAppOrders", "", ORDERS), ("listAppDraftOrders", "/draft", DRAFTS)] {
            let uri = format!("/api/customer/v2/orders{path}?direction={direction}");
            lists.push(List { by_app: true, ..list(operation, uri, "/orders", "id", table) });
        }
    }
    lists
}

fn list(operation: &'static str, uri: String, rows: &'static str, id: &'static str, table: Table) -> List {
    List { operation, uri, rows, id, by_app: false, table }
}
