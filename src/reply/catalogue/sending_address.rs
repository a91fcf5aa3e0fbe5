//! Refusals of the address from which mail comes, or of the name that it gives.

use super::entry::{CatalogueEntry, DOCUMENTED, Signature};
use crate::finding::{Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

const NDR_TABLE: &str = "Microsoft Learn: Email non-delivery reports in Exchange Online";

/// A listing comes back as long as its reason lasts.
const FIND_THE_SPAM: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "Find what sends spam from this address (a compromised account, device or server behind the \
     same public address) and stop it first: else the listing comes back.",
);

pub(super) const SENDING_ADDRESS_BANNED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SendingAddressBanned,
    signatures: &[
        Signature::status(5, 7, 606).up_to(649),
        Signature::status(5, 7, 511),
        Signature::words(&["banned sending IP"]),
    ],
    meaning: "Microsoft has the public address of the sender on a list of its own. It is no matter \
              of connectors or certificates.",
    side: &[Side::SendingAddress],
    remedy: &[
        FIND_THE_SPAM,
        StepTemplate::new(
            Place::AnyComputer,
            "Ask for the address to be taken off the list at https://sender.office.com, with the \
             address of the reply; for 5.7.511 write to delist@microsoft.com with the complete NDR.",
        )
        .verify("a message is accepted, up to 24 hours after the removal"),
    ],
    reference: "Microsoft Learn: Use the delist portal to remove yourself from the blocked senders \
                list",
    ..DOCUMENTED
};

pub(super) const SENDING_ADDRESS_LISTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SendingAddressListed,
    signatures: &[
        Signature::words(&["lient host", "blocked using"]),
        Signature::words(&["on our block list"]),
        Signature::words(&["Blocked by Customer Allow list"]),
    ],
    meaning: "The public address of the sender stands on a block list, which the reply names. It is \
              no matter of connectors or certificates.",
    side: &[Side::SendingAddress],
    remedy: &[
        FIND_THE_SPAM,
        StepTemplate::new(
            Place::AnyComputer,
            "Follow the link of the reply and ask that list for the removal; for S3140 and S3150 \
             the provider of the address has to ask (https://olcsupport.office.com).",
        )
        .verify("the list no longer has the address, and a message is accepted"),
    ],
    reference: NDR_TABLE,
    uncertain: &[
        "\"Blocked by Customer Allow list\" hides the name of the list: the address is in \
                  the connection filter's allow list as well.",
    ],
    ..DOCUMENTED
};

pub(super) const SENDING_ADDRESS_THROTTLED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SendingAddressThrottled,
    signatures: &[
        Signature::status(4, 7, 500).up_to(699),
        Signature::status(4, 7, 850),
        Signature::words(&["temporarily rate limited"]),
        Signature::words(&["exceeded the maximum number of connections"]).with_codes(&[421, 451]),
    ],
    meaning: "The receiving side takes less mail from this address for some time: too much at once, \
              or for too little reputation. The sender tries again by itself. It is no matter of \
              connectors or certificates.",
    side: &[Side::SendingAddress],
    remedy: &[
        FIND_THE_SPAM,
        StepTemplate::new(
            Place::ManagementShell,
            "Let the queue try again; bulk mail belongs to another address than the mail of users.",
        )
        .command("Get-Queue | Sort-Object MessageCount -Descending")
        .verify("the queue drains by itself"),
    ],
    reference: NDR_TABLE,
    ..DOCUMENTED
};

pub(super) const EHLO_NAME_REFUSED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::EhloNameRefused,
    signatures: &[
        Signature::status(5, 7, 506),
        Signature::status(5, 5, 4).with_words(&["Invalid domain name"]),
        Signature::words(&["Bad HELO"]),
    ],
    meaning: "The name in EHLO was not accepted: it must be a public host name with a dot and no \
              underscore, not an address.",
    side: &[Side::OnPremisesServer],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "See which name the connector gives, and set a public host name of this server.",
    )
    .command("Set-SendConnector <send connector> -Fqdn <name>")
    .verify("the EHLO row of the next session in the send log has the name")
    .undo("the same command with the value that Fqdn had before: note it first")],
    reference: NDR_TABLE,
    ..DOCUMENTED
};

pub(super) const REVERSE_DNS_MISSING: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ReverseDnsMissing,
    signatures: &[
        Signature::status(5, 7, 25),
        Signature::status(4, 7, 25),
        Signature::words(&["must have a reverse DNS record"]),
    ],
    meaning: "The address from which the mail came has no reverse DNS record, which is demanded of \
              mail over IPv6.",
    side: &[Side::SenderDns],
    remedy: &[StepTemplate::new(
        Place::Network,
        "Have the provider enter a PTR record whose name leads back to the address; or send \
             over IPv4.",
    )
    .verify("Resolve-DnsName <address> returns the name, and that name the address")],
    reference: "RFC 7372, section 3.3; Microsoft Learn: Support for anonymous inbound email over \
                IPv6",
    ..DOCUMENTED
};

pub(super) const IPV6_NOT_ACCEPTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::Ipv6NotAccepted,
    signatures: &[
        Signature::status(5, 7, 510),
        Signature::status(5, 7, 508),
        Signature::words(&["does not accept email over IPv6"]),
        Signature::words(&["sent over IPv6", "SPF or DKIM"]),
    ],
    meaning: "The mail came over IPv6, which the recipient's tenant does not take, or for which it \
              demands SPF or DKIM. The name in the brackets is the recipient's domain, no server.",
    side: &[Side::OnPremisesServer],
    remedy: &[StepTemplate::new(
        Place::ElevatedOnServer,
        "Send to Exchange Online over IPv4; no inbound connector matches an IPv6 address either.",
    )
    .verify("RemoteEndpoint of the next session in the send log is an IPv4 address")],
    reference: "Microsoft Learn: Support for anonymous inbound email over IPv6",
    ..DOCUMENTED
};
