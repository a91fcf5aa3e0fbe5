//! Refusals of a tenant, a connector, an address or a server as such.

use super::entry::{CatalogueEntry, Signature};
use super::steps::{ADD_ACCEPTED_DOMAIN, READ_SEND_LOG};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

const REFERENCE: &str = "Microsoft Learn: NDR 5.7.700 through 5.7.750 in Exchange Online";

/// Unblocking before the source has stopped leads back to the block.
const STOP_THE_SOURCE: StepTemplate = StepTemplate::new(
    Place::AdminCenter,
    "Find and stop what sends (a compromised account or server, a bulk mailing); then ask \
     Microsoft support to lift the block.",
)
.verify("a message to an external recipient is delivered");

pub(super) const UNREGISTERED_DOMAINS: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::UnregisteredDomains,
    signatures: &[Signature::status(5, 7, 750)],
    meaning: "Exchange Online blocks the tenant from sending for domains that are not registered \
              in it: too much of the relayed mail had such senders.",
    side: &[Side::ExchangeOnlineTenant, Side::OnPremisesServer],
    remedy: &[READ_SEND_LOG, ADD_ACCEPTED_DOMAIN, STOP_THE_SOURCE],
    reference: REFERENCE,
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &["Which senders led to it: the MailFrom values in the send log show them."],
};

pub(super) const TENANT_THRESHOLD_EXCEEDED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TenantThresholdExceeded,
    signatures: &[Signature::status(5, 7, 705)],
    meaning: "The tenant has sent, or relayed, too much spam or bulk mail and is blocked from \
              sending. It is no matter of certificates.",
    side: &[Side::ExchangeOnlineTenant, Side::OnPremisesServer],
    remedy: &[STOP_THE_SOURCE],
    reference: REFERENCE,
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};

pub(super) const TRAFFIC_NOT_ACCEPTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TrafficNotAccepted,
    signatures: &[Signature::status(5, 7, 708)],
    meaning: "Exchange Online accepts no mail from the address that it came from: its reputation \
              is low, or the tenant is new. It is no matter of certificates.",
    side: &[Side::SendingAddress, Side::ExchangeOnlineTenant],
    remedy: &[STOP_THE_SOURCE],
    reference: REFERENCE,
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};

pub(super) const INBOUND_CONNECTOR_BLOCKED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::InboundConnectorBlocked,
    signatures: &[Signature::status(5, 7, 711)],
    meaning: "The inbound connector that matched is blocked: Exchange Online takes it for \
              compromised.",
    side: &[Side::ExchangeOnlineTenant, Side::OnPremisesServer],
    remedy: &[
        StepTemplate::new(
            Place::ExchangeOnline,
            "See which connectors there are, when they were changed last, and whether you know \
             each of them.",
        )
        .command("Get-InboundConnector | Format-List Name,Enabled,ConnectorType,WhenChangedUTC"),
        READ_SEND_LOG,
        StepTemplate::new(
            Place::AdminCenter,
            "Stop what sends; then take the connector off the list of restricted entities \
             (Microsoft Defender portal, Email & collaboration, Review, Restricted entities).",
        )
        .verify("the connector is no longer in that list, and a message relays"),
    ],
    reference: REFERENCE,
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &["Which connector is blocked, the reply does not say."],
};

pub(super) const SERVER_OUT_OF_DATE: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ServerOutOfDate,
    signatures: &[Signature::status(4, 7, 230), Signature::status(5, 7, 230)],
    meaning: "The Exchange server that connects is out of date; Exchange Online throttles \
              (4.7.230) or blocks (5.7.230) its mail for some minutes of each hour, more with \
              time.",
    side: &[Side::OnPremisesServer, Side::ExchangeOnlineTenant],
    remedy: &[
        StepTemplate::new(
            Place::ExchangeOnline,
            "Until the server is updated, enforcement can be paused, 90 days a calendar year in \
             all (also in the Exchange admin center: Reports, Mail flow, Out-of-date connecting \
             on-premises Exchange servers).",
        )
        .command(
            "New-TenantExemptionInfo -BlockingScenario UnpatchedOnPremServer -NumberOfDays <days>",
        )
        .verify("Get-TenantExemptionInfo -BlockingScenario UnpatchedOnPremServer"),
        StepTemplate::new(
            Place::ManagementShell,
            "Update every server that hands mail to Exchange Online to a supported build.",
        )
        .command("Get-ExchangeServer | Format-Table Name,AdminDisplayVersion")
        .verify("the report in the Exchange admin center no longer names the server"),
    ],
    reference: "Exchange Team Blog: Throttling and Blocking Email from Persistently Vulnerable \
                Exchange Servers to Exchange Online (aka.ms/BlockUnsafeExchange)",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};
