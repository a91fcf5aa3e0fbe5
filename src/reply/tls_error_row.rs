//! One error of a TLS negotiation or connection, as a row of a table and as an answer.

use serde::Serialize;

use crate::finding::StepTemplate;

/// One error of a TLS negotiation or connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TlsError {
    /// The name as Exchange logs it; for a number that is not known, the text as given.
    pub name: String,
    /// The name in winerror.h or winsock2.h.
    pub symbol: Option<&'static str>,
    /// An SSPI status as a signed HRESULT (-2146893043 is 0x8009030D), or a Winsock error (10054).
    pub code: Option<i32>,
    /// What it means; `None`: not known.
    pub meaning: Option<&'static str>,
    /// What to do, the smallest change first; empty: not known.
    pub remedy: &'static [StepTemplate],
}

/// One row of the table of errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TlsErrorRow {
    pub name: &'static str,
    pub symbol: Option<&'static str>,
    pub code: Option<i32>,
    pub meaning: &'static str,
    pub remedy: &'static [StepTemplate],
}

impl TlsErrorRow {
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.symbol.is_some_and(|symbol| symbol.eq_ignore_ascii_case(name))
    }

    pub fn to_error(self) -> TlsError {
        TlsError {
            name: self.name.to_owned(),
            symbol: self.symbol,
            code: self.code,
            meaning: Some(self.meaning),
            remedy: self.remedy,
        }
    }
}
