//! The curl lines of the reference, as an integrator would paste them: against a store that `aisle init` made, with the
//! keys it printed; and the same lines with the keys of another retailer.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Keys, Place, Rows, Server};

/// Lines about something that `init` and the lines before it do not make, and how they are answered. May only shrink.
const NOT_THERE: [(&str, u16); 14] = [
    ("acknowledgeStoreCommand", 404),
    ("addFrameAnnotationEvent", 422), // names a camera
    ("addHandoffEvent", 422),         // names a shopper
    ("deleteProduct", 409),           // stands on a shelf
    ("deleteProductVariant", 409),    // is the default one
    ("getCamera", 404),
    ("getContest", 404),
    ("getOrder", 404),
    ("getShopper", 404),
    ("giveUpWebhookMessage", 404),
    ("replaceStoreLayout", 409),  // names the version it is based on
    ("replayWebhook", 422),       // names a message
    ("reportIdentityMatch", 422), // names shoppers
    ("updateShopper", 404),
];

/// Takes the token of a shopper's log-in, which is being made.
const OF_THE_APP: &str = "/api/customer/";

/// Lines that another retailer may send as well: ids of products are unique within a retailer only, and the token endpoint
/// is for everybody.
const OF_ALL: [&str; 2] = ["/api/admin/v2/products", "/realms"];

struct Line {
    id: String,
    method: String,
    path: String,
    source: String,
}

/// What is made comes first and what is taken away last, otherwise as in the document.
fn lines(document: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Some(source) = operation["x-codeSamples"][0]["source"].as_str() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                lines.push(Line { id, method: method.clone(), path: path.clone(), source: source.to_owned() });
            }
        }
    }
    let rank = |line: &Line| ["post", "put", "get", "patch", "delete"].iter().position(|method| *method == line.method);
    // A part goes before its whole.
    lines.sort_by_key(|line| (rank(line), if line.method == "delete" { usize::MAX - line.path.len() } else { 0 }));
    lines.retain(|line| !line.path.starts_with(OF_THE_APP));
    lines
}

type Tokens = Vec<(&'static str, String)>;

/// Status and body of a line, run by a shell.
fn run(line: &Line, url: &str, tokens: &[(&str, String)]) -> (u16, String) {
    let silent = line.source.replacen("curl ", "curl -s -w '\n%{http_code}' ", 1);
    let mut shell = Command::new("sh");
    shell.args(["-c", &silent]).env("AISLE_URL", url).envs(tokens.iter().map(|(name, value)| (name, value)));
    let done = shell.output().unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').unwrap_or_else(|| panic!("this test needs curl: {}", done.status));
    (status.parse().unwrap(), body.to_owned())
}

async fn tokens(keys: &Keys, server: &Server) -> Tokens {
    let store = keys.number("storeId");
    let vendor = json!({"kind": "vendor", "name": "Coffee", "storeId": store, "vendor": "bestcoffeevendor"});
    let made = keys.admin(&server.url).post("/api/admin/v2/api-keys", &vendor).await.unwrap();
    vec![
        ("AISLE_TOKEN", keys.text("apiKey").to_owned()),
        ("AISLE_STORE_TOKEN", keys.text("storeToken").to_owned()),
        ("AISLE_VENDOR_TOKEN", made["key"].as_str().unwrap().to_owned()),
        ("AISLE_CLIENT_ID", keys.text("clientId").to_owned()),
        ("AISLE_CLIENT_SECRET", keys.text("clientSecret").to_owned()),
    ]
}

/// The owner and a stranger with a furnished store of their own.
async fn two_retailers(place: &Place) -> (Server, Tokens, Tokens) {
    let owner = place.init();
    let server = place.serve();
    let owner = tokens(&owner, &server).await;
    assert_eq!(server.stop(), Some(0));
    let stranger = place.run(&["init", "--json", "--development", "--retailer", "stranger"]);
    let stranger = Keys(serde_json::from_slice(&stranger.stdout).unwrap());
    let server = place.serve();
    let stranger = tokens(&stranger, &server).await;
    (server, owner, stranger)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_curl_line_of_the_reference_works_as_it_stands_for_its_retailer_only() {
    for rows in [Rows::Embedded, Rows::postgres().await] {
        let place = Place::new(rows);
        let (server, owner, stranger) = two_retailers(&place).await;
        let document: Value = serde_json::from_slice(&place.run(&["openapi"]).stdout).unwrap();
        let (mut wrong, mut not_there) = (Vec::new(), BTreeMap::new());
        for line in lines(&document) {
            let is_shared = line.path.contains("/{") && !OF_ALL.iter().any(|start| line.path.starts_with(start));
            let goes = line.method == "delete";
            let before = (is_shared && goes).then(|| run(&line, &server.url, &stranger));
            let (status, told) = run(&line, &server.url, &owner);
            let foreign = before.or_else(|| (is_shared && !goes).then(|| run(&line, &server.url, &stranger)));
            if status > 204 {
                not_there.insert(line.id.clone(), status);
                wrong.push(format!("{} was answered {status}: {told}", line.source));
            } else if let Some((foreign, told)) = foreign.filter(|(foreign, _)| *foreign != 404) {
                panic!("another retailer's {} was answered {foreign}: {told}", line.source);
            }
        }
        let allowed: BTreeMap<String, u16> = NOT_THERE.iter().map(|(id, status)| ((*id).to_owned(), *status)).collect();
        assert_eq!(not_there, allowed, "exceptions may only shrink; answered:\n{}", wrong.join("\n"));
    }
}
