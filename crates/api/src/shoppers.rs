//! People in the stores of the caller's retailer.

mod bind;
mod face;
mod get;
mod list;
mod matching;

pub(crate) use face::ShopperFace;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listShoppers", list::handle),
    route!("getShopper", get::handle),
    route!("updateShopper", bind::handle),
    route!("reportIdentityMatch", matching::handle),
];

#[cfg(test)]
mod tests;
