//! Whether there is a connector that may grant relay.

use super::rule::{Answer, Proof, RuleText};
use super::wizard::proof_of;
use crate::connector::{AttributionOutcome, Eligibility};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::{self, Change, Remedy};

pub(crate) const CONNECTOR_DISABLED: RuleText = RuleText {
    says: "The inbound connector that would match is disabled, and no other one matches.",
    why: "Exchange Online holds mail against enabled connectors only; without a match it cannot \
          determine whose mail it is, and relays none of it (550 5.7.64).",
    example: "Get-InboundConnector shows 'Inbound from EX01' with Enabled False; since then every \
              message to another organisation is answered 550 5.7.64.",
    helps: "Set-InboundConnector -Enabled $true, if nobody disabled it for a reason.",
    certainty: "Documented: a disabled connector takes no part.",
    sources: "Set-InboundConnector -Enabled",
};

pub(crate) fn connector_disabled(case: &Case<'_>) -> Option<Answer> {
    let (index, matches) = case.disabled_connector()?;
    let is_only_match =
        matches && matches!(case.judged_outcome(), Some(AttributionOutcome::NoMatch));
    if !case.is_without_connector() && !is_only_match {
        return None;
    }
    let name = case.inbound_name(index);
    let message = format!(
        "The inbound connector {name} is disabled, and no other one of type OnPremises matches {}: \
         Exchange Online cannot determine whose mail it is.",
        case.certificate_text()
    );
    let change = Change::Enable { connector: name };
    let step = Remedy::of(change, "Enable the connector, if nobody disabled it for a reason.");
    Some(Proof::of_connector(case, Some(index)).says(message, vec![step]))
}

pub(crate) const CONNECTOR_WRONG_TYPE: RuleText = RuleText {
    says: "The tenant has inbound connectors of type Partner only.",
    why: "A Partner connector restricts how others may deliver; it never makes mail the tenant's \
          own, so that mail to other organisations is not relayed, whatever it matches.",
    example: "The only connector is 'From partner' of ConnectorType Partner, with the name of this \
              server's certificate; the reply is 550 5.7.64.",
    helps: "New-InboundConnector -ConnectorType OnPremises for the certificate of the server; in \
            hybrid organisations the Hybrid Configuration Wizard makes it.",
    certainty: "Documented: only the type OnPremises attributes mail to the tenant.",
    sources: "New-InboundConnector -ConnectorType",
};

pub(crate) fn connector_wrong_type(case: &Case<'_>) -> Option<Answer> {
    let partners = case.connectors_with(&Eligibility::Partner);
    let first = partners.first().copied().filter(|_| case.is_without_connector())?;
    let names: Vec<String> = partners.iter().map(|index| case.inbound_name(*index)).collect();
    let message = format!(
        "The tenant has inbound connectors of type Partner only ({}): a Partner connector never \
         grants relay, whatever it matches.",
        listed(names.iter().map(String::as_str), 4)
    );
    Some(Proof::of_connector(case, Some(first)).says(message, remedies::make_connector(case)))
}

pub(crate) const CONNECTOR_MISSING: RuleText = RuleText {
    says: "The tenant has no inbound connector.",
    why: "Without a connector of type OnPremises nothing ties the server's mail to the tenant: mail \
          to mailboxes is delivered as from any stranger, and all other mail is not relayed.",
    example: "Get-InboundConnector returns nothing; mail to another organisation is answered 550 \
              5.7.64 TenantAttribution; Relay Access Denied.",
    helps: "New-InboundConnector -ConnectorType OnPremises for the certificate of the server; in \
            hybrid organisations the Hybrid Configuration Wizard makes it.",
    certainty: "Documented.",
    sources: "KB 4051495",
};

pub(crate) fn connector_missing(case: &Case<'_>) -> Option<Answer> {
    let is_empty = case.attribution.connectors.is_empty();
    let source = match case.evidence.taken_away.last() {
        Some((name, change)) => {
            let time = change.time().map(|time| format!(" at {time}")).unwrap_or_default();
            format!(
                ": the Hybrid Configuration Wizard took {name} away{time}, after the state of the \
                 export, so that"
            )
        }
        None => " (given and empty; if the command that fills it failed, this is void):".to_owned(),
    };
    let message = format!(
        "The tenant has no inbound connector{source} Exchange Online cannot determine whose mail it \
         is, and relays none."
    );
    (is_empty && case.is_without_connector()).then(|| {
        let mut steps = vec![remedies::see_inbound_connectors()];
        steps.extend(remedies::make_connector(case));
        let mut proof = Proof::of_connector(case, None);
        proof.evidence.extend(case.evidence.taken_away.iter().map(|(_, change)| proof_of(change)));
        proof.says(message, steps)
    })
}
