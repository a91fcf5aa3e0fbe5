//! Steps that make a server send another certificate over a send connector.

use super::change::{Former, value_of};
use super::change_step::step_of;
use super::edge::{EDGE_MAXIMUM, choose_by_fqdn};
use super::elsewhere::{
    bring_certificate, bring_delivering, delivering_elsewhere, named_elsewhere, names,
    names_another, see_named, why_not_named,
};
use super::keys::{
    get_certificate, import_with_key_of, none_will_do, repair_key_of, restart_transport,
};
use super::on_servers::{Open, reach};
use super::replacement::{ReplacementCertificate, expects, keyless, knows_none, replacement};
use super::services::{READY, enable, see_usable, take_away, taken_up};
use super::{Change, MANAGEMENT_SHELL, Remedy, together};
use crate::certificate::Thumbprint;
use crate::connector::{CertificateNames, ExchangeCertificate, SendConnector};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::literal::listed;

/// Names another certificate on the send connector; before that it is enabled for SMTP, where it is
/// not.
pub(crate) fn select_certificate(case: &Case<'_>) -> Vec<Remedy> {
    let replacement = replacement(case);
    let first = replacement.as_ref().filter(|one| one.lacks_smtp);
    let first = first.map(|one| enable(case, one.thumbprint()));
    if let (None, Some(named)) = (&replacement, named_elsewhere(case)) {
        return bring_certificate(case, named);
    }
    if let (None, Some((named, from))) = (&replacement, delivering_elsewhere(case)) {
        return bring_delivering(case, named, from);
    }
    if let (None, Some(newer)) = (&replacement, shown_since(case)) {
        return vec![nothing_to_set_since(newer)];
    }
    if let (None, Some(one)) = (&replacement, keyless(case)) {
        return give_key(case, one);
    }
    let mut on_edge = None;
    let select = match &replacement {
        Some(one) if is_named_already(case, one) => {
            let names = one.certificate.names().names.into_iter().map(|name| name.text);
            on_edge = choose_by_fqdn(case, &names.collect::<Vec<_>>());
            nothing_to_set(case, one)
        }
        None if names_another(case) => match why_not_named(case) {
            Some(why) => name_new_certificate(case, &why),
            None => vec![see_named(case)],
        },
        None if knows_none(case) => name_new_certificate(case, &none_will_do(case)),
        one => vec![name_certificate(case, one.as_ref())],
    };
    let blocking = replacement.as_ref().and_then(|one| blocking_twin(case, one));
    let away = blocking.map(|thumbprint| take_away(case, thumbprint));
    away.into_iter().chain(on_edge).chain(first).chain(select).collect()
}

/// Gives an installed certificate its private key, and names it where the send connector does not.
fn give_key(case: &Case<'_>, one: &ExchangeCertificate) -> Vec<Remedy> {
    let thumbprint = one.thumbprint;
    let text = thumbprint.map(|thumbprint| thumbprint.to_string()).unwrap_or_default();
    let is_named = names(case, one);
    let named = if is_named {
        " Nothing is to be set on the send connector: it names issuer and subject of that certificate."
    } else {
        ""
    };
    let which = format!(
        "The certificate {text} would do, and the given export says that {} has it without its \
         private key.{named}",
        case.server_text()
    );
    let enable = one.lacks_smtp().then(|| enable(case, thumbprint));
    let select = (!is_named).then(|| {
        let action = format!("Then name the certificate {text} on the send connector.");
        send(case, Some(one), &action)
    });
    let key = [repair_key_of(case, thumbprint, &which), import_with_key_of(case, thumbprint)];
    together(key.into_iter().chain(enable).chain(select).collect())
}

/// A new certificate, and its name on the send connector: none of those that the server has will do,
/// `why` says how that is known.
fn name_new_certificate(case: &Case<'_>, why: &str) -> Vec<Remedy> {
    let action = "Then name the new certificate on the send connector.";
    vec![get_certificate(case, why, &with_expected_name(case)), send(case, None, action)]
}

/// `a name that the inbound connector expects (mail.contoso.com)`.
fn with_expected_name(case: &Case<'_>) -> String {
    let all = &case.attribution.connectors;
    let expected: Vec<&str> = case
        .connectors_by_name()
        .into_iter()
        .filter_map(|index| all.get(index)?.value.as_deref())
        .collect();
    match expected.as_slice() {
        [] => "a name below an accepted domain".to_owned(),
        names => format!(
            "a name that the inbound connector expects ({})",
            listed(names.iter().copied(), 4)
        ),
    }
}

/// The newest session at the places of the case, where it shows another certificate, and one that an
/// inbound connector expects.
fn shown_since<'c>(case: &'c Case<'_>) -> Option<&'c Incident> {
    let own = case.incident.filter(|_| !case.is_newest_of_place())?;
    let at_own_place = case.evidence.incidents.all.iter().filter(|other| {
        other.connector == own.connector
            && other.last > own.last
            && own.last_on.keys().all(|server| other.last_on.contains_key(server))
    });
    let newest = at_own_place.filter(|one| one.is_certificate_known).max_by_key(|one| one.last)?;
    let names = CertificateNames::from(newest.sent.as_deref()?);
    let is_other = newest.identity().shown != own.identity().shown;
    (is_other && expects(case, &names) == Some(true)).then_some(newest)
}

/// The configuration was changed already: what keeps the newer certificate from passing is a finding
/// of its own.
fn nothing_to_set_since(newer: &Incident) -> Remedy {
    let sent = newer.sent.as_deref();
    let thumbprint = sent.and_then(|sent| sent.thumbprint.as_deref()).unwrap_or("another one");
    Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "There is nothing to set for this any more: the newest session, of {}, shows the \
             certificate {thumbprint}, which the inbound connector expects. What becomes of that \
             one stands in its own finding.",
            newer.last
        ),
    )
}

