//! Who may do what: kinds of tokens and scopes.

use crate::named_enum;

named_enum! {
    /// A right of a token.
    Scope {
        CustomersRead = "customers:read", CustomersWrite = "customers:write", CustomersPii = "customers:pii",
        OrdersRead = "orders:read", OrdersWrite = "orders:write", ProductsRead = "products:read",
        ProductsWrite = "products:write", ContestsRead = "contests:read", ContestsWrite = "contests:write",
        SessionsRead = "sessions:read", SessionsWrite = "sessions:write", StoresRead = "stores:read",
        StoresWrite = "stores:write", StoresStaff = "stores:staff", CheckinVerify = "checkin:verify",
        ShoppersRead = "shoppers:read", ShoppersWrite = "shoppers:write", ReviewsRead = "reviews:read",
        ReviewsWrite = "reviews:write", WebhooksRead = "webhooks:read", WebhooksWrite = "webhooks:write",
        ApplicationsRead = "applications:read", ApplicationsWrite = "applications:write",
        PaymentBridge = "payment:bridge", LoyaltyBridge = "loyalty:bridge", Simulation = "simulation",
        StoreEvents = "store:events", StoreRead = "store:read", StoreCheckin = "store:checkin",
        MachineEvents = "machine:events",
    }
}

impl Scope {
    /// Rights that only store and vendor keys have.
    pub const fn is_of_the_edge(self) -> bool {
        matches!(self, Self::StoreEvents | Self::StoreRead | Self::StoreCheckin | Self::MachineEvents)
    }

    /// What an application or retailer key gets when nothing is said; `simulation` needs the Development flag.
    pub fn defaults(development: bool) -> Vec<Self> {
        let wanted = |scope: &Self| !scope.is_of_the_edge() && (development || *scope != Self::Simulation);
        Self::ALL.iter().copied().filter(wanted).collect()
    }
}

named_enum! {
    /// What a static key is for.
    ApiKeyKind { Retailer = "retailer", Store = "store", Vendor = "vendor" }
}
