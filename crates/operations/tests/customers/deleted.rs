//! A deleted customer: who may be deleted, what is left, and that a long history is forgotten to its end.

use aisle_database::rows::idempotency::RequestName;
use aisle_database::testing::{execute, fetch_all, on_both_databases};
use aisle_database::{Statement, Value as Bound, sql};
use aisle_model::store::PaymentProvider;
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{CustomerId, Millis, Moment, SessionToken};
use aisle_operations::cards;
use aisle_operations::customers::{self, NewCard, NewCustomer};
use aisle_operations::entry_codes::{self, NewEntryCode};
use aisle_operations::idempotency::{Idempotency, Turn};
use aisle_operations::sessions;
use serde_json::{Value, json};

use crate::fixture::{Fixture, ada, assert_absent, assert_conflict, fixture, retailer};

async fn run(f: &Fixture, statement: Statement) {
    let changed = f.app.database.change(move |c| {
        let statement = statement.clone();
        Box::pin(async move { execute(c, statement).await.map(drop) })
    });
    changed.await.unwrap();
}

/// How many rows a statement finds.
async fn found(f: &Fixture, statement: Statement) -> usize {
    let read = f.app.database.read(move |c| {
        let statement = statement.clone();
        Box::pin(async move { fetch_all(c, statement).await.map(|rows| rows.len()) })
    });
    read.await.unwrap()
}

async fn trip(f: &Fixture, of: CustomerId) -> SessionToken {
    let trip = entry_codes::create(&f.app, &f.caller, of, NewEntryCode::default()).await;
    trip.unwrap().token
}

fn metadata() -> serde_json::Map<String, Value> {
    json!({"club": "gold"}).as_object().unwrap().clone()
}

#[tokio::test]
async fn nothing_of_the_person_is_left_and_what_was_theirs_is_free() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let new = NewCustomer { metadata: Some(metadata()), ..ada() };
        let id = f.customer(new).await.customer.id;
        let card =
            NewCard { card_id: Some("c".to_owned()), ..NewCard::of_token(PaymentProvider::Adyen, "t".to_owned()) };
        cards::add(&f.app, &f.caller, id, card, false).await.unwrap();
        let token = trip(&f, id).await;
        answered_call(&f, "the shopper Ada").await;
        f.app.clock.advance(Millis(1000));
        customers::delete(&f.app, &f.caller, id).await.unwrap();

        assert_absent(customers::get(&f.app, &f.caller, id).await, "Customer");
        assert_absent(customers::delete(&f.app, &f.caller, id).await, "Customer");
        let body = f.notices(WebhookName::CustomerCreated).await.remove(0);
        assert_eq!((&body["customer"]["externalId"], &body["customer"]["metadata"]), (&Value::Null, &Value::Null));
        assert_eq!(body["customer"]["id"], id.to_string(), "the number is no personal data");
        for (name, value) in body["customerPersonalInfo"].as_object().unwrap() {
            assert_eq!(value, &Value::Null, "{name}");
        }
        assert_eq!(found(&f, sql!("select id from attempts where answer is not null")).await, 0);
        assert_eq!(found(&f, sql!("select id from cards")).await, 0);
        assert_eq!(found(&f, sql!("select number from sessions where customer_id is not null")).await, 0);
        let emptied = sql!(
            "select id from customers where id = $1 and email = '' and first_name is null and phone is null
                 and phone_folded is null and metadata is null and external_id is null and password_hash is null",
            id
        );
        assert_eq!(found(&f, emptied).await, 1);
        let code = sql!("select id from entry_codes where state = 'registered' and customer_id is null");
        assert_eq!(found(&f, code).await, 1, "it stays, and answers 6");
        let patch = sessions::SessionPatch::default();
        let kept = sessions::update(&f.app, &f.caller, token, patch).await.unwrap();
        assert_eq!((kept.customer, kept.card), (None, None));
        let again = f.customer(ada()).await.customer;
        assert!(again.id > id, "email and external id are free, the id is not");
    })
    .await;
}

