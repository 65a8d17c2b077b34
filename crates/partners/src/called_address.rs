//! The address that is called: as configured, byte for byte, except that transitions and checkout
//! zones tell the direction in the path.

/// The direction of a crossing, as the last part of the called path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suffix {
    Entered,
    Left,
}

impl Suffix {
    /// The part of the path, without a slash.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Left => "left",
        }
    }
}

/// The configured address with the suffix joined to its path by one slash, before any query.
/// Without a suffix it is the configured address itself.
pub fn called_address(base: &str, suffix: Option<Suffix>) -> String {
    let Some(suffix) = suffix else {
        return base.to_owned();
    };
    let (path, query) = base.split_at(base.find('?').unwrap_or(base.len()));
    let slash = if path.ends_with('/') { "" } else { "/" };
    format!("{path}{slash}{}{query}", suffix.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_joins_the_path_and_nothing_else_changes() {
        let table = [
            ("https://shop.example/hook/?k=1", "https://shop.example/hook/entered?k=1"),
            ("https://shop.example/hook?k=1", "https://shop.example/hook/entered?k=1"),
            ("https://shop.example/hook", "https://shop.example/hook/entered"),
            ("https://shop.example/hook/", "https://shop.example/hook/entered"),
            ("https://shop.example", "https://shop.example/entered"),
            ("https://shop.example/", "https://shop.example/entered"),
            ("https://shop.example?k=/1/", "https://shop.example/entered?k=/1/"),
            ("https://Shop.Example:443/a/../b%2f?", "https://Shop.Example:443/a/../b%2f/entered?"),
            ("https://shop.example/h?u=http://x/?y", "https://shop.example/h/entered?u=http://x/?y"),
        ];
        for (base, called) in table {
            assert_eq!(called_address(base, Some(Suffix::Entered)), called);
            let left = called_address(base, Some(Suffix::Left));
            assert_eq!(left, called.replacen("/entered", "/left", 1));
            assert_eq!(called_address(base, None), base);
        }
    }
}
