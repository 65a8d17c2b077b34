//! A map as the API shows it: in the form in which it is stored, with what is drawn into it.

use aisle_model::store_map::StoreMap;
use aisle_operations::layout::Layout;
use serde::Serialize;

use crate::check_in_devices::DeviceFace;
use crate::zones::ZoneFace;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LayoutFace<'a> {
    version: i64,
    #[serde(flatten)]
    map: &'a StoreMap,
    zones: Vec<ZoneFace<'a>>,
    check_in_devices: Vec<DeviceFace<'a>>,
    updated_at: String,
}

impl<'a> LayoutFace<'a> {
    pub(super) fn of(layout: &'a Layout) -> Self {
        Self {
            version: layout.store.layout_version,
            map: &layout.map,
            zones: layout.zones.iter().map(ZoneFace::drawn).collect(),
            check_in_devices: layout.devices.iter().map(DeviceFace::of).collect(),
            updated_at: layout.store.layout_updated_at.to_string(),
        }
    }
}
