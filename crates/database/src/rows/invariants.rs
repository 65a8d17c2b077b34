//! What must always hold between rows. Each check counts the rows that break it.

use crate::{Connection, Error, Statement};

/// A sentence that should be true, and how many rows it is false of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What should hold.
    pub invariant: &'static str,
    /// Rows that break it.
    pub broken: i64,
}

const CHECKS: &[(&str, &str)] = &[
    (
        "every delivery belongs to a setting of the message's retailer",
        "select count(*) as broken from deliveries d join messages m on m.id = d.message
         join webhooks w on w.id = d.webhook_id where w.retailer_id <> m.retailer_id",
    ),
    (
        "a store's counts of people are its people",
        "select count(*) as broken from occupancy o where
             o.visitors <> (select count(*) from shoppers s where s.store_id = o.store_id and s.state = 'visitor')
          or o.employees <> (select count(*) from shoppers s where s.store_id = o.store_id
                 and (s.state = 'employee' or (s.state = 'registered' and s.role = 'employee')))
          or o.testers <> (select count(*) from shoppers s where s.store_id = o.store_id
                 and s.state = 'registered' and s.role = 'tester')
          or o.customers <> (select count(*) from shoppers s where s.store_id = o.store_id
                 and s.state = 'registered' and s.role not in ('employee', 'tester'))",
    ),
    (
        "a trip's members inside are its shoppers inside",
        "select count(*) as broken from sessions t where t.inside <>
             (select count(*) from shoppers s where s.session_number = t.number and s.state in ('registered', 'employee'))",
    ),
    (
        "reserved places are those of trips and of check-ins under way",
        "select count(*) as broken from occupancy o where o.reserved <>
             coalesce((select sum(t.places) from sessions t where t.store_id = o.store_id and t.status = 'active'), 0)
           + coalesce((select sum(a.places) from check_ins a where a.store_id = o.store_id and a.state = 'asking'), 0)",
    ),
    (
        "a used code has a trip that was checked in",
        "select count(*) as broken from entry_codes e join sessions t on t.number = e.session_number
         where e.state = 'used' and t.status in ('pending', 'declined')",
    ),
    (
        "a verifying code is being asked about",
        "select count(*) as broken from entry_codes e where e.state = 'verifying' and not exists
             (select 1 from check_ins a where a.session_number = e.session_number and a.state = 'asking')",
    ),
    (
        "a completed trip has nobody inside and no open place",
        "select count(*) as broken from sessions where status = 'completed' and (inside <> 0 or places <> 0)",
    ),
    (
        "no stream is applied beyond its newest entry",
        "select count(*) as broken from streams where applied > newest",
    ),
];

/// Every invariant that does not hold.
pub async fn findings(c: &mut Connection) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for (invariant, query) in CHECKS {
        let broken: i64 = c.fetch_one(Statement::fixed(query, Vec::new())).await?.get("broken")?;
        if broken > 0 {
            findings.push(Finding { invariant, broken });
        }
    }
    Ok(findings)
}
