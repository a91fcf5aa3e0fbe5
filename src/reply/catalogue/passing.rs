//! Temporary trouble, and what only says that a message was given up.

use super::entry::{CatalogueEntry, DOCUMENTED, Signature};
use super::steps::{READ_SEND_LOG, TEST_PORT};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

const WAIT: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "Let the queue try again. Only if it lasts for hours: see whether other destinations work.",
)
.command("Get-Queue | Format-List Identity,Status,LastError,LastRetryTime,NextRetryTime")
.verify("the queue drains by itself");

pub(super) const TLS_NOT_AVAILABLE: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TlsNotAvailable,
    signatures: &[
        Signature::words(&["TLS not available due to local problem"]),
        Signature::words(&["TLS not available due to temporary reason"]),
    ],
    meaning: "The other server offers STARTTLS and cannot do it: its own certificate or key fails.",
    side: &[Side::OtherServer],
    remedy: &[WAIT],
    reference: "RFC 3207, section 4",
    ..DOCUMENTED
};

pub(super) const SERVER_AUTHENTICATION_FAILED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ServerAuthenticationFailed,
    signatures: &[
        Signature::words(&["Temporary authentication failure"]),
        Signature::words(&["Outbound Authentication failed with"]),
        Signature::words(&["Authentication unsuccessful"]).with_codes(&[535]),
        Signature::status(5, 7, 8).with_codes(&[535]),
    ],
    meaning: "One Exchange server could not authenticate to another (X-EXPS): a clock, the name of \
              the receive connector, or the network between them. Of a send connector with \
              credentials: its smart host refused them.",
    side: &[Side::OnPremisesServer, Side::Either],
    remedy: &[
        StepTemplate::new(
            Place::ManagementShell,
            "See whether the send connector authenticates. If it does, and its smart host is the MX \
             host of a tenant: that takes mail of this server by its certificate, and no credentials; \
             if it is another: the account, its password, or that basic authentication is off there.",
        )
        .command(
            "Get-SendConnector <send connector> | Format-List Name,SmartHosts,SmartHostAuthMechanism",
        )
        .verify("the next session in the send log goes on after AUTH, or has none"),
        StepTemplate::new(
            Place::ManagementShell,
            "Between two Exchange servers: compare their clocks, and see that the receive connector for \
             servers has ExchangeServer among its AuthMechanism and the server's own name as Fqdn.",
        )
        .command("Get-ReceiveConnector | Format-List Identity,Fqdn,AuthMechanism,PermissionGroups")
        .verify("the queue between the two servers drains"),
    ],
    reference: "RFC 4954, section 6; KB 979175",
    confidence: Confidence::Observed,
    ..DOCUMENTED
};

pub(super) const SECURE_DOMAIN_DISALLOWED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::SecureDomainDisallowed,
    signatures: &[Signature::words(&["temporarily disallowed this secure domain"])],
    meaning: "The other Exchange server has this domain on its list of secure domains (domain \
              security) and the session did not fulfil it.",
    side: &[Side::OnPremisesServer],
    remedy: &[StepTemplate::new(
        Place::ManagementShell,
        "See the lists of secure domains, and take out a domain that is not meant to be there.",
    )
    .command("Get-TransportConfig | Format-List TLSSendDomainSecureList,TLSReceiveDomainSecureList")
    .verify("a message to the domain is accepted")],
    reference: "Microsoft Learn: Domain security (Exchange Server)",
    confidence: Confidence::Observed,
    ..DOCUMENTED
};

pub(super) const CLIENT_TIMED_OUT: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ClientTimedOut,
    signatures: &[Signature::words(&["Timeout waiting for client input"])],
    meaning: "The other server waited too long for the next command: something on the way holds \
              data back, or the sending side stopped.",
    side: &[Side::Network],
    remedy: &[
        READ_SEND_LOG,
        TEST_PORT,
        StepTemplate::new(
            Place::Network,
            "Let SMTP of this server through without inspection, and the messages of path MTU \
             discovery with it (ICMP type 3 code 4): what holds data back lies between the two sides.",
        )
        .verify("the next session in the send log ends with 221"),
    ],
    reference: "RFC 5321, section 4.5.3.2",
    confidence: Confidence::Observed,
    ..DOCUMENTED
};

pub(super) const TEMPORARY_SERVER_ERROR: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TemporaryServerError,
    signatures: &[
        Signature::status(4, 3, 2).with_codes(&[421, 451]),
        Signature::words(&["Temporary server error"]).with_codes(&[421, 450, 451]),
        // Back pressure of Exchange.
        Signature::words(&["Insufficient system resources"]).with_codes(&[421, 451, 452]),
    ],
    meaning: "The other server is busy or being serviced. It passes, and the sender tries again by \
              itself; it says nothing of connectors or certificates.",
    side: &[Side::OtherServer],
    remedy: &[WAIT],
    reference: "RFC 3463, section 3.4; Microsoft Learn: Service health",
    ..DOCUMENTED
};

pub(super) const MESSAGE_EXPIRED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::MessageExpired,
    signatures: &[
        Signature::status(4, 4, 7),
        Signature::status(5, 4, 7),
        Signature::status(5, 4, 300),
        Signature::words(&["message expired"]),
    ],
    meaning: "Only that the message could not be delivered in time: the cause is the last reply \
              before, which stands beside it in the NDR, in the queue and in the log.",
    side: &[Side::Unknown],
    remedy: &[READ_SEND_LOG],
    reference: "RFC 3463, section 3.5",
    cover: true,
    uncertain: &["What kept the message waiting, this line does not say."],
    ..DOCUMENTED
};
