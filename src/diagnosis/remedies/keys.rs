//! A key that comes to its certificate, a certificate that comes to a server, and transport, which takes
//! both up.

use super::change::Change;
use super::change_step::step_of;
use super::services::ANSWER_NO;
use super::{ELEVATED, Remedy, servers};
use crate::certificate::Thumbprint;
use crate::diagnosis::case::Case;

/// Ties the certificate of the case to the key that lies on the machine.
pub(crate) fn repair_key(case: &Case<'_>) -> Remedy {
    repair_key_of(case, case.parsed_thumbprint(), "")
}

/// Ties an installed certificate to its key; `why` stands before.
pub(super) fn repair_key_of(case: &Case<'_>, thumbprint: Option<Thumbprint>, why: &str) -> Remedy {
    let blank = if why.is_empty() { "" } else { " " };
    Remedy::of_servers(
        Change::TieKey { thumbprint },
        format!(
            "{why}{blank}Where the key is on the machine, and only its tie to the certificate is \
             lost: tie them again. It changes nothing else, and comes before any new import."
        ),
        &servers(case),
    )
}

pub(crate) fn import_with_key(case: &Case<'_>) -> Remedy {
    import_with_key_of(case, case.parsed_thumbprint())
}

pub(super) fn import_with_key_of(case: &Case<'_>, thumbprint: Option<Thumbprint>) -> Remedy {
    let server = case.server().map(str::to_owned);
    Remedy::of_servers(
        Change::ImportWithKey { server, thumbprint, certificate: None },
        "Only if that does not help: import the certificate from a PFX file that holds its private \
         key. Importing over an existing thumbprint fails: export or note the present one, and \
         remove it first.",
        &servers(case),
    )
}

/// The command that interrupts the mail flow of a server.
pub(crate) const RESTART_TRANSPORT: &str = "Restart-Service MSExchangeTransport";

/// That the certificates of the server are known, and none is one to send.
pub(super) fn none_will_do(case: &Case<'_>) -> String {
    format!("None of the given certificates of {} will do.", case.server_text())
}

/// Another certificate from an authority, with `what`; `why` says that the server has none.
pub(super) fn get_certificate(case: &Case<'_>, why: &str, what: &str) -> Remedy {
    let server = case.server().map(str::to_owned);
    let change = Change::ImportWithKey { server, thumbprint: None, certificate: None };
    let action = format!(
        "{why} Get one from a public authority with {what}, import it with its private key, and enable \
         it for SMTP (Enable-ExchangeCertificate -Services SMTP). {ANSWER_NO}"
    );
    // Which one it will be is not known, so that there is nothing to try.
    step_of(&change, action, &servers(case)).into()
}

pub(crate) fn restart_transport() -> Remedy {
    Remedy::new(
        ELEVATED,
        "Last, and only if the change does not take effect by itself: restart transport. This \
         interrupts the mail flow of the server.",
    )
    .command(RESTART_TRANSPORT)
    .verify("the next session in the send log succeeds, and the queue drains")
}
