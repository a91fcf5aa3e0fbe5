//! The steps that several remedies share.

use crate::finding::{Place, StepTemplate};

pub(crate) const READ_SEND_LOG: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "Read in the send log which certificate was really sent, how TLS ended and from which public \
     address; it says which of the following steps is the right one. A connector with \
     FrontendProxyEnabled logs its TLS half under Get-FrontendTransportService.",
)
.command(
    "$services = Get-TransportService | Select-Object Name,SendProtocolLogPath\n\
     $services | Get-SendConnectorTlsSession -Failed",
)
.verify("TlsError, SentThumbprint, SentSubject, PublicIPAddress and Reply of the newest session");

pub(crate) const TURN_ON_LOGGING: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "No session there: logging may be off. Turn it on, send once more, read again.",
)
.command("Set-SendConnector <send connector> -ProtocolLoggingLevel Verbose")
.undo("Set-SendConnector <send connector> -ProtocolLoggingLevel None");

pub(crate) const READ_INBOUND_CONNECTORS: StepTemplate = StepTemplate::new(
    Place::ExchangeOnline,
    "Compare with the inbound connector: only an enabled one of type OnPremises lets mail relay, \
     by the name of the certificate (TlsSenderCertificateName) or by the address \
     (SenderIPAddresses).",
)
.command(
    "$connectors = Get-InboundConnector\n\
     $connectors |\n\
     Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,SenderIPAddresses",
);

pub(crate) const READ_CONNECTORS_OF_ANY_TYPE: StepTemplate = StepTemplate::new(
    Place::ExchangeOnline,
    "Compare with the inbound connectors: here any enabled one counts, Partner included, that \
     matches by the name of the certificate (TlsSenderCertificateName) or by the address \
     (SenderIPAddresses).",
)
.command(
    "$connectors = Get-InboundConnector\n\
     $connectors |\n\
     Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,SenderIPAddresses",
);

pub(crate) const READ_ACCEPTED_DOMAINS: StepTemplate = StepTemplate::new(
    Place::ExchangeOnline,
    "Compare the domain of MAIL FROM, and the names of the sent certificate, with the accepted \
     domains of Exchange Online (not of the on-premises organisation).",
)
.command("Get-AcceptedDomain | Format-Table DomainName,DomainType");

pub(crate) const READ_SUBMISSION_HOST: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "See which smart host the send connector uses, and note it.",
)
.command("Get-SendConnector <send connector> | Format-List Name,SmartHosts,AddressSpaces");

pub(crate) const READ_SMART_HOST: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "See which smart host the send connector uses: it must be the tenant's own, \
     <tenant>.mail.protection.outlook.com (of the cloud that the tenant is in).",
)
.command("Get-SendConnector <send connector> | Format-List Name,SmartHosts,AddressSpaces");

/// What Exchange Online names where it reached the server, and TLS was not offered or not accepted.
const OF_TLS: &[&str] =
    &["STARTTLS is required", "SubjectMismatch", "CertificateExpired", "UntrustedRoot"];
/// The same where it did not reach the server.
pub(crate) const OF_CONNECTION: &[&str] = &[
    "connection refused",
    "ConnectionRefused",
    "actively refused",
    "timed out",
    "timeout",
    "connection reset",
    "ConnectionReset",
    "unreachable",
];
/// The same for the certificate alone.
pub(crate) const OF_CERTIFICATE: &[&str] =
    &["SubjectMismatch", "CertificateExpired", "UntrustedRoot"];

pub(crate) const READ_RECEIVE_LOG: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "Read in the receive log, on the server that was attempted, which certificate it presented, and \
     compare its names and dates with what Exchange Online expects.",
)
.command(
    "$services = Get-FrontendTransportService | Select-Object Name,ReceiveProtocolLogPath\n\
     $services | Get-SendConnectorTlsSession -Failed",
)
.only_for(OF_TLS);

