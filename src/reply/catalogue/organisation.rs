//! Refusals by a rule of an organisation, mostly the recipient's.

use super::entry::{CatalogueEntry, DOCUMENTED, Signature};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

const NDR_TABLE: &str = "Microsoft Learn: Email non-delivery reports in Exchange Online";

pub(super) const TRANSPORT_RULE_REJECTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TransportRuleRejected,
    signatures: &[Signature::words(&["TRANSPORT.RULES.RejectMessage"])],
    meaning: "A mail flow rule of the organisation that wrote the reply refused the message. It is \
              no matter of connectors or certificates.",
    side: &[Side::RecipientOrganisation],
    remedy: &[StepTemplate::new(
        Place::RecipientTenant,
        "Find the rule that refuses: the message trace names it.",
    )
    .command("Get-TransportRule | Format-List Name,State,Mode,RejectMessage*")
    .verify("a message to the same recipient is delivered")],
    reference: NDR_TABLE,
    ..DOCUMENTED
};

pub(super) const DELIVERY_RESTRICTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::DeliveryRestricted,
    signatures: &[
        Signature::words(&["RESOLVER.RST."]),
        Signature::status(5, 7, 133).up_to(136),
        Signature::status(5, 7, 124),
    ],
    meaning: "The group or mailbox takes mail from some senders only, mostly from authenticated ones \
              of its own organisation.",
    side: &[Side::RecipientOrganisation],
    remedy: &[StepTemplate::new(
        Place::RecipientTenant,
        "See who may send to the recipient; mail from outside needs \
             RequireSenderAuthenticationEnabled off. Mail of this organisation that arrives as \
             anonymous is refused too: then see why it arrives so.",
    )
    .command(
        "Get-Recipient -Identity <address> |\n\
             Format-List RequireSenderAuthenticationEnabled,AcceptMessagesOnlyFrom*",
    )
    .verify("a message to the same recipient is delivered")],
    reference: "Microsoft Learn: NDR 5.7.133 in Exchange Online",
    ..DOCUMENTED
};

pub(super) const JOURNALING_REFUSED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::JournalingRefused,
    signatures: &[Signature::status(5, 3, 190), Signature::words(&["Journaling on-premises"])],
    meaning: "Exchange Online takes no journal reports of on-premises mailboxes: its journal archive \
              is off in the tenant.",
    side: &[Side::ExchangeOnlineTenant],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "Send the journal to a mailbox outside of Exchange Online.",
    )
    .command("Get-JournalRule | Format-List Name,Enabled,JournalEmailAddress")
    .verify("the queue holds no journal report any more")],
    reference: NDR_TABLE,
    ..DOCUMENTED
};

pub(super) const UNAUTHENTICATED_MAIL: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::UnauthenticatedMail,
    signatures: &[
        Signature::status(4, 4, 4).with_words(&["Mail received as unauthenticated"]),
        Signature::status(5, 4, 4).with_words(&["Mail received as unauthenticated"]),
    ],
    meaning: "Mail without authentication for a tenant that takes none: it has no licence for mail, \
              or is being set up or removed.",
    side: &[Side::RecipientOrganisation],
    remedy: &[StepTemplate::new(
        Place::RecipientTenant,
        "Let the recipient's administrator see whether the tenant has Exchange Online and the \
             domain is verified in it.",
    )
    .command("Get-AcceptedDomain | Format-Table DomainName,DomainType")
    .verify("a message to the same recipient is accepted")],
    reference: NDR_TABLE,
    confidence: Confidence::Observed,
    ..DOCUMENTED
};

pub(super) const RELAY_REFUSED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::RelayRefused,
    signatures: &[
        Signature::words(&["Relay Access Denied"]),
        Signature::words(&["Unable to relay"]),
        Signature::status(5, 7, 1).with_words(&["Unable to relay"]),
        Signature::words(&["not permitted to relay"]),
        Signature::words(&["relaying denied"]),
    ],
    meaning: "The other server does not take mail for this recipient's domain from this sender. \
              Without 5.7.64 it may be another server than Exchange Online, or one that stands \
              before it: the name in its banner says.",
    side: &[Side::Either],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "See to which host the mail went: where it is not the tenant's MX host, the domain is \
             unknown there.",
    )
    .command("Get-SendConnector <send connector> | Format-List Name,SmartHosts,AddressSpaces")
    .verify("RemoteHost of the next session in the send log is the host that was meant")],
    reference: NDR_TABLE,
    confidence: Confidence::Observed,
    uncertain: &["Which of the two sides has to change something, the reply does not say."],
    ..DOCUMENTED
};
