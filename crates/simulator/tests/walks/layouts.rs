//! Maps of stores as the server gives them.

use serde_json::{Value, json};

/// One room of 20 × 12 m, a gate in the west wall, two gondolas, an external device.
pub fn plain() -> Value {
    json!({
        "version": 1, "cameras": [], "machines": [], "updatedAt": "2026-01-19T10:49:06.149Z",
        "gates": [{"id": 1, "a": [0.0, 5.0], "b": [0.0, 7.0], "inside": "right", "kind": "both", "crossings": "derived"}],
        "gondolas": [gondola(1, 10.0, 4.0, 0.0), gondola(2, 10.0, 8.0, 0.0)],
        "zones": [
            zone("entry", "entry", [[0.0, 4.5], [2.0, 4.5], [2.0, 7.5], [0.0, 7.5]]),
            zone("checkout", "checkout", [[4.0, 1.0], [6.0, 1.0], [6.0, 3.0], [4.0, 3.0]]),
            zone("scanning", "scanning", [[2.5, 8.0], [4.5, 8.0], [4.5, 10.0], [2.5, 10.0]]),
        ],
        "checkInDevices": [device(4, "external", Some(1), None, Some([-0.6, 6.5]))],
    })
}

/// Two gates, one in and one out, turned furniture, an external and an internal device, reported crossings.
pub fn two_gates() -> Value {
    json!({
        "gates": [
            {"id": 7, "a": [2.0, 0.0], "b": [4.0, 0.0], "inside": "left", "kind": "entry", "crossings": "reported"},
            {"id": 8, "a": [10.0, 0.0], "b": [8.5, 0.0], "inside": "right", "kind": "exit", "crossings": "derived"},
        ],
        "gondolas": [gondola(1, 3.0, 4.0, 0.4), gondola(2, 8.0, 5.0, -1.2), gondola(3, 6.0, 8.0, 3.0)],
        "zones": [
            zone("tills", "checkout", [[8.0, 1.0], [11.0, 1.0], [11.0, 3.0], [8.0, 3.0]]),
            zone("scan", "scanning", [[1.5, 1.2], [4.5, 1.2], [4.5, 3.2], [1.5, 3.2]]),
        ],
        "checkInDevices": [
            device(11, "external", Some(7), None, None),
            device(12, "internal", None, Some("scan"), Some([3.0, 2.0])),
        ],
    })
}

fn zone(id: &str, label: &str, polygon: [[f64; 2]; 4]) -> Value {
    json!({"id": id, "name": id, "labels": [label], "polygon": polygon})
}

fn gondola(id: i64, x: f64, y: f64, turn: f64) -> Value {
    let size = json!({"x": 2.0, "y": 0.6, "z": 1.8});
    let shelf = json!({"shelfIndex": 0, "translation": {"x": 0.0, "y": -0.1, "z": 0.3}, "dimensions": {"x": 2.0, "y": 0.7, "z": 0.3}});
    json!({
        "id": id, "translation": {"x": x, "y": y, "z": 0.0}, "rotation": {"x": 0.0, "y": 0.0, "z": turn},
        "dimensions": size, "shelves": [shelf],
    })
}

fn device(id: i64, kind: &str, gate: Option<i64>, zone: Option<&str>, position: Option<[f64; 2]>) -> Value {
    json!({
        "id": id, "kind": kind, "ownership": "platform", "purpose": "entry", "gateId": gate, "scanningZoneId": zone,
        "position": position, "enabled": true,
    })
}
