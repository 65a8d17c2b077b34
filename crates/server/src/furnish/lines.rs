//! Which line of a document a fault is on.

use anyhow::Context as _;
use marked_yaml::types::Node;
use serde_json::Value;

use super::{Fault, Step};

/// Reads YAML, of which JSON is a part. The error names the line.
pub fn parse(text: &str) -> anyhow::Result<Value> {
    serde_yaml_ng::from_str(text).context("the document is neither JSON nor YAML")
}

/// The faults in the order of their lines, one a line.
pub fn with_lines(text: &str, faults: &[Fault]) -> String {
    let root = marked_yaml::parse_yaml(0, text).ok();
    let mut told: Vec<(usize, String)> = faults
        .iter()
        .map(|fault| {
            let line = root.as_ref().and_then(|root| line_of(root, &fault.path)).unwrap_or(1);
            (line, format!("line {line}: {}: {}", shown(&fault.path), fault.text))
        })
        .collect();
    told.sort();
    let lines: Vec<String> = told.into_iter().map(|(_, text)| text).collect();
    lines.join("\n")
}

/// The line of the deepest node that the path reaches.
fn line_of(root: &Node, path: &[Step]) -> Option<usize> {
    let mut node = root;
    let mut line = None;
    for step in path {
        let next = match (step, node) {
            (Step::Key(key), Node::Mapping(mapping)) => mapping.get_node(key),
            (Step::Item(position), Node::Sequence(list)) => list.get_node(*position),
            _ => None,
        };
        let Some(next) = next else { break };
        node = next;
        line = node.span().start().map(marked_yaml::Marker::line).or(line);
    }
    line.or_else(|| node.span().start().map(marked_yaml::Marker::line))
}

fn shown(path: &[Step]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Key(key) if shown.is_empty() => shown.push_str(key),
            Step::Key(key) => {
                shown.push('.');
                shown.push_str(key);
            }
            Step::Item(position) => {
                shown.push('[');
                shown.push_str(&position.to_string());
                shown.push(']');
            }
        }
    }
    if shown.is_empty() { "the document".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_line() {
        let text = "retailers:\n  - name: a\n    stores:\n      - name: x\n        currency: euro\n";
        let key = |key: &str| Step::Key(key.to_owned());
        let path = vec![key("retailers"), Step::Item(0), key("stores"), Step::Item(0), key("currency")];
        let faults = [Fault { path, text: "is wrong".to_owned() }];
        assert_eq!(with_lines(text, &faults), "line 5: retailers[0].stores[0].currency: is wrong");
        let missing =
            [Fault { path: vec![key("retailers"), Step::Item(0), key("gone")], text: "is required".to_owned() }];
        assert_eq!(with_lines(text, &missing), "line 2: retailers[0].gone: is required");
    }
}
