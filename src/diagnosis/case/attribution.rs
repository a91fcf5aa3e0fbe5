//! Facts of a case about attribution: what the connectors come to, and by what.

use super::Case;
use super::wizard_state::Staleness;
use crate::connector::{
    AddressMatch, AttributionOutcome, ConnectorAssessment, ConnectorNameMatch, Eligibility,
    MailFrom,
};
use crate::diagnosis::report::EvidenceLine;
use crate::reply::RejectionClass;

impl Case<'_> {
    /// Attribution is judged where the log does not show that something else came first.
    pub fn judged_outcome(&self) -> Option<&AttributionOutcome> {
        self.outcome().filter(|_| self.rests_on_attribution() && self.is_known())
    }

    /// Whether the log says ATTR36, which proves that a connector matched by certificate.
    pub fn is_attr36(&self) -> bool {
        self.class() == Some(RejectionClass::RelayDeniedAttr36)
    }

    /// The name of an inbound connector.
    pub fn inbound_name(&self, index: usize) -> String {
        self.attribution.connectors.get(index).map(|one| one.name.clone()).unwrap_or_default()
    }

    /// The connectors of that eligibility.
    pub fn connectors_with(&self, eligibility: &Eligibility) -> Vec<usize> {
        let all = self.attribution.connectors.iter().enumerate();
        all.filter(|(_, one)| one.eligibility == *eligibility).map(|(index, _)| index).collect()
    }

    /// The connectors that may grant relay and expect a name.
    pub fn connectors_by_name(&self) -> Vec<usize> {
        let all = self.attribution.connectors.iter().enumerate();
        all.filter(|(_, one)| one.may_be_eligible() && one.value.is_some())
            .map(|(index, _)| index)
            .collect()
    }

    /// Whether the connectors were given, and none of them may grant relay.
    pub fn is_without_connector(&self) -> bool {
        let mut all = self.attribution.connectors.iter();
        self.evidence.inbound_connectors.is_some()
            && !all.any(ConnectorAssessment::may_be_eligible)
            && self.rests_on_attribution()
            && self.is_known()
            && !self.is_attr36()
    }

    /// The disabled connector that matches, else the first one; and whether it matches.
    pub fn disabled_connector(&self) -> Option<(usize, bool)> {
        let disabled = self.connectors_with(&Eligibility::Disabled);
        let matches = |index: &usize| {
            let one = &self.attribution.connectors[*index];
            matches!(one.name_match.relation, ConnectorNameMatch::Match(_))
                || matches!(one.address, AddressMatch::Listed(_))
        };
        let matching = disabled.iter().copied().find(matches);
        matching.map(|index| (index, true)).or(disabled.first().map(|index| (*index, false)))
    }

    /// Properties that decide attribution and are not in the export of a connector that may matter.
    pub fn missing_properties(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for one in self.evidence.connectors.iter().flatten() {
            let missing = [
                ("Enabled", one.enabled.is_none()),
                ("ConnectorType", one.connector_type.is_none()),
                ("SenderIPAddresses", one.sender_ip_addresses.is_none()),
                ("TlsSenderCertificateName", !one.knows_certificate_name),
            ];
            for (name, is_missing) in missing {
                if is_missing && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The first connector that lists addresses, and may grant relay.
    pub fn connector_by_address(&self) -> Option<usize> {
        let all = self.attribution.connectors.iter().enumerate();
        let mut listing = all.filter(|(_, one)| one.may_be_eligible()).filter(|(index, _)| {
            let list = self.inbound(*index).and_then(|one| one.object.sender_ip_addresses.as_ref());
            list.is_some_and(|list| !list.is_empty())
        });
        listing.next().map(|(index, _)| index)
    }

    /// The first connector that may grant relay, where none has a name or an address by which it
    /// could match.
    pub fn connector_of_nothing(&self) -> Option<usize> {
        let all = &self.attribution.connectors;
        let first = all.iter().position(ConnectorAssessment::may_be_eligible);
        first.filter(|_| self.connector_by_address().is_none())
    }

    /// The connector that decides, and by which name of the certificate.
    pub fn winner(&self) -> (String, String) {
        let index = self.outcome().and_then(AttributionOutcome::connector).unwrap_or_default();
        let Some(one) = self.attribution.connectors.get(index) else { return Default::default() };
        let name = match (&one.name_match.name, &one.value) {
            (Some(name), Some(value)) => format!(" by {} {} ({value})", name.place, name.text),
            _ => String::new(),
        };
        (one.name.clone(), name)
    }

    /// Whether mail passes by its address, so that the certificate does not matter.
    pub fn passes_by_address(&self) -> bool {
        matches!(self.outcome(), Some(AttributionOutcome::ByAddressAndMailFrom { .. }))
            && !self.is_relay_denied()
    }

    /// The sender's domain in brackets.
    pub fn sender_text(&self) -> String {
        match &self.mail_from {
            MailFrom::Domain(domain) => format!(" ({domain})"),
            _ => String::new(),
        }
    }

    /// Whether lines that prove something are connectors of the wizard's logs, and how old these are.
    pub fn staleness(&self, proof: &[EvidenceLine]) -> Option<Staleness> {
        let states = self.evidence.wizard_states.iter().flatten();
        let used = states.filter(|state| {
            proof.iter().any(|line| line.path == state.log_path && line.line == state.line)
        });
        used.map(|state| Staleness::of(state, self.evidence.at))
            .max_by_key(|staleness| staleness.confidence())
    }
}
