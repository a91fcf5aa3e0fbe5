//! `TlsCertificateName` of send connectors: `<I>issuer<S>subject`.

use std::fmt;
use std::str::FromStr;

use super::x500::{NameRelation, X500Name, X500ParseError};
use super::x509::Certificate;

/// The certificate that a send connector names (Set-SendConnector -TlsCertificateName): two Windows
/// X.500 strings, no thumbprint. `Display` writes what the parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsCertificateName {
    /// The issuer.
    pub issuer: X500Name,
    /// The subject.
    pub subject: X500Name,
}

/// A text that is no `TlsCertificateName`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsCertificateNameError {
    /// `<I>` or `<S>` is missing, or they stand in the wrong order.
    #[error("a TlsCertificateName reads <I>issuer<S>subject")]
    MissingMarker,
    /// The issuer is no X.500 name.
    #[error("the issuer after <I> is no X.500 name: {0}")]
    Issuer(#[source] X500ParseError),
    /// The subject is no X.500 name.
    #[error("the subject after <S> is no X.500 name: {0}")]
    Subject(#[source] X500ParseError),
}

impl TlsCertificateName {
    /// The name of a certificate.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self { issuer: certificate.issuer.to_x500(), subject: certificate.subject.to_x500() }
    }

    /// Whether a certificate has that issuer and that subject. Names written root first match too.
    #[must_use]
    pub fn matches(&self, certificate: &Certificate) -> bool {
        self.issuer.relation_to(&certificate.issuer.to_x500()) != NameRelation::Different
            && self.subject.relation_to(&certificate.subject.to_x500()) != NameRelation::Different
    }

    /// The certificate of that name which Exchange takes among several: the one that expires last
    /// (Exchange team blog); Microsoft Learn says that the one which begins last is taken, so where
    /// these are two certificates both are given, the former first.
    #[must_use]
    pub fn select<'a>(&self, certificates: &'a [Certificate]) -> Vec<&'a Certificate> {
        let matching = || certificates.iter().filter(|certificate| self.matches(certificate));
        let mut selected: Vec<&Certificate> =
            matching().max_by_key(|certificate| certificate.not_after).into_iter().collect();
        let begins_last = matching().max_by_key(|certificate| certificate.not_before);
        if let (Some(first), Some(other)) = (selected.first(), begins_last)
            && first.not_before != other.not_before
        {
            selected.push(other);
        }
        selected
    }
}

impl FromStr for TlsCertificateName {
    type Err = TlsCertificateNameError;

    /// Reads `<I>issuer<S>subject`; the markers may be in either case, blanks around the parts are
    /// dropped.
    ///
    /// # Errors
    /// [`TlsCertificateNameError`] with the offset inside the part that is no name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let marked = text.get(..3).filter(|marker| marker.eq_ignore_ascii_case("<I>"));
        let rest = marked.map(|_| &text[3..]).ok_or(TlsCertificateNameError::MissingMarker)?;
        let (issuer, subject) =
            split_at_subject(rest).ok_or(TlsCertificateNameError::MissingMarker)?;
        Ok(Self {
            issuer: issuer.trim().parse().map_err(TlsCertificateNameError::Issuer)?,
            subject: subject.trim().parse().map_err(TlsCertificateNameError::Subject)?,
        })
    }
}

/// Splits at the first `<S>` outside quotation marks: an issuer may hold one in a quoted value.
fn split_at_subject(text: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    for (index, character) in text.char_indices() {
        is_quoted ^= character == '"';
        let marker = text.get(index..index + 3);
        if !is_quoted && marker.is_some_and(|marker| marker.eq_ignore_ascii_case("<S>")) {
            return Some((&text[..index], &text[index + 3..]));
        }
    }
    None
}

impl fmt::Display for TlsCertificateName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<I>{}<S>{}", self.issuer, self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_send_connectors_is_read_and_written() {
        let text = "<I>CN=Issuing CA, O=\"Trust <S> Co\", C=US<S>CN=mail.contoso.com";
        let name: TlsCertificateName = text.parse().unwrap();
        assert_eq!(name.subject.common_name(), Some("mail.contoso.com"));
        assert_eq!(name.to_string(), text);
        let lower: TlsCertificateName = "<i>CN=a <s> CN=b".parse().unwrap();
        assert_eq!(lower.to_string(), "<I>CN=a<S>CN=b");
    }

    #[test]
    fn other_texts_are_refused() {
        use TlsCertificateNameError::{Issuer, MissingMarker, Subject};
        assert_eq!("mail.contoso.com".parse::<TlsCertificateName>(), Err(MissingMarker));
        assert_eq!("<S>CN=a<I>CN=b".parse::<TlsCertificateName>(), Err(MissingMarker));
        assert!(matches!("<I>x<S>CN=b".parse::<TlsCertificateName>(), Err(Issuer(_))));
        assert!(matches!("<I>CN=a<S>y".parse::<TlsCertificateName>(), Err(Subject(_))));
    }
}
