//! The thresholds of a store, with the defaults of the contract. A test of `api` compares them with the contract file.

use serde::{Deserialize, Serialize};

use crate::named_enum;
use crate::store::PaymentProvider;

macro_rules! settings_group {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $kind:ty = $default:expr),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name { $($(#[$fmeta])* pub $field: $kind),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }
    };
}

settings_group! {
    /// What check-in asks of a customer.
    CheckInSettings {
        /// How the store charges.
        payment_provider: PaymentProvider = PaymentProvider::None,
        /// Whether code 8 is possible; absent means yes unless the provider is NONE.
        require_payment_method: Option<bool> = None,
        /// Whether code 9 is possible.
        refuse_unsettled: bool = true,
    }
}

settings_group! {
    /// When somebody counts as in or out of a zone.
    ZoneSettings {
        /// Metres inside the edge.
        enter_margin_m: f64 = 0.15,
        /// Metres outside the edge.
        leave_margin_m: f64 = 0.15,
        /// Milliseconds.
        enter_dwell_ms: i64 = 300,
        /// Milliseconds.
        leave_dwell_ms: i64 = 700,
        /// Milliseconds.
        min_repeat_ms: i64 = 2000,
        /// Milliseconds.
        lost_grace_ms: i64 = 3000,
    }
}

settings_group! {
    /// Who belongs to an accepted check-in.
    EntrySettings {
        /// Milliseconds.
        entry_window_ms: i64 = 30_000,
        /// Milliseconds.
        scan_lookback_ms: i64 = 500,
        /// Milliseconds.
        scan_grace_ms: i64 = 2000,
        /// Metres.
        holder_radius_m: f64 = 1.2,
        /// Milliseconds.
        group_gap_ms: i64 = 5000,
        /// Milliseconds.
        max_scan_age_ms: i64 = 10_000,
        /// Milliseconds.
        tailgate_window_ms: i64 = 3000,
    }
}

settings_group! {
    /// When somebody counts as gone.
    ExitSettings {
        /// Milliseconds.
        exit_dwell_ms: i64 = 2000,
        /// Metres.
        gate_hysteresis_m: f64 = 0.3,
        /// Metres.
        lost_radius_m: f64 = 1.5,
        /// Milliseconds.
        lost_ms: i64 = 10_000,
    }
}

settings_group! {
    /// How broken tracks are joined.
    TrackingSettings {
        /// Milliseconds.
        relink_window_ms: i64 = 30_000,
        /// Metres a second.
        jump_speed_mps: f64 = 10.0,
        /// Metres a second.
        relink_speed_mps: f64 = 2.5,
        /// Cosine, 0 to 1.
        relink_similarity: f64 = 0.7,
        /// Milliseconds.
        lost_timeout_ms: i64 = 900_000,
        /// Milliseconds.
        occupancy_reset_ms: i64 = 60_000,
    }
}

named_enum! {
    /// What happens to entry while a required source is lost.
    OnLoss { CloseForMaintenance = "closeForMaintenance", KeepOpen = "keepOpen" }
}

settings_group! {
    /// How far the sources are trusted and waited for.
    PerceptionSettings {
        /// When empty: every source with a heartbeat of role `perception` in the last ten minutes.
        required_sources: Vec<crate::SourceName> = Vec::new(),
        /// Milliseconds.
        reorder_ms: i64 = 500,
        /// Milliseconds.
        max_future_ms: i64 = 5000,
        /// Hours.
        max_age_hours: i64 = 24,
        /// Milliseconds.
        warn_skew_ms: i64 = 500,
        /// Milliseconds.
        gap_timeout_ms: i64 = 60_000,
        /// Milliseconds.
        degraded_ms: i64 = 5000,
        /// Milliseconds.
        lost_ms: i64 = 30_000,
        /// Milliseconds.
        recover_ms: i64 = 10_000,
        /// What happens to entry.
        on_loss: OnLoss = OnLoss::CloseForMaintenance,
    }
}

settings_group! {
    /// When a shelf needs a look.
    InventorySettings {
        /// Units at or under which a bin is low.
        low_threshold: i64 = 2,
        /// Contradicting interactions that make a planogram check.
        suspect_count: i64 = 3,
        /// Hours.
        suspect_window_hours: i64 = 24,
        /// 0 to 1.
        suspect_probability: f64 = 0.2,
        /// 0 to 1.
        perception_confidence: f64 = 0.6,
        /// 0 to 1.
        count_confidence: f64 = 0.9,
    }
}

settings_group! {
    /// How long events are kept.
    RetentionSettings {
        /// Minutes.
        samples_minutes: i64 = 15,
        /// Days.
        facts_days: i64 = 90,
        /// Minutes.
        appearance_minutes: i64 = 30,
    }
}

settings_group! {
    /// The groups the engine reads.
    FloorSettings {
        /// Zones.
        zones: ZoneSettings = ZoneSettings::default(),
        /// Entry.
        entry: EntrySettings = EntrySettings::default(),
        /// Exit.
        exit: ExitSettings = ExitSettings::default(),
        /// Tracks.
        tracking: TrackingSettings = TrackingSettings::default(),
        /// Sources.
        perception: PerceptionSettings = PerceptionSettings::default(),
    }
}

settings_group! {
    /// The groups this server acts on; the others are kept and shown as they were set.
    StoreSettings {
        /// Check-in.
        check_in: CheckInSettings = CheckInSettings::default(),
        /// Stock.
        inventory: InventorySettings = InventorySettings::default(),
        /// Retention.
        retention: RetentionSettings = RetentionSettings::default(),
        /// The engine.
        #[serde(flatten)]
        floor: FloorSettings = FloorSettings::default(),
    }
}

impl CheckInSettings {
    /// Whether check 8 is made.
    pub fn requires_payment_method(&self) -> bool {
        self.require_payment_method.unwrap_or(self.payment_provider != PaymentProvider::None)
    }
}
