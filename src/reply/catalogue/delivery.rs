//! Refusals by the recipient's side, and the cover texts of failed connections.

use super::entry::{CatalogueEntry, Signature};
use super::steps::{
    CHECK_PRIVATE_KEY, CHECK_TLS_VERSION, ENABLE_FOR_SMTP, READ_SEND_LOG, READ_SUBMISSION_HOST,
    SELECT_CERTIFICATE, STOP_SMTP_INSPECTION, TEST_PORT, TURN_ON_LOGGING,
};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

pub(super) const RECIPIENT_REJECTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::RecipientRejected,
    signatures: &[
        Signature::status(5, 4, 1)
            .with_words(&["Recipient address rejected", "Access denied"])
            .with_codes(&[550])
            .or_numbers_in_translation(),
        Signature::words(&["recipient addresses rejected", "Access denied"]).with_codes(&[550]),
        Signature::words(&["mailbox unavailable"]).with_codes(&[550]),
    ],
    meaning: "The recipient's organisation does not know this recipient (directory-based edge \
              blocking). It is not a matter of connectors or certificates: Exchange Online knew \
              very well where the mail belongs.",
    side: &[Side::RecipientOrganisation],
    remedy: &[StepTemplate::new(
        Place::RecipientTenant,
        "Check the address. If it is right, the recipient's administrator has to look whether it \
         exists in Exchange Online; where the recipient is your own and still on-premises: whether \
         it is synchronised, or the accepted domain should be InternalRelay.",
    )
    .command("Get-Recipient -Identity <address>")
    .verify("a message to the same address is accepted")],
    reference: "Microsoft Learn: Directory-Based Edge Blocking",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};

pub(super) const CLIENT_NOT_AUTHENTICATED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ClientNotAuthenticated,
    signatures: &[
        Signature::status(5, 7, 57),
        Signature::status(5, 7, 139),
        Signature::words(&["basic authentication is disabled"]),
    ],
    meaning: "The mail went to a host for authenticated submission (such as smtp.office365.com) \
              without authentication. Server-to-server relay does not go there.",
    side: &[Side::OnPremisesServer],
    remedy: &[
        READ_SUBMISSION_HOST,
        StepTemplate::new(
            Place::ManagementShell,
            "Set the MX host of the tenant in its place; the tenant needs an inbound connector \
             for this server.",
        )
        .command(
            "Set-SendConnector <send connector> -SmartHosts <tenant>.mail.protection.outlook.com",
        )
        .verify("the next session in the send log goes to that host and is not refused")
        .undo("Set-SendConnector <send connector> -SmartHosts <present smart host>"),
    ],
    reference: "Microsoft Learn: NDR 5.7.57 in Exchange Online",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};

pub(super) const CONNECTION_TIMED_OUT: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ConnectionTimedOut,
    signatures: &[
        Signature::status(4, 4, 1)
            .with_words(&["Connection timed out"])
            .or_numbers_in_translation()
            .with_codes(&[421]),
        Signature::status(4, 4, 1)
            .with_words(&["communicating with primary target IP address"])
            .with_codes(&[441, 451]),
    ],
    meaning: "A cover text: what really happened stands in the session's TLS row in the send log, \
              mostly a TLS negotiation that failed (KB 4051498: error UnknownCredentials, the \
              certificate is not enabled for SMTP or its private key cannot be used). Only \
              without such a row is it the network.",
    side: &[Side::OnPremisesServer, Side::Network],
    remedy: &[
        READ_SEND_LOG,
        TURN_ON_LOGGING,
        ENABLE_FOR_SMTP,
        CHECK_PRIVATE_KEY,
        SELECT_CERTIFICATE,
        TEST_PORT,
    ],
    reference: "KB 4051498",
    confidence: Confidence::Documented,
    local: false,
    cover: true,
    uncertain: &[
        "In the queue this server wrote it. As a row `<` of a log it is the other side that waited \
         too long for a command.",
    ],
};

pub(super) const UNABLE_TO_CONNECT: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::UnableToConnect,
    signatures: &[Signature::status(4, 2, 1)
        .with_words(&["Unable to connect"])
        .or_numbers_in_translation()
        .with_codes(&[421])],
    meaning: "A cover text: no connection to the other side came about. The send log holds the \
              Winsock error of each address that was tried.",
    side: &[Side::Network, Side::OnPremisesServer],
    remedy: &[
        READ_SEND_LOG,
        TURN_ON_LOGGING,
        TEST_PORT,
        StepTemplate::new(
            Place::Network,
            "If the port test fails: allow TCP port 25 from this server to all addresses of \
             Exchange Online.",
        )
        .verify("Test-NetConnection from this server succeeds"),
    ],
    reference: "KB 4051498 (cover texts of the queue)",
    confidence: Confidence::Observed,
    local: true,
    cover: true,
    uncertain: &["Firewall, DNS or the other side: the Winsock error in the log says more."],
};

pub(super) const CONNECTION_DROPPED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ConnectionDropped,
    signatures: &[Signature::status(4, 4, 2)
        .with_words(&["Connection dropped"])
        .or_numbers_in_translation()
        .with_codes(&[421])],
    meaning: "A cover text: the connection ended in the middle. If it ended after STARTTLS, the \
              other side or something between hung up on the TLS handshake (version, cipher, \
              certificate); the session in the send log shows the row at which it ended.",
    side: &[Side::Network, Side::OnPremisesServer],
    remedy: &[READ_SEND_LOG, TURN_ON_LOGGING, CHECK_TLS_VERSION, STOP_SMTP_INSPECTION],
    reference: "KB 4051498 (cover texts of the queue)",
    confidence: Confidence::Observed,
    local: true,
    cover: true,
    uncertain: &["Who hung up is not known from the text."],
};

pub(super) const LOCAL_TLS_FAILURE: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::LocalTlsFailure,
    signatures: &[
        Signature::words(&["Security status"]).with_codes(&[421, 441, 450, 451, 454]),
        Signature::words(&["TLS negotiation failed"]).with_codes(&[421, 441, 450, 451, 454]),
    ],
    meaning: "A cover text: the TLS negotiation failed on this server; the error behind it says at \
              what, and the session in the send log with which certificate.",
    side: &[Side::OnPremisesServer, Side::Network],
    remedy: &[READ_SEND_LOG, TURN_ON_LOGGING, CHECK_TLS_VERSION, STOP_SMTP_INSPECTION],
    reference: "KB 4051498 (cover texts of the queue)",
    confidence: Confidence::Observed,
    local: true,
    cover: true,
    uncertain: &[],
};
