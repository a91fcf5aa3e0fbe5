//! What to do about a chain: exact commands, with how to verify and how to undo.

use serde::{Serialize, Serializer};

use super::completeness::{MissingIssuer, Need, needs};
use super::pool::Pool;
use super::search::End;
use crate::certificate::Certificate;
use crate::finding::{Place, Step};

const ON_THE_SERVER: &str =
    "on the Exchange server that sends, in Windows PowerShell as administrator";

/// Remedies for what a path lacks.
///
/// A certificate is only proposed for import if it is not self-signed and its key verifies its
/// child's signature, and only into LocalMachine\CA: what lies in Root is trusted.
pub(crate) fn remedies(
    pool: &Pool<'_>,
    path: &[usize],
    end: End,
    missing: &[MissingIssuer],
) -> Vec<Step> {
    let mut remedies = Vec::new();
    for (position, need) in needs(pool, path).into_iter().enumerate() {
        if need != Need::Absent {
            continue;
        }
        let (child, issuer) = (path[position - 1], path[position]);
        let certificate = pool.certificate(issuer);
        let is_verified = pool.known_signature(child, issuer) == Some(Ok(()));
        if is_verified && !certificate.is_self_issued() {
            remedies.push(import(certificate));
        }
    }
    let unknown = missing.iter().filter(|issuer| issuer.found.is_none());
    remedies.extend(unknown.map(|issuer| obtain(issuer, end)));
    remedies
}

/// Imports an intermediate.
fn import(certificate: &Certificate) -> Step {
    let thumbprint = certificate.thumbprint();
    Step::new(
        Place::ElevatedOnServer,
        format!(
            "Import the intermediate certificate {} (thumbprint {thumbprint}), so that the server \
             sends it. Save it as {thumbprint}.cer first. Never import it into Root.",
            certificate.subject
        ),
    )
    .at(ON_THE_SERVER)
    .command(format!(
        "Import-Certificate -FilePath '.\\{thumbprint}.cer' -CertStoreLocation \
         'Cert:\\LocalMachine\\CA'"
    ))
    .verify(format!("Get-Item -LiteralPath 'Cert:\\LocalMachine\\CA\\{thumbprint}'"))
    .undo(format!("Remove-Item -LiteralPath 'Cert:\\LocalMachine\\CA\\{thumbprint}'"))
}

/// Finds an issuer of which nothing but its name is known.
fn obtain(issuer: &MissingIssuer, end: End) -> Step {
    let reason = match end {
        End::Cycle => "The given issuers only sign each other.",
        _ => "It is among none of the given certificates.",
    };
    let url = issuer.urls.iter().find(|url| is_plain_url(url));
    let command = url.map(|url| format!("Invoke-WebRequest -Uri '{url}' -OutFile '.\\issuer.cer'"));
    let source = if command.is_some() {
        "Download it, or ask the authority that issued the certificate for its intermediates"
    } else {
        "Ask the authority that issued the certificate for its intermediates"
    };
    let step = Step::new(
        Place::AnyComputer,
        format!(
            "Get the certificate of the issuer {}{}. {reason} {source}, then check again with it \
             among the intermediates: only then can it be told whether it is the right one to \
             import.",
            issuer.subject,
            issuer
                .key_identifier
                .as_ref()
                .map(|key| format!(" (key identifier {key})"))
                .unwrap_or_default(),
        ),
    );
    Step { command, ..step }
}

/// The steps with their action as `Description` and without the side: all are the sender's.
pub(super) fn described<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Described<'a> {
        description: &'a str,
        command: Option<&'a str>,
        r#where: &'a str,
        verify: Option<&'a str>,
        undo: Option<&'a str>,
    }
    serializer.collect_seq(steps.iter().map(|step| Described {
        description: &step.action,
        command: step.command.as_deref(),
        r#where: &step.r#where,
        verify: step.verify.as_deref(),
        undo: step.undo.as_deref(),
    }))
}

/// A URL that can stand between quotation marks in a command: it comes from a certificate, which
/// anyone may have made.
fn is_plain_url(url: &str) -> bool {
    let is_harmless =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&()*+,;=%".contains(&byte);
    (url.starts_with("http://") || url.starts_with("https://"))
        && url.bytes().all(|byte| is_harmless(byte) && !b"$;&()".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_urls_get_into_commands() {
        assert!(is_plain_url("http://cacerts.contoso.com/Issuing%20CA.crt"));
        for url in [
            "ldap:///CN=x",
            "http://x/'; Remove-Item C:\\ #",
            "http://x/$(calc)",
            "http://x/\u{2019}",
        ] {
            assert!(!is_plain_url(url), "{url}");
        }
    }
}
