//! A certificate that the send connector names, and that this server does not send: it has to come from
//! the server that has it.

use super::replacement::{expects, is_valid};
use super::services::{enable, see_usable};
use super::{Change, MANAGEMENT_SHELL, Remedy, servers};
use crate::certificate::{NameRelation, TlsCertificateName, X500Name};
use crate::connector::ExchangeCertificate;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::capital;

/// The usable certificate of another server that the send connector names, where the certificates of
/// this server are given and it is not among them.
pub(super) fn named_elsewhere<'c>(case: &'c Case<'_>) -> Option<&'c ExchangeCertificate> {
    let server = case.server()?;
    let at = case.evidence.at;
    let mut installed = case.evidence.installed.iter().flatten().map(|one| &one.object);
    let is_here = |one: &ExchangeCertificate| {
        one.server.as_deref().is_some_and(|own| is_same_server(own, server))
    };
    let is_usable = |one: &&ExchangeCertificate| {
        one.has_private_key != Some(false)
            && one.is_issued_by_authority() != Some(false)
            && one
                .root_ca_type
                .as_deref()
                .is_none_or(|kind| kind.eq_ignore_ascii_case("ThirdParty"))
            && !one.has_unusable_status()
            && !one.is_pending_request()
            && is_valid(one, at)
            && expects(case, &one.names()).unwrap_or(true)
    };
    let is_given = installed.clone().any(is_here);
    let named = installed
        .find(|one| one.server.is_some() && !is_here(one) && is_usable(one) && names(case, one));
    named.filter(|_| is_given)
}

/// The certificate that the send connector names and with which another server delivers today, and
/// that server, where nothing says that this one has it.
pub(super) fn delivering_elsewhere<'c>(
    case: &'c Case<'_>,
) -> Option<(ExchangeCertificate, &'c str)> {
    let own = case.server()?;
    let is_given_here = !case.selectable.is_empty() && case.evidence.installed.is_some();
    let all = case.evidence.incidents.all.iter();
    let delivered =
        all.filter(|one| one.ending == Ending::Delivered && case.evidence.incidents.is_in_use(one));
    let found = delivered.filter_map(|one| {
        let from = one.servers().find(|server| !is_same_server(server, own))?;
        let logged = one.sent.as_deref().filter(|logged| !logged.subject_issuer_ambiguous)?;
        let certificate: ExchangeCertificate = logged.clone().into();
        let is_usable = is_valid(&certificate, case.evidence.at)
            && certificate.thumbprint.is_some()
            && certificate.thumbprint != case.parsed_thumbprint()
            && expects(case, &certificate.names()).unwrap_or(true);
        (is_usable && names(case, &certificate)).then_some((one.last, certificate, from))
    });
    let newest = found.max_by_key(|(last, ..)| *last);
    newest.filter(|_| !is_given_here).map(|(_, certificate, from)| (certificate, from))
}

/// Looks for the certificate that the connector names, copies it from the server that delivers with
/// it where it is missing, and enables it.
pub(super) fn bring_delivering(
    case: &Case<'_>,
    named: ExchangeCertificate,
    from: &str,
) -> Vec<Remedy> {
    let thumbprint = named.thumbprint;
    let text = thumbprint.map(|thumbprint| thumbprint.to_string()).unwrap_or_default();
    let to = case.server().unwrap_or_default();
    let see = see_usable(
        case,
        thumbprint,
        format!(
            "Nothing is to be set on the send connector: it names {text}, with which {from} \
             delivers. See whether {to} has it too, with its private key, and enabled for SMTP."
        ),
    );
    let change = Change::ImportWithKey {
        server: Some(to.to_owned()),
        thumbprint,
        certificate: Some(Box::new(named)),
    };
    let mut import = Remedy::of_servers(
        change,
        format!(
            "Where it is missing: export it on {from} with its private key \
             (Export-ExchangeCertificate -BinaryEncoded, or certlm.msc, All Tasks, Export), and \
             import that file on {to}."
        ),
        &servers(case),
    );
    let mut enabled = enable(case, thumbprint);
    import.changes.extend(enabled.changes.iter().cloned());
    enabled.changes.clone_from(&import.changes);
    vec![see, import, enabled]
}

