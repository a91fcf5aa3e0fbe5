//! Refusals that speak of TLS or of a certificate.

use super::entry::{CatalogueEntry, Signature};
use super::steps::{
    CHECK_TLS_VERSION, IMPORT_INTERMEDIATE, INSTALL_ROOTS, OF_CERTIFICATE, OF_CONNECTION,
    READ_RECEIVE_CONNECTORS, READ_RECEIVE_LOG, READ_SEND_LOG, RESTART_TRANSPORT,
    SELECT_CERTIFICATE, STOP_SMTP_INSPECTION,
};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

pub(super) const TLS_CHANNEL_UNTRUSTED_ROOT: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TlsChannelUntrustedRoot,
    signatures: &[
        Signature::status(4, 7, 0)
            .with_words(&["Failed to establish appropriate TLS channel", "UntrustedRoot"]),
        Signature::status(5, 7, 0)
            .with_words(&["Failed to establish appropriate TLS channel", "UntrustedRoot"]),
    ],
    meaning: "The other side does not trust the certificate that this server presented: it is \
              self-signed, from a private CA, or its chain was not sent completely.",
    side: &[Side::OnPremisesServer],
    remedy: &[READ_SEND_LOG, IMPORT_INTERMEDIATE, SELECT_CERTIFICATE, RESTART_TRANSPORT],
    reference: "Application log, event 2004 (MSExchangeTransport, SmtpSend)",
    confidence: Confidence::Observed,
    local: false,
    cover: false,
    uncertain: &["Wrong certificate or incomplete chain: the sent thumbprint in the log says."],
};

pub(super) const TLS_CERTIFICATE_NAME_NOT_FOUND: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::TlsCertificateNameNotFound,
    signatures: &[
        Signature::status(4, 7, 5).with_words(&["TlsCertificateName", "could not be found"]),
        Signature::status(4, 7, 5).with_words(&["TlsCertificateName of the SendConnector"]),
    ],
    meaning: "This server itself wrote this: the send connector's TlsCertificateName names an \
              issuer and a subject that no certificate of this server has. Mostly the certificate \
              was renewed by another issuer or removed, or is missing on this one of the \
              SourceTransportServers.",
    side: &[Side::OnPremisesServer],
    remedy: &[
        StepTemplate::new(
            Place::ManagementShell,
            "Compare the connector's value with the certificates of each source server.",
        )
        .command(
            "Get-SendConnector <send connector> | Format-List TlsCertificateName,SourceTransport*\n\
             Get-ExchangeCertificate -Server <server> |\n\
             Format-List Thumbprint,Issuer,Subject,NotAfter,Services,HasPrivateKey",
        ),
        SELECT_CERTIFICATE,
        RESTART_TRANSPORT,
    ],
    reference: "Application log, events 12014 and 12016 (MSExchangeTransport)",
    confidence: Confidence::Documented,
    local: true,
    cover: false,
    uncertain: &[],
};

pub(super) const REMOTE_CERTIFICATE_INVALID: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::RemoteCertificateInvalid,
    signatures: &[
        Signature::status(4, 7, 5).with_words(&["Certificate validation failure"]),
        Signature::status(5, 7, 5).with_words(&["Certificate validation failure"]),
    ],
    meaning: "This server itself wrote this: it refused the certificate of the other side. With \
              the reason UntrustedRoot it does not trust the root of that chain; for other reasons \
              the remote certificate in the send log says more.",
    side: &[Side::OnPremisesServer, Side::Network],
    remedy: &[
        READ_SEND_LOG,
        INSTALL_ROOTS,
        StepTemplate::new(
            Place::ElevatedOnServer,
            "If the remote certificate in the log is not the other side's own: a firewall opens \
             TLS on the way. Take this server out of that inspection.",
        )
        .verify("the issuer of the remote certificate in the log is a public CA"),
    ],
    reference: "Send protocol log, 454 4.7.5",
    confidence: Confidence::Observed,
    local: true,
    cover: false,
    uncertain: &["The reply says nothing of this server's own certificate."],
};

pub(super) const START_TLS_REQUIRED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::StartTlsRequired,
    signatures: &[
        Signature::status(5, 7, 3)
            .with_words(&["STARTTLS is required"])
            .with_codes(&[451])
            .or_numbers_in_translation(),
        Signature::words(&["STARTTLS is required to send mail"]),
        Signature::words(&["Must issue a STARTTLS command first"]),
    ],
    meaning: "TLS is demanded and was not begun: the other side did not offer STARTTLS, something \
              between the two hides the offer, or TLS 1.2 is off on this server.",
    side: &[Side::OnPremisesServer, Side::Network],
    remedy: &[READ_SEND_LOG, CHECK_TLS_VERSION, STOP_SMTP_INSPECTION],
    reference: "RFC 3207, section 4; send protocol log",
    confidence: Confidence::Observed,
    local: false,
    cover: false,
    uncertain: &[
        "Either side can write it: with RequireTLS on the send connector it is this server's own.",
    ],
};

pub(super) const CANNOT_CONNECT_TO_REMOTE_SERVER: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::CannotConnectToRemoteServer,
    signatures: &[
        Signature::status(4, 4, 310).up_to(319).with_codes(&[450, 451]),
        Signature::status(5, 4, 310).up_to(319),
        Signature::status(4, 7, 320),
        Signature::status(5, 7, 320),
    ],
    meaning: "The other direction: Exchange Online could not hand mail to the server named in \
              LastAttemptedServerName, or did not accept the certificate that this server \
              presented. The text after Message= says which.",
    side: &[Side::OtherDirection, Side::ExchangeOnlineTenant],
    remedy: &[
        READ_RECEIVE_LOG,
        READ_RECEIVE_CONNECTORS,
        StepTemplate::new(
            Place::Network,
            "Connection refused, timed out or reset: let TCP port 25 through from the addresses of \
             Exchange Online to the server that was attempted, without SMTP inspection.",
        )
        .verify("the receive log of the server has sessions of Exchange Online")
        .only_for(OF_CONNECTION),
        StepTemplate::new(
            Place::ManagementShell,
            "CertificateExpired, SubjectMismatch, UntrustedRoot: present a valid certificate of a \
             public CA that has the expected name; enable it for SMTP only and answer No when \
             asked to overwrite the default SMTP certificate.",
        )
        .command(
            "Enable-ExchangeCertificate -Server <server> -Thumbprint <new thumbprint> -Services \
             SMTP",
        )
        .verify("the next session of Exchange Online in the receive log succeeds")
        .undo("services are only ever added to a certificate; note the value of Services first")
        .only_for(OF_CERTIFICATE),
        StepTemplate::new(
            Place::ExchangeOnline,
            "SubjectMismatch although the certificate is right: the outbound connector expects \
             another name.",
        )
        .command("Get-OutboundConnector | Format-List Name,TlsDomain,TlsSettings,SmartHosts")
        .verify("Validate-OutboundConnector succeeds for that connector")
        .only_for(&["SubjectMismatch"]),
    ],
    reference: "Microsoft Learn: mail flow intelligence, 450 4.4.317",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};
