//! Notices about shelves, products that may not be sold to everybody, and frames.

use aisle_model::store::ShopperFlag;
use aisle_model::{EventId, GondolaId, ShopperId, StoreId};
use serde::Serialize;

use super::order::ProductText;
use super::{Printed, SessionEnvelope, StoreEnvelope, StoreRefFace};

/// `tracking`: who was in an annotated frame; sent also when nobody was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the contract's TrackingWebhook")]
pub struct TrackingBody {
    pub store_id: StoreId,
    pub store: StoreRefFace,
    pub time_of_origin: Printed,
    pub time_of_issue: Printed,
    pub shopper_id: Option<ShopperId>,
    pub unique_event_id: String,
}

/// `planogramError`: a shelf or bin holds what it should not.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanogramErrorBody {
    /// Where and when.
    #[serde(flatten)]
    pub envelope: StoreEnvelope,
    /// `<gondolaId>-<shelfIndex>`.
    pub shelf_id: String,
    /// The gondola, as text.
    pub gondola_id: String,
    /// Left out where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bin_index: Option<i64>,
}

/// `restrictedProductsInteractions`: somebody touched a product that may not be sold to everybody; one category.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestrictedProductsInteractionsBody {
    #[serde(flatten)]
    envelope: SessionEnvelope,
    event_id: EventId,
    shopper: FlaggedShopper,
    shopping_session_flags: Vec<ShopperFlag>,
    product_ids: Vec<ProductText>,
    gondola_ids: Vec<GondolaId>,
}

/// A person with the one flag that the message is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct FlaggedShopper {
    shopper_id: ShopperId,
    shopper_flags: ShopperFlag,
}

impl RestrictedProductsInteractionsBody {
    /// One interaction and one category; `envelope` shows the session with the flag raised.
    pub fn of(
        envelope: SessionEnvelope,
        event: EventId,
        (shopper, flag): (ShopperId, ShopperFlag),
        products: Vec<ProductText>,
        gondolas: Vec<GondolaId>,
    ) -> Self {
        let session = envelope.session.as_ref();
        Self {
            shopping_session_flags: session.map_or_else(Vec::new, |face| face.shopping_session_flags.clone()),
            envelope,
            event_id: event,
            shopper: FlaggedShopper { shopper_id: shopper, shopper_flags: flag },
            product_ids: products,
            gondola_ids: gondolas,
        }
    }
}