/// Writes down a call about the newest message, and what was answered to it.
async fn answered_call(f: &Fixture, answer: &'static str) {
    let attempt = sql!(
        "insert into attempts (webhook_id, delivery_id, message_id, name, trigger_kind, attempt, outcome, url, total_ms, answer,
             created_at)
         select d.webhook_id, d.id, m.message_id, m.name, 'event', 1, 'delivered', 'https://hooks.example/', 5, $1, $2
         from deliveries d join messages m on m.id = d.message order by d.id desc limit 1",
        answer,
        f.app.clock.now()
    );
    run(f, attempt).await;
    assert_eq!(found(f, sql!("select id from attempts where answer = $1", answer)).await, 1);
}

#[tokio::test]
async fn a_trip_under_way_and_an_open_order_stand_in_the_way() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(ada()).await.customer.id;
        trip(&f, id).await;
        run(&f, sql!("update sessions set status = 'active'")).await;
        assert_conflict(customers::delete(&f.app, &f.caller, id).await, "Customer is in a store");
        run(&f, sql!("update sessions set status = 'completed'")).await;
        order(&f, id, "paymentProcessing").await;
        let unfinished = "Customer has an order that is not final";
        assert_conflict(customers::delete(&f.app, &f.caller, id).await, unfinished);
        let stranger = retailer(&f.app, "other").await;
        assert_absent(customers::delete(&f.app, &stranger, id).await, "Customer");
        run(&f, sql!("update orders set status = 'unpaid'")).await;
        customers::delete(&f.app, &f.caller, id).await.unwrap();
        let unlinked = sql!("select id from orders where customer_id is null and card_last4 is null and total = 215");
        assert_eq!(found(&f, unlinked).await, 1);
    })
    .await;
}

/// An order of the customer's only trip.
async fn order(f: &Fixture, id: CustomerId, status: &'static str) {
    use aisle_operations::stores::{self, NewStore};
    let store =
        NewStore { name: "Corner".into(), currency: "EUR".into(), time_zone: "UTC".into(), ..Default::default() };
    let store = stores::create(&f.app, &f.caller, store).await.unwrap().id;
    let insert = sql!(
        "insert into orders (retailer_id, store_id, session_number, session_token, customer_id, customer_role, status,
             external_status, currency, latest_version, total, total_tax, total_scaled, quantity, taken, refunded_amount,
             refunded, try_refund_times, card_last4, draft_created_at, created_at, updated_at)
         select retailer_id, $1, number, token, customer_id, 'customer', $2, 'ok', 'EUR', 1, 215, 35, 21500, 1, 0, 0, $3, 0,
             '1111', $4, $4, $4 from sessions where customer_id = $5",
        store,
        status,
        false,
        f.app.clock.now(),
        id
    );
    run(f, insert).await;
}

#[tokio::test]
async fn a_long_history_is_forgotten_to_its_end_by_whoever_goes_on() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let id = f.customer(ada()).await.customer.id;
        many_trips(&f, id, 250).await;
        let mine = || sql!("select number from sessions where customer_id = $1", id);
        customers::delete(&f.app, &f.caller, id).await.unwrap();
        assert_eq!(found(&f, mine()).await, 150, "the first slice went with the customer");
        customers::erase_due(&f.app).await.unwrap();
        assert_eq!(found(&f, mine()).await, 0);
        // What another change brought in meanwhile, because it had read the customer before, is found by the last look.
        many_trips(&f, id, 1).await;
        customers::erase_due(&f.app).await.unwrap();
        assert_eq!(found(&f, mine()).await, 1, "not due");
        f.app.clock.advance(Millis(60_000));
        customers::erase_due(&f.app).await.unwrap();
        assert_eq!(found(&f, mine()).await, 0);
        assert_eq!(found(&f, sql!("select customer_id from customer_erasures")).await, 0, "that was the last look");
    })
    .await;
}

