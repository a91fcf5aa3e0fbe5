//! Steps on the certificate of the sending server.

use super::keys::{import_with_key_of, repair_key_of, restart_transport};
use super::on_servers::Open;
use super::services::{READY, enable, see_usable, taken_up};
use super::{
    ELEVATED, MANAGEMENT_SHELL, Remedy, replacement, select_certificate, servers, thumbprint,
    together,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{date, listed};
use crate::reply::explain;
use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

/// By so much two clocks may differ that are right: 5 minutes.
const CLOCK_TOLERANCE: i64 = 5 * TICKS_PER_MINUTE;

/// What an administrator can read proves nothing of NETWORK SERVICE: the access list of the key does.
pub(crate) fn check_private_key(case: &Case<'_>) -> Remedy {
    let how = "certlm.msc, Personal, the certificate, All Tasks, Manage Private Keys, Read.";
    // The store of this computer may have answered it.
    let action = if case.unreadable_key().is_some() {
        format!(
            "Let NETWORK SERVICE (S-1-5-20), under which transport runs, read the private key: {how}"
        )
    } else {
        format!(
            "See whether NETWORK SERVICE (S-1-5-20), under which transport runs, may read the private \
             key; if not, let it: {how}"
        )
    };
    Remedy::new(ELEVATED, action)
        .command(format!("Test-EopRelayCertificate -Thumbprint {}", thumbprint(case)))
        .verify("the report names no key that NETWORK SERVICE may not read")
        .undo("take the permission of NETWORK SERVICE away again in the same dialog")
}

/// Another certificate in place of one that ends or is withdrawn: an installed one, else a new one.
pub(crate) fn replace_certificate(case: &Case<'_>) -> Vec<Remedy> {
    if super::sending::has_substitute(case) {
        return select_certificate(case);
    }
    let names = case.names();
    let names = match names.as_slice() {
        [] => String::new(),
        names => format!(" ({})", listed(names.iter().copied(), 6)),
    };
    let step = Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "Get a new certificate from a public authority with the same names{names}, issuer and \
             subject: then no connector has to be changed, as both name no thumbprint."
        ),
    )
    .verify(
        "the next session in the send log sends the new certificate (SentThumbprint); \
         Test-EopRelayConnection shows at once which one is sent",
    );
    // What the server has is known where its certificates are given.
    let is_given = !case.selectable.is_empty();
    vec![if is_given { step } else { list_certificates(case, step, "NotAfter,Services") }]
}

/// Shows with a step what the servers have.
fn list_certificates(case: &Case<'_>, step: Remedy, properties: &str) -> Remedy {
    step.command_for_each(&servers(case), |server| {
        format!(
            "Get-ExchangeCertificate -Server {server} | Format-List Thumbprint,Issuer,Subject,\
             {properties}"
        )
    })
}

/// What is left to see of the clock of the server: the reply of the other side may hold its time.
fn clock(case: &Case<'_>) -> String {
    let incident = case.incident.filter(|one| one.is_dated && one.has_zone);
    let theirs = incident
        .and_then(|one| explain(one.reply.as_deref()?).server_time)
        .and_then(|text| Timestamp::parse(&text));
    match incident.map(|one| one.last).zip(theirs) {
        Some((own, theirs)) if (own.ticks() - theirs.ticks()).abs() <= CLOCK_TOLERANCE => {
            String::new()
        }
        Some((own, theirs)) => format!(
            " See that the clock of the server is right: its log says {own}, and the reply of the \
             other side {theirs}."
        ),
        None => " If the date is right, see that the clock of the server is.".to_owned(),
    }
}

/// The certificate that was sent before, in place of one that is not valid yet.
pub(crate) fn send_previous(case: &Case<'_>) -> Vec<Remedy> {
    if replacement(case).is_some() {
        return select_certificate(case);
    }
    let start = case.not_before().map(date).unwrap_or_default();
    let is_given = !case.selectable.is_empty();
    let which = if is_given {
        format!(
            "none of the given certificates of {} will do, so import it with its private key, and \
             name it on the send connector",
            case.server_text()
        )
    } else {
        "see which one is installed, and name it on the send connector".to_owned()
    };
    let step = Remedy::new(
        MANAGEMENT_SHELL,
        format!("Send the previous certificate until {start}: {which}.{}", clock(case)),
    )
    .verify("the next session in the send log sends a certificate that is valid");
    vec![if is_given { step } else { list_certificates(case, step, "NotBefore,NotAfter,Services") }]
}

/// Makes the server send the certificate that its configuration chooses.
pub(crate) fn take_up(
    case: &Case<'_>,
    chosen: &crate::connector::ExchangeCertificate,
) -> Vec<Remedy> {
    let thumbprint = chosen.thumbprint;
    if chosen.has_private_key == Some(false) {
        let why = "The given export says that the certificate has no private key on the server.";
        let key =
            [repair_key_of(case, thumbprint, why), import_with_key_of(case, thumbprint)].into();
        return [together(key), vec![restart_transport()]].concat();
    }
    if chosen.lacks_smtp() {
        return vec![enable(case, thumbprint), restart_transport()];
    }
    let open = Open::of(case, thumbprint);
    let first = if open.is_nothing() {
        taken_up(format!(
            "There is nothing to set: by the given export {} has the certificate {READY}. Transport \
             takes it up by itself.",
            case.server_text()
        ))
    } else {
        let action = format!("See that {}. Transport takes it up by itself.", open.words());
        see_usable(case, thumbprint, action)
    };
    vec![first, restart_transport()]
}
