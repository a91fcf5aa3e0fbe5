//! Replies of other classes than attribution: what the catalogue of replies says, the reply decides.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::MailFrom;
use crate::diagnosis::case::Case;
use crate::diagnosis::remedies::of_catalogue;
use crate::reply::{self, RejectionClass};

const REPUTATION: &str = "Microsoft Learn: NDR 5.7.700 through 5.7.750 in Exchange Online";

/// What a reply of that class says of the case.
pub(crate) fn refused_as(case: &Case<'_>, class: RejectionClass) -> Option<Answer> {
    let incident = case.incident.filter(|_| case.class() == Some(class))?;
    let message = match class.entry() {
        Some(entry) => entry.meaning.to_owned(),
        None => reply::explain(incident.reply.as_deref().unwrap_or_default()).meaning,
    };
    let message = match (class, &case.mail_from) {
        (RejectionClass::UnregisteredDomains, MailFrom::Domain(domain)) => {
            format!("{message} The sender's domain is {domain}.")
        }
        _ => message,
    };
    Some(Proof::of(case.log_proof()).says(message, of_catalogue(case, class)))
}

pub(crate) const START_TLS_REQUIRED: RuleText = RuleText {
    says: "TLS is demanded and was not begun.",
    why: "The other side did not offer STARTTLS, something between hides the offer, or TLS 1.2 is \
          off on the server. With RequireTLS on the send connector Exchange writes it itself.",
    example: "451 5.7.3 STARTTLS is required to send mail.",
    helps: "See in the log whether STARTTLS was offered; switch SMTP inspection off, TLS 1.2 on.",
    certainty: "Observed: the reply says it.",
    sources: "RFC 3207, section 4; send protocol log",
};

pub(crate) const SERVER_OUT_OF_DATE: RuleText = RuleText {
    says: "The Exchange server that connects is out of date, and Exchange Online throttles or blocks \
           its mail.",
    why: "Servers without support or far behind in updates are reported, then throttled (4.7.230), \
          then blocked (5.7.230) for some minutes of each hour, more with time.",
    example: "450 4.7.230 Connecting Exchange server version is out-of-date.",
    helps: "Update the server; until then pause the enforcement (New-TenantExemptionInfo, 90 days a \
            year).",
    certainty: "Documented.",
    sources: "Exchange Team Blog: Throttling and Blocking Email from Persistently Vulnerable \
              Exchange Servers to Exchange Online (aka.ms/BlockUnsafeExchange)",
};

pub(crate) const INBOUND_CONNECTOR_BLOCKED: RuleText = RuleText {
    says: "The inbound connector that matched is blocked.",
    why: "Exchange Online takes it for compromised: spam was relayed over it.",
    example: "550 5.7.711 Access denied, bad inbound connector.",
    helps: "Stop what sends; then take the connector off the list of restricted entities.",
    certainty: "Documented.",
    sources: REPUTATION,
};

pub(crate) const WRONG_REGION_ATTR35: RuleText = RuleText {
    says: "The mail was handed to a region that does not host the tenant, or was attributed to no \
           tenant.",
    why: "The smart host of the send connector is not the tenant's own; where it is, the causes are \
          those of 550 5.7.64.",
    example: "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.",
    helps: "Set the smart host to the tenant's own name, as the MX record or the admin center shows \
            it.",
    certainty: "Observed.",
    sources: "KB 4051495 (as 5.7.64, where the smart host is right)",
};

pub(crate) const HOP_COUNT_EXCEEDED_ATTR34: RuleText = RuleText {
    says: "The mail goes round in circles between Exchange Online and another server.",
    why: "The recipient does not exist in Exchange Online, the accepted domain is of type \
          InternalRelay, and the other side sends it back.",
    example: "554 5.4.14 Hop count exceeded - possible mail loop ATTR34.",
    helps: "Set the accepted domain to Authoritative where all recipients are in Exchange Online; \
            correct the connector that sends back.",
    certainty: "Documented.",
    sources: "Microsoft Learn: NDR 5.4.14 in Exchange Online",
};

pub(crate) const TENANT_INBOUND_ATTRIBUTION: RuleText = RuleText {
    says: "A partner connector of the recipient's tenant accepts mail from certain sources only.",
    why: "The connector restricts its domains to addresses or to a certificate, and this mail came \
          from elsewhere.",
    example: "550 5.7.51 TenantInboundAttribution; Rejecting.",
    helps: "The administrator of the recipient's tenant lists the address or the certificate.",
    certainty: "Documented.",
    sources: "Microsoft Learn: NDR 5.7.51 in Exchange Online",
};

