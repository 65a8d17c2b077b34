//! What is wrong with a shape that was refused, in words for the person who drew it.
//!
//! Edges and corners are counted from 0; edge `i` runs from corner `i` to the next, the last one back
//! to corner 0. Only the first fault found is told; the order of the checks is fixed.

use thiserror::Error;

/// Why a point or a shape was refused.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum GeometryFault {
    /// NaN or an infinity.
    #[error("a number is not finite")]
    NotFinite,
    /// A coordinate or length beyond the limit of a store frame.
    #[error("{value} m is beyond the limit of 10000 m")]
    OutOfRange { value: f64 },
    /// A width, depth, height, clearance or margin below zero.
    #[error("{value} m is negative and cannot be a length")]
    NegativeLength { value: f64 },
    #[error("{count} corners are too few, a polygon has at least 3")]
    TooFewCorners { count: usize },
    #[error("{count} corners are too many, a polygon has at most 64")]
    TooManyCorners { count: usize },
    /// Both ends of the edge are at the same place.
    #[error("edge {edge} has no length, its corners are at the same place")]
    ZeroLengthEdge { edge: usize },
    /// The second of two successive edges runs back along the first.
    #[error("edge {second} folds back onto edge {first}")]
    EdgesFoldBack { first: usize, second: usize },
    #[error("edges {first} and {second} cross")]
    EdgesCross { first: usize, second: usize },
    /// Edges that are not neighbours meet without crossing.
    #[error("edges {first} and {second} touch")]
    EdgesTouch { first: usize, second: usize },
    #[error("an area of {area} m2 is too small, a polygon covers at least 0.05 m2")]
    AreaTooSmall { area: f64 },
    /// Both ends of the gate are at the same place.
    #[error("the gate has no length, its ends are at the same place")]
    ZeroLengthGate,
    /// A footprint of nothing.
    #[error("a footprint needs at least one point")]
    EmptyFootprint,
}
