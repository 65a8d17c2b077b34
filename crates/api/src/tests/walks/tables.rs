//! How rows of each list come and go, as the rows that they are.

use aisle_database::{Statement, sql};

use super::{Table, World};

pub(super) const CUSTOMERS: Table =
    Table {
        insert: |world, number, key| {
            vec![sql!(
            "insert into customers (id, retailer_id, email, email_folded, email_is_generated, role, priority, blocked,
                 created_at, updated_at) values ($1, $2, $3, $3, $4, 'customer', 0, $4, $5, $5)",
            number, world.retailer, format!("{number}@example.com"), false, world.moment(key)
        )]
        },
        delete: |number| vec![sql!("update customers set deleted_at = updated_at where id = $1", number)],
    };

pub(super) const STORES: Table = Table {
    insert: |world, number, key| {
        let of = |names: [&'static str; 3]| names[usize::try_from(key % 3).unwrap()];
        vec![sql!(
            "insert into stores (id, retailer_id, unique_store_id, status, deployment_status, name, employee_inside, currency,
                 time_zone, settings, layout_version, layout_updated_at, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'EUR', 'UTC', '{}', 1, $8, $8, $8)",
            number, world.retailer, format!("u{number}"), of(["OPEN", "CLOSED", "CLOSED_FOR_MAINTENANCE"]),
            of(["LIVE", "TESTING", "DEPLOYMENT"]), format!("n{key}"), false, world.moment(key)
        )]
    },
    delete: |number| vec![sql!("delete from stores where id = $1", number)],
};

fn session(world: &World, number: i64, key: i64) -> Statement {
    let some = |value: i64| (key > 0).then_some(value);
    let moment = (key > 0).then(|| world.moment(key));
    sql!(
        "insert into sessions (number, retailer_id, token, role, code, status, group_size, visitors, priority, metadata, flags,
             suspected_fraud, satisfaction_submitted, expires_at, last_scanned_at, created_at, updated_at)
         values ($1, $2, $3, 'customer', $4, 'pending', $5, $6, 0, '{}', '[]', $7, $7, $8, $8, $9, $9)",
        number, world.retailer, format!("t{number}"), format!("c{key}"), some(key), key, false, moment, world.moment(key)
    )
}

pub(super) const SESSIONS: Table = Table {
    insert: |world, number, key| vec![session(world, number, key)],
    delete: |number| vec![sql!("delete from sessions where number = $1", number)],
};

pub(super) const SHOPPERS: Table = Table {
    insert: |world, number, key| {
        vec![sql!(
            "insert into shoppers (shopper_id, store_id, state, role, track_ids, zone_ids, flags, marks, entered_at, last_seen_at)
             values ($1, $2, 'visitor', 'unknown', '[]', '[]', '[]', '[]', $3, $3)",
            number.to_string(), world.store, world.moment(key)
        )]
    },
    delete: |number| vec![sql!("delete from shoppers where shopper_id = $1", number.to_string())],
};

pub(super) const ATTEMPTS: Table = Table {
    insert: |world, number, key| {
        vec![sql!(
            "insert into attempts (id, webhook_id, message_id, name, trigger_kind, attempt, outcome, url, total_ms, created_at)
             values ($1, $2, 'msg_1', 'customerCreated', 'event', 1, 'failed', 'https://localhost.invalid/x', 1, $3)",
            number, world.webhook, world.moment(key)
        )]
    },
    delete: |number| vec![sql!("delete from attempts where id = $1", number)],
};

/// A message in the feed whose delivery was given up.
pub(super) const MESSAGES: Table = Table {
    insert: |world, number, key| {
        let moment = world.moment(key);
        vec![
            sql!(
                "insert into messages (id, message_id, variant, retailer_id, name, order_key, body, issued_at)
                 values ($1, $2, 0, $3, 'customerCreated', 'k', $4, $5)",
                number,
                format!("msg_{number}"),
                world.retailer,
                b"{}".to_vec(),
                moment
            ),
            sql!(
                "insert into deliveries (id, message, webhook_id, lane, state, trigger_kind, settled_at)
                 values ($1, $1, $2, 0, 'dead', 'event', $3)",
                number,
                world.webhook,
                moment
            ),
            sql!("insert into feed (position, retailer_id, message) values ($1, $2, $1)", number, world.retailer),
        ]
    },
    delete: |number| {
        vec![
            sql!("delete from feed where position = $1", number),
            sql!("delete from deliveries where id = $1", number),
            sql!("delete from messages where id = $1", number),
        ]
    },
};

pub(super) const INBOX: Table = Table {
    insert: |world, number, key| {
        vec![sql!(
            "insert into inbox (id, retailer_id, webhook, path, received_at, last_received_at, attempts, signature, headers,
                 body, faults, answer_status)
             values ($1, $2, 'customerCreated', '/api/push/customer-created', $3, $3, 1, 'absent', '{}', $4, '[]', 200)",
            number, world.retailer, world.moment(key), b"{}".to_vec()
        )]
    },
    delete: |number| vec![sql!("delete from inbox where id = $1", number)],
};

fn order(world: &World, number: i64, key: i64, status: &'static str) -> Vec<Statement> {
    let moment = world.moment(key);
    vec![
        session(world, number, key),
        sql!(
            "insert into orders (id, retailer_id, store_id, session_number, session_token, customer_id, customer_role, status,
                 external_status, currency, latest_version, total, total_tax, total_scaled, quantity, taken, refunded_amount,
                 refunded, try_refund_times, draft_created_at, created_at, updated_at)
             values ($1, $2, $3, $1, $4, $5, 'customer', $6, 'ok', 'EUR', 1, 0, 0, 0, 0, 0, 0, $7, 0, $8, $8, $8)",
            number, world.retailer, world.store, format!("t{number}"), world.customer, status, false, moment
        ),
        sql!(
            "insert into order_versions (order_id, version, total, total_tax, mutator_text, created_at)
             values ($1, 1, 0, 0, '', $2)",
            number, moment
        ),
    ]
}

fn delete_order(number: i64) -> Vec<Statement> {
    vec![
        sql!("delete from order_versions where order_id = $1", number),
        sql!("delete from orders where id = $1", number),
        sql!("delete from sessions where number = $1", number),
    ]
}

pub(super) const ORDERS: Table =
    Table { insert: |world, number, key| order(world, number, key, "paid"), delete: delete_order };

pub(super) const DRAFTS: Table =
    Table { insert: |world, number, key| order(world, number, key, "draft"), delete: delete_order };
