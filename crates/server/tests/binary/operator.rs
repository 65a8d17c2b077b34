//! Commands, options and exit codes.

use std::process::Output;

use serde_json::Value;

use crate::common::{Place, Rows};

fn texts(done: &Output) -> (String, String) {
    (String::from_utf8_lossy(&done.stdout).into_owned(), String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn wrong_usage_and_configuration_end_with_2_and_say_what_is_wrong() {
    let place = Place::new(Rows::Embedded);
    let file = place.folder.path().join("aisle.toml");
    let check = |content: &str, environment: &[(&str, &str)], words: &[&str], wanted: &str| {
        std::fs::write(&file, content).unwrap();
        let mut command = place.command(&["--config", file.to_str().unwrap()]);
        let done = command.args(words).envs(environment.iter().copied()).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{content} {words:?}");
        let (_, error) = texts(&done);
        assert!(error.contains(wanted), "{error}");
    };
    check("", &[], &["fly"], "fly");
    check("[server]\nport = 1\n", &[], &["serve", "--print-config"], "port");
    check("", &[("AISLE_SERVER__PORT", "1")], &["serve", "--print-config"], "port");
    check("[database]\nreaders = \"many\"\n", &[], &["serve", "--print-config"], "readers");
    check("[database]\nurl = \"mysql://somewhere/x\"\n", &[], &["serve", "--print-config"], "database.url");
    check(
        "[server]
shutdown_seconds = -1
",
        &[],
        &["serve", "--print-config"],
        "shutdown_seconds",
    );
}

#[test]
fn options_beat_the_environment_and_that_beats_the_file() {
    let place = Place::new(Rows::Embedded);
    let file = place.folder.path().join("aisle.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:1\"\n[log]\nformat = \"json\"\n").unwrap();
    let mut command = place.command(&["--config", file.to_str().unwrap(), "serve", "--print-config"]);
    command
        .env("AISLE_AUTH__CLIENT_ID_PREFIX", "test-eu")
        .env("AISLE_SECRETS__KEY", "ab".repeat(32))
        .env("AISLE_OTHER", "x");
    let done = command.output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let (shown, _) = texts(&done);
    let line =
        |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}")).to_owned();
    assert!(line("server.listen").contains(&place.listen), "{shown}");
    assert!(line("server.listen").contains("option"), "{shown}");
    assert!(line("auth.client_id_prefix").contains("test-eu"), "{shown}");
    assert!(line("log.format").contains("aisle.toml"), "{shown}");
    assert!(line("database.readers").contains("default"), "{shown}");
    assert!(!shown.contains(&"ab".repeat(32)), "the key is masked: {shown}");
}

#[test]
fn another_master_key_than_that_of_the_database_fails_at_start() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for rows in [Rows::Embedded, runtime.block_on(Rows::postgres())] {
        let place = Place::new(rows);
        place.init();
        let wrong = place.command(&["check"]).env("AISLE_SECRETS__KEY", "ab".repeat(32)).output().unwrap();
        assert_eq!(wrong.status.code(), Some(1));
        assert!(texts(&wrong).1.contains("secrets.key is not the master key"), "{}", texts(&wrong).1);
        let right = place.run(&["check"]);
        assert_eq!(right.status.code(), Some(0), "{}", texts(&right).1);
    }
}

