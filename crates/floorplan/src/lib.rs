//! The geometry of a store floor: zones, gate lines, furniture and ways around it.
//!
//! Everything is in metres in the frame of the store: right-handed, z up, angles in radians. Faulty
//! shapes are refused when they are made, so the operations on them cannot fail and never meet NaN.
//! Every answer depends on its arguments alone and is the same on every run.
//!
//! The crate knows no store, no ids and no rows: callers map their ids to the places of the slices
//! they pass. It decides nothing about people; margins, dwell and hysteresis belong to the engine.
//!
//! It uses no general geometry library: the few operations here need exact promises at the edge
//! (boundary counts as inside, refusals that name the edge) and must stay cheap to build and to run.

mod bounds;
mod fault;
mod footprint;
mod gate;
mod inscribed;
mod placement;
mod point;
mod polygon;
mod route;
mod segment;
mod shelf;
mod zone_index;

pub use bounds::Bounds;
pub use fault::GeometryFault;
pub use footprint::Footprint;
pub use gate::{GATE_OVERHANG_M, GateCrossing, GateLine, Passage, Side};
pub use inscribed::InscribedCircle;
pub use placement::{Dimensions, OrientedBox, Pose};
pub use point::{COORDINATE_LIMIT_M, Point, Point3, round_to_millimetre};
pub use polygon::{MAX_CORNERS, MIN_AREA_M2, Polygon};
pub use route::Walkways;
pub use shelf::{BinSizes, bin_boxes};
pub use zone_index::{Nearness, ZoneIndex};

/// Two things nearer than this are at the same place: far below what is measured, far above rounding.
pub(crate) const SAME_PLACE_M: f64 = 1e-9;
