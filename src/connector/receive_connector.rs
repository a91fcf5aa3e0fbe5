//! Receive connectors of Exchange Server (Get-ReceiveConnector).

use serde::Serialize;

use super::text_list::TextList;

/// A receive connector. `None` means that the source does not tell; the default of every field is that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiveConnector {
    /// `EX01\Default Frontend EX01`, else the name.
    pub identity: String,
    /// The server.
    pub server: Option<String>,
    /// The name in banner and EHLO reply, and for the implicit choice of a certificate.
    pub fqdn: Option<String>,
    /// `<I>issuer<S>subject`, as given; `None` where unset and where not known.
    pub tls_certificate_name: Option<String>,
    /// Whether the source has the property TlsCertificateName at all.
    #[serde(skip)]
    pub knows_certificate_name: bool,
    /// Whether blanks in names are uncertain, as in Format-List text.
    #[serde(skip)]
    pub has_uncertain_blanks: bool,
    /// `Tls`, `BasicAuth`, `ExchangeServer` and so on.
    pub auth_mechanism: Option<TextList>,
}

impl ReceiveConnector {
    /// Whether it offers STARTTLS, by AuthMechanism.
    #[must_use]
    pub fn offers_tls(&self) -> Option<bool> {
        let list = self.auth_mechanism.as_ref().filter(|list| !list.is_truncated)?;
        let mut words = list.values.iter().flat_map(|value| value.split([',', ' ']));
        Some(words.any(|word| word.trim().eq_ignore_ascii_case("Tls")))
    }

    /// The server, as its own property or its identity names it.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        let of_identity =
            || Some(self.identity.split_once('\\')?.0).filter(|name| !name.is_empty());
        self.server.as_deref().or_else(of_identity)
    }

    /// Whether it is the one that Setup makes for port 25 of the front end: `Default Frontend EX01`
    /// (Microsoft Learn: Receive connectors, default Receive connectors in the Front End Transport service).
    #[must_use]
    pub fn is_default_frontend(&self) -> bool {
        let name = self.identity.rsplit('\\').next().unwrap_or(&self.identity);
        let start = name.get(.."Default Frontend ".len());
        start.is_some_and(|start| start.eq_ignore_ascii_case("Default Frontend "))
    }

    /// Whether it is the one that a log calls so.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let short = |text: &str| text.rsplit('\\').next().unwrap_or(text).to_ascii_lowercase();
        self.identity.eq_ignore_ascii_case(name)
            || (short(&self.identity) == short(name) && !name.contains('\\'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starttls_is_offered_where_auth_mechanism_has_tls_as_a_word() {
        let of = |text: &str| ReceiveConnector {
            auth_mechanism: Some(TextList::complete([text])),
            ..ReceiveConnector::default()
        };
        assert_eq!(of("Tls, Integrated, BasicAuth").offers_tls(), Some(true));
        assert_eq!(of("Integrated, BasicAuthRequireTLS").offers_tls(), Some(false));
        assert_eq!(ReceiveConnector::default().offers_tls(), None);
    }

    #[test]
    fn a_connector_is_known_by_its_identity_and_its_server() {
        let one = ReceiveConnector {
            identity: r"EX01\Default Frontend EX01".to_owned(),
            ..ReceiveConnector::default()
        };
        assert_eq!(one.server(), Some("EX01"));
        assert!(
            one.is_named(r"ex01\default frontend ex01") && one.is_named("Default Frontend EX01")
        );
        assert!(!one.is_named(r"EX02\Default Frontend EX01"));
    }
}
