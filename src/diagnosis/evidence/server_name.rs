//! Names of servers.

use std::collections::HashMap;
use std::sync::Arc;

/// Whether two texts name one server: the same name, or the full one and its first label.
pub(crate) fn is_same_server(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if one.contains('.') && other.contains('.') {
        return one.eq_ignore_ascii_case(other);
    }
    first_label(one) == first_label(other)
}

fn first_label(name: &str) -> String {
    name.trim().split('.').next().unwrap_or_default().to_ascii_lowercase()
}

/// Names of servers, found by their first labels.
#[derive(Debug, Default)]
pub(super) struct ServerNames {
    by_label: HashMap<String, Vec<Arc<str>>>,
}

impl<'a> FromIterator<&'a str> for ServerNames {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut found = Self::default();
        for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
            let known = found.by_label.entry(first_label(name)).or_default();
            if !known.iter().any(|known| **known == *name) {
                known.push(name.into());
                known.sort();
            }
        }
        found
    }
}

impl ServerNames {
    /// A name of the same server.
    pub fn find(&self, text: &str) -> Option<&Arc<str>> {
        self.by_label.get(&first_label(text))?.iter().find(|name| is_same_server(name, text))
    }

    /// For names that others write differently the one that is taken: the full one, where there is
    /// only one of it.
    pub fn one_each(&self) -> HashMap<Arc<str>, Arc<str>> {
        let mut one = HashMap::new();
        for names in self.by_label.values() {
            let best = |name: &Arc<str>| {
                let mut full = names.iter().filter(|other| other.contains('.'));
                let first = full.next();
                let is_only = first.is_some_and(|first| full.all(|one| is_same_server(first, one)));
                let same = || names.iter().find(|other| is_same_server(name, other));
                if is_only { first } else { same() }.cloned()
            };
            for name in names {
                if let Some(best) = best(name).filter(|best| best != name) {
                    one.insert(Arc::clone(name), best);
                }
            }
        }
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_by_its_full_name_and_by_its_first_label() {
        let names: ServerNames =
            ["EX01.contoso.com", " ex02 ", "EX02", "", "EX03.a.com", "ex03.b.com"]
                .into_iter()
                .collect();
        let find = |text: &str| names.find(text).map(ToString::to_string);
        assert_eq!(find("ex01").as_deref(), Some("EX01.contoso.com"));
        assert_eq!(find("ex01.adatum.com"), None);
        assert_eq!(find("EX02.contoso.com").as_deref(), Some("EX02"));
        assert_eq!(find(""), None);
        let one = names.one_each();
        assert_eq!(one.get("ex02").map(|name| &**name), Some("EX02"));
        assert_eq!(one.len(), 1, "{one:?}");
        let names: ServerNames = ["EX01", "ex01.contoso.com"].into_iter().collect();
        assert_eq!(&**names.one_each().get("EX01").unwrap(), "ex01.contoso.com");
    }
}
