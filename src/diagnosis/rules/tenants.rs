//! Whether the exports are those of the tenant whose mail it is.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{AcceptedDomains, AddressMatch, ConnectorNameMatch, MailFrom};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::report::{EvidenceLine, Verdict};

pub(crate) const OTHER_TENANTS_EXPORT: RuleText = RuleText {
    says: "Connectors and accepted domains look like another tenant's: neither the sender nor the \
           certificate lies in one of its domains.",
    why: "Each tenant has connectors and accepted domains of its own; held against another one's, \
          nothing matches, and a change there would mend nothing.",
    example: "Mail of contoso.com with a certificate for mail.contoso.com, and an export whose only \
              accepted domain is fabrikam.com.",
    helps: "Export connectors and accepted domains of the tenant of the sender's domain.",
    certainty: "Inferred from the names.",
    sources: "KB 4051495",
};

pub(crate) fn other_tenants_export(case: &Case<'_>) -> Option<Answer> {
    let located = case.evidence.accepted_domains.as_ref()?;
    let accepted = &located.object;
    let MailFrom::Domain(sender) = &case.mail_from else { return None };
    let names = case.names();
    let is_own = lies_in(accepted, sender.as_str()) || names.iter().any(|n| lies_in(accepted, n));
    let is_matched = case.attribution.connectors.iter().any(|one| {
        matches!(one.name_match.relation, ConnectorNameMatch::Match(_))
            || matches!(one.address, AddressMatch::Listed(_))
    });
    let is_unknown = accepted.is_incomplete || accepted.domains.is_empty() || names.is_empty();
    if is_unknown || is_own || is_matched || !case.rests_on_attribution() {
        return None;
    }
    let own = listed(accepted.domains.iter().map(|one| one.domain_name.as_str()), 4);
    let message = format!(
        "These exports look like another tenant's: it accepts {own}, and neither the sender's domain \
         {} nor {} ({}) lies in it. Why the mail is refused, the connectors of the sender's own \
         tenant can show.",
        sender.as_str(),
        case.certificate_text(),
        listed(names.iter().copied(), 3),
    );
    let mut evidence = case.log_proof();
    evidence.push(EvidenceLine {
        path: located.path.clone(),
        line: located.line,
        text: format!("accepted domains {own}"),
    });
    let proof = Proof {
        verdict: (!case.is_relay_denied()).then_some(Verdict::Uncertain),
        ..Proof::of(evidence)
    };
    let step = Remedy::tenant(format!(
        "Connect to the tenant of {}, export its inbound connectors and accepted domains, and check \
         again with them.",
        sender.as_str()
    ))
    .command(
        "Get-InboundConnector | Export-Clixml inbound.xml\n\
         Get-AcceptedDomain | Export-Clixml accepted.xml",
    )
    .verify("the accepted domains hold that of the sender, and the report names the connector");
    Some(proof.says(message, vec![step]))
}

/// Whether a name is an accepted domain, or one of the two lies below the other.
fn lies_in(accepted: &AcceptedDomains, name: &str) -> bool {
    let name = name.trim_start_matches("*.").to_ascii_lowercase();
    let is_below = |one: &str, other: &str| {
        one.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    accepted.domains.iter().any(|known| {
        let known = known.domain_name.trim_start_matches("*.").to_ascii_lowercase();
        is_below(&name, &known) || is_below(&known, &name)
    })
}
