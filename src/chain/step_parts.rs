//! What the steps about chains share: stores, downloads.

use super::words::shown;
use crate::certificate::Certificate;
use crate::finding::{Place, Step};

pub(super) const ON_THE_SERVER: &str =
    "on the Exchange server that sends, in Windows PowerShell as administrator";

/// Imports an intermediate.
pub(crate) fn import(certificate: &Certificate) -> Step {
    let thumbprint = certificate.thumbprint();
    Step::new(
        Place::ElevatedOnServer,
        format!(
            "Import the intermediate certificate {} (thumbprint {thumbprint}), so that the server \
             sends it. Save it as {thumbprint}.cer first. Never import it into Root.",
            shown(&certificate.subject)
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

/// Moves a certificate from the root store to the intermediates.
pub(crate) fn move_to_intermediates(certificate: &Certificate) -> Step {
    let thumbprint = certificate.thumbprint();
    let place = |store: &str| format!("'Cert:\\LocalMachine\\{store}\\{thumbprint}'");
    let to = |from: &str, store: &str| {
        format!(
            "Move-Item -LiteralPath {} -Destination 'Cert:\\LocalMachine\\{store}'",
            place(from)
        )
    };
    Step::new(
        Place::ElevatedOnServer,
        format!(
            "Move {} (thumbprint {thumbprint}) from Root to the intermediates, CA (KB 2795828): in \
             Root it keeps Schannel from sending complete lists, and from trusting what it should.",
            shown(&certificate.subject)
        ),
    )
    .at(ON_THE_SERVER)
    .command(to("Root", "CA"))
    .verify(format!("Test-Path -LiteralPath {}: True", place("CA")))
    .undo(to("CA", "Root"))
}

/// Takes a certificate out of a store of the computer, with a copy to put back.
pub(crate) fn remove(certificate: &Certificate, store: &str, purpose: &str) -> Step {
    let thumbprint = certificate.thumbprint();
    let item = format!("'Cert:\\LocalMachine\\{store}\\{thumbprint}'");
    Step::new(
        Place::ElevatedOnServer,
        format!(
            "Take {} (thumbprint {thumbprint}) out of the store {store} of the computer, {purpose}. \
             The first command keeps a copy.",
            shown(&certificate.subject)
        ),
    )
    .at(ON_THE_SERVER)
    .command(format!(
        "Export-Certificate -Cert {item} -FilePath '.\\{thumbprint}.cer'\n\
         Remove-Item -LiteralPath {item}"
    ))
    .verify(format!("Test-Path -LiteralPath {item}: False"))
    .undo(format!(
        "Import-Certificate -FilePath '.\\{thumbprint}.cer' -CertStoreLocation \
         'Cert:\\LocalMachine\\{store}'"
    ))
}

/// Where a certificate can be had, in words.
pub(super) fn source(urls: &[String]) -> &'static str {
    if download(urls).is_some() {
        "Download it, or ask the authority that issued the certificate for its intermediates"
    } else {
        "Ask the authority that issued the certificate for its intermediates"
    }
}

/// Downloads the issuer of a certificate into a file.
pub(super) fn download(urls: &[String]) -> Option<String> {
    let url = urls.iter().find(|url| is_plain_url(url))?;
    // Without -UseBasicParsing Windows PowerShell 5.1 stops and asks since December 2025.
    Some(format!("Invoke-WebRequest -UseBasicParsing -Uri '{url}' -OutFile '.\\issuer.cer'"))
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
