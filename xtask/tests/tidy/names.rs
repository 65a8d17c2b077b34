//! Words that say nothing about what a thing does. A type, module or file with such a name is a place where everything
//! ends up.

use syn::visit::{self, Visit};

use crate::check;
use crate::source::{Source, rust};

const EMPTY_WORDS: [&str; 6] = ["manager", "helper", "util", "utility", "service", "processor"];

#[test]
fn no_name_is_an_empty_word() {
    let faults: Vec<String> = rust().iter().flat_map(faults).collect();
    check("names", &faults);
}

fn faults(source: &Source) -> Vec<String> {
    let mut names = Names { source, faults: Vec::new() };
    for part in source.path.split('/') {
        names.judge(part.trim_end_matches(".rs"), 1);
    }
    if let Some(file) = source.syntax() {
        names.visit_file(&file);
    }
    names.faults
}

struct Names<'source> {
    source: &'source Source,
    faults: Vec<String>,
}

impl Names<'_> {
    fn judge(&mut self, name: &str, line: usize) {
        for word in words(name) {
            let singular = word.strip_suffix('s').unwrap_or(&word);
            if EMPTY_WORDS.contains(&singular) || EMPTY_WORDS.contains(&word.as_str()) || word == "utilities" {
                self.faults
                    .push(self.source.at(line, &format!("`{name}` says nothing: name it after what it does or knows")));
            }
        }
    }

    fn judge_ident(&mut self, ident: &syn::Ident) {
        self.judge(&ident.to_string(), ident.span().start().line);
    }
}

/// `HttpUtil2` and `http_util` are both the words `http` and `util`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if !letter.is_alphabetic() || letter.is_uppercase() {
            words.push(String::new());
        }
        if letter.is_alphabetic() {
            let last = words.last_mut().expect("it begins with one");
            last.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.judge_ident(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.judge_ident(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.judge_ident(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.judge_ident(&item.ident);
        visit::visit_item_type(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.judge_ident(&item.ident);
        visit::visit_item_mod(self, item);
    }
}

#[test]
fn an_empty_word_is_found() {
    let count = |path: &str, text: &str| faults(&Source::sample(path, text)).len();
    let cases = [
        ("a.rs", "struct OrderManager;", 1),
        ("a.rs", "mod m { enum ServiceKind {} }", 1),
        ("a.rs", "trait Processors {}", 1),
        ("a.rs", "type Helper = u8;", 1),
        ("crates/api/src/utils.rs", "", 1),
        ("crates/api/src/http_util/mod.rs", "", 1),
        ("a.rs", "impl tower::Service<Request> for Router {} struct Utilised;", 0),
    ];
    for (path, text, expected) in cases {
        assert_eq!(count(path, text), expected, "{path}: {text}");
    }
}
