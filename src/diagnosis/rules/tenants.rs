//! Whether the exports are those of the tenant whose mail it is.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{AddressMatch, AttributionOutcome, ConnectorNameMatch, MailFrom};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::{self, Remedy};
use crate::diagnosis::report::{EvidenceLine, Severity, Verdict};
use crate::finding::Place;
use crate::finding::words::capital;

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
    let is_own =
        accepted.lies_near(sender.as_str()) || names.iter().any(|name| accepted.lies_near(name));
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
    let step = remedies::export_tenant(format!(
        "Connect to the tenant of {}, export its inbound connectors and accepted domains, and check \
         again with them.",
        sender.as_str()
    ))
    .verify("the accepted domains hold that of the sender, and the report names the connector");
    Some(proof.says(message, vec![step]))
}

pub(crate) const TWO_TENANTS: RuleText = RuleText {
    says: "One certificate, or one address, sends for two tenants.",
    why: "Exchange Online attributes mail by the certificate first, then by the sender's domain. Mail of \
          one tenant that shows a certificate of another is taken for the other's, whose accepted \
          domains do not hold the sender: ATTR36. An address that two tenants list is taken for either.",
    example: "The certificate mail.contoso.com matches the connector of Contoso's tenant, the sender is \
              of fabrikam.com, which is an accepted domain of Fabrikam's: 550 5.7.64 ATTR36.",
    helps: "One certificate and one send connector for each tenant.",
    certainty: "Documented.",
    sources: "MC1226222",
};

pub(crate) fn two_tenants(case: &Case<'_>) -> Option<Answer> {
    let evidence = case.evidence;
    let others = || (0..evidence.tenant_count()).filter(|slot| *slot != evidence.tenant);
    let own = evidence.tenant(evidence.tenant).text();
    let certificate = case.certificate_text();
    let sender = case.sender_text();
    let is_matched = case.attribution.connectors.iter().any(|one| {
        one.may_be_eligible() && matches!(one.name_match.relation, ConnectorNameMatch::Match(_))
    });
    let address = case.ip_address();
    let takes = |slot: usize| evidence.tenant(slot).takes(&case.presented, address);
    let message = if case.is_attr36() {
        let accepting =
            others().find(|slot| evidence.tenant(*slot).accepts_sender(&case.mail_from));
        let is_own_sender = evidence.tenant(evidence.tenant).accepts_sender(&case.mail_from);
        let taking = others().find(|slot| takes(*slot));
        let is_attributed = case.judged_outcome().is_some_and(AttributionOutcome::is_attributed);
        let is_explained_by_other = taking.is_some() && is_matched && is_attributed;
        match accepting {
            Some(slot) if is_matched && !is_own_sender => format!(
                "{} is that of a connector of {own}, and the sender's domain{sender} is of {}: \
                 Exchange Online takes the mail for the first one's, whose accepted domains do not \
                 hold the sender (ATTR36).",
                capital(&certificate),
                evidence.tenant(slot).text(),
            ),
            _ if is_explained_by_other => {
                let other = taking.map(|slot| evidence.tenant(slot).text()).unwrap_or_default();
                format!(
                    "{} fits connectors of {own} and of {other}. {} would relay the mail: ATTR36 says \
                     that Exchange Online took it for that of {other}, whose accepted domains hold \
                     neither the sender nor the name.",
                    capital(&certificate),
                    capital(&own),
                )
            }
            _ if !is_matched && is_own_sender && is_certificate_of_others(case) => format!(
                "ATTR36 says that a connector matched, and none of {own} does: {certificate} ({}) is \
                 that of another tenant, while the sender's domain{sender} is of this one.",
                listed(case.names(), 3)
            ),
            _ => return None,
        }
    } else {
        let other = others().find(|slot| takes(*slot)).filter(|_| takes(evidence.tenant))?;
        format!(
            "{}, or the address that it comes from, fits connectors of {own} and of {}: for which of \
             them mail is taken need not stay as it is.",
            capital(&certificate),
            evidence.tenant(other).text(),
        )
    };
    let mut lines = case.log_proof();
    lines.extend(evidence.accepted_domains.map(|located| EvidenceLine {
        path: located.path.clone(),
        line: located.line,
        text: format!("accepted domains of {own}"),
    }));
    let proof = Proof { is_advice: !case.is_attr36(), ..Proof::of(lines) };
    let proof =
        if case.is_attr36() { proof } else { Proof { severity: Some(Severity::Warning), ..proof } };
    Some(proof.says(message, one_each(case)))
}

/// Whether the names of the certificate lie in none of the tenant's accepted domains.
fn is_certificate_of_others(case: &Case<'_>) -> bool {
    let Some(located) = case.evidence.accepted_domains else { return false };
    let accepted = &located.object;
    let names = case.names();
    !names.is_empty()
        && !accepted.is_incomplete
        && case.evidence.inbound_connectors.is_some()
        && !names.iter().any(|name| accepted.lies_near(name))
}

/// One certificate and one send connector for each tenant.
fn one_each(case: &Case<'_>) -> Vec<Remedy> {
    let is_given = case.evidence.send_connectors.is_some() && case.evidence.installed.is_some();
    vec![
        one_on_the_server(is_given),
        Remedy::tenant(
            "In each of the tenants see that its inbound connector expects the name of its own \
             certificate, and that no two of them list the same address.",
        )
        .command(
            "Get-InboundConnector |\n  Format-List Name,TlsSenderCertificateName,SenderIPAddresses",
        )
        .verify("no value stands in both tenants"),
    ]
}

/// The half on the server; what there is need not be looked up where it is given.
fn one_on_the_server(is_given: bool) -> Remedy {
    let action = "Give each tenant one certificate, with a name below an accepted domain of its own, and \
                  one send connector whose TlsCertificateName names that certificate.";
    let step = if is_given {
        Remedy::new(Place::ManagementShell, action)
    } else {
        let first = "First see which connectors and certificates there are.";
        Remedy::new(Place::ManagementShell, format!("{action} {first}")).command(
            "Get-SendConnector |\n  Format-List Name,AddressSpaces,Fqdn,TlsCertificateName\n\
             Get-ExchangeCertificate | Format-List Thumbprint,Subject,CertificateDomains,Services",
        )
    };
    step.verify("each send connector names another certificate")
}