#[test]
fn a_first_start_that_fails_leaves_no_key_behind() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let key = |place: &Place| place.folder.path().join("data").join("aisle.key");
    let begun = Place::new(runtime.block_on(Rows::postgres()));
    begun.init();
    let second = Place::new(Rows::Embedded).through(begun.database_url().to_owned());
    let done = second.run(&["check"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(texts(&done).1.contains("put the right one there"), "{}", texts(&done).1);
    assert!(!key(&second).exists(), "a key that no database knows");
    std::fs::copy(key(&begun), key(&second)).unwrap();
    let done = second.run(&["check"]);
    assert_eq!(done.status.code(), Some(0), "{}", texts(&done).1);

    let place = Place::new(Rows::Embedded);
    let file = place.folder.path().join("data").join("aisle.db");
    std::fs::create_dir_all(&file).unwrap();
    assert_eq!(place.run(&["init"]).status.code(), Some(1), "a folder is in the place of the database");
    assert!(!key(&place).exists());
    std::fs::remove_dir(&file).unwrap();
    place.init();
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_reads_what_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new(Rows::Embedded);
    place.init();
    let server = place.serve();
    let folder = place.folder.path().join("data");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    for name in ["aisle.db", "aisle.db-wal", "aisle.db-shm", "aisle.key"] {
        assert!(names.iter().any(|found| found == name), "{name} of {names:?}");
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_operator_limits_requests_and_chooses_the_status() {
    let place = Place::new(Rows::Embedded);
    let keys = place.init();
    let wrong = place.command(&["check"]).env("AISLE_LIMITS__STATUS", "500").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(texts(&wrong).1.contains("503 or 429"), "{}", texts(&wrong).1);
    let limits = [("AISLE_LIMITS__REQUESTS_PER_SECOND", "1"), ("AISLE_LIMITS__STATUS", "429")];
    let server = place.serve_with(&limits);
    let ask = |token: &str| server.ask("GET", "/api/admin/v2/stores", token, "application/json", "");
    for (token, good) in [(keys.text("apiKey"), 200), ("guess", 401)] {
        // The second request of one second is too much; a machine so slow that it never makes two is not ours.
        let answers: Vec<(u16, String)> = (0..50).map(|_| ask(token)).collect();
        assert!(answers.iter().any(|(status, _)| *status == good), "{answers:?}");
        let (_, refused) = answers.iter().find(|(status, _)| *status == 429).unwrap();
        for header in ["retry-after: 1\r\n", "ratelimit-limit: 1\r\n", "ratelimit-remaining: 0\r\n"] {
            assert!(refused.contains(header), "{refused}");
        }
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let place = Place::new(Rows::Embedded);
    place.init();
    let server = place.serve();
    let second = place.run(&["check"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(texts(&second).1.contains("another server"), "{}", texts(&second).1);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(place.run(&["check"]).status.code(), Some(0));
}

#[test]
fn init_with_if_empty_does_nothing_the_second_time() {
    let place = Place::new(Rows::Embedded);
    let first = place.init();
    for key in ["retailerId", "storeId", "gateId", "checkInDeviceId"] {
        first.number(key);
    }
    for key in ["apiKey", "clientId", "clientSecret", "storeToken", "consoleEmail", "consolePassword"] {
        first.text(key);
    }
    let again = place.run(&["init", "--json", "--if-empty"]);
    assert_eq!(again.status.code(), Some(0));
    let answer: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(answer["initialized"], false);
    let other = place.run(&["init", "--json"]);
    assert_eq!(other.status.code(), Some(1), "the name is taken");
}

#[test]
fn a_seed_is_loaded_whole_or_not_at_all_and_names_its_wrong_lines() {
    let place = Place::new(Rows::Embedded);
    let file = place.folder.path().join("seed.yaml");
    let check = |text: &str, wanted: &[&str]| {
        std::fs::write(&file, text).unwrap();
        let done = place.run(&["seed", file.to_str().unwrap()]);
        assert_eq!(done.status.code(), Some(1), "{text}");
        let (_, error) = texts(&done);
        for wanted in wanted {
            assert!(error.contains(wanted), "{wanted} is missing in: {error}");
        }
    };
    let head = "retailers:\n  - name: corner\n    stores:\n";
    let good = format!("{head}      - name: One\n        currency: EUR\n        timeZone: Europe/Berlin\n");
    check(&format!("{head}      - name: One\n        currency: euro\n        timeZone: 7\n"), &["line 5", "line 6"]);
    check(
        &format!("{good}        zones:\n          - {{ name: a, polygon: [[0, 0], [2, 2], [2, 0], [0, 2]] }}\n"),
        &["line 8"],
    );
    check(&format!("{good}    customers:\n      - email: a@b.org\n      - email: A@b.org\n"), &["line 9", "email"]);
    check(&format!("{good}    flowers: []\n"), &["flowers"]);
    check("retailers: [", &["line 2"]);
    std::fs::write(&file, &good).unwrap();
    let done = place.run(&["seed", file.to_str().unwrap(), "--json"]);
    assert_eq!(done.status.code(), Some(0), "{}", texts(&done).1);
    let loaded: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(loaded["counts"]["stores"], 1);
    assert_eq!(loaded["made"][0]["retailerId"].as_i64().map(|id| id > 0), Some(true));
}

#[test]
fn the_specification_is_printed_as_json_and_yaml() {
    let place = Place::new(Rows::Embedded);
    let json: Value = serde_json::from_slice(&place.run(&["openapi"]).stdout).unwrap();
    assert_eq!(json["openapi"], "3.1.0");
    assert!(json["paths"]["/api/admin/v2/customers"]["post"].is_object());
    let yaml = place.run(&["openapi", "--yaml"]);
    assert!(texts(&yaml).0.contains("/api/admin/v2/customers:"));
    let messages: Value = serde_json::from_slice(&place.run(&["asyncapi"]).stdout).unwrap();
    assert_eq!(messages["asyncapi"], "3.0.0");
    assert!(texts(&place.run(&["asyncapi", "--yaml"])).0.contains("sendCheckout:"));
}
