//! What a store and a customer are.

use crate::named_enum;

named_enum! {
    /// Whether customers may check in.
    StoreStatus { Open = "OPEN", Closed = "CLOSED", ClosedForMaintenance = "CLOSED_FOR_MAINTENANCE" }
}

named_enum! {
    /// Life-cycle stage of a store; only `Decommissioned` changes behaviour, and it is final.
    DeploymentStatus {
        Live = "LIVE", Testing = "TESTING", Deployment = "DEPLOYMENT", Decommissioned = "DECOMMISSIONED",
    }
}

named_enum! {
    /// Who somebody is to the store.
    Role {
        Customer = "customer", Employee = "employee", Tester = "tester", Untracked = "untracked", Unknown = "unknown",
    }
}

named_enum! {
    /// Who holds a payment instrument.
    PaymentProvider {
        None = "NONE", Stripe = "STRIPE", Payter = "PAYTER", Adyen = "ADYEN", FreedomPay = "FREEDOM_PAY",
        Generic = "GENERIC",
    }
}

named_enum! {
    /// What a registered shopper touched.
    ShopperFlag {
        Alcohol = "POTENTIALLY_INTERACTED_WITH_ALCOHOL", Tobacco = "POTENTIALLY_INTERACTED_WITH_TOBACCO",
        Knives = "POTENTIALLY_INTERACTED_WITH_KNIVES", Medicine = "POTENTIALLY_INTERACTED_WITH_MEDICINE",
        Fireworks = "POTENTIALLY_INTERACTED_WITH_FIREWORKS", Lottery = "POTENTIALLY_INTERACTED_WITH_LOTTERY",
        AdultContent = "POTENTIALLY_INTERACTED_WITH_ADULT_CONTENT",
        RestrictedProduct = "POTENTIALLY_INTERACTED_WITH_RESTRICTED_PRODUCT",
    }
}

named_enum! {
    /// What somebody in the store is (stores-and-edge.md 5.2).
    ShopperState {
        Visitor = "visitor", Registered = "registered", Employee = "employee", Left = "left", Lost = "lost",
    }
}

named_enum! {
    /// What the engine noticed about a visit.
    ShopperMark {
        EnteredWithoutCode = "enteredWithoutCode", Tailgating = "tailgating", Reentered = "reentered",
        LowTrackingConfidence = "lowTrackingConfidence",
    }
}
