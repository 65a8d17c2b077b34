//! The furnished store that `init` and `demo` make (operator.md of the contract): 20 × 12 m, origin in the south-west
//! corner, x to the east, y to the north.

use serde_json::{Value, json};

/// The store's zones, by id.
pub const ZONES: [&str; 3] = ["entry", "checkout", "scanning"];
/// The gate in the west wall.
pub const GATE: i64 = 1;
/// The planned products.
pub const PRODUCTS: std::ops::RangeInclusive<i64> = 1..=6;

/// A retailer with furnished stores of these names.
pub fn retailer(name: &str, development: bool, email: &str, password: &str, stores: &[&str]) -> Value {
    let application = json!({
        "clientIdSuffix": "first",
        "description": "First application",
        "development": development,
    });
    json!({
        "name": name,
        "development": development,
        "consoleUsers": [{ "email": email, "password": password }],
        "applications": [application],
        "products": products(),
        "stores": stores.iter().enumerate().map(|(number, store)| self::store(store, number)).collect::<Vec<_>>(),
    })
}

fn store(name: &str, number: usize) -> Value {
    json!({
        "name": name,
        "status": "OPEN",
        "deploymentStatus": "TESTING",
        "thirdPartyId": format!("{}-{}", name.to_lowercase().replace(' ', "-"), number + 1),
        "currency": "EUR",
        "timeZone": "Europe/Berlin",
        "zones": [
            zone("entry", "Behind the gate", "entry", [[0.0, 4.5], [2.0, 7.5]]),
            zone("checkout", "Checkout", "checkout", [[4.0, 1.0], [6.0, 3.0]]),
            zone("scanning", "Scanning", "scanning", [[2.5, 8.0], [4.5, 10.0]]),
        ],
        "layout": {
            "gates": [{
                "id": GATE, "name": "West gate", "a": [0.0, 5.0], "b": [0.0, 7.0], "inside": "right", "kind": "both",
                "crossings": "derived", "controllable": true, "entryZoneId": "entry",
            }],
            "gondolas": [gondola(1, "Drinks", 4.0), gondola(2, "Snacks", 8.0)],
            "cameras": [],
            "machines": [],
        },
        "checkInDevices": [{
            "name": "Reader at the west gate", "kind": "external", "gateId": GATE, "position": [-0.6, 6.5],
        }],
        "planogram": planogram(),
        "tokens": [{ "kind": "store", "name": format!("Perception of {name}") }],
    })
}

fn zone(id: &str, name: &str, label: &str, corners: [[f64; 2]; 2]) -> Value {
    let [[west, south], [east, north]] = corners;
    json!({
        "id": id, "name": name, "labels": [label],
        "polygon": [[west, south], [east, south], [east, north], [west, north]],
    })
}

fn gondola(id: i64, name: &str, y: f64) -> Value {
    let shelf = |index: i64| {
        json!({
            "shelfIndex": index,
            "translation": { "x": 0.0, "y": 0.0, "z": 0.3 + 0.6 * index as f64 },
            "dimensions": { "x": 2.4, "y": 0.5, "z": 0.5 },
        })
    };
    json!({
        "id": id, "name": name,
        "translation": { "x": 10.0, "y": y, "z": 0.0 },
        "dimensions": { "x": 2.4, "y": 0.5, "z": 1.6 },
        "shelves": [shelf(0), shelf(1)],
    })
}

/// Every product has a bin in each gondola: three bins on each of two shelves.
fn planogram() -> Value {
    let bins = |first: i64| -> Vec<Value> {
        (first..first + 3).map(|product| json!({ "productId": product, "size": 0.8 })).collect()
    };
    let shelves = (1..=2).flat_map(|gondola| (0..2).map(move |shelf| (gondola, shelf)));
    let plans = shelves
        .map(|(gondola, shelf)| json!({ "gondolaId": gondola, "shelfIndex": shelf, "bins": bins(1 + 3 * shelf) }));
    plans.collect()
}

fn products() -> Value {
    let product = |id: i64, name: &str, price: &str, grams: i64, barcode: &str, category: &str| {
        json!({
            "id": id, "externalId": format!("demo-{id}"), "name": name, "price": price, "weight": grams,
            "barcode": barcode, "category": category,
        })
    };
    let mut seltzer = product(6, "Hard seltzer 0.33 l", "2.49", 350, "4006381333979", "Drinks");
    seltzer["restricted"] = json!(true);
    seltzer["restrictionCategory"] = json!("ALCOHOL");
    json!([
        product(1, "Still water 0.5 l", "0.99", 520, "4006381333924", "Drinks"),
        product(2, "Orange juice 0.3 l", "2.29", 330, "4006381333931", "Drinks"),
        product(3, "Cold brew 0.25 l", "2.79", 270, "4006381333948", "Drinks"),
        product(4, "Cheese sandwich", "3.49", 180, "4006381333955", "Snacks"),
        product(5, "Salted nuts", "1.89", 120, "4006381333962", "Snacks"),
        seltzer,
    ])
}
