//! The catalogue in a file and back.

use std::path::Path;

use serde_json::Value;

use crate::common::{Place, Rows};

/// What the file says, after a run that must end with this code; standard output and error.
fn run(place: &Place, words: &[&str], code: i32) -> (Value, String) {
    let done = place.run(words);
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(code), "{words:?}: {error}");
    (serde_json::from_slice(&done.stdout).unwrap_or(Value::Null), error)
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn what_is_exported_is_imported_as_it_was() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for rows in [Rows::Embedded, runtime.block_on(Rows::postgres())] {
        let place = Place::new(rows);
        let store = place.init().number("storeId");
        let file = |name: &str| place.folder.path().join(name);
        let (first, csv, last) = (file("first.ndjson"), file("products.csv"), file("last.ndjson"));
        let said = format!(
            "{{\"externalId\": \"pen\", \"name\": \"A \\\"pen\\\", blue;\\nfine\", \"price\": \"2.15\", \"barcode\": \"850050071228\", \
             \"weight\": 12.5, \"thumbnail\": \"https://p/1\", \"invalidThumbnail\": true, \"category\": \"Ä\", \
             \"storePrices\": [{{\"storeId\": {store}, \"price\": 1.99}}], \"inventoryItemId\": 9}}\n"
        );
        std::fs::write(&first, said).unwrap();
        let names = [&first, &csv, &last].map(|file| file.to_str().unwrap());
        let (counts, _) = run(&place, &["import", "products", names[0], "--json"], 0);
        assert_eq!((&counts["made"], &counts["changed"]), (&Value::from(1), &Value::from(0)));
        assert_eq!(run(&place, &["export", "products", names[1], "--json"], 0).0["products"], 7);
        run(&place, &["export", "products", names[0]], 0);
        let (counts, _) = run(&place, &["import", "products", names[1], "--json"], 0);
        assert_eq!(
            (&counts["lines"], &counts["unchanged"]),
            (&Value::from(7), &Value::from(7)),
            "nothing is lost in a CSV"
        );
        run(&place, &["import", "products", names[0], "--json"], 0);
        run(&place, &["export", "products", names[2]], 0);
        assert_eq!(text(&first), text(&last));

        let other = Place::new(Rows::Embedded);
        other.init();
        run(&other, &["import", "products", names[1]], 0);
        run(&other, &["export", "products", names[2]], 0);
        assert_eq!(text(&first), text(&last), "in another server's catalogue, too");
    }
}

#[test]
fn every_bad_line_is_named_and_nothing_is_imported() {
    let place = Place::new(Rows::Embedded);
    place.init();
    let file = place.folder.path().join("products.csv");
    let name = file.to_str().unwrap();
    let said = "id,name,price,barcode,weight\n1,Water,0.99,4006381333924,520\n90,,1,90,1\n91,b,x,91,1\n92,c,1,90,1\n";
    std::fs::write(&file, said).unwrap();
    let (_, error) = run(&place, &["import", "products", name], 1);
    for wanted in ["line 3: \"name\" is required", "line 4: \"price\"", "nothing was imported"] {
        assert!(error.contains(wanted), "{wanted} is missing in: {error}");
    }
    assert!(!error.contains("line 2"), "{error}");
    run(&place, &["export", "products", name], 0);
    assert_eq!(text(&file).lines().count(), 7, "six products and the header");
    std::fs::write(&file, "name,pirce\n").unwrap();
    assert!(run(&place, &["import", "products", name], 1).1.contains("pirce"));
    let (_, error) = run(&place, &["import", "products", name, "--retailer", "nobody"], 1);
    assert!(error.contains("there is no retailer nobody"), "{error}");

    let server = place.serve();
    let (_, error) = run(&place, &["import", "products", name], 1);
    assert!(error.contains("stop it first") && error.contains("another server"), "{error}");
    assert_eq!(server.stop(), Some(0));
}
