//! Places as the documented answers write them: vectors of text with four digits.

use aisle_model::store_map::Vector;
use aisle_operations::shelves::{Frame, Place};
use serde::Serialize;

/// Three decimals as text.
#[derive(Serialize)]
pub(crate) struct VectorFace {
    x: String,
    y: String,
    z: String,
}

impl From<Vector> for VectorFace {
    fn from(vector: Vector) -> Self {
        Self { x: decimal(vector.x), y: decimal(vector.y), z: decimal(vector.z) }
    }
}

/// Four digits, and no minus before a zero.
fn decimal(value: f64) -> String {
    let text = format!("{value:.4}");
    if text == "-0.0000" { "0.0000".to_owned() } else { text }
}

/// A place and a direction.
#[derive(Serialize)]
pub(crate) struct FrameFace {
    rotation: VectorFace,
    translation: VectorFace,
}

impl From<Frame> for FrameFace {
    fn from(frame: Frame) -> Self {
        Self { rotation: frame.rotation.into(), translation: frame.translation.into() }
    }
}

/// What was asked to be shown of a place.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shows {
    pub(super) include_coordinates: bool,
    pub(super) include_global_coordinates: bool,
    pub(super) include_bins: bool,
}

/// The members of a gondola, shelf or bin that say where it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaceFace {
    #[serde(flatten)]
    own: Option<OwnFace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_coordinates: Option<FrameFace>,
}

#[derive(Serialize)]
struct OwnFace {
    dimensions: VectorFace,
    #[serde(flatten)]
    frame: FrameFace,
}

impl PlaceFace {
    pub(super) fn of(place: &Place, shows: Shows) -> Self {
        let own = || OwnFace { dimensions: place.dimensions.into(), frame: place.in_parent.into() };
        Self {
            own: shows.include_coordinates.then(own),
            global_coordinates: shows.include_global_coordinates.then(|| place.in_store.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_have_four_digits() {
        let check = |value: f64, text: &str| assert_eq!(decimal(value), text);
        check(0.8978, "0.8978");
        check(-1.5, "-1.5000");
        check(2.0, "2.0000");
        check(-0.000_01, "0.0000");
        check(-0.0, "0.0000");
        check(10_000.0, "10000.0000");
    }
}
