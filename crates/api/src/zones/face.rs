//! A zone as the Admin API shows it.

use aisle_model::floor_map::{FloorPoint, ZoneLabel, ZoneThresholds};
use aisle_operations::zones::StoredZone;
use serde::Serialize;

/// The three documented fields and, where they are wanted, the others.
#[derive(Serialize)]
pub(crate) struct ZoneFace<'a> {
    id: &'a str,
    labels: &'a [ZoneLabel],
    name: &'a str,
    #[serde(flatten)]
    geometry: Option<GeometryFace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GeometryFace<'a> {
    polygon: &'a [FloorPoint],
    thresholds: &'a ZoneThresholds,
    created_at: String,
    updated_at: String,
}

impl<'a> ZoneFace<'a> {
    /// Without geometry.
    pub(crate) fn bare(stored: &'a StoredZone) -> Self {
        Self { id: stored.zone.id.as_str(), labels: &stored.zone.labels, name: &stored.zone.name, geometry: None }
    }

    /// With geometry.
    pub(crate) fn drawn(stored: &'a StoredZone) -> Self {
        let geometry = GeometryFace {
            polygon: &stored.zone.polygon,
            thresholds: &stored.zone.thresholds,
            created_at: stored.created_at.to_string(),
            updated_at: stored.updated_at.to_string(),
        };
        Self { geometry: Some(geometry), ..Self::bare(stored) }
    }
}