pub(crate) const READ_RECEIVE_CONNECTORS: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "STARTTLS is required, SubjectMismatch, CertificateExpired: see on each server which \
     certificate the receive connector names and whether AuthMechanism has Tls. After a \
     renewal by another issuer the value names a certificate that is gone: no STARTTLS is \
     then offered (Application event 12014), or the self-signed certificate is shown.",
)
.command(
    "Get-ReceiveConnector | Format-List Identity,Bindings,Fqdn,TlsCertificateName,AuthMechanism\n\
     Set-ReceiveConnector <receive connector> -TlsCertificateName <'<I>issuer<S>subject'>",
)
.verify("the next session of Exchange Online in the receive log succeeds")
.undo("the same command with the value that TlsCertificateName had before: note it first")
.only_for(OF_TLS);

pub(crate) const ENABLE_FOR_SMTP: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "If the certificate is not enabled for SMTP: enable it, for SMTP only, and answer No when \
     asked to overwrite the default SMTP certificate (Yes replaces the internal transport \
     certificate and can break EdgeSync).",
)
.command("Enable-ExchangeCertificate -Server <server> -Thumbprint <thumbprint> -Services SMTP")
.verify(
    "Get-ExchangeCertificate -Server <server> -Thumbprint <thumbprint> |\n\
     Format-List Services,Status,HasPrivateKey,Subject",
)
.undo("services are only ever added to a certificate; note the present value of Services first");

pub(crate) const CHECK_PRIVATE_KEY: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "See that the certificate has its private key and that NETWORK SERVICE (S-1-5-20), under \
     which transport runs, may read it: certlm.msc, Personal, the certificate, All Tasks, Manage \
     Private Keys. Without a key: import the certificate again from a PFX file that holds it.",
)
.command("certutil -store My <thumbprint>")
.verify("certutil names a key container and says that its test of the key passed")
.undo("take the permission of NETWORK SERVICE away again in the same dialog");

pub(crate) const SELECT_CERTIFICATE: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "If another certificate than the intended one was sent: name the intended one on the send \
     connector, issuer and subject literally as Get-ExchangeCertificate prints them, in single \
     quotes (quotes inside doubled). It acts on all SourceTransportServers: first see that each \
     has the certificate, else those begin to fail with 454 4.7.5. The same issuer and subject as \
     before: nothing to set. Subscribed Edge: on a mailbox server, then Start-EdgeSynchronization.",
)
.command("Set-SendConnector <send connector> -TlsCertificateName <'<I>issuer<S>subject'>")
.verify(
    "Get-SendConnector <send connector> | Format-List TlsCertificateName,SourceTransportServers",
)
.undo("the same command with the value that TlsCertificateName had before: note it first");

pub(crate) const IMPORT_INTERMEDIATE: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "If the right certificate was sent but its chain is incomplete on this server (CAPI2 event 30, \
     800B0109): import the intermediate certificate into the store of intermediate CAs, never \
     into Root; it must not be self-signed, and must be the issuer of the sent certificate \
     (KB 3212877).",
)
.command(
    "Import-Certificate -FilePath <intermediate.cer> -CertStoreLocation Cert:\\LocalMachine\\CA",
)
.verify("certutil -verify -urlfetch <sent certificate.cer> builds the chain to a trusted root")
.undo("Remove-Item Cert:\\LocalMachine\\CA\\<thumbprint of the intermediate>");

/// For a certificate that has expired: its chain is not at fault.
pub(crate) const RENEW_CERTIFICATE: StepTemplate = StepTemplate::new(
    Place::ManagementShell,
    "Renew the certificate with the same issuer and subject and bind it to SMTP. If a renewed one \
     of the same names is installed already, nothing is to be set on the connector: Exchange takes \
     the newest.",
)
.command("Get-ExchangeCertificate -Server <server> | Format-List Thumbprint,Subject,NotAfter")
.verify("the next session in the send log shows the new thumbprint and is not refused");

