//! What is to be done where another program than Exchange sends.

use super::catalogue::CatalogueEntry;
use super::mail_program::MailProgram;
use super::rejection_class::RejectionClass;
use crate::finding::{Place, StepTemplate};

/// The steps for a class: the program's own in place of those of an Exchange server, the others as
/// they are.
pub(super) fn steps(program: MailProgram, entry: &CatalogueEntry) -> Vec<StepTemplate> {
    let of_exchange = |step: &&StepTemplate| {
        matches!(
            step.place,
            Place::ManagementShell
                | Place::ElevatedOnServer
                | Place::OnTheEdgeServer
                | Place::Wizard
        )
    };
    let has_exchange = entry.remedy.iter().any(|step| of_exchange(&step));
    let own = if has_exchange { Topic::of(entry.class).steps(program) } else { &[] };
    let others = entry.remedy.iter().filter(|step| !of_exchange(step));
    own.iter().chain(others).copied().collect()
}

/// What the program has to be asked about.
enum Topic {
    Certificate,
    NextHop,
    Name,
    Connection,
    Trust,
    Other,
}

impl Topic {
    fn of(class: RejectionClass) -> Self {
        use RejectionClass as C;
        match class {
            C::RelayDenied
            | C::RelayDeniedAttr36
            | C::DirectSendRejected
            | C::TenantInboundAttribution
            | C::TlsChannelUntrustedRoot
            | C::TlsChannelExpired
            | C::TlsChannelMissing
            | C::StartTlsRequired => Self::Certificate,
            C::WrongRegionAttr35
            | C::RelayRefused
            | C::ClientNotAuthenticated
            | C::HopCountExceededAttr34 => Self::NextHop,
            C::EhloNameRefused => Self::Name,
            C::ConnectionTimedOut | C::UnableToConnect | C::ConnectionDropped => Self::Connection,
            C::RemoteCertificateInvalid | C::LocalTlsFailure => Self::Trust,
            _ => Self::Other,
        }
    }

    fn steps(&self, program: MailProgram) -> &'static [StepTemplate] {
        use MailProgram as P;
        match (self, program) {
            (Self::Certificate, P::Postfix) => POSTFIX_CERTIFICATE,
            (Self::Certificate, P::Exim) => EXIM_CERTIFICATE,
            (Self::Certificate, P::Sendmail) => SENDMAIL_CERTIFICATE,
            (Self::Certificate, P::HMailServer) => HMAILSERVER_CERTIFICATE,
            (Self::Certificate, P::Smtplib) => SMTPLIB_CERTIFICATE,
            (Self::Certificate, P::Other) => OTHER_CERTIFICATE,
            (Self::NextHop, P::Postfix) => POSTFIX_NEXT_HOP,
            (Self::NextHop, P::Exim) => EXIM_NEXT_HOP,
            (Self::NextHop, P::Sendmail) => SENDMAIL_NEXT_HOP,
            (Self::NextHop, P::HMailServer) => HMAILSERVER_NEXT_HOP,
            (Self::NextHop, P::Smtplib) => SMTPLIB_NEXT_HOP,
            (Self::NextHop, P::Other) => OTHER_NEXT_HOP,
            (Self::Name, P::Postfix) => POSTFIX_NAME,
            (Self::Name, P::Exim) => EXIM_NAME,
            (Self::Name, P::Sendmail) => SENDMAIL_NAME,
            (Self::Name, P::HMailServer) => HMAILSERVER_NAME,
            (Self::Name, P::Smtplib) => SMTPLIB_NAME,
            (Self::Name, P::Other) => OTHER_NAME,
            (Self::Connection, _) => CONNECTION,
            (Self::Trust, _) => TRUST,
            (Self::Other, _) => OTHER,
        }
    }
}

const DELIVERED: &str = "the log has status 250 for the next message to the same recipient";

const fn host(action: &'static str) -> StepTemplate {
    StepTemplate::new(Place::SendingHost, action).verify(DELIVERED)
}

const OTHER: &[StepTemplate] = &[StepTemplate::new(
    Place::SendingHost,
    "The program tries again by itself after a 4xx; after a 5xx send once more when the cause is \
     removed.",
)
.verify(DELIVERED)];

