//! What is left to do where no rule and no catalogue knows a step: ask whoever knows more.

use super::{ELEVATED, Remedy};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::eop_host::is_eop_host;
use crate::finding::Place;

/// Asks Microsoft's support about a refusal that contradicts the given evidence.
pub(crate) fn ask_support(case: &Case<'_>) -> Remedy {
    let (at, quoted) = time_and_reply(case);
    Remedy::new(
        Place::AdminCenter,
        format!(
            "If all that fits: ask Microsoft's support, with the reply, its host and id in brackets \
             and the time{at}, the public address {}, and the chain as it is sent.{quoted}",
            case.address().unwrap_or_else(|| "of the session".to_owned()),
        ),
    )
    .verify("support names the tenant and the connector to which the mail was attributed")
}

/// Asks the other side what its own words mean.
pub(crate) fn ask_other_side(case: &Case<'_>) -> Remedy {
    let (at, quoted) = time_and_reply(case);
    let host = case.incident.and_then(|incident| incident.remote_host.as_deref());
    let (place, whom) = if host.is_some_and(is_eop_host) {
        (Place::AdminCenter, "Microsoft's support".to_owned())
    } else {
        let domains = case.incident.map(|incident| &incident.recipient_domains);
        let domains = domains.filter(|all| !all.is_empty());
        let of = domains.map_or_else(
            || "the recipient's domain".to_owned(),
            |all| listed(all.iter().map(String::as_str), 2),
        );
        (Place::RecipientTenant, format!("the postmaster of {of}"))
    };
    Remedy::new(
        place,
        format!(
            "Read the reply: the words are the other side's own. If they do not say what to do, send \
             a message once more, and if it is refused again ask {whom}, with the reply, its host and \
             id in brackets and the time{at}.{quoted}"
        ),
    )
    .verify("a message to the same recipient is delivered")
}

/// Looks for what Windows itself noted of a TLS handshake that failed.
pub(crate) fn see_schannel() -> Remedy {
    Remedy::new(
        ELEVATED,
        "See what Windows noted of the handshake at that time: the alert or the error names what was \
         refused, and by which side. Then try the connection by hand: Test-EopRelayConnection \
         (eop-relay probe) shows at which step TLS ends.",
    )
    .command(
        "Get-WinEvent -FilterHashtable @{ LogName = 'System'; ProviderName = 'Schannel' } \
         -MaxEvents 20 | Format-List TimeCreated,Id,Message",
    )
    .verify("an event of that time explains it, or the next session succeeds")
}

/// The last time and the words of the refusal, each as a part of a sentence; empty where not known.
fn time_and_reply(case: &Case<'_>) -> (String, String) {
    let incident = case.incident;
    let at = incident.map(|one| format!(" {}", one.stated(one.last))).unwrap_or_default();
    let reply = incident.and_then(|one| one.reply.as_deref());
    let quoted = reply.map(|reply| format!(" The reply: {reply}.")).unwrap_or_default();
    (at, quoted)
}
