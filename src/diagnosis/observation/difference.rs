//! What differs between what was refused and what was delivered.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::attempt::{End, SenderKind, Shown};
use super::ledger::Record;
use super::place::PlaceView;
use super::time_of_day::TimesOfDay;

/// Refused domains that are distinguished for one trouble.
pub(crate) const MAXIMUM_REFUSED_DOMAINS: usize = 256;

/// Values of a difference that are reported.
const MAXIMUM_VALUES: usize = 8;

/// A fact that separates what was refused from what was delivered wholly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The fact: `certificate`, `public address`, `server`, `remote host`, `kind of sender`,
    /// `recipient domain`, `time of day`.
    pub fact: &'static str,
    /// Its values where mail was refused, at most 8.
    pub refused: Vec<String>,
    /// Its values where mail was delivered, at most 8.
    pub delivered: Vec<String>,
}

/// The facts that separate what was refused from what the same connector delivered, on any server.
pub(super) fn differences(
    view: &PlaceView<'_>,
    sample: &Record,
    refused_domains: &BTreeSet<u32>,
    is_failure: impl Fn(&Record, SenderKind) -> bool,
) -> Vec<Difference> {
    if sample.is_reported {
        // An error of a queue names other things than a session does.
        return Vec::new();
    }
    let connector = view.place_of(sample).connector;
    let (mut refused, mut delivered) = (Facts::default(), Facts::default());
    let mut has_delivered = false;
    for (record, kind) in view.all {
        let is_own = record.place == sample.place;
        if is_own && is_failure(record, *kind) {
            refused.add(view, record, *kind);
        } else if matches!(view.end(record), End::Delivered)
            && (is_own || view.place_of(record).connector == connector)
        {
            has_delivered = true;
            let meets = refused_domains.is_empty()
                || view.domains(record).iter().any(|domain| refused_domains.contains(domain));
            delivered.add_domains(view, record);
            if meets {
                delivered.add(view, record, *kind);
            }
        }
    }
    if !has_delivered {
        return Vec::new();
    }
    refused.differences(&delivered)
}

/// The values of each fact.
#[derive(Default)]
struct Facts {
    values: [BTreeSet<String>; 6],
    times: TimesOfDay,
}

const FACTS: [&str; 6] = [
    "certificate",
    "public address",
    "server",
    "kind of sender",
    "remote host",
    "recipient domain",
];

impl Facts {
    fn add(&mut self, view: &PlaceView<'_>, record: &Record, kind: SenderKind) {
        self.times.add(record.time);
        let identity = view.identity_of(record);
        let shown = match identity.shown {
            Shown::Unknown => None,
            Shown::Nothing => Some("none".to_owned()),
            Shown::Certificate(thumbprint) => Some(thumbprint.to_string()),
        };
        let kind = match kind {
            SenderKind::Unknown => None,
            SenderKind::Null => Some("<>"),
            SenderKind::Accepted => Some("own domains"),
            SenderKind::Foreign => Some("other domains"),
        };
        let text = |value: Option<&Arc<str>>| value.map(ToString::to_string);
        let facts = [
            shown,
            text(identity.address.as_ref()),
            text(view.place_of(record).server.text()),
            kind.map(str::to_owned),
            text(view.host(record)),
        ];
        for (values, fact) in self.values.iter_mut().zip(facts) {
            if let Some(fact) = fact.filter(|_| values.len() < MAXIMUM_REFUSED_DOMAINS) {
                values.insert(fact);
            }
        }
        self.add_domains(view, record);
    }

    fn add_domains(&mut self, view: &PlaceView<'_>, record: &Record) {
        let [.., values] = &mut self.values;
        for domain in view.domains(record) {
            if values.len() < MAXIMUM_REFUSED_DOMAINS {
                values.extend(view.domain(*domain).map(ToString::to_string));
            }
        }
    }

    fn differences(&self, delivered: &Self) -> Vec<Difference> {
        let listed =
            |values: &BTreeSet<String>| values.iter().take(MAXIMUM_VALUES).cloned().collect();
        let of_values = FACTS
            .iter()
            .zip(self.values.iter().zip(&delivered.values))
            .filter(|(_, (refused, delivered))| {
                !refused.is_empty() && !delivered.is_empty() && refused.is_disjoint(delivered)
            })
            .map(|(fact, (refused, delivered))| Difference {
                fact,
                refused: listed(refused),
                delivered: listed(delivered),
            });
        let of_times = self.times.difference(&delivered.times);
        let of_times = of_times.map(|(refused, delivered)| Difference {
            fact: "time of day",
            refused,
            delivered,
        });
        of_values.chain(of_times).collect()
    }
}