/// What the other side shows, as any system with OpenSSL can see it.
const SHOW_OTHER_SIDE: &str = "openssl s_client -starttls smtp -connect <MX host>:25";

const CONNECTION: &[StepTemplate] = &[host(
    "Try the connection from the host itself (on Windows: Test-NetConnection -Port 25), to the MX host of the tenant, <tenant>.mail.protection.outlook.com. A firewall, the \
     provider or the cloud may have closed port 25 to the outside; one that hangs up behind the greeting \
     or STARTTLS is a firewall that looks into SMTP.",
)
.command(SHOW_OTHER_SIDE)];

const TRUST: &[StepTemplate] = &[host(
    "See which certificate the other side shows, and which versions of TLS: one that is not of Microsoft \
     is a firewall's, whose inspection of SMTP has to be off for this host. If it is Microsoft's, the \
     list of roots of this system or program is too old, or it has no TLS 1.2.",
)
.command(SHOW_OTHER_SIDE)];

/// postconf(5): no certificate is presented by default; the file has the leaf first.
const POSTFIX_CERTIFICATE: &[StepTemplate] = &[
    host(
        "Postfix presents no client certificate unless it is configured to. See what is set, and whether \
         TLS is used to this host (smtp_tls_security_level and smtp_tls_policy_maps).",
    )
    .command(
        "postconf relayhost smtp_tls_security_level smtp_tls_policy_maps smtp_tls_chain_files\n\
         postconf smtp_tls_cert_file smtp_tls_key_file smtp_tls_loglevel",
    )
    .verify("with smtp_tls_loglevel = 1 the log says \"TLS connection established\""),
    host(
        "To be known by a certificate: present one of a public authority, with a name that the \
         inbound connector expects. The file holds the certificate first, then its intermediates \
         (no root).",
    )
    .command(
        "postconf -e smtp_tls_security_level=encrypt\n\
         postconf -e smtp_tls_cert_file=<file with certificate and intermediates>\n\
         postconf -e smtp_tls_key_file=<file with the key>\n\
         postfix reload",
    )
    .undo("postconf -e with the values that the first step showed, then postfix reload"),
];

const POSTFIX_NEXT_HOP: &[StepTemplate] = &[host(
    "See to which host Postfix hands over: for relay it is the tenant's MX host \
     (<tenant>.mail.protection.outlook.com), on port 25 and without a login.",
)
.command("postconf relayhost transport_maps smtp_sasl_auth_enable")
.undo("postconf -e with the values that the command showed, then postfix reload")];

const POSTFIX_NAME: &[StepTemplate] =
    &[host("Set the public host name that Postfix gives in EHLO.")
        .command(
            "postconf smtp_helo_name myhostname\npostconf -e smtp_helo_name=<name>\npostfix reload",
        )
        .undo("postconf -e smtp_helo_name with the former value, then postfix reload")];

/// Exim specification, chapter 43, "Configuring an Exim client to use TLS".
const EXIM_CERTIFICATE: &[StepTemplate] = &[host(
    "Exim presents no client certificate unless the smtp transport has tls_certificate and \
     tls_privatekey. Set both there (the file holds the certificate first, then its intermediates), \
     and hosts_require_tls for the tenant's MX host; the certificate is one of a public authority \
     with a name that the inbound connector expects.",
)
.command("exim -bP transports | grep -E 'tls_|hosts_require_tls'")
.undo("the former options of the transport")];

const EXIM_NEXT_HOP: &[StepTemplate] = &[host(
    "See to which host Exim routes the recipient: for relay it is the tenant's MX host \
     (<tenant>.mail.protection.outlook.com), on port 25 and without a login.",
)
.command("exim -bt <recipient>")
.undo("the former route_list or dc_smarthost")];

const EXIM_NAME: &[StepTemplate] =
    &[host("Set the public host name that Exim gives in EHLO: primary_hostname, or helo_data of the transport.")
        .command("exim -bP primary_hostname\nexim -bP transports | grep helo_data")
        .undo("the former value")];

