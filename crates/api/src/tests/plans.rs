//! Every question of the API that only reads, with every parameter the contract has for it, and how the databases answer:
//! from an index, never by reading a whole table. Questions come from the document that is served, so a new list, filter or
//! order is in here by itself.

use std::collections::BTreeMap;

use aisle_contract::TokenKind;
use aisle_database::rows::filling::{Filling, analyze, fill};
use aisle_database::testing::{execute, explain, on_both_databases};
use aisle_database::{Error, Statement, sql, watch};
use aisle_model::StoreId;
use serde_json::Value;

use crate::routes;
use crate::testing::{Api, START};

/// Enough for PostgreSQL to prefer an index where there is one.
const ROWS: i64 = 20_000;

/// Rows that a plan may sort: a page and what one object has.
const MOST_SORTED: f64 = 2_000.0;

/// Tables that may be read or sorted whole: a server has few retailers, and a retailer few stores and webhooks.
const SMALL: [&str; 3] = ["retailers", "stores", "webhooks"];

#[tokio::test]
async fn every_list_is_answered_from_an_index() {
    let wrong = std::sync::Mutex::new(Vec::new());
    on_both_databases(|database| async {
        let api = Api::over(database).await;
        let store = api.store().await;
        fill_all(&api, store).await;
        watch::begin();
        let mut asked = BTreeMap::<String, (String, Statement)>::new();
        for uri in questions(store) {
            watch::seen();
            let reply = api.ask("GET", &uri, Value::Null).await;
            assert!(reply.status < 500, "{uri} gave {}", reply.text);
            for statement in watch::seen() {
                asked.entry(statement.text().to_owned()).or_insert((uri.clone(), statement));
            }
        }
        assert!(asked.len() > 100, "only {} statements were seen", asked.len());
        for (text, (uri, statement)) in asked {
            if !text.starts_with("select") && !text.starts_with("with") {
                continue;
            }
            for plan in plans(&api, statement).await {
                if let Some(line) = plan.iter().find_map(|line| fault(&plan, line)) {
                    wrong.lock().unwrap().push(format!("{uri}\n  {text}\n  {line}\n    {}", plan.join("\n    ")));
                }
            }
        }
    })
    .await;
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n"));
}

async fn fill_all(api: &Api, store: StoreId) {
    let whose = (api.retailer, store);
    let filled = api.app.database.change(move |c| {
        Box::pin(async move {
            for what in [Filling::Customers, Filling::Sessions, Filling::Products] {
                for first in (1..ROWS).step_by(1000) {
                    let at = START.plus(aisle_model::Millis(first));
                    fill(c, what, whose, (first, first + 999), at).await?;
                }
            }
            analyze(c).await
        })
    });
    filled.await.map_err(|error: Error| error).unwrap();
}

/// Every question with no parameter, with each alone, and every order in both directions, at the beginning and behind a row.
fn questions(store: StoreId) -> Vec<String> {
    let document: Value = serde_json::from_str(&crate::openapi()).unwrap();
    let mut questions = Vec::new();
    for (_, operation) in routes::served() {
        if &*operation.method != "GET" || operation.token != TokenKind::Retailer {
            continue;
        }
        let steps = operation.path.split('/').map(|step| match step {
            "{storeId}" => store.to_string(),
            "{shelfId}" => "1-1".to_owned(),
            step if step.starts_with('{') => "1".to_owned(),
            step => step.to_owned(),
        });
        let path = steps.collect::<Vec<_>>().join("/");
        questions.push(path.clone());
        let place = &document["paths"][&*operation.path];
        let said = place["get"]["parameters"].as_array().into_iter().flatten();
        let parameters: Vec<(String, Vec<String>)> = said
            .map(|parameter| resolved(&document, parameter))
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| {
                let name = parameter["name"].as_str().unwrap().to_owned();
                (name, samples(&document, &parameter["schema"]))
            })
            .collect();
        for (name, values) in &parameters {
            questions.extend(values.iter().map(|value| format!("{path}?{name}={value}")));
        }
        let of = |wanted: &[&str]| parameters.iter().find(|(name, _)| wanted.contains(&name.as_str()));
        if let (Some((order, orders)), Some((direction, directions))) = (of(&["orderBy", "sort"]), of(&["direction"])) {
            for value in orders {
                for way in directions {
                    let sorted = format!("{path}?{order}={value}&{direction}={way}");
                    questions.extend(["after=7", "before=7", "offset=7"].map(|place| format!("{sorted}&{place}")));
                    questions.push(sorted);
                }
            }
        }
    }
    questions
}

fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(path) => resolved(document, document.pointer(path.trim_start_matches('#')).unwrap()),
        None => value,
    }
}

/// Values that a parameter takes.
fn samples(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    if let Some(values) = schema["enum"].as_array() {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return values.iter().map(text).collect();
    }
    for inner in [&schema["items"], &schema["allOf"][0], &schema["anyOf"][0], &schema["oneOf"][0]] {
        if !inner.is_null() {
            return samples(document, inner);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("string");
    match (kind, schema["format"].as_str()) {
        ("boolean", _) => vec!["true".to_owned(), "false".to_owned()],
        ("integer" | "number", _) => vec!["1".to_owned()],
        (_, Some("date-time")) => vec![START.to_string()],
        (_, Some("uuid")) => vec!["01936f2e-8a10-7c41-9f0e-0a1b2c3d4e01".to_owned()],
        _ => vec!["x".to_owned(), START.to_string()],
    }
}

/// How the statement would be run: on PostgreSQL as it is, by its statistics, and once more as if every table were large.
async fn plans(api: &Api, statement: Statement) -> Vec<Vec<String>> {
    let explained = api.app.database.change(move |c| {
        let statement = statement.clone();
        Box::pin(async move {
            if !c.is_postgres() {
                return Ok(vec![explain(c, &statement).await?]);
            }
            let of_filled = explain(c, &statement).await?;
            let of_filled = if of_filled.iter().any(|line| reads_empty(line)) { Vec::new() } else { of_filled };
            execute(c, sql!("set local enable_seqscan = off")).await?;
            Ok::<_, Error>(vec![of_filled, explain(c, &statement).await?])
        })
    });
    explained.await.unwrap()
}

/// Tables that this test has filled; PostgreSQL reads whole what is empty.
fn reads_empty(line: &str) -> bool {
    const FILLED: [&str; 5] = ["customers", "sessions", "products", "product_variants", "product_barcodes"];
    line.split_once("Seq Scan on ")
        .is_some_and(|(_, rest)| !FILLED.contains(&rest.split_whitespace().next().unwrap_or_default()))
}

/// What is wrong with a line of a plan.
fn fault(plan: &[String], line: &str) -> Option<String> {
    let whole = line.trim_start().strip_prefix("SCAN ").or(line.split_once("Seq Scan on ").map(|(_, rest)| rest));
    // What PostgreSQL reads in no order until it has enough, it takes by its statistics to have soon.
    let place = plan.iter().position(|other| other == line).unwrap_or(0);
    let stops = place > 0 && plan[place - 1].contains("Limit ");
    if let Some(table) = whole.filter(|_| !stops) {
        let name = table.split_whitespace().next().unwrap_or_default();
        let made = [format!("CO-ROUTINE {name}"), format!("MATERIALIZE {name}")];
        let is_made_here = name == "CONSTANT" || plan.iter().any(|line| made.contains(line));
        return (!is_made_here && !SMALL.contains(&name)).then(|| format!("reads all of {name}"));
    }
    if line.contains("USE TEMP B-TREE FOR ORDER BY") {
        let finds_all = |line: &&String| {
            let table = line.strip_prefix("SEARCH ").and_then(|rest| rest.split_whitespace().next());
            line.ends_with("(retailer_id=?)") && table.is_some_and(|table| !SMALL.contains(&table))
        };
        let all = plan.iter().find(finds_all);
        return all.map(|line| format!("sorts all that {line} finds"));
    }
    let sorted = line.trim_start().trim_start_matches("-> ").trim_start();
    let rows = sorted.strip_prefix("Sort ").and_then(|rest| rest.split_once("rows=")).map(|(_, rest)| rest);
    let rows: f64 = rows.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    (rows > MOST_SORTED).then(|| format!("sorts {rows} rows"))
}
