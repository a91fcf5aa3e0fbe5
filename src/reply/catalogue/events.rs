//! Events of Exchange's transport in the Application log, which say something of a certificate.

use super::entry::{CatalogueEntry, DOCUMENTED, Signature};
use super::steps::RENEW_CERTIFICATE;
use crate::finding::{Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

const COMPARE: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "Compare the name that the event gives with the certificates of this server, and with what the \
     connector names (TlsCertificateName, else its Fqdn).",
)
.command(
    "Get-ExchangeCertificate | Format-List Thumbprint,Subject,CertificateDomains,NotAfter,Services\n\
     Get-ReceiveConnector | Format-List Identity,Fqdn,TlsCertificateName\n\
     Get-SendConnector | Format-List Name,Fqdn,TlsCertificateName",
);

pub(super) const CONNECTOR_CERTIFICATE_MISSING: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ConnectorCertificateMissing,
    signatures: &[Signature::words(&[
        "could not find a certificate that contains the domain name",
    ])],
    meaning: "This server wrote this (event 12014): the connector that is named has no certificate \
              on it. A receive connector then offers no STARTTLS, and mail that Exchange Online \
              hands over fails (451 5.7.3 STARTTLS is required); a send connector sends no \
              certificate, or mail stays in the queue (454 4.7.5).",
    side: &[Side::OnPremisesServer],
    remedy: &[
        COMPARE,
        StepTemplate::new(
            Place::ManagementShell,
            "After a renewal by another issuer: name the new certificate on the connector, issuer \
             and subject literally as Get-ExchangeCertificate prints them. It must be enabled for \
             SMTP on this server.",
        )
        .command(
            "Set-ReceiveConnector <receive connector> -TlsCertificateName <'<I>issuer<S>subject'>\n\
             Set-SendConnector <send connector> -TlsCertificateName <'<I>issuer<S>subject'>",
        )
        .verify("the event is not written again when the transport services start")
        .undo("the same command with the value that TlsCertificateName had before: note it first"),
    ],
    reference: "Application log, event 12014 (MSExchangeTransport); KB 2989382",
    local: true,
    ..DOCUMENTED
};

pub(super) const CONNECTOR_CERTIFICATE_EXPIRED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ConnectorCertificateExpired,
    signatures: &[Signature::words(&[
        "There is no valid SMTP Transport Layer Security (TLS) certificate for the FQDN",
    ])],
    meaning: "This server wrote this (event 12016): the certificate for that name has expired, and \
              there is no other one.",
    side: &[Side::OnPremisesServer],
    remedy: &[RENEW_CERTIFICATE],
    reference: "Application log, event 12016 (MSExchangeTransport)",
    local: true,
    ..DOCUMENTED
};

pub(super) const CONNECTOR_CERTIFICATE_EXPIRING: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::ConnectorCertificateExpiring,
    signatures: &[Signature::words(&["The STARTTLS certificate will expire soon"])],
    meaning: "This server wrote this (event 12018): the certificate with which it does STARTTLS \
              ends soon. Nothing fails yet.",
    side: &[Side::OnPremisesServer],
    remedy: &[RENEW_CERTIFICATE],
    reference: "Application log, event 12018 (MSExchangeTransport)",
    local: true,
    ..DOCUMENTED
};
