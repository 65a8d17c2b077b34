//! A file fits in one sitting, a function on one screen. Tests are no exception: what is long there is data, and data
//! goes into a constant or a file.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::check;
use crate::source::{Source, rust};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

#[test]
fn no_file_is_too_long() {
    let faults: Vec<String> = rust().iter().filter_map(long_file).collect();
    check("file size", &faults);
}

#[test]
fn no_function_is_too_long() {
    let faults: Vec<String> = rust().iter().flat_map(long_functions).collect();
    check("function size", &faults);
}

fn long_file(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > LONGEST_FILE).then(|| {
        source.at(lines, &format!("{lines} lines, at most {LONGEST_FILE}: split the file by what its parts promise"))
    })
}

fn long_functions(source: &Source) -> Vec<String> {
    let mut finder = Functions { source, faults: Vec::new() };
    if let Some(file) = source.syntax() {
        finder.visit_file(&file);
    }
    finder.faults
}

/// Measures from the line of the signature to the closing brace; documentation and attributes do not count.
struct Functions<'source> {
    source: &'source Source,
    faults: Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let lines = body.span().end().line + 1 - first;
        if lines > LONGEST_FUNCTION {
            let name = &signature.ident;
            self.faults.push(self.source.at(
                first,
                &format!(
                    "`{name}` has {lines} lines, at most {LONGEST_FUNCTION}: name its steps and let it tell the story"
                ),
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, method: &'ast syn::ImplItemFn) {
        self.measure(&method.sig, &method.block);
        visit::visit_impl_item_fn(self, method);
    }

    fn visit_trait_item_fn(&mut self, method: &'ast syn::TraitItemFn) {
        if let Some(body) = &method.default {
            self.measure(&method.sig, body);
        }
        visit::visit_trait_item_fn(self, method);
    }
}

#[test]
fn what_is_too_long_is_found() {
    let body = "    let _ = 1;\n".repeat(LONGEST_FUNCTION - 2);
    let fits = format!("/// Documented.\nfn f() {{\n{body}}}\n");
    assert_eq!(long_functions(&Source::sample("a.rs", &fits)), [""; 0]);

    let shapes = [
        format!("fn f() {{\n{body}\n}}\n"),
        format!("mod m {{ impl S {{ fn f() {{\n{body}\n}} }} }}\n"),
        format!("trait T {{ fn f() {{\n{body}\n}} }}\n"),
        format!("fn outer() {{ fn f() {{\n{body}\n}} }}\n"),
    ];
    for text in shapes {
        let found = long_functions(&Source::sample("a.rs", &text));
        assert!(found.iter().any(|fault| fault.contains("`f` has 61 lines")), "{found:?} in {text}");
    }

    let file = |lines: usize| Source::sample("a.rs", &"\n".repeat(lines));
    assert_eq!(long_file(&file(LONGEST_FILE)), None);
    assert!(long_file(&file(LONGEST_FILE + 1)).is_some());
}
