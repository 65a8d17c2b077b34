//! One SQL text serves both databases, so it may use only what both understand. What differs lives in one file each,
//! which declares it: a line `//! tidy: the one place for NAME`.
//!
//! Looks at every string literal of the database crate, inside macros too, rather than at text: a Rust path such as
//! `a::b` is no cast.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::check;
use crate::source::{Source, rust};

const FOLDER: &str = "crates/database/src/";

/// Each construct: its name in a declaration, and the texts it is recognised by (lower case, one space).
const NOT_PORTABLE: [(&str, &[&str]); 8] = [
    ("now()", &["now()"]),
    ("= any(", &["= any(", "= any ("]),
    ("greatest", &["greatest(", "least("]),
    ("ilike", &[" ilike "]),
    ("lateral", &[" lateral "]),
    ("date_trunc", &["date_trunc("]),
    ("for update", &["for update", "for share", "for no key update"]),
    ("product search", &[" match ?", " match $", "similarity("]),
];
const CASTS: [&str; 16] = [
    "bigint",
    "bool",
    "bytea",
    "date",
    "double",
    "float",
    "int",
    "json",
    "numeric",
    "real",
    "regclass",
    "smallint",
    "text",
    "timestamp",
    "uuid",
    "varchar",
];

#[test]
fn sql_is_portable() {
    let sources: Vec<Source> = rust().into_iter().filter(|source| source.path.starts_with(FOLDER)).collect();
    assert!(!sources.is_empty(), "{FOLDER} has no source: this check looks in the wrong place");
    check("portable SQL", &faults(&sources));
}

fn faults(sources: &[Source]) -> Vec<String> {
    let mut faults: Vec<String> = sources.iter().flat_map(undeclared).collect();
    for (name, _) in NOT_PORTABLE {
        let places: Vec<&str> =
            sources.iter().filter(|source| declares(source, name)).map(|source| source.path.as_str()).collect();
        if places.len() > 1 {
            faults.push(format!("{}:1: `{name}` has more than one place: {}", places[0], places.join(", ")));
        }
    }
    faults
}

fn declares(source: &Source, name: &str) -> bool {
    let declaration = format!("//! tidy: the one place for {name}");
    source.text.lines().any(|line| line.trim_end() == declaration)
}

fn undeclared(source: &Source) -> Vec<String> {
    let mut literals = Vec::new();
    if let Ok(tokens) = source.text.parse::<TokenStream>() {
        collect(tokens, &mut literals);
    }
    let mut faults = Vec::new();
    for (line, text) in literals {
        for (name, _) in NOT_PORTABLE.iter().filter(|(_, signs)| signs.iter().any(|sign| text.contains(sign))) {
            if !declares(source, name) {
                faults.push(source.at(
                    line,
                    &format!("`{name}` is not understood by both databases: say it otherwise, or move it to the one file that declares it"),
                ));
            }
        }
        if has_cast(&text) {
            faults.push(source.at(line, "`::type` is PostgreSQL's alone: write `cast(… as …)`"));
        }
    }
    faults
}

/// The string literals with their lines, lower-cased and with single spaces; documentation is no literal.
fn collect(tokens: TokenStream, literals: &mut Vec<(usize, String)>) {
    let mut after_hash = false;
    for token in tokens {
        match &token {
            TokenTree::Group(group) if after_hash && is_documentation(group) => {}
            TokenTree::Group(group) => collect(group.stream(), literals),
            TokenTree::Literal(literal) => {
                if let Lit::Str(text) = Lit::new(literal.clone()) {
                    let words: Vec<String> = text.value().split_whitespace().map(str::to_lowercase).collect();
                    literals.push((literal.span().start().line, format!(" {} ", words.join(" "))));
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
        after_hash = match &token {
            TokenTree::Punct(mark) => mark.as_char() == '#' || (after_hash && mark.as_char() == '!'),
            _ => false,
        };
    }
}

fn is_documentation(group: &proc_macro2::Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}

fn has_cast(text: &str) -> bool {
    text.match_indices("::").any(|(at, _)| {
        let after = &text[at + 2..];
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let word = after[..end].trim_end_matches(|c: char| c.is_ascii_digit());
        CASTS.contains(&word) || matches!(word, "jsonb" | "timestamptz")
    })
}

#[test]
fn what_is_not_portable_is_found() {
    let count = |text: &str| faults(&[Source::sample("crates/database/src/a.rs", text)]).len();
    let cases = [
        (r#"const A: &str = "select a from b where c = $1";"#, 0),
        (r#"const A: &str = "select a::int8 from b";"#, 1),
        (r#"const A: &str = "select '{}'::jsonb";"#, 1),
        (r##"fn f() { query!(r#"select NOW()"#) }"##, 1),
        ("const A: &str = \"select a from b\n for  update skip locked\";", 1),
        ("//! tidy: the one place for for update\nconst A: &str = \"select a from b for update\";", 0),
        (r#"const A: &str = "where id = any($1)";"#, 1),
        (r#"const A: &str = "where a ilike $1";"#, 1),
        ("/// Not `now()`, which differs.\n//! Nor `a::int`.\nconst A: u8 = 1;", 0),
        (r#"const A: &str = "sqlx::query";"#, 0),
    ];
    for (text, expected) in cases {
        assert_eq!(count(text), expected, "{text}");
    }
    let place = || Source::sample("crates/database/src/a.rs", "//! tidy: the one place for for update\n");
    assert_eq!(faults(&[place(), place()]).len(), 1, "two places for one construct");
}
