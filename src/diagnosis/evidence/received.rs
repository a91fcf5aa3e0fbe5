//! The other direction: sessions in which Exchange Online handed over to this organisation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::certificate::LoggedCertificate;
use crate::diagnosis::report::EvidenceLine;
use crate::session::{Outcome, Session, TlsStatus};
use crate::timestamp::Timestamp;

/// Receive connectors that are kept apart; an organisation has fewer.
const MAXIMUM_PLACES: usize = 256;

/// What became of the sessions at one receive connector of one server.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedAt {
    pub total: u64,
    pub failed: u64,
    /// Of the failed ones: no STARTTLS was offered.
    pub without_start_tls: u64,
    /// The first and the last that failed.
    pub since: Option<Timestamp>,
    pub last_failure: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    /// The certificate that was shown last.
    pub sent: Option<Arc<LoggedCertificate>>,
    /// The newest that failed.
    pub proof: Option<EvidenceLine>,
}

/// The server and the receive connector.
pub(crate) type ReceivePlace = (Option<Arc<str>>, Arc<str>);

/// All of them, by place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub places: BTreeMap<ReceivePlace, ReceivedAt>,
}

impl Received {
    /// Counts a session of a receive log, if Exchange Online is its client.
    pub fn add(&mut self, session: &Session) {
        if session.is_eop != Some(true) {
            return;
        }
        let place = (session.server.clone(), Arc::from(session.connector()));
        if self.places.len() >= MAXIMUM_PLACES && !self.places.contains_key(&place) {
            return;
        }
        let at = self.places.entry(place).or_insert(ReceivedAt {
            total: 0,
            failed: 0,
            without_start_tls: 0,
            since: None,
            last_failure: None,
            last_success: None,
            sent: None,
            proof: None,
        });
        at.total += 1;
        let time = session.end_time;
        let is_newest = at.last_failure.max(at.last_success).is_none_or(|newest| time >= newest);
        if is_newest && session.sent_certificate.is_some() {
            at.sent.clone_from(&session.sent_certificate);
        }
        if session.outcome != Outcome::TlsFailed {
            if session.tls_status == TlsStatus::Succeeded {
                at.last_success = at.last_success.max(Some(time));
            }
            return;
        }
        at.failed += 1;
        at.without_start_tls += u64::from(session.tls_status == TlsStatus::NotOffered);
        at.since = Some(at.since.map_or(time, |since| since.min(time)));
        if at.last_failure.is_none_or(|last| time >= last) {
            at.last_failure = Some(time);
            let text = match session.tls_status {
                TlsStatus::NotOffered => "no STARTTLS was offered to Exchange Online".to_owned(),
                TlsStatus::Succeeded => "Exchange Online hung up after TLS".to_owned(),
                _ => {
                    let error = session.tls_error().unwrap_or("no error in the log");
                    format!("TLS with Exchange Online failed: {error}")
                }
            };
            let path = session.log_path.display().to_string();
            at.proof = Some(EvidenceLine { path, line: session.line, text });
        }
    }
}