/// Whether another certificate can take the place of the one of the case.
pub(crate) fn has_substitute(case: &Case<'_>) -> bool {
    replacement(case).is_some()
        || named_elsewhere(case).is_some()
        || delivering_elsewhere(case).is_some()
        || keyless(case).is_some()
}

/// Names a certificate of the server on the send connector, enabled for SMTP before where it is not.
pub(super) fn send_enabled(
    case: &Case<'_>,
    certificate: &ExchangeCertificate,
    action: &str,
) -> Vec<Remedy> {
    let first = certificate.lacks_smtp().then(|| enable(case, certificate.thumbprint));
    first.into_iter().chain([send(case, Some(certificate), action)]).collect()
}

fn name_certificate(case: &Case<'_>, replacement: Option<&ReplacementCertificate>) -> Remedy {
    let certificate = replacement.map(|one| &one.certificate);
    let which = match certificate.and_then(|one| one.thumbprint) {
        Some(thumbprint) => format!("the certificate {thumbprint}"),
        None => "the intended certificate, of a public authority and with a name that the inbound \
                 connector expects"
            .to_owned(),
    };
    let where_delivered = replacement.filter(|one| one.is_delivering).and_then(|one| {
        let connector = delivering_connector(case, one.thumbprint())?;
        Some(format!(" Mail over {connector} is delivered with it."))
    });
    let unproven = if replacement.is_some_and(|one| !one.is_proven) {
        " Check with Get-ExchangeCertificate that it is of a public authority (RootCAType \
         ThirdParty)."
    } else {
        ""
    };
    let action = format!(
        "Name {which} on the send connector.{}{unproven}",
        where_delivered.unwrap_or_default()
    );
    send(case, certificate, &action)
}

/// Names a certificate on the send connector of the case; without one the command asks for it.
pub(crate) fn send(
    case: &Case<'_>,
    certificate: Option<&ExchangeCertificate>,
    action: &str,
) -> Remedy {
    let before = match case.send_connector.map(|one| &one.object) {
        Some(SendConnector { tls_certificate_name: Some(present), .. }) => {
            Former::Value(present.clone())
        }
        Some(one) if one.knows_certificate_name => Former::Empty,
        _ => Former::NotKnown,
    };
    let is_long = certificate.and_then(value_of).is_some_and(|value| value.len() > EDGE_MAXIMUM);
    let edge = if is_long {
        " An Edge server takes no TlsCertificateName above 256 characters, as this one is."
    } else {
        " A subscribed Edge server: on a mailbox server, then Start-EdgeSynchronization."
    };
    let reach = reach(case, certificate);
    let action = format!("{action}{reach}{edge}");
    let change = Change::Send {
        connector: case.send_connector_name().map(str::to_owned),
        certificate: Box::new(certificate.cloned().unwrap_or_default()),
        before,
    };
    match certificate {
        Some(_) => Remedy::of(change, action),
        // Which one is meant is not known, so that there is nothing to try.
        None => step_of(&change, action, &[]).into(),
    }
}

/// The send connector over which mail is delivered with a certificate.
fn delivering_connector<'c>(case: &'c Case<'_>, wanted: Option<Thumbprint>) -> Option<&'c str> {
    let incident = case.evidence.incidents.all.iter().find(|incident| {
        let sent = incident.sent.as_ref().and_then(|sent| sent.thumbprint.as_deref());
        incident.ending == Ending::Delivered
            && wanted.is_some()
            && sent.and_then(|text| text.parse().ok()) == wanted
    })?;
    Some(&*incident.connector).filter(|name| !name.is_empty())
}

/// Whether the send connector names issuer and subject of the certificate, as after a renewal that
/// keeps them.
fn is_named_already(case: &Case<'_>, replacement: &ReplacementCertificate) -> bool {
    names(case, &replacement.certificate)
}

/// The certificate of the case, where it is the newer one of the issuer and subject that the send
/// connector names: as long as the server has it, Exchange takes it and not the replacement.
fn blocking_twin(case: &Case<'_>, replacement: &ReplacementCertificate) -> Option<Thumbprint> {
    let own = case.parsed_thumbprint()?;
    let sent = case.selectable.iter().find(|one| one.thumbprint == Some(own))?;
    let is_blocking = is_named_already(case, replacement)
        && names(case, sent)
        && sent.not_after > replacement.certificate.not_after;
    is_blocking.then_some(own)
}

fn nothing_to_set(case: &Case<'_>, replacement: &ReplacementCertificate) -> Vec<Remedy> {
    let thumbprint = replacement.thumbprint();
    let text = thumbprint.map(|thumbprint| thumbprint.to_string());
    let which = text.as_deref().unwrap_or("another certificate");
    let action = format!(
        "There is nothing to set on the send connector: it names issuer and subject of {which} \
         already, and Exchange takes the newest certificate of that name."
    );
    let open = Open::of(case, thumbprint);
    let open = if replacement.lacks_smtp { open.once_enabled() } else { open };
    if !open.is_nothing() {
        let action = format!(
            "{action} See that {}; then transport takes it up, at the latest when it is restarted.",
            open.words()
        );
        return vec![see_usable(case, thumbprint, action)];
    }
    let ready = if replacement.lacks_smtp { "with its private key" } else { READY };
    let action = format!(
        "{action} By the given export {} has it {ready}: transport takes it up by itself, at the \
         latest when it is restarted.",
        case.server_text()
    );
    vec![taken_up(action), restart_transport()]
}