/// Copies a certificate with its key from the server that has it, and enables it for SMTP.
pub(super) fn bring_certificate(case: &Case<'_>, named: &ExchangeCertificate) -> Vec<Remedy> {
    let text = named.thumbprint.map(|thumbprint| thumbprint.to_string());
    let from = named.server.as_deref().unwrap_or_default();
    let to = case.server().unwrap_or_default();
    let which = text.as_deref().unwrap_or("the certificate that the send connector names");
    let change = Change::ImportWithKey {
        server: Some(to.to_owned()),
        thumbprint: named.thumbprint,
        certificate: None,
    };
    let mut import = Remedy::of(
        change.clone(),
        format!(
            "{to} does not have {which}, which the send connector names and {from} has. Export it on \
             {from} with its private key (Export-ExchangeCertificate -BinaryEncoded, or certlm.msc, \
             All Tasks, Export), and import that file on {to}. Nothing is to be set on the send \
             connector."
        ),
    );
    let mut enabled = enable(case, named.thumbprint);
    import.changes.extend(enabled.changes.iter().cloned());
    enabled.changes.clone_from(&import.changes);
    vec![import, enabled]
}

/// Whether the send connector names another certificate than the one that was sent.
pub(super) fn names_another(case: &Case<'_>) -> bool {
    let sent = case.logged.filter(|logged| !logged.subject_issuer_ambiguous);
    let value = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_ref());
    sent.is_some_and(|sent| value.is_some() && !names(case, &sent.clone().into()))
}

/// Looks for the certificate that the send connector names, where the certificates of the server are not
/// given.
pub(super) fn see_named(case: &Case<'_>) -> Remedy {
    let action = format!(
        "The send connector names {}, and {} sends another certificate: it has none of that issuer and \
         subject with its private key and enabled for SMTP, or the name was set after the last session. \
         See which it has; import the named one, with its private key, where it is missing, and enable it \
         for SMTP.",
        named_value(case),
        case.server_text()
    );
    Remedy::new(MANAGEMENT_SHELL, action)
        .command_for_each(&servers(case), |server| {
            format!(
                "Get-ExchangeCertificate -Server {server} | Format-List Thumbprint,Issuer,Subject,\
                 NotAfter,Services,Status,HasPrivateKey"
            )
        })
        .verify("the next session in the send log sends the named certificate (SentThumbprint)")
}

fn named_value<'c>(case: &'c Case<'_>) -> &'c str {
    let value = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_deref());
    value.unwrap_or("another certificate")
}

/// Why the server does not send what the send connector names, by its given certificates; `None` without
/// them.
pub(super) fn why_not_named(case: &Case<'_>) -> Option<String> {
    let (value, server) = (named_value(case), case.server_text());
    let here = case.selectable.iter().filter(|one| names(case, one));
    match here.max_by_key(|one| one.not_after) {
        _ if case.selectable.is_empty() => None,
        None => Some(format!(
            "The send connector names {value}, and none of the given certificates of {server} has that \
             issuer and subject."
        )),
        Some(one) => Some(format!(
            "The send connector names {value}. {} has that certificate, {}, and it will not do: {}.",
            capital(&server),
            one.thumbprint.map(|thumbprint| thumbprint.to_string()).unwrap_or_default(),
            fault_of(case, one),
        )),
    }
}

/// Why a certificate that the connector names is none to send.
fn fault_of(case: &Case<'_>, one: &ExchangeCertificate) -> String {
    if let Some(status) = one.unusable_status() {
        format!("its Status is {status}")
    } else if one.is_pending_request() {
        "it is a request that no authority has answered yet".to_owned()
    } else if !is_valid(one, case.evidence.at) {
        "it is not valid today".to_owned()
    } else if one.has_private_key == Some(false) {
        "it is without its private key there".to_owned()
    } else if one.is_issued_by_authority() == Some(false) {
        "it is self-signed".to_owned()
    } else if expects(case, &one.names()) == Some(false) {
        "no inbound connector expects one of its names".to_owned()
    } else {
        match one.root_ca_type.as_deref() {
            Some(kind) => format!("its authority is no public one (RootCAType {kind})"),
            None => "its authority is not known to be a public one".to_owned(),
        }
    }
}

/// Whether the send connector names issuer and subject of a certificate.
pub(super) fn names(case: &Case<'_>, certificate: &ExchangeCertificate) -> bool {
    let present = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_deref());
    let Some(Ok(present)) = present.map(str::parse::<TlsCertificateName>) else { return false };
    let is_same = |name: &X500Name, text: &str| {
        text.parse().is_ok_and(|other| name.relation_to(&other) != NameRelation::Different)
    };
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    is_same(&present.issuer, &of(&certificate.issuer))
        && is_same(&present.subject, &of(&certificate.subject))
}