async fn many_trips(f: &Fixture, id: CustomerId, count: usize) {
    let before = found(f, sql!("select number from sessions")).await;
    let (retailer, now) = (f.caller.retailer, f.app.clock.now());
    let row = |number: usize| -> [Bound; 12] {
        let token = format!("trip-{}", before + number);
        [
            retailer.into(),
            token.clone().into(),
            id.into(),
            "customer".into(),
            token.into(),
            "completed".into(),
            0_i64.into(),
            "{}".into(),
            "[]".into(),
            false.into(),
            false.into(),
            now.into(),
        ]
    };
    let mut insert = Statement::build(
        "insert into sessions (retailer_id, token, customer_id, role, code, status, priority, metadata, flags, suspected_fraud,
             satisfaction_submitted, created_at, updated_at)
         select v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9, v.column10,
             v.column11, v.column12, v.column12 from (values ",
    );
    insert.bind_rows((0..count).map(row)).push(") as v");
    run(f, (&mut insert).into()).await;
}

#[tokio::test]
async fn kept_answers_about_the_customer_are_gone() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let idempotency = Idempotency::default();
        let name = RequestName {
            credential: "key:1".to_owned(),
            method: "POST".to_owned(),
            path: "/api/admin/v2/customers".to_owned(),
            key: "k".to_owned(),
        };
        let Turn::Run(once) = idempotency.begin(&f.app, &name, [1; 32]).await.unwrap() else { panic!("the first") };
        let caller = aisle_operations::Caller { once: Some(once.clone()), ..f.caller.clone() };
        let id = customers::create(&f.app, &caller, ada()).await.unwrap().customer.id;
        drop(caller);
        customers::delete(&f.app, &f.caller, id).await.unwrap();
        // The answer comes later than the deletion, and is not kept.
        idempotency.settle(&f.app, once, 201, Some(b"Ada".to_vec())).await.unwrap();
        let again = idempotency.begin(&f.app, &name, [1; 32]).await.unwrap();
        assert!(matches!(again, Turn::Gone));
        let another = idempotency.begin(&f.app, &name, [2; 32]).await.unwrap();
        assert!(matches!(another, Turn::Mismatch));
        let kept = sql!("select id from idempotent_requests where answer is not null or outcome is not null");
        assert_eq!(found(&f, kept).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_receivers_inbox_forgets_them_too() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        f.listen_to(WebhookType::CustomerCreated).await;
        let (ada, other) = (f.customer(ada()).await.customer.id, f.customer(NewCustomer::default()).await.customer.id);
        for id in [ada, other] {
            receive(&f, id).await;
        }
        customers::delete(&f.app, &f.caller, ada).await.unwrap();
        customers::erase_due(&f.app).await.unwrap();
        let read = f.app.database.read(|c| {
            Box::pin(async move {
                let rows = fetch_all(c, sql!("select body from inbox order by id")).await?;
                rows.iter().map(|row| row.get::<Vec<u8>>("body")).collect::<Result<Vec<_>, aisle_database::Error>>()
            })
        });
        let bodies = read.await.unwrap();
        let emails = bodies.iter().map(|body| serde_json::from_slice::<Value>(body).unwrap());
        let emails: Vec<Value> = emails.map(|body| body["customerPersonalInfo"]["email"].clone()).collect();
        assert_eq!(emails, [Value::Null, json!("a@example.com")]);
    })
    .await;
}

async fn receive(f: &Fixture, id: CustomerId) {
    let body = json!({"customer": {"id": id.to_string()}, "customerPersonalInfo": {"email": "a@example.com"}});
    let at: Moment = f.app.clock.now();
    let insert = sql!(
        "insert into inbox (retailer_id, webhook, path, received_at, last_received_at, attempts, signature, headers, body,
             faults, answer_status) values ($1, 'customerCreated', '/', $2, $2, 1, 'absent', '{}', $3, '[]', 200)",
        f.caller.retailer,
        at,
        body.to_string().into_bytes()
    );
    run(f, insert).await;
}
