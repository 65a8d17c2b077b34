//! What a change of stock says that somebody should look at.

/// A change of the units of one product in one bin.
#[derive(Debug, Clone, Copy)]
pub(super) struct StockChange {
    /// Units before.
    pub before: i64,
    /// Units to add, or to take when negative.
    pub difference: i64,
    /// Whether the bin plans the product.
    pub is_planned: bool,
    /// Units at or under which it is low.
    pub low_threshold: i64,
}

impl StockChange {
    /// Units after: never fewer than none.
    pub(super) fn after(self) -> i64 {
        self.before.saturating_add(self.difference).max(0)
    }

    /// Each fact with its units: how many were taken beyond what there was, or how many there are.
    pub(super) fn facts(self) -> Vec<(&'static str, i64)> {
        let after = self.after();
        let beyond = after - self.before.saturating_add(self.difference);
        let was_low = self.before <= self.low_threshold;
        let is_low = after <= self.low_threshold;
        let all = [
            ("belowZero", beyond, beyond > 0),
            ("misplaced", after, !self.is_planned && self.difference > 0),
            ("lowInventory", after, self.is_planned && !was_low && is_low),
            ("restocked", after, self.is_planned && was_low && !is_low),
        ];
        all.into_iter().filter(|(_, _, holds)| *holds).map(|(kind, units, _)| (kind, units)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::StockChange;

    #[test]
    fn facts_follow_from_the_change_alone() {
        let check = |before: i64, difference: i64, is_planned: bool, facts: &[(&'static str, i64)]| {
            let change = StockChange { before, difference, is_planned, low_threshold: 2 };
            assert_eq!(change.facts(), facts, "{change:?}");
        };
        check(5, -2, true, &[]);
        check(5, -3, true, &[("lowInventory", 2)]);
        check(2, -1, true, &[]);
        check(2, 1, true, &[("restocked", 3)]);
        check(0, 2, true, &[]);
        check(1, -3, true, &[("belowZero", 2)]);
        check(5, -1000, true, &[("belowZero", 995), ("lowInventory", 0)]);
        check(0, 4, false, &[("misplaced", 4)]);
        check(4, -4, false, &[]);
        check(4, -5, false, &[("belowZero", 1)]);
        check(4, 0, false, &[]);
    }
}
