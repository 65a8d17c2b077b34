//! How somebody looks, for joining broken tracks: a unit vector in steps of 1/32767, so that it is written down exactly.

use aisle_model::event::Appearance;
use serde::{Deserialize, Serialize};

const STEPS: f64 = 32_767.0;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looks {
    model: String,
    values: Vec<i16>,
}

impl Looks {
    /// `None` for a vector without a direction.
    #[allow(clippy::cast_possible_truncation, reason = "parts of a unit vector are at most 1")]
    pub fn of(appearance: &Appearance) -> Option<Self> {
        let largest = appearance.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        let is_finite = appearance.values.iter().all(|v| v.is_finite());
        if !is_finite || largest <= 0.0 {
            return None;
        }
        let scaled = || appearance.values.iter().map(|v| v / largest);
        let length = scaled().map(|v| v * v).sum::<f64>().sqrt();
        let values = scaled().map(|v| (v / length * STEPS).round() as i16);
        Some(Self { model: appearance.model.clone(), values: values.collect() })
    }

    /// As an appearance again, in whole numbers.
    pub fn appearance(&self) -> Appearance {
        Appearance { model: self.model.clone(), values: self.values.iter().map(|v| f64::from(*v)).collect() }
    }

    /// The cosine; `None` for vectors of different models.
    pub fn similarity(&self, other: &Self) -> Option<f64> {
        if self.model != other.model || self.values.len() != other.values.len() {
            return None;
        }
        let dot = |a: &[i16], b: &[i16]| -> f64 {
            let products = a.iter().zip(b).map(|(x, y)| i64::from(*x) * i64::from(*y));
            products.sum::<i64>() as f64
        };
        let lengths = dot(&self.values, &self.values) * dot(&other.values, &other.values);
        (lengths > 0.0).then(|| dot(&self.values, &other.values) / lengths.sqrt())
    }
}
