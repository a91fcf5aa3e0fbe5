//! Refusals in which Exchange Online did not find out, or did not accept, whose mail it is.

use super::entry::{CatalogueEntry, Signature};
use super::steps::{
    ADD_ACCEPTED_DOMAIN, IMPORT_INTERMEDIATE, READ_ACCEPTED_DOMAINS, READ_CONNECTORS_OF_ANY_TYPE,
    READ_INBOUND_CONNECTORS, READ_SEND_LOG, READ_SMART_HOST, RERUN_HYBRID_WIZARD,
    SELECT_CERTIFICATE, SET_CERTIFICATE_NAME, SET_SENDER_ADDRESSES, TURN_ON_LOGGING,
};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

pub(super) const RELAY_DENIED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::RelayDenied,
    signatures: &[Signature::status(5, 7, 64)],
    meaning: "Exchange Online could not determine whose mail this is, so it does not relay it: no \
              enabled inbound connector of type OnPremises matched the certificate that this \
              server sent, nor the address that it came from. One of these, in this order: \
              another certificate was sent than the connector names, or none; the intermediate \
              certificates were not sent along; the certificate was renewed under another name; \
              the public address changed. The log of the sending server says which.",
    side: &[Side::OnPremisesServer, Side::ExchangeOnlineTenant],
    remedy: &[
        READ_SEND_LOG,
        TURN_ON_LOGGING,
        READ_INBOUND_CONNECTORS,
        IMPORT_INTERMEDIATE,
        SELECT_CERTIFICATE,
        SET_CERTIFICATE_NAME,
        SET_SENDER_ADDRESSES,
        RERUN_HYBRID_WIZARD,
    ],
    reference: "KB 4051495; KB 3212877 (intermediate certificates)",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[
        "The reply by itself proves no cause.",
        "It comes only for recipients outside every Microsoft 365 tenant: mail that reaches other \
         tenants disproves nothing.",
    ],
};

pub(super) const RELAY_DENIED_ATTR36: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::RelayDeniedAttr36,
    signatures: &[Signature::status(5, 7, 64).with_attr(36)],
    meaning: "An inbound connector matched this server, but neither the sender's domain (MAIL \
              FROM) nor the domain of the certificate's name is an accepted domain of the tenant. \
              Null senders (NDRs, automatic replies) and forwarded mail pass by the certificate's \
              domain alone.",
    side: &[Side::ExchangeOnlineTenant, Side::OnPremisesServer],
    remedy: &[
        READ_SEND_LOG,
        READ_ACCEPTED_DOMAINS,
        ADD_ACCEPTED_DOMAIN,
        StepTemplate::new(
            Place::ManagementShell,
            "Or send a certificate with a name in an accepted domain (then the inbound \
             connector's TlsSenderCertificateName must match it too). Acts on all \
             SourceTransportServers: first see that each has the certificate.",
        )
        .command("Set-SendConnector <send connector> -TlsCertificateName <'<I>issuer<S>subject'>")
        .verify("Get-SendConnector <send connector> | Format-List TlsCertificateName")
        .undo("the same command with the value that TlsCertificateName had before"),
    ],
    reference: "KB 3169958; KB 4019940 (domain of the certificate)",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &["Which connector matched is not known from the reply."],
};

pub(super) const WRONG_REGION_ATTR35: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::WrongRegionAttr35,
    signatures: &[Signature::status(4, 4, 62), Signature::status(5, 4, 62)],
    meaning: "The mail was handed to an Exchange Online region that does not host the tenant: the \
              send connector's smart host is not the tenant's own, or the relay was attributed to \
              no tenant (then the causes are those of 550 5.7.64).",
    side: &[Side::OnPremisesServer, Side::ExchangeOnlineTenant],
    remedy: &[
        READ_SMART_HOST,
        StepTemplate::new(Place::ManagementShell, "If it is another: set the tenant's own.")
            .command(
                "Set-SendConnector <send connector> -SmartHosts \
                 <tenant>.mail.protection.outlook.com",
            )
            .verify("the next session in the send log goes to that host and is not refused")
            .undo("Set-SendConnector <send connector> -SmartHosts <present smart host>"),
        READ_SEND_LOG,
        READ_INBOUND_CONNECTORS,
    ],
    reference: "KB 4051495 (as 5.7.64, where the smart host is right)",
    confidence: Confidence::Observed,
    local: false,
    cover: false,
    uncertain: &["Whether the host is wrong or the relay unattributed, the reply does not say."],
};

