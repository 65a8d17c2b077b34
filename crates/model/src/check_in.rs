//! The checks at the door, in the contract's order (conventions.md, section 7).
//!
//! [`judge`] makes checks 1 to 13 and 16. Check 14 is the retailer's answer and check 15 the payment provider's; they
//! are asked afterwards, with the places already held.

use serde::{Deserialize, Serialize};

use crate::entry_code::CodeState;
use crate::store::{Role, StoreStatus};
use crate::{Moment, StoreId, named_enum};

named_enum! {
    /// Where the examination of a presented code stands.
    CheckInState {
        /// The retailer is being asked.
        Asking = "asking",
        /// Let in.
        Accepted = "accepted",
        /// Not let in.
        Refused = "refused",
    }
}

/// Why somebody was not let in. The number is the documented code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
#[repr(i64)]
pub enum Reason {
    /// Unknown for this retailer.
    Invalid = 1,
    /// `expiresAt` ≤ now.
    Expired = 2,
    /// Accepted once before.
    Used = 3,
    /// The retailer declined it before.
    Declined = 4,
    /// Only another store takes it.
    OtherStore = 5,
    /// The customer is gone.
    CustomerGone = 6,
    /// The store charges by Stripe and the customer has no Stripe id.
    NoStripeCustomer = 7,
    /// The store needs a payment method and the customer has none.
    NoPaymentMethod = 8,
    /// An order of the customer is unpaid.
    Unsettled = 9,
    /// The default card's last month is over in the store's time zone.
    CardExpired = 10,
    /// People inside, reserved places and this group are more than the limit.
    Full = 11,
    /// The store is closed.
    Closed = 12,
    /// The store is closed for maintenance.
    Maintenance = 13,
    /// The retailer refused, failed or timed out.
    External = 14,
    /// The payment provider refused.
    NotPreAuthorized = 15,
    /// The customer is blocked.
    Blocked = 16,
}

impl Reason {
    /// Every reason, by number.
    pub const ALL: [Self; 16] = [
        Self::Invalid,
        Self::Expired,
        Self::Used,
        Self::Declined,
        Self::OtherStore,
        Self::CustomerGone,
        Self::NoStripeCustomer,
        Self::NoPaymentMethod,
        Self::Unsettled,
        Self::CardExpired,
        Self::Full,
        Self::Closed,
        Self::Maintenance,
        Self::External,
        Self::NotPreAuthorized,
        Self::Blocked,
    ];

    /// The documented number.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The documented text, exact.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid verification code",
            Self::Expired => "Verification code has expired",
            Self::Used => "Verification code was already used",
            Self::Declined => "Verification code was already declined",
            Self::OtherStore => "Verification code was issued for different store",
            Self::CustomerGone => "Customer was not found",
            Self::NoStripeCustomer => "Customer doesn't have associated stripe customerId",
            Self::NoPaymentMethod => "Customer doesn't have payment method set up",
            Self::Unsettled => "Customer has unsettled transactions",
            Self::CardExpired => "Customer's card is expired",
            Self::Full => "The limit of people in this store was reached",
            Self::Closed => "The store is closed",
            Self::Maintenance => "The store is closed for maintenance",
            Self::External => "External verification error",
            Self::NotPreAuthorized => "Couldn't pre-authorize required amount on customer's card",
            Self::Blocked => "Customer is blocked",
        }
    }
}

impl From<Reason> for i64 {
    fn from(reason: Reason) -> Self {
        reason.code()
    }
}

impl TryFrom<i64> for Reason {
    type Error = String;

    fn try_from(code: i64) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|reason| reason.code() == code);
        known.ok_or_else(|| format!("{code} is no reason of a check-in"))
    }
}

/// What is known of a presented code.
#[derive(Debug, Clone)]
pub struct PresentedCode {
    /// Where the code stands.
    pub state: CodeState,
    /// Good before this moment; for ever when absent.
    pub expires_at: Option<Moment>,
    /// The only store that takes it.
    pub scannable_at: Option<StoreId>,
    /// Whose it is; absent when the customer is gone.
    pub customer: Option<PresentedCustomer>,
}

