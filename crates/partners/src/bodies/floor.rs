//! Notices about people on the floor.

use aisle_model::store::ShopperFlag;
use aisle_model::{ShopperId, ZoneId};
use serde::Serialize;
use serde_json::Value;

use super::{PaymentFace, SessionEnvelope};

/// `ShopperRef`: one person of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShopperFace {
    /// The person.
    pub shopper_id: ShopperId,
    /// What they touched; left out when nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shopper_flags: Vec<ShopperFlag>,
}

/// `transitionEntered` and `transitionLeft`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransitionBody {
    #[serde(flatten)]
    envelope: SessionEnvelope,
    payment: PaymentFace,
    shopper_id: ShopperId,
    shopper: ShopperFace,
}

impl TransitionBody {
    /// One person came or went.
    pub fn of(envelope: SessionEnvelope, payment: PaymentFace, shopper: ShopperFace) -> Self {
        Self { envelope, payment, shopper_id: shopper.shopper_id.clone(), shopper }
    }
}

/// `identityMatching`: a visitor turns out to be the customer of a session.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityMatchingBody {
    /// The session of the registered person, never the visitor's.
    #[serde(flatten)]
    pub envelope: SessionEnvelope,
    /// The visitor.
    pub visitor_shopper_id: ShopperId,
}

/// `suspectedFraud`: somebody behaves as if to avoid paying.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuspectedFraudBody {
    /// The session whose mark was raised.
    #[serde(flatten)]
    pub envelope: SessionEnvelope,
    /// How the trip can be paid.
    pub payment: PaymentFace,
}

/// The zone's id as a setting wants it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ZoneName {
    /// As it is.
    Text(ZoneId),
    /// For integrations from before strings.
    Number(u64),
}

impl ZoneName {
    /// With `numeric`, a number wherever the id is all digits and a number can say it.
    pub fn of(zone: &ZoneId, numeric: bool) -> Self {
        let is_digits = zone.0.bytes().all(|byte| byte.is_ascii_digit());
        match zone.0.parse() {
            Ok(number) if numeric && is_digits => Self::Number(number),
            _ => Self::Text(zone.clone()),
        }
    }
}

/// `checkoutZoneEntered` and `checkoutZoneLeft`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckoutZoneBody {
    #[serde(flatten)]
    envelope: SessionEnvelope,
    checkout_zone_id: ZoneName,
    special_attention: bool,
    shopping_session_flags: Vec<ShopperFlag>,
    shopper: ShopperFace,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<Vec<Value>>,
}

impl CheckoutZoneBody {
    /// One person crossed the edge of a zone. `cart`: the live cart, where the setting wants it and the store can tell.
    pub fn of(envelope: SessionEnvelope, zone: ZoneName, shopper: ShopperFace, cart: Option<Vec<Value>>) -> Self {
        let session = envelope.session.as_ref();
        let flags = session.map_or_else(Vec::new, |face| face.shopping_session_flags.clone());
        Self {
            envelope,
            checkout_zone_id: zone,
            special_attention: !flags.is_empty(),
            shopping_session_flags: flags,
            shopper,
            cart,
        }
    }
}
