//! From the command line to what is asked, and to what is known.

use std::path::Path;
use std::sync::Arc;

use eop_relay::certificate::Password;
use eop_relay::diagnosis::Evidence;
use eop_relay::evidence::HybridHistory;
use eop_relay::probe::{Answerable, NamedFile, Question, QuestionError, Shown};

use super::arguments::ProbeArguments;
use crate::arguments::{add_exports, certificate_files, given_or_now, password};
use crate::exit::Exit;
use crate::message;
use crate::test::inputs::{add_accepted_domains, add_stores};

/// Reads everything. What cannot be read of the evidence is reported and noted in it, and the rest goes on.
///
/// # Errors
/// The question cannot be asked: what is missing, or cannot be used; and how the command ends then.
pub fn read(arguments: &ProbeArguments) -> Result<(Answerable, Evidence), (Exit, String)> {
    let unreadable = |reason| (Exit::CouldNotCheck, reason);
    let mut evidence = Evidence::new(given_or_now(None).map_err(unreadable)?);
    let computer = computer_name();
    evidence.server = arguments.server.clone().or_else(|| computer.clone()).map(Into::into);
    let password = arguments.stores.password().map_err(unreadable)?;
    add_stores(&arguments.stores, arguments.recurse, password.as_ref(), &mut evidence);
    arguments.configuration.add_to(&mut evidence);
    add_exports(&arguments.inbound_connector, &mut evidence, Evidence::add_inbound_connectors);
    add_accepted_domains(&arguments.accepted_domain, &mut evidence);
    if !arguments.hybrid_log.is_empty() {
        evidence.add_hybrid(HybridHistory::read(&arguments.hybrid_log, arguments.recurse));
    }
    // On other systems there are none, and a file has the certificate.
    let _ = evidence.add_this_machine();
    for (path, reason) in &evidence.unreadable {
        message::error(&format_args!("{path}: {reason}"));
    }
    let question = Question {
        addresses: arguments.from.clone().zip(arguments.to.clone()),
        connector: arguments.connector.clone(),
        smart_host: arguments.smart_host.clone(),
        port: arguments.port,
        fqdn: arguments.fqdn.clone(),
        computer,
        tls_domain: arguments.tls_domain.clone(),
        shown: shown(arguments, password.map(Arc::new)).map_err(unreadable)?,
        timeout: arguments.timeout,
    };
    let answerable = question.answerable(&evidence).map_err(|error| {
        let reason = match error {
            QuestionError::File { name, error } => format!("{name}: {}", password::advised(&error)),
            error => error.to_string(),
        };
        // What is missing may stand in what was not read.
        let is_all_read = evidence.unreadable.is_empty();
        (if is_all_read { Exit::Usage } else { Exit::CouldNotCheck }, reason)
    })?;
    if let Some(reason) = &answerable.reason {
        message::note(reason);
    }
    Ok((answerable, evidence))
}

fn shown(arguments: &ProbeArguments, password: Option<Arc<Password>>) -> Result<Shown, String> {
    Ok(match (&arguments.certificate, arguments.thumbprint) {
        (Some(path), _) => Shown::File {
            certificate: file(path)?,
            key: arguments.key.as_deref().map(file).transpose()?,
            password,
        },
        (None, Some(thumbprint)) => Shown::Thumbprint(thumbprint),
        (None, None) if arguments.no_certificate => Shown::Nothing,
        (None, None) => Shown::AsExchange,
    })
}

fn file(path: &Path) -> Result<NamedFile, String> {
    let file = certificate_files::read(path)?;
    let named = file.named();
    Ok(NamedFile { name: named.name.to_owned(), bytes: named.bytes.to_vec() })
}

/// The name of this computer, where the system shows it without more ado.
fn computer_name() -> Option<String> {
    let name = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME")).ok()?;
    Some(name).filter(|name| !name.is_empty())
}