/// What is known of the customer of a presented code.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is the answer to one documented check")]
pub struct PresentedCustomer {
    /// Role in force.
    pub role: Role,
    /// Kept out of every store.
    pub is_blocked: bool,
    /// Has a customer id at Stripe.
    pub has_stripe_customer: bool,
    /// Has a card that this server may charge.
    pub has_payment_method: bool,
    /// Has an unpaid order.
    pub has_unpaid_order: bool,
    /// The default card's last month is over in the store's time zone.
    pub is_card_expired: bool,
}

/// The store at the moment of the scan, with the counts locked.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// Which store.
    pub store: StoreId,
    /// Whether it is open.
    pub status: StoreStatus,
    /// Charges by Stripe (check 7).
    pub charges_by_stripe: bool,
    /// Needs a payment method (check 8).
    pub requires_payment_method: bool,
    /// Refuses customers who owe (check 9).
    pub refuses_unsettled: bool,
    /// Most people inside; no limit when absent.
    pub max_people: Option<i64>,
    /// Everybody inside.
    pub inside: i64,
    /// Places held for accepted check-ins.
    pub reserved: i64,
    /// Places this group needs.
    pub group: i64,
}

/// Checks 1 to 13 and 16, in the documented order; the first that fails is the reason.
pub fn judge(code: Option<&PresentedCode>, door: &Door, now: Moment) -> Result<Role, Reason> {
    let code = code.ok_or(Reason::Invalid)?;
    if code.expires_at.is_some_and(|end| end <= now) || code.state == CodeState::Expired {
        return Err(Reason::Expired);
    }
    match code.state {
        CodeState::Used => return Err(Reason::Used),
        CodeState::Declined => return Err(Reason::Declined),
        CodeState::Registered | CodeState::Verifying | CodeState::Expired => {}
    }
    if code.scannable_at.is_some_and(|only| only != door.store) {
        return Err(Reason::OtherStore);
    }
    let customer = code.customer.ok_or(Reason::CustomerGone)?;
    if customer.is_blocked {
        return Err(Reason::Blocked);
    }
    judge_payment(customer, door)?;
    judge_room(customer.role, door)?;
    Ok(customer.role)
}

/// Checks 7 to 10. Staff, testers and the untracked are not asked.
fn judge_payment(customer: PresentedCustomer, door: &Door) -> Result<(), Reason> {
    if matches!(customer.role, Role::Employee | Role::Tester | Role::Untracked) {
        return Ok(());
    }
    if door.charges_by_stripe && !customer.has_stripe_customer {
        return Err(Reason::NoStripeCustomer);
    }
    if door.requires_payment_method && !customer.has_payment_method {
        return Err(Reason::NoPaymentMethod);
    }
    if door.refuses_unsettled && customer.has_unpaid_order {
        return Err(Reason::Unsettled);
    }
    if customer.is_card_expired {
        return Err(Reason::CardExpired);
    }
    Ok(())
}

