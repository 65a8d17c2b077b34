//! Conditions of lists that may hold for a handful of rows or for most of them.
//!
//! A page is read either in the order of the list, passing over what does not fit, or by the index of the condition. The
//! first is quick when most rows fit, the second when few do, and which it is shows by counting a few thousand entries of an
//! index. Neither is in between: where tens of thousands of rows fit and all lie at the far end of the order, they are passed.

use crate::{Connection, Error, Statement, Value};

/// So many rows are few.
const FEW: i64 = 5000;

/// A condition on one column: texts, each in front of its value.
pub(crate) struct Condition {
    parts: Vec<(&'static str, Value)>,
    end: &'static str,
}

/// The texts of a list.
pub(crate) struct Texts {
    /// Begins the count of rows: `select 1 from … where retailer_id = `.
    pub(crate) one: &'static str,
    /// Begins the choice of rows: ` and id in (select id from … where retailer_id = `.
    pub(crate) chosen: &'static str,
}

impl Condition {
    /// `column >= min and column < max`, with either end or none.
    pub(crate) fn range<V: Into<Value>>(min: (&'static str, Option<V>), max: (&'static str, Option<V>)) -> Self {
        let end = |(text, value): (&'static str, Option<V>)| value.map(|value| (text, value.into()));
        Self { parts: end(min).into_iter().chain(end(max)).collect(), end: "" }
    }

    /// `column in (…)`; no value is no condition.
    pub(crate) fn any<V: Into<Value>>(first: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let parts = values.into_iter().enumerate();
        let parts = parts.map(|(place, value)| (if place == 0 { first } else { ", " }, value.into()));
        Self { parts: parts.collect(), end: ")" }
    }

    fn push(&self, statement: &mut Statement) {
        for (text, value) in &self.parts {
            statement.push(text).bind(value.clone());
        }
        statement.push(self.end);
    }
}

/// Adds conditions to a list of the retailer's rows.
pub(crate) async fn push(
    c: &mut Connection,
    select: &mut Statement,
    texts: &Texts,
    retailer: impl Into<Value>,
    conditions: Vec<Condition>,
) -> Result<(), Error> {
    let retailer = retailer.into();
    let mut is_chosen = false;
    for condition in conditions.iter().filter(|condition| !condition.parts.is_empty()) {
        if !is_chosen && is_few(c, texts, &retailer, condition).await? {
            is_chosen = true;
            select.push(texts.chosen).bind(retailer.clone());
            condition.push(select);
            select.push(")");
        } else {
            condition.push(select);
        }
    }
    Ok(())
}

async fn is_few(c: &mut Connection, texts: &Texts, retailer: &Value, condition: &Condition) -> Result<bool, Error> {
    let mut count = Statement::build("select count(*) as found from (");
    count.push(texts.one).bind(retailer.clone());
    condition.push(&mut count);
    count.push(" limit ").bind(FEW + 1).push(") few");
    let found: i64 = c.fetch_one(&mut count).await?.get("found")?;
    Ok(found <= FEW)
}