/// Sendmail operations guide, STARTTLS: ClientCertFile and ClientKeyFile, else the server's pair.
const SENDMAIL_CERTIFICATE: &[StepTemplate] = &[host(
    "Sendmail presents the pair of confCLIENT_CERT and confCLIENT_KEY. See what is set; present a \
     certificate of a public authority with a name that the inbound connector expects, and its \
     intermediates behind it in the same file. Then make the configuration anew and restart \
     sendmail.",
)
.command("grep -E 'ClientCertFile|ClientKeyFile|CACertFile' /etc/mail/sendmail.cf")
.undo("the former sendmail.mc, made anew")];

const SENDMAIL_NEXT_HOP: &[StepTemplate] = &[host(
    "See to which host sendmail hands over (SMART_HOST, mailertable): for relay it is the tenant's \
     MX host (<tenant>.mail.protection.outlook.com), on port 25 and without a login.",
)
.command("grep '^DS' /etc/mail/sendmail.cf\nsendmail -bv <recipient>")
.undo("the former SMART_HOST")];

const SENDMAIL_NAME: &[StepTemplate] = &[host(
    "Set the public host name that sendmail gives in EHLO: confDOMAIN_NAME in sendmail.mc.",
)
.command("grep '^Dj' /etc/mail/sendmail.cf")
.undo("the former sendmail.mc, made anew")];

const HMAILSERVER_CERTIFICATE: &[StepTemplate] = &[host(
    "hMailServer presents no client certificate when it delivers: Exchange Online can know its mail \
     by the public address alone (SenderIPAddresses of an inbound connector of type OnPremises), and \
     then only with a sender of an accepted domain. In Settings, Protocols, SMTP, Delivery of \
     e-mail, let it use STARTTLS to the tenant's MX host.",
)];

const HMAILSERVER_NEXT_HOP: &[StepTemplate] = &[host(
    "See Settings, Protocols, SMTP, Delivery of e-mail, SMTP Relayer (and Routes): for relay it is \
     the tenant's MX host (<tenant>.mail.protection.outlook.com), on port 25 and without a login.",
)];

const HMAILSERVER_NAME: &[StepTemplate] = &[host(
    "Set the public host name in Settings, Protocols, SMTP, Delivery of e-mail, Local host name.",
)];

/// Python documentation, smtplib: SMTP.starttls takes an ssl context.
const SMTPLIB_CERTIFICATE: &[StepTemplate] = &[host(
    "smtplib presents no client certificate unless the context of starttls() has one: \
     context.load_cert_chain(file, key) with a certificate of a public authority, followed by its \
     intermediates in the same file, and with a name that the inbound connector expects. Simpler: \
     let the program hand over to a mail server that relays already.",
)];

const SMTPLIB_NEXT_HOP: &[StepTemplate] = &[host(
    "See which host the program names in smtplib.SMTP(): for relay it is the tenant's MX host \
     (<tenant>.mail.protection.outlook.com) on port 25 without login(), for submission \
     smtp.office365.com on port 587 with starttls() and a login that the tenant allows.",
)];

const OTHER_CERTIFICATE: &[StepTemplate] = &[
    host(
        "See whether the program or device can present a client certificate when it delivers over \
         STARTTLS: one of a public authority, with its intermediates, and with a name that the \
         inbound connector expects. Most devices and libraries cannot.",
    ),
    host(
        "Where it cannot: let it hand over to a mail server that relays already. Else Exchange Online \
         knows its mail by the public address alone (SenderIPAddresses of an inbound connector of type \
         OnPremises), and then only with a sender of an accepted domain.",
    ),
];

const OTHER_NEXT_HOP: &[StepTemplate] = &[host(
    "See to which host the program or device hands over: for relay it is the tenant's MX host \
     (<tenant>.mail.protection.outlook.com) on port 25 without a login, for submission \
     smtp.office365.com on port 587 with STARTTLS and a login that the tenant allows.",
)];

const OTHER_NAME: &[StepTemplate] =
    &[host("Set the public host name that the program or device gives in EHLO.")];

const SMTPLIB_NAME: &[StepTemplate] =
    &[host("Give smtplib.SMTP() a public host name: local_hostname='mail.<domain>'.")];
