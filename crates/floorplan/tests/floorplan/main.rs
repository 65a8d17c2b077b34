//! What the geometry promises, checked on chosen cases and on many random shapes.

#![expect(clippy::unwrap_used, reason = "a test may end where a shape was refused")]

mod furniture;
mod gate;
mod polygon_cases;
mod polygon_properties;
mod routes;
mod shapes;
mod zone_index;
