//! The exports of a case, of which several may hold the same: an older one beside a newer one, a copy, what
//! HealthChecker saw of the organisation's connectors from each server.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::connector::InboundConnector;
use crate::evidence::{ExchangeObjects, ParsedObject};
use crate::timestamp::Timestamp;

/// Leaves out what another export has too, or has newer; calls `say` with the number of each export of
/// which something is left out for that, and why. Certificates stay: the same may be of several servers.
pub(super) fn leave_out_older(exports: &mut [ExchangeObjects], mut say: impl FnMut(usize, String)) {
    let mut newest: HashMap<String, (Timestamp, usize)> = HashMap::new();
    for (number, export) in exports.iter().enumerate() {
        for (key, changed) in export.inbound_connectors.iter().flat_map(|one| keys(&one.object)) {
            let known = newest.entry(key).or_insert((changed, number));
            if changed > known.0 {
                *known = (changed, number);
            }
        }
    }
    let names: Vec<String> = exports.iter().map(|export| export.source_name.clone()).collect();
    let mut seen = Seen::default();
    for (number, export) in exports.iter_mut().enumerate() {
        // Of an older export no connector counts: one that is not in the newer was removed meanwhile.
        let newer = export.inbound_connectors.iter().find_map(|one| {
            let of_keys = keys(&one.object);
            let newer = of_keys.filter(|(key, changed)| newest[key].0 > *changed);
            let (key, _) = newer.into_iter().next()?;
            Some((one.object.name.clone(), newest[&key].1))
        });
        if let Some((name, other)) = newer {
            export.inbound_connectors.clear();
            let other = &names[other];
            say(number, format!("older than {other}, where {name} was changed later"));
        }
        if let Some(first) = export.content.as_ref().and_then(|content| {
            let known = seen.contents.get(&content.sha256).copied();
            seen.contents.entry(content.sha256.clone()).or_insert(number);
            known
        }) {
            export.inbound_connectors.clear();
            export.accepted_domains.clear();
            say(number, format!("the same as {}", names[first]));
        }
        seen.retain_new(&mut export.inbound_connectors);
        seen.retain_new(&mut export.send_connectors);
        seen.retain_new(&mut export.receive_connectors);
    }
}

/// By what a connector is known in another export, with its last change: its name within the organisation,
/// or with the time of its creation.
fn keys(connector: &InboundConnector) -> impl Iterator<Item = (String, Timestamp)> + use<> {
    let name = &connector.name;
    let organization = connector.organization_id.as_ref().map(|of| format!("{of}\n{name}"));
    let created = connector.when_created_utc.map(|at| format!("{at}\n{name}"));
    let changed = connector.when_changed_utc;
    let keys: Vec<_> = organization.into_iter().chain(created).collect();
    keys.into_iter().filter_map(move |key| Some((key, changed?)))
}

/// What the exports before held.
#[derive(Default)]
struct Seen {
    contents: HashMap<String, usize>,
    objects: HashSet<String>,
}

impl Seen {
    /// Keeps the objects that no export before has just so.
    fn retain_new<T: Serialize>(&mut self, objects: &mut Vec<ParsedObject<T>>) {
        let mut own = Vec::new();
        objects.retain(|one| {
            // What cannot be written down is no copy.
            let Ok(text) = serde_json::to_string(&one.object) else { return true };
            let is_new = !self.objects.contains(&text);
            own.push(text);
            is_new
        });
        self.objects.extend(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(name: &str, connectors: &[(&str, &str, &str)]) -> ExchangeObjects {
        let connectors: Vec<String> = connectors
            .iter()
            .map(|(name, changed, more)| {
                format!(
                    r#"{{"Name":"{name}","ConnectorType":"OnPremises","Enabled":true,"TlsSenderCertificateName":"m",
                    "WhenChangedUTC":"{changed}"{more}}}"#
                )
            })
            .collect();
        ExchangeObjects::from_bytes(name, format!("[{}]", connectors.join(",")).as_bytes()).unwrap()
    }

    /// How many connectors stay in each export, and what is said.
    fn left(mut exports: Vec<ExchangeObjects>) -> (Vec<usize>, String) {
        let mut said = Vec::new();
        leave_out_older(&mut exports, |number, words| said.push(format!("{number}: {words}")));
        (exports.iter().map(|export| export.inbound_connectors.len()).collect(), said.join("\n"))
    }

    #[test]
    fn of_an_older_and_a_newer_export_of_one_tenant_the_newer_counts() {
        const OLD: &str = "2026-01-02T00:00:00Z";
        const NEW: &str = "2026-11-02T00:00:00Z";
        let of = r#","OrganizationId":"adatum.onmicrosoft.com""#;
        let other = r#","OrganizationId":"fabrikam.onmicrosoft.com""#;
        let created = r#","WhenCreatedUTC":"2025-05-06T07:08:09Z""#;
        for (old, new, expected) in [
            (of, of, [0, 1]),
            (created, created, [0, 1]),
            (of, other, [2, 1]),
            // Whether it is one tenant is not known.
            ("", "", [2, 1]),
        ] {
            let exports = || {
                let old = export("old.json", &[("From HQ", OLD, old), ("Removed", OLD, old)]);
                [old, export("new.json", &[("From HQ", NEW, new)])]
            };
            let (found, said) = left(exports().to_vec());
            assert_eq!(found, expected, "{old} {new}");
            let is_said = said.contains("0: older than new.json, where From HQ was changed later");
            assert_eq!(is_said, expected[0] == 0, "{said}");
            let (found, _) = left(exports().into_iter().rev().collect());
            assert_eq!(found, [expected[1], expected[0]]);
        }
    }

    #[test]
    fn copies_count_once() {
        let one = || export("a.json", &[("From HQ", "2026-01-02T00:00:00Z", "")]);
        let (found, said) = left(vec![one(), one()]);
        assert_eq!((found, said.as_str()), (vec![1, 0], "1: the same as a.json"));
        let mut other = one();
        other.content = None;
        assert_eq!(left(vec![one(), other]).0, [1, 0]);
    }
}
