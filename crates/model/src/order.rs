//! Orders and their disputes: the named states.

use crate::named_enum;

named_enum! {
    /// Where an order stands.
    OrderStatus {
        /// The group has left, the basket is being worked out.
        Draft = "draft",
        /// A first total went out, events are still pending.
        CompletedSoFar = "completed_so_far",
        /// Final; the payment is under way.
        PaymentProcessing = "paymentProcessing",
        Paid = "paid",
        Unpaid = "unpaid",
        /// In dispute.
        Contested = "contested",
        /// The dispute is decided.
        Reviewed = "reviewed",
    }
}

impl OrderStatus {
    /// Whether the order is still being worked out.
    pub const fn is_draft(self) -> bool {
        match self {
            Self::Draft | Self::CompletedSoFar => true,
            Self::PaymentProcessing | Self::Paid | Self::Unpaid | Self::Contested | Self::Reviewed => false,
        }
    }
}

named_enum! {
    /// How the calls to others went.
    OrderExternalStatus {
        Ok = "ok", FailedObtainingPrice = "failedObtainingPrice", FailedSendingWebhook = "failedSendingWebhook",
    }
}

named_enum! {
    /// What is known of a payment.
    PaymentStatus { Success = "success", Processing = "processing", Failed = "failed" }
}

named_enum! {
    /// Where a contest stands.
    ContestStatus { Contested = "contested", Reviewed = "reviewed" }
}
