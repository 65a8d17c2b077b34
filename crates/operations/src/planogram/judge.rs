//! What is wrong with the plan of a shelf.

use std::collections::HashSet;

use aisle_database::rows::planograms::Bin;
use aisle_model::store_map::{Shelf, SizeType};
use aisle_model::{Millis, Moment, ProductId};

use crate::FieldFault;

/// How far ahead a plan may begin to hold.
const AHEAD: Millis = Millis(30 * 24 * 3_600_000);
/// Most plates that bins may take of a shelf without plates, where they only share its width.
const SHARES: f64 = 10_000.0;
/// Widths are told to the millimetre; sums of them are equal within half of one.
const SAME_WIDTH_M: f64 = 0.0005;

/// Sizes that are none, and more of them than the shelf has.
pub(super) fn size_faults(shelf: &Shelf, size_type: SizeType, bins: &[Bin]) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let sum: f64 = bins.iter().map(|bin| bin.size).sum();
    let room = match size_type {
        SizeType::Meters => shelf.dimensions.x + SAME_WIDTH_M,
        SizeType::Plate if shelf.plates > 0 => shelf.plates as f64,
        SizeType::Plate => SHARES,
    };
    if size_type == SizeType::Plate {
        for (place, _) in bins.iter().enumerate().filter(|(_, bin)| bin.size.fract() != 0.0) {
            faults.push(fault(format!("bins[{place}].size"), "number.integer", "must be a whole number of plates"));
        }
    }
    if sum > room {
        faults.push(fault("bins".to_owned(), "number.max", "must not be wider than the shelf"));
    }
    faults
}

/// Products that the retailer does not have.
pub(super) fn product_faults(bins: &[Bin], living: &HashSet<ProductId>) -> Vec<FieldFault> {
    let planned = bins.iter().enumerate().filter_map(|(place, bin)| Some((place, bin.product?)));
    let unknown = planned.filter(|(_, product)| !living.contains(product));
    unknown.map(|(place, _)| FieldFault::invalid(format!("bins[{place}].productId"), "names no product")).collect()
}

/// A beginning in the past, or too far ahead.
pub(super) fn beginning_fault(from: Moment, now: Moment) -> Option<FieldFault> {
    if from < now {
        return Some(FieldFault::invalid("effectiveFrom", "must not be in the past"));
    }
    (from > now.plus(AHEAD)).then(|| FieldFault::invalid("effectiveFrom", "must be within 30 days"))
}

fn fault(field: String, rule: &'static str, text: &str) -> FieldFault {
    FieldFault { field, rule, text: text.to_owned() }
}