pub(super) const SET_CERTIFICATE_NAME: StepTemplate = StepTemplate::new(
    Place::ExchangeOnline,
    "If the certificate is right and its name is not the connector's (renewed under another name): \
     set the exact name; a wildcard last, because every certificate below the domain then \
     matches. The name's domain must be an accepted domain of the tenant.",
)
.command("Set-InboundConnector -Identity <inbound connector> -TlsSenderCertificateName <name>")
.verify(
    "Get-InboundConnector -Identity <inbound connector> | Format-List TlsSenderCertificateName;\n\
     a change takes up to about an hour; then send to a recipient outside Microsoft 365",
)
.undo("the same command with the value that TlsSenderCertificateName had before: note it first");

pub(super) const SET_SENDER_ADDRESSES: StepTemplate = StepTemplate::new(
    Place::ExchangeOnline,
    "Only where the connector identifies by address: give the public address that the EHLO reply \
     shows (Hello [...]). The list is replaced: give it complete. Every host behind these \
     addresses may then relay, and null senders (NDRs) and foreign senders stay refused.",
)
.command("Set-InboundConnector -Identity <inbound connector> -SenderIPAddresses <complete list>")
.verify("Get-InboundConnector -Identity <inbound connector> | Format-List SenderIPAddresses")
.undo("the same command with the complete list that it had before: note it first");

pub(super) const RERUN_HYBRID_WIZARD: StepTemplate = StepTemplate::new(
    Place::Wizard,
    "Hybrid organisations, in place of changes by hand: rerun the wizard and choose the new \
     certificate on the transport certificate page (\"Update Secure Mail Certificate for \
     Connectors\"). It undoes changes made by hand to the hybrid configuration.",
)
.verify(
    "TlsSenderCertificateName of the inbound connector names the certificate that the log shows",
)
.undo("the wizard's log holds the former values of the connectors");

pub(super) const ADD_ACCEPTED_DOMAIN: StepTemplate = StepTemplate::new(
    Place::AdminCenter,
    "Add and verify the domain in the tenant: that of the sender, or that of the certificate's \
     name (host.sub.contoso.com needs sub.contoso.com, KB 4019940).",
)
.verify("in Exchange Online: Get-AcceptedDomain | Format-Table DomainName,DomainType")
.undo("remove the domain from the tenant again");

pub(crate) const RESTART_TRANSPORT: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "Last, and only if the change does not take effect by itself: restart transport. This \
     interrupts the mail flow of the server.",
)
.command("Restart-Service MSExchangeTransport")
.verify("Get-Queue: the queue drains; the next session in the send log succeeds");

pub(crate) const TEST_PORT: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "If the log shows no connection at all: test name and port from this very server.",
)
.command("Resolve-DnsName <host>\nTest-NetConnection -ComputerName <host> -Port 25")
.verify("TcpTestSucceeded is True");

pub(crate) const STOP_SMTP_INSPECTION: StepTemplate = StepTemplate::new(
    Place::Network,
    "Switch SMTP inspection off for this server (a banner `220 *****` or an EHLO keyword `XXXA` in \
     the log shows it at work).",
)
.verify("the EHLO reply in the log offers STARTTLS, and the banner is readable")
.undo("switch the inspection on again");

pub(crate) const CHECK_TLS_VERSION: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "See that TLS 1.2 is not switched off on this server; a key that does not exist means the \
     default of the Windows version.",
)
.command(
    "Get-ItemProperty ('HKLM:\\SYSTEM\\CurrentControlSet\\Control\\' +\n\
    \x20 'SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client')",
)
.verify("neither Enabled = 0 nor DisabledByDefault other than 0 is there");

pub(crate) const INSTALL_ROOTS: StepTemplate = StepTemplate::new(
    Place::ElevatedOnServer,
    "See that this server trusts the roots of the other side: automatic root updates may be off. \
     For Exchange Online, DigiCert Global Root G2 must be in the Root store.",
)
.command("Get-Item Cert:\\LocalMachine\\Root\\DF3C24F9BFD666761B268073FE06D1CC8D4F82A4")
.verify("the certificate is found, and the next session in the send log succeeds")
.undo("remove again the root that was added, by its thumbprint");
