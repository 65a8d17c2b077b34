//! Furniture with its shelves and bins.

mod bin;
mod coordinates;
mod gondola;
mod product;
mod read;
mod view;

pub(crate) use bin::Standing;
pub(crate) use product::ProductFace;
pub(crate) use view::{ShelfFace, shelf_map};

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] =
    &[route!("listGondolas", read::list), route!("getGondola", read::get), route!("listGondolaShelves", read::shelves)];

#[cfg(test)]
pub(crate) mod tests;
