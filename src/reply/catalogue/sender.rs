//! Refusals of the sender, of its account or of its tenant.

use super::entry::{CatalogueEntry, DOCUMENTED, Signature};
use crate::finding::{Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

const NDR_TABLE: &str = "Microsoft Learn: Email non-delivery reports in Exchange Online";

pub(super) const TOO_MANY_RECIPIENTS: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TooManyRecipients,
    signatures: &[
        Signature::status(4, 5, 3).with_codes(&[452]),
        Signature::words(&["Too many recipients"]),
    ],
    meaning: "More recipients than one transaction may have: the sending server sends the rest in \
              another one by itself (RFC 5321, 4.5.3.1.10).",
    side: &[Side::OnPremisesServer],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "Nothing is to be set: let the queue try again.",
    )
    .verify("the remaining recipients have a 250 in the next session")],
    reference: "RFC 5321, section 4.5.3.1.10",
    ..DOCUMENTED
};

pub(super) const SENDER_RESTRICTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SenderRestricted,
    signatures: &[Signature::status(5, 1, 8), Signature::words(&["bad outbound sender"])],
    meaning: "Exchange Online does not let this account send: it sent too much, or is taken for \
              compromised.",
    side: &[Side::ExchangeOnlineTenant],
    remedy: &[StepTemplate::new(
        Place::AdminCenter,
        "Make the account safe (password, rules, sign-ins); then take it off the list of \
             restricted entities (Microsoft Defender portal, Email & collaboration, Review).",
    )
    .verify("the account is no longer in that list, and a message of it is accepted")],
    reference: "Microsoft Learn: Remove blocked users from the Restricted entities page",
    ..DOCUMENTED
};

pub(super) const TENANT_LIMIT_EXCEEDED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TenantLimitExceeded,
    signatures: &[Signature::status(5, 7, 232), Signature::status(5, 7, 233)],
    meaning: "The tenant has reached its limit of external recipients for 24 hours (5.7.232: of a \
              trial). It is no matter of connectors or certificates.",
    side: &[Side::ExchangeOnlineTenant],
    remedy: &[StepTemplate::new(
        Place::AdminCenter,
        "See in Reports, Mail flow who sends that much; move bulk mail to a service for it, or \
             wait until the 24 hours have passed.",
    )
    .verify("a message to an external recipient is accepted")],
    reference: "Microsoft Learn: Exchange Online limits (tenant external recipient rate limit)",
    ..DOCUMENTED
};

pub(super) const SPAM_REFUSED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SpamRefused,
    signatures: &[
        Signature::status(5, 7, 501).up_to(505),
        Signature::status(5, 7, 507),
        Signature::status(5, 7, 512).up_to(514),
        Signature::status(5, 7, 703),
    ],
    meaning: "Sender, recipient, content or address are banned, or the message breaks the rules of \
              RFC 5322; the reply says which. It is no matter of connectors or certificates.",
    side: &[Side::SendingAddress, Side::ExchangeOnlineTenant],
    remedy: &[StepTemplate::new(
        Place::AdminCenter,
        "Find and stop what sends the refused mail; then ask Microsoft support to lift the ban.",
    )
    .verify("a message to the same recipient is accepted")],
    reference: NDR_TABLE,
    ..DOCUMENTED
};

pub(super) const SENDER_NOT_AUTHENTIC: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SenderNotAuthentic,
    signatures: &[
        Signature::status(5, 7, 509),
        Signature::status(5, 7, 515),
        Signature::status(4, 7, 515),
        Signature::status(5, 7, 20).up_to(24),
        Signature::status(4, 7, 20).up_to(24),
        Signature::status(5, 7, 26).up_to(29),
        Signature::status(4, 7, 26).up_to(29),
    ],
    meaning: "The receiving side could not see that the mail is from the domain that it names: SPF, \
              DKIM or DMARC failed.",
    side: &[Side::SenderDns],
    remedy: &[StepTemplate::new(
        Place::AnyComputer,
        "Compare the SPF record of the sender's domain with the public address of the session, \
             and see that DKIM signs for the domain.",
    )
    .command("Resolve-DnsName <domain> -Type TXT\nResolve-DnsName _dmarc.<domain> -Type TXT")
    .verify("the Authentication-Results header of a delivered message has dmarc=pass")],
    reference: "RFC 7372; RFC 7489; Microsoft Learn: Email authentication",
    ..DOCUMENTED
};

pub(super) const SEND_AS_DENIED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SendAsDenied,
    signatures: &[Signature::status(5, 7, 60), Signature::words(&["SendAsDenied"])],
    meaning: "The account that signed in may not send with this sender address.",
    side: &[Side::OnPremisesServer],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "Let the program send with the address of its own account, or give that account the \
             right to send as the other.",
    )
    .command("Get-RecipientPermission -Identity <address>")
    .verify("a message of the program is accepted")],
    reference: NDR_TABLE,
    ..DOCUMENTED
};

pub(super) const RECIPIENT_RESERVED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::RecipientReserved,
    signatures: &[Signature::words(&["reserved by RFC 2606"])],
    meaning: "The recipient's domain (.test, .example, .invalid, .localhost) exists nowhere: who \
              sends to it has to be put right.",
    side: &[Side::OnPremisesServer],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "Find who sends to the address and correct it there.",
    )
    .command("Get-MessageTrackingLog -Recipients <address>")
    .verify("no further message to the address is in the queue")],
    reference: "RFC 2606",
    ..DOCUMENTED
};
