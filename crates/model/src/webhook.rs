//! The kinds of webhooks and what sets them apart.

use crate::named_enum;

named_enum! {
    /// What a setting is for; fourteen make the sixteen webhooks, `operational` tells the owner about settings and stores.
    WebhookType {
        Checkout = "checkout", CartMutator = "cartMutator", PriceCalculator = "priceCalculator",
        ExternalEntry = "externalEntry", EntryCodeNotify = "entryCodeNotify", CustomerCreated = "customerCreated",
        Transitions = "transitions", CheckoutZone = "checkoutZone", Tracking = "tracking",
        IdentityMatching = "identityMatching", SuspectedFraud = "suspectedFraud", PlanogramError = "planogramError",
        RestrictedProductsInteractions = "restrictedProductsInteractions", RemoteRegister = "remoteRegister",
        Operational = "operational",
    }
}

named_enum! {
    /// One of the sixteen webhooks, or a notice to the owner.
    WebhookName {
        Checkout = "checkout", CartMutator = "cartMutator", EvaluateOrderPrice = "evaluateOrderPrice",
        EntryCodeVerify = "entryCodeVerify", EntryCodeNotify = "entryCodeNotify", CustomerCreated = "customerCreated",
        TransitionEntered = "transitionEntered", TransitionLeft = "transitionLeft",
        CheckoutZoneEntered = "checkoutZoneEntered", CheckoutZoneLeft = "checkoutZoneLeft", Tracking = "tracking",
        SuspectedFraud = "suspectedFraud", PlanogramError = "planogramError",
        RestrictedProductsInteractions = "restrictedProductsInteractions", RemoteRegister = "remoteRegister",
        IdentityMatching = "identityMatching", Operational = "operational",
    }
}

impl WebhookName {
    /// The type of the settings that receive it.
    pub const fn setting_type(self) -> WebhookType {
        match self {
            Self::Checkout => WebhookType::Checkout,
            Self::CartMutator => WebhookType::CartMutator,
            Self::EvaluateOrderPrice => WebhookType::PriceCalculator,
            Self::EntryCodeVerify => WebhookType::ExternalEntry,
            Self::EntryCodeNotify => WebhookType::EntryCodeNotify,
            Self::CustomerCreated => WebhookType::CustomerCreated,
            Self::TransitionEntered | Self::TransitionLeft => WebhookType::Transitions,
            Self::CheckoutZoneEntered | Self::CheckoutZoneLeft => WebhookType::CheckoutZone,
            Self::Tracking => WebhookType::Tracking,
            Self::SuspectedFraud => WebhookType::SuspectedFraud,
            Self::PlanogramError => WebhookType::PlanogramError,
            Self::RestrictedProductsInteractions => WebhookType::RestrictedProductsInteractions,
            Self::RemoteRegister => WebhookType::RemoteRegister,
            Self::IdentityMatching => WebhookType::IdentityMatching,
            Self::Operational => WebhookType::Operational,
        }
    }

    /// What is appended to the configured address.
    pub const fn path_suffix(self) -> Option<&'static str> {
        match self {
            Self::TransitionEntered | Self::CheckoutZoneEntered => Some("entered"),
            Self::TransitionLeft | Self::CheckoutZoneLeft => Some("left"),
            _ => None,
        }
    }
}

impl WebhookType {
    /// Whether calls of this type may ask a question. Such settings are never switched off by the server.
    pub const fn asks(self) -> bool {
        matches!(self, Self::ExternalEntry | Self::CartMutator | Self::PriceCalculator)
    }
}