/// Checks 11 to 13. Staff and testers are not asked, but take their place.
fn judge_room(role: Role, door: &Door) -> Result<(), Reason> {
    if matches!(role, Role::Employee | Role::Tester) {
        return Ok(());
    }
    let wanted = door.inside.saturating_add(door.reserved).saturating_add(door.group);
    if door.max_people.is_some_and(|limit| wanted > limit) {
        return Err(Reason::Full);
    }
    match door.status {
        StoreStatus::Open => Ok(()),
        StoreStatus::Closed => Err(Reason::Closed),
        StoreStatus::ClosedForMaintenance => Err(Reason::Maintenance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reasons in the order in which they are found, where everything is wrong at once.
    const ORDER: [Reason; 13] = [
        Reason::Expired,
        Reason::Used,
        Reason::OtherStore,
        Reason::CustomerGone,
        Reason::Blocked,
        Reason::NoStripeCustomer,
        Reason::NoPaymentMethod,
        Reason::Unsettled,
        Reason::CardExpired,
        Reason::Full,
        Reason::Closed,
        Reason::Maintenance,
        Reason::Declined,
    ];

    const NOW: Moment = Moment::from_millis(1_000_000);

    /// A scan where every check of `wrong` fails and no other.
    fn verdict(role: Role, wrong: &[Reason]) -> Result<Role, Reason> {
        let is = |reason: Reason| wrong.contains(&reason);
        let state = match () {
            () if is(Reason::Used) => CodeState::Used,
            () if is(Reason::Declined) => CodeState::Declined,
            () => CodeState::Registered,
        };
        let customer = PresentedCustomer {
            role,
            is_blocked: is(Reason::Blocked),
            has_stripe_customer: !is(Reason::NoStripeCustomer),
            has_payment_method: !is(Reason::NoPaymentMethod),
            has_unpaid_order: is(Reason::Unsettled),
            is_card_expired: is(Reason::CardExpired),
        };
        let code = PresentedCode {
            state,
            expires_at: is(Reason::Expired).then_some(NOW),
            scannable_at: Some(StoreId(if is(Reason::OtherStore) { 2 } else { 1 })),
            customer: (!is(Reason::CustomerGone)).then_some(customer),
        };
        let status = match () {
            () if is(Reason::Closed) => StoreStatus::Closed,
            () if is(Reason::Maintenance) => StoreStatus::ClosedForMaintenance,
            () => StoreStatus::Open,
        };
        let door = Door {
            store: StoreId(1),
            status,
            charges_by_stripe: true,
            requires_payment_method: true,
            refuses_unsettled: true,
            max_people: Some(if is(Reason::Full) { 6 } else { 7 }),
            inside: 3,
            reserved: 2,
            group: 2,
        };
        judge((!is(Reason::Invalid)).then_some(&code), &door, NOW)
    }

    #[test]
    fn each_check_fails_for_its_own_reason() {
        assert_eq!(verdict(Role::Customer, &[]), Ok(Role::Customer));
        assert_eq!(verdict(Role::Customer, &[Reason::Invalid]), Err(Reason::Invalid));
        for reason in ORDER {
            assert_eq!(verdict(Role::Customer, &[reason]), Err(reason));
        }
    }

    #[test]
    fn the_first_failing_check_is_told() {
        let in_order = &ORDER[..12];
        for first in 0..in_order.len() {
            assert_eq!(verdict(Role::Customer, &in_order[first..]), Err(in_order[first]));
        }
    }

    #[test]
    fn roles_skip_what_the_contract_lets_them_skip() {
        let payment = [Reason::NoStripeCustomer, Reason::NoPaymentMethod, Reason::Unsettled, Reason::CardExpired];
        let room = [Reason::Full, Reason::Closed, Reason::Maintenance];
        for reason in payment {
            for role in [Role::Employee, Role::Tester, Role::Untracked] {
                assert_eq!(verdict(role, &[reason]), Ok(role));
            }
        }
        for reason in room {
            assert_eq!(verdict(Role::Employee, &[reason]), Ok(Role::Employee));
            assert_eq!(verdict(Role::Tester, &[reason]), Ok(Role::Tester));
            assert_eq!(verdict(Role::Untracked, &[reason]), Err(reason));
        }
    }

    #[test]
    fn no_limit_and_no_room_at_all_are_different() {
        let door = Door {
            store: StoreId(1),
            status: StoreStatus::Open,
            charges_by_stripe: false,
            requires_payment_method: false,
            refuses_unsettled: false,
            max_people: None,
            inside: 1_000_000,
            reserved: 0,
            group: 1,
        };
        assert_eq!(judge_room(Role::Customer, &door), Ok(()));
        assert_eq!(judge_room(Role::Customer, &Door { max_people: Some(0), inside: 0, ..door }), Err(Reason::Full));
    }
}