pub(super) const HOP_COUNT_EXCEEDED_ATTR34: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::HopCountExceededAttr34,
    signatures: &[
        Signature::status(5, 4, 14).with_attr(34),
        Signature::status(5, 4, 14).with_words(&["Hop count exceeded"]),
    ],
    meaning: "The mail goes round in circles between Exchange Online and another server: each \
              hands it to the other. Mostly the recipient does not exist in Exchange Online, the \
              accepted domain is of type InternalRelay, and the other side sends it back.",
    side: &[Side::ExchangeOnlineTenant, Side::OnPremisesServer],
    remedy: &[
        StepTemplate::new(
            Place::ExchangeOnline,
            "See whether the recipient's domain is Authoritative or InternalRelay, and where the \
             outbound connectors send it.",
        )
        .command(
            "Get-AcceptedDomain | Format-Table DomainName,DomainType\n\
             Get-OutboundConnector | Format-List Name,Enabled,RecipientDomains,SmartHosts",
        ),
        StepTemplate::new(
            Place::ExchangeOnline,
            "If all recipients of the domain are in Exchange Online: make it authoritative.",
        )
        .command("Set-AcceptedDomain -Identity <domain> -DomainType Authoritative")
        .verify("a message to an unknown recipient gets one NDR and no loop")
        .undo("Set-AcceptedDomain -Identity <domain> -DomainType InternalRelay"),
        StepTemplate::new(
            Place::ManagementShell,
            "Else see that no send connector on-premises returns mail of this domain to Exchange \
             Online.",
        )
        .command("Get-SendConnector | Format-List Name,Enabled,AddressSpaces,SmartHosts"),
    ],
    reference: "Microsoft Learn: NDR 5.4.14 in Exchange Online",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &["Which hop returns the mail: the Received headers of the returned message say."],
};

pub(super) const TENANT_INBOUND_ATTRIBUTION: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TenantInboundAttribution,
    signatures: &[Signature::status(5, 7, 51)],
    meaning: "A partner connector in the recipient's tenant accepts mail only from certain \
              addresses or certificates (RestrictDomainsToIPAddresses, \
              RestrictDomainsToCertificate), and this mail came from elsewhere.",
    side: &[Side::RecipientOrganisation],
    remedy: &[
        READ_SEND_LOG,
        StepTemplate::new(
            Place::RecipientTenant,
            "Give the recipient's administrator the certificate name and the public address of \
             the session; that connector must allow one of them. If the recipient's tenant is \
             your own: it is your partner connector.",
        )
        .command(
            "Get-InboundConnector |\n\
             Format-List Name,ConnectorType,SenderDomains,RestrictDomains*,SenderIPAddresses,Tls*",
        )
        .verify("a message to the same recipient is delivered; a change takes up to an hour"),
    ],
    reference: "Microsoft Learn: NDR 5.7.51 in Exchange Online",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};

/// Reject Direct Send asks whether any connector matches (Exchange team blog, "Introducing more control
/// over Direct Send in Exchange Online").
pub(super) const DIRECT_SEND_REJECTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::DirectSendRejected,
    signatures: &[Signature::status(5, 7, 68)],
    meaning: "The recipient's tenant refuses Direct Send (RejectDirectSend): mail from one of its \
              own domains that no inbound connector of the tenant matched.",
    side: &[Side::ExchangeOnlineTenant, Side::OnPremisesServer],
    remedy: &[
        READ_SEND_LOG,
        READ_CONNECTORS_OF_ANY_TYPE,
        IMPORT_INTERMEDIATE,
        SELECT_CERTIFICATE,
        SET_CERTIFICATE_NAME,
        SET_SENDER_ADDRESSES,
        StepTemplate::new(
            Place::ExchangeOnline,
            "No connector for this server yet: make one (the certificate's name must lie in an \
             accepted domain).",
        )
        .command(
            "New-InboundConnector -Name <name> -ConnectorType OnPremises -SenderDomains '*' `\n\
             \x20 -RequireTls $true -TlsSenderCertificateName <name of the certificate>",
        )
        .verify("a message from this server to the same recipient is accepted")
        .undo("Remove-InboundConnector -Identity <name>"),
    ],
    reference: "Microsoft Learn: Set-OrganizationConfig -RejectDirectSend",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[
        "A device or service that sends directly, past this server, gets the same reply: the send \
         log shows whether the mail came through this server.",
    ],
};