pub(crate) const DIRECT_SEND_REJECTED: RuleText = RuleText {
    says: "The recipient's tenant refuses Direct Send.",
    why: "RejectDirectSend refuses mail from one of the tenant's own domains that no inbound \
          connector of the tenant matched.",
    example: "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization.",
    helps: "Make an inbound connector match the server: by its certificate, or by its address.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Set-OrganizationConfig -RejectDirectSend",
};

pub(crate) const UNREGISTERED_DOMAINS: RuleText = RuleText {
    says: "The tenant is blocked from sending for domains that are not registered in it.",
    why: "Too much of the mail that it relayed had senders of domains that are not its own.",
    example: "550 5.7.750 Service unavailable. Client blocked from sending from unregistered \
              domains.",
    helps: "Add the domains that are your own; stop what sends for others; ask support to lift the \
            block.",
    certainty: "Documented.",
    sources: REPUTATION,
};

pub(crate) const TENANT_THRESHOLD_EXCEEDED: RuleText = RuleText {
    says: "The tenant has sent too much, and is blocked from sending.",
    why: "Most of it was spam or bulk mail, sent or relayed. It is no matter of certificates.",
    example: "550 5.7.705 Access denied, tenant has exceeded threshold.",
    helps: "Find and stop what sends; then ask support to lift the block.",
    certainty: "Documented.",
    sources: REPUTATION,
};

pub(crate) const TRAFFIC_NOT_ACCEPTED: RuleText = RuleText {
    says: "Exchange Online accepts no mail from the address that it came from.",
    why: "The reputation of the address is low, or the tenant is new. It is no matter of \
          certificates.",
    example: "550 5.7.708 Access denied, traffic not accepted from this IP.",
    helps: "Find and stop what sends; then ask support to lift the block.",
    certainty: "Documented.",
    sources: REPUTATION,
};

pub(crate) const CLIENT_NOT_AUTHENTICATED: RuleText = RuleText {
    says: "The mail went to a host for authenticated submission, without authentication.",
    why: "smtp.office365.com accepts mail of users who sign in; relay between servers goes to the \
          host of the MX record.",
    example: "530 5.7.57 Client not authenticated to send mail.",
    helps: "Set the smart host to the tenant's MX host; with a connector that matches the server.",
    certainty: "Documented.",
    sources: "Microsoft Learn: NDR 5.7.57 in Exchange Online",
};

pub(crate) const RECIPIENT_REJECTED: RuleText = RuleText {
    says: "The recipient's organisation does not know the recipient.",
    why: "Directory-based edge blocking refuses unknown recipients. Exchange Online knew very well \
          where the mail belongs: it is no matter of connectors or certificates.",
    example: "550 5.4.1 Recipient address rejected: Access denied.",
    helps: "Check the address; the recipient's organisation creates or synchronises it.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Directory-Based Edge Blocking",
};

pub(crate) const CANNOT_CONNECT_TO_REMOTE_SERVER: RuleText = RuleText {
    says: "The other direction: Exchange Online could not hand mail to the server that the text \
           names.",
    why: "It could not connect, or did not accept the certificate that the server presented; the \
          text after Message= says which.",
    example: "450 4.4.317 Cannot connect to remote server [Message=CertificateExpired].",
    helps: "See in the receive log which certificate the server presented; give the receive \
            connector the right one.",
    certainty: "Documented.",
    sources: "Microsoft Learn: mail flow intelligence, 450 4.4.317",
};

pub(crate) const UNKNOWN_REFUSAL: RuleText = RuleText {
    says: "The reply is in no catalogue of replies.",
    why: "Class, subject and detail of its enhanced status code say what kind of refusal it is, and \
          no more.",
    example: "550 5.6.0 Message content rejected.",
    helps: "Read the reply; its text is the other side's own.",
    certainty: "Open.",
    sources: "RFC 3463",
};

#[cfg(test)]
mod tests {
    use crate::diagnosis::finding_id::FindingId;
    use crate::diagnosis::rules::table;
    use crate::reply::CATALOGUE;

    /// Classes whose rules find more than the reply.
    const WITH_RULES_OF_THEIR_OWN: [FindingId; 2] =
        [FindingId::TlsCertificateNameNotFound, FindingId::RemoteCertificateInvalid];

    #[test]
    fn a_reply_has_the_source_and_the_confidence_that_the_catalogue_gives_it() {
        let mut compared = 0;
        for rule in table::all().filter(|rule| !WITH_RULES_OF_THEIR_OWN.contains(&rule.id)) {
            let mut entries = CATALOGUE.iter();
            let Some(entry) = entries.find(|entry| entry.class.name() == rule.id.name()) else {
                continue;
            };
            assert_eq!(rule.text.sources, entry.reference, "{}", rule.id.name());
            assert_eq!(rule.confidence, entry.confidence, "{}", rule.id.name());
            compared += 1;
        }
        assert_eq!(compared, 13);
    }
}
