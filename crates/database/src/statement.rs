//! One SQL text with its bound values, the same for both databases.
//!
//! A text is only ever made of literals of the program; whatever comes from outside is bound. There is no way to put a
//! run-time string into the text.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::stored::Value;

/// A statement ready to run: text with `$1`, `$2`, … and the values for them.
#[derive(Debug, Clone)]
pub struct Statement {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// `sql!("select name from stores where id = $1", id)`: a fixed text and its values in order.
#[macro_export]
macro_rules! sql {
    ($text:literal $(, $value:expr)* $(,)?) => {
        $crate::Statement::fixed($text, vec![$($crate::Value::from($value)),*])
    };
}

impl Statement {
    /// A text that never changes. Prefer `sql!`.
    pub const fn fixed(text: &'static str, values: Vec<Value>) -> Self {
        Self { text: Cow::Borrowed(text), values }
    }

    /// The beginning of a text that depends on what was asked: go on with [`push`](Self::push) and [`bind`](Self::bind).
    pub const fn build(start: &'static str) -> Self {
        Self::fixed(start, Vec::new())
    }

    /// Adds text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds the next placeholder and its value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let number = self.values.len();
        write!(self.text.to_mut(), "${number}").expect("writing to a string cannot fail");
        self
    }

    /// Adds `$1, $2, …` for every value: `where id in (` … `)`. No value makes `null`, which nothing is in; PostgreSQL
    /// takes no empty list. (`not in` such a list matches nothing either: who needs it asks before.)
    pub fn bind_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return self.push("null");
        }
        for (position, value) in values.enumerate() {
            self.push(if position == 0 { "" } else { ", " }).bind(value);
        }
        self
    }

    /// Adds `($1, $2), ($3, $4), …` for a multi-row insert. SQLite takes at most 32,766 values in a statement.
    pub fn bind_rows<R: IntoIterator<Item = Value>>(&mut self, rows: impl IntoIterator<Item = R>) -> &mut Self {
        for (position, row) in rows.into_iter().enumerate() {
            self.push(if position == 0 { "(" } else { ", (" }).bind_list(row).push(")");
        }
        self
    }

    /// The SQL text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same statement behind a word such as `explain`.
    pub(crate) fn behind(&self, command: &'static str) -> Self {
        Self { text: Cow::Owned(format!("{command}{}", self.text)), values: self.values.clone() }
    }

    pub(crate) fn into_parts(self) -> (Cow<'static, str>, Vec<Value>) {
        (self.text, self.values)
    }
}

impl From<&mut Statement> for Statement {
    fn from(built: &mut Statement) -> Self {
        std::mem::replace(built, Self::build(""))
    }
}

/// The first table a text names, for error messages.
pub(crate) fn table_of(text: &str) -> &str {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    while let Some(word) = words.next() {
        if matches!(word, "from" | "into" | "update") {
            return words.find(|word| !word.is_empty()).unwrap_or("?");
        }
    }
    "?"
}

#[cfg(test)]
mod tests {
    use super::{Statement, table_of};
    use crate::Value;

    #[test]
    fn a_built_statement_numbers_its_values() {
        let mut statement = Statement::build("select id from stores where retailer_id = ");
        statement.bind(7_i64).push(" and id in (").bind_list([1_i64, 2]).push(")");
        assert_eq!(statement.text(), "select id from stores where retailer_id = $1 and id in ($2, $3)");

        let mut none = Statement::build("select id from stores where id in (");
        none.bind_list(Vec::<i64>::new()).push(")");
        assert_eq!(none.text(), "select id from stores where id in (null)");

        let mut insert = Statement::build("insert into t (a, b) values ");
        insert.bind_rows([[Value::from(1_i64), Value::from("x")], [Value::from(2_i64), Value::from("y")]]);
        assert_eq!(insert.text(), "insert into t (a, b) values ($1, $2), ($3, $4)");
        assert_eq!(insert.into_parts().1.len(), 4);
    }

    #[test]
    fn the_table_is_found() {
        let cases = [
            ("select a, b from customers where id = $1", "customers"),
            ("insert into orders(id) values ($1)", "orders"),
            ("update stores set name = $1", "stores"),
            ("select 1", "?"),
        ];
        for (text, table) in cases {
            assert_eq!(table_of(text), table, "{text}");
        }
    }
}
