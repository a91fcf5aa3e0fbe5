//! Replies of other classes than attribution: what the catalogue of replies says, the reply decides.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{MailFrom, TextList};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::{self, Remedy, of_catalogue};
use crate::eop_host::is_eop_host;
use crate::finding::Place;
use crate::reply::{self, RejectionClass};
use crate::session::{SessionNote, TlsStatus};

const NDR_TABLE: &str = "Microsoft Learn: Email non-delivery reports in Exchange Online";

const REPUTATION: &str = "Microsoft Learn: NDR 5.7.700 through 5.7.750 in Exchange Online";

/// What a reply of that class says of the case.
pub(crate) fn refused_as(case: &Case<'_>, class: RejectionClass) -> Option<Answer> {
    let incident = case.incident.filter(|_| case.class() == Some(class))?;
    let message = match class.entry() {
        Some(entry) => entry.meaning.to_owned(),
        None => reply::explain(incident.reply.as_deref().unwrap_or_default()).meaning.to_string(),
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

/// Where the log shows banner and keywords whole, neither an inspection nor this server's own TLS
/// explains that STARTTLS was not offered.
pub(crate) fn start_tls_required(case: &Case<'_>) -> Option<Answer> {
    let answer = refused_as(case, RejectionClass::StartTlsRequired)?;
    let incident = case.incident?;
    let is_whole = case.is_of_session()
        && incident.tls_status == TlsStatus::NotOffered
        && !incident.notes.contains(&SessionNote::SmtpRewritten);
    if !is_whole {
        return Some(answer);
    }
    let (message, steps) = without_offer(case, incident);
    Some(Proof::of(case.log_proof()).says(message, steps))
}

/// What is said of a host that offered no STARTTLS where TLS is demanded, and what to do where nothing rewrites
/// SMTP on the way.
pub(super) fn without_offer(case: &Case<'_>, incident: &Incident) -> (String, Vec<Remedy>) {
    let host = incident.remote_host.as_deref().unwrap_or("the other side");
    let message = format!(
        "TLS is demanded, and {host} did not offer STARTTLS. {} Why it was not offered, the log does not \
         say.",
        if incident.notes.contains(&SessionNote::SmtpRewritten) {
            "Its banner or keywords are masked: a device on the way rewrites SMTP."
        } else {
            "Its banner and keywords stand in the log whole: nothing rewrites SMTP on the way, and TLS \
             1.2 of this server was not asked for yet."
        }
    );
    let mut steps = Vec::new();
    let hosts = case.send_connector.and_then(|one| one.object.smart_hosts.as_ref());
    let hosts = hosts.filter(|list| !list.is_empty() && !list.is_truncated);
    let is_meant = hosts.is_some_and(|list| list.values.iter().any(|one| is_eop_host(one)))
        && is_eop_host(host);
    if !is_meant {
        steps.push(see_host(case, hosts));
    }
    if is_eop_host(host) {
        let address = case.address().map(|address| format!(" {address}")).unwrap_or_default();
        let first = incident.stated(incident.first);
        let condition = if is_meant { "Ask" } else { "If it is: ask" };
        steps.push(
            Remedy::new(
                Place::AdminCenter,
                format!(
                    "{condition} Microsoft whether the public address{address} is on a list, with \
                     the host {host} and the time {first}. One observer saw STARTTLS withheld from a \
                     listed address; it is not documented."
                ),
            )
            .at("https://sender.office.com, else Microsoft's support"),
        );
    }
    (message, steps)
}

/// Whether the host is the one that is meant, as far as the send connector is not given.
fn see_host(case: &Case<'_>, hosts: Option<&TextList>) -> Remedy {
    let wanted = "the tenant's own host, not one for submission and not a gateway between";
    let step = match hosts {
        Some(list) => Remedy::new(
            Place::ManagementShell,
            format!(
                "The send connector hands over to {}: that has to be {wanted}.",
                listed(list.values.iter().map(String::as_str), 4)
            ),
        ),
        None => Remedy::new(
            Place::ManagementShell,
            format!("See that this is the host that the mail is meant for: {wanted}."),
        )
        .command(format!(
            "Get-SendConnector {} | Format-List SmartHosts,AddressSpaces,DNSRoutingEnabled",
            remedies::send_connector(case)
        )),
    };
    step.verify("the next session in the send log shows STARTTLS among the keywords")
}

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

pub(crate) const SENDING_ADDRESS_BANNED: RuleText = RuleText {
    says: "The public address of the server is on a list of Microsoft's own.",
    why: "Spam came from this address: of this server, or of something else behind the same public \
          address. It is no matter of connectors or certificates.",
    example: "550 5.7.606 Access denied, banned sending IP [203.0.113.9].",
    helps: "Stop what sends spam; then ask for the removal at https://sender.office.com.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Use the delist portal to remove yourself from the blocked senders list",
};

pub(crate) const SENDING_ADDRESS_LISTED: RuleText = RuleText {
    says: "The public address of the server is on a public block list, which the reply names.",
    why: "Spam came from this address, or the list takes the whole network for dynamic. It is no \
          matter of connectors or certificates.",
    example: "550 5.7.1 Service unavailable, Client host [203.0.113.9] blocked using Spamhaus.",
    helps: "Stop what sends spam; then ask that list for the removal.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const SENDING_ADDRESS_THROTTLED: RuleText = RuleText {
    says: "Exchange Online takes less mail from the public address for some time.",
    why: "Too much came at once, or too much for the reputation of the address. The queue tries again \
          by itself.",
    example: "451 4.7.500 Server busy. Please try again later.",
    helps: "Find what sends that much; bulk mail belongs to another address.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const SENDER_RESTRICTED: RuleText = RuleText {
    says: "Exchange Online does not let the sending account send.",
    why: "It sent too much, or is taken for compromised.",
    example: "550 5.1.8 Access denied, bad outbound sender.",
    helps: "Make the account safe; then take it off the list of restricted entities.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Remove blocked users from the Restricted entities page",
};

pub(crate) const TENANT_LIMIT_EXCEEDED: RuleText = RuleText {
    says: "The tenant has reached its limit of external recipients for 24 hours.",
    why: "The limit grows with the licences; what a server relays counts as well.",
    example: "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for \
              sending email to external recipients.",
    helps: "Find who sends that much; wait until the 24 hours have passed.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Exchange Online limits (tenant external recipient rate limit)",
};

pub(crate) const SPAM_REFUSED: RuleText = RuleText {
    says: "Sender, recipient, content or address are banned, or the message is malformed.",
    why: "The reply says which. It is no matter of connectors or certificates.",
    example: "550 5.7.501 Access denied, spam abuse detected.",
    helps: "Stop what sends the refused mail; then ask Microsoft support to lift the ban.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const EHLO_NAME_REFUSED: RuleText = RuleText {
    says: "The name in EHLO is not accepted.",
    why: "It must be a public host name with a dot and no underscore, not an address.",
    example: "501 5.5.4 Invalid domain name.",
    helps: "Give the send connector a public host name of the server as Fqdn.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const SENDER_NOT_AUTHENTIC: RuleText = RuleText {
    says: "SPF, DKIM or DMARC of the sender's domain failed at the receiving side.",
    why: "The receiving side holds the public address and the signatures of a message against the DNS \
          records of the domain that it names as its sender.",
    example: "550 5.7.509 Access denied, sending domain contoso.com does not pass DMARC verification.",
    helps: "List the public address in the SPF record of the domain, and sign with DKIM.",
    certainty: "Documented.",
    sources: "RFC 7372; RFC 7489; Microsoft Learn: Email authentication",
};

pub(crate) const REVERSE_DNS_MISSING: RuleText = RuleText {
    says: "The address from which the mail came has no reverse DNS record.",
    why: "The receiving side demands one, of mail over IPv6 always.",
    example: "550 5.7.25 The sending IPv6 address must have a reverse DNS record.",
    helps: "Have the provider enter a PTR record; or send over IPv4.",
    certainty: "Documented.",
    sources: "RFC 7372, section 3.3; Microsoft Learn: Support for anonymous inbound email over IPv6",
};

pub(crate) const IPV6_NOT_ACCEPTED: RuleText = RuleText {
    says: "The mail came over IPv6, and the receiving side does not accept that.",
    why: "The recipient's tenant takes no mail over IPv6, or demands SPF or DKIM of it. No inbound \
          connector matches an IPv6 address.",
    example: "550 5.2.1 Service unavailable, [fabrikam.com] does not accept email over IPv6.",
    helps: "Send to Exchange Online over IPv4.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Support for anonymous inbound email over IPv6",
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

/// Refusals that the catalogue does not know, by what the status code says of them.
pub(crate) fn unknown_refusal(case: &Case<'_>) -> Option<Answer> {
    let classes = [RejectionClass::Unclassified, RejectionClass::MessageExpired];
    classes.into_iter().find_map(|class| refused_as(case, class))
}

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
        assert_eq!(compared, 39);
    }

    /// Cover texts, events and what attribution decides have rules of other names.
    #[test]
    fn a_class_of_the_catalogue_has_a_rule_of_its_name() {
        use crate::reply::RejectionClass as Class;
        let of_other_names = [
            Class::RelayDenied,
            Class::RelayDeniedAttr36,
            Class::RelayRefused,
            Class::TlsChannelUntrustedRoot,
            Class::DeliveredAsAnonymous,
            Class::DeliveredAsInternal,
            Class::DeliveredAsPartner,
        ];
        let without: Vec<&str> = CATALOGUE
            .iter()
            .filter(|entry| !of_other_names.contains(&entry.class))
            .filter(|entry| !entry.class.is_event())
            .filter(|entry| !entry.cover)
            .map(|entry| entry.class.name())
            .filter(|name| !table::all().any(|rule| rule.id.name() == *name))
            .collect();
        assert!(without.is_empty(), "{without:?}");
    }
}
