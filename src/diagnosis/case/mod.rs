//! One case: an incident of the log, or a certificate that would be sent, with everything known of it.

mod attribution;
mod certificate;
mod failure;
mod lookup;
pub(crate) mod wizard_state;

use std::net::IpAddr;
use std::rc::Rc;

use crate::certificate::{Certificate, LoggedCertificate, Thumbprint, X500Name};
use crate::chain::ChainReport;
use crate::connector::{
    Attribution, AttributionOutcome, AttributionRequest, CertificateNames, CertificateSelection,
    ExchangeCertificate, InboundConnector, MailFrom, SendConnector, ShownCertificate, attribute,
    public_address, select_certificate,
};
use crate::diagnosis::case::lookup::{
    FoundInstalled, certificates_of, find_installed, find_send_connector,
};
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::evidence::{GivenCertificate, Located};
use crate::diagnosis::literal::listed;
use crate::diagnosis::report::EvidenceLine;
use crate::finding::InputOption;
use crate::reply::RejectionClass;
use crate::timestamp::Timestamp;
use wizard_state::age_text;

pub(crate) struct Case<'a> {
    pub evidence: &'a Basis<'a>,
    pub incident: Option<&'a Incident>,
    /// The certificate as the log describes it.
    pub logged: Option<&'a LoggedCertificate>,
    /// The certificate itself, where a file or an export holds it.
    pub certificate: Option<&'a Certificate>,
    /// What Get-ExchangeCertificate reports of it.
    pub installed: Option<&'a Located<ExchangeCertificate>>,
    /// The file that holds it.
    pub given: Option<&'a GivenCertificate>,
    pub presented: ShownCertificate,
    pub mail_from: MailFrom,
    pub attribution: Attribution,
    pub chain: Option<Rc<ChainReport>>,
    /// The send connector, and which certificate it would choose.
    pub send_connector: Option<&'a Located<SendConnector>>,
    pub selection: Option<CertificateSelection>,
    /// The certificates among which it would choose: those of the server, where it is known whose
    /// they are, else all that were given.
    pub selectable: Vec<ExchangeCertificate>,
    /// The time of the judgement: that of the newest session, else of the whole diagnosis.
    pub at: Timestamp,
}

impl<'a> Case<'a> {
    /// What an option is called where the report is read.
    pub fn option(&self, option: InputOption) -> &'static str {
        self.evidence.option_names.of(option)
    }

    /// An incident of the log.
    pub fn of_incident(evidence: &'a Basis<'a>, incident: &'a Incident) -> Self {
        let Seen { logged, installed, given, certificate, presented: shown } =
            Seen::of(evidence, incident);
        let name = Some(&*incident.connector).filter(|name| !name.is_empty());
        let send_connector = find_send_connector(evidence, name);
        Self::new(
            evidence,
            Parts {
                incident: Some(incident),
                logged,
                certificate,
                installed,
                given,
                shown,
                send_connector,
                at: incident.last,
            },
        )
    }

    /// The certificate that an incident presented.
    pub fn presented_in(evidence: &'a Basis<'a>, incident: &'a Incident) -> ShownCertificate {
        Seen::of(evidence, incident).presented
    }

    /// A certificate of a file, as if it were sent.
    pub fn of_certificate(evidence: &'a Basis<'a>, given: &'a GivenCertificate) -> Self {
        let thumbprint = given.certificate.thumbprint();
        let installed = evidence.installed.as_ref().and_then(|installed| {
            installed.iter().find(|one| one.object.thumbprint == Some(thumbprint))
        });
        Self::new(
            evidence,
            Parts {
                incident: None,
                logged: None,
                certificate: Some(&given.certificate),
                installed,
                given: Some(given),
                shown: ShownCertificate::Names(CertificateNames::from(&given.certificate)),
                send_connector: find_send_connector(evidence, None),
                at: evidence.at,
            },
        )
    }

    /// An installed certificate, as if it were sent.
    pub fn of_installed(evidence: &'a Basis<'a>, one: &'a Located<ExchangeCertificate>) -> Self {
        Self::new(
            evidence,
            Parts {
                incident: None,
                logged: None,
                certificate: one.object.certificate.as_ref(),
                installed: Some(one),
                given: None,
                shown: ShownCertificate::Names(one.object.names()),
                send_connector: find_send_connector(evidence, None),
                at: evidence.at,
            },
        )
    }

    /// The installed certificate that Exchange would send; without send connector or certificates
    /// a case of which nothing is known.
    pub fn of_configuration(evidence: &'a Basis<'a>) -> Self {
        let send_connector = find_send_connector(evidence, None);
        let selected =
            send_connector.zip(evidence.installed.as_ref()).and_then(|(c, installed)| {
                let objects: Vec<ExchangeCertificate> =
                    installed.iter().map(|one| one.object.clone()).collect();
                match select_certificate(&c.object, &objects, None).selected {
                    crate::connector::Selected::One(index) => installed.get(index),
                    _ => None,
                }
            });
        let shown = selected
            .map_or(ShownCertificate::Unknown, |one| ShownCertificate::Names(one.object.names()));
        Self::new(
            evidence,
            Parts {
                incident: None,
                logged: None,
                certificate: selected.and_then(|one| one.object.certificate.as_ref()),
                installed: selected,
                given: None,
                shown,
                send_connector,
                at: evidence.at,
            },
        )
    }

    fn new(evidence: &'a Basis<'a>, parts: Parts<'a>) -> Self {
        let Parts { incident, logged, certificate, installed, given, shown, send_connector, at } =
            parts;
        let logged_sender = incident.map(|incident| &incident.mail_from);
        let mail_from = match (&evidence.mail_from, logged_sender) {
            // What the log shows of a refusal is not explained away.
            (Some(given), Some(MailFrom::Unknown) | None) => given.clone(),
            (_, Some(logged)) => logged.clone(),
            (None, None) => MailFrom::Unknown,
        };
        let address = evidence.source_address.or_else(|| {
            incident?.public_address.as_deref()?.parse::<IpAddr>().ok().and_then(public_address)
        });
        let attribution = attribute(&AttributionRequest {
            certificate: &shown,
            address,
            mail_from: &mail_from,
            connectors: evidence.connectors.as_deref(),
            accepted_domains: evidence.accepted_domains.map(|located| &located.object),
        });
        let chain = certificate.map(|certificate| {
            let others = given.map(|given| &*given.others).unwrap_or_default();
            evidence.chain(certificate, others, at)
        });
        let selectable = certificates_of(evidence, incident);
        let full_name = incident.and_then(Incident::server).filter(|server| server.contains('.'));
        let selection = send_connector
            // That no certificate of this server was given says nothing of those that it has.
            .filter(|_| match &evidence.installed {
                Some(installed) => installed.is_empty() || !selectable.is_empty(),
                None => false,
            })
            .map(|connector| select_certificate(&connector.object, &selectable, full_name));
        Self {
            evidence,
            incident,
            logged,
            certificate,
            installed,
            given,
            presented: shown,
            mail_from,
            attribution,
            chain,
            send_connector,
            selection,
            selectable,
            at,
        }
    }

    /// Whether it belongs to the tenant in which it is judged.
    pub fn is_of_tenant(&self) -> bool {
        let tenant = self.evidence.tenant_of(&self.presented, self.ip_address(), &self.mail_from);
        tenant == self.evidence.tenant
    }

    /// The public address.
    pub fn ip_address(&self) -> Option<IpAddr> {
        self.address().and_then(|text| text.parse().ok()).and_then(public_address)
    }

    pub fn is_known(&self) -> bool {
        self.incident.is_some() || self.presented != ShownCertificate::Unknown
    }

    pub fn class(&self) -> Option<RejectionClass> {
        match self.incident?.ending {
            Ending::Refused(class) => Some(class),
            _ => None,
        }
    }

    /// Whether the log shows that EOP did not attribute, or not far enough.
    pub fn is_relay_denied(&self) -> bool {
        matches!(
            self.class(),
            Some(
                RejectionClass::RelayDenied
                    | RejectionClass::RelayDeniedAttr36
                    | RejectionClass::RelayRefused
            )
        )
    }

    /// Whether the log says nothing else than attribution about why mail failed: 5.7.64, delivered,
    /// nothing, or no log at all.
    pub fn rests_on_attribution(&self) -> bool {
        self.incident.is_none_or(|incident| {
            matches!(incident.ending, Ending::Delivered | Ending::Open) || self.is_relay_denied()
        })
    }

    pub fn is_delivered(&self) -> bool {
        self.incident.is_some_and(|incident| incident.ending == Ending::Delivered)
    }

    /// Whether deliveries show that Exchange Online attributes the mail, whatever was given.
    pub fn shows_attribution(&self) -> bool {
        self.incident.is_some_and(|incident| {
            self.is_delivered() && self.evidence.incidents.shows_attribution(incident)
        })
    }

    pub fn outcome(&self) -> Option<&AttributionOutcome> {
        self.attribution.outcome()
    }

    pub fn tls_error(&self) -> Option<&str> {
        let incident = self.incident.filter(|incident| incident.ending == Ending::TlsFailed)?;
        Some(incident.tls_error.as_deref().unwrap_or_default())
    }

    /// The name of the server, as commands take it; the certificates of another server name none.
    pub fn server(&self) -> Option<&str> {
        let installed = || self.installed.and_then(|installed| installed.object.server.as_deref());
        match self.incident {
            Some(incident) if incident.server_texts().next().is_some() => incident.server(),
            _ => installed(),
        }
    }

    /// The names of all servers that are known to be meant.
    pub fn servers(&self) -> Vec<&str> {
        match self.incident {
            Some(incident) => incident.servers().collect(),
            None => self.server().into_iter().collect(),
        }
    }

    /// All servers that are known to be meant, those without a name by the labels of their folders.
    pub fn server_texts(&self) -> Vec<&str> {
        match self.incident {
            Some(incident) if incident.server_texts().next().is_some() => {
                incident.server_texts().collect()
            }
            _ => self.server().into_iter().collect(),
        }
    }

    /// The servers in a sentence.
    pub fn server_text(&self) -> String {
        match self.server_texts().as_slice() {
            [] => "this server".to_owned(),
            [server] => format!("server {server}"),
            [server, others @ ..] => {
                format!("server {server} (likewise {})", listed(others.iter().copied(), 4))
            }
        }
    }

    /// The name of the send connector.
    pub fn send_connector_name(&self) -> Option<&str> {
        self.incident
            .map(|incident| &*incident.connector)
            .filter(|name| !name.is_empty())
            .or_else(|| self.send_connector.map(|connector| connector.object.name.as_str()))
    }

    pub fn inbound(&self, index: usize) -> Option<&'a Located<InboundConnector>> {
        self.evidence.inbound_connectors.as_ref()?.get(index)
    }

    pub fn address(&self) -> Option<String> {
        if let Some(address) = self.evidence.source_address {
            return Some(address.to_string());
        }
        self.incident.and_then(|incident| incident.public_address.as_deref()).map(str::to_owned)
    }

    /// The row of the log, if there is one.
    pub fn log_proof(&self) -> Vec<EvidenceLine> {
        self.incident.map(Incident::proof).into_iter().collect()
    }

    pub fn inbound_proof(&self, index: usize) -> Vec<EvidenceLine> {
        let Some(located) = self.inbound(index) else { return Vec::new() };
        let connector = &located.object;
        let mut text = connector.name.clone();
        if let Some(value) = &connector.tls_sender_certificate_name {
            text.push_str(", TlsSenderCertificateName ");
            text.push_str(value);
        }
        if let Some(list) = connector.sender_ip_addresses.as_ref().filter(|list| !list.is_empty()) {
            text.push_str(", SenderIPAddresses ");
            text.push_str(&list.values.join(", "));
        }
        if connector.enabled == Some(false) {
            text.push_str(", Enabled False");
        }
        if let Some(Some(state)) = self.evidence.wizard_states.get(index) {
            text.push_str(", ");
            text.push_str(&age_text(state, self.evidence.at));
        }
        vec![EvidenceLine { path: located.path.clone(), line: located.line, text }]
    }
}

/// The certificate of an incident, as log, files and exports know it.
struct Seen<'a> {
    logged: Option<&'a LoggedCertificate>,
    installed: Option<&'a Located<ExchangeCertificate>>,
    given: Option<&'a GivenCertificate>,
    certificate: Option<&'a Certificate>,
    presented: ShownCertificate,
}

impl<'a> Seen<'a> {
    fn of(evidence: &'a Basis<'a>, incident: &'a Incident) -> Self {
        let logged = incident.sent.as_deref();
        let found = logged.map(|logged| find_installed(evidence, logged, incident));
        let FoundInstalled { own: installed, any } = found.unwrap_or_default();
        let given = logged.and_then(|logged| {
            let thumbprint: Thumbprint = logged.thumbprint.as_deref()?.parse().ok()?;
            evidence.certificates.iter().find(|given| given.certificate.thumbprint() == thumbprint)
        });
        let certificate = given
            .map(|given| &given.certificate)
            .or_else(|| any.and_then(|installed| installed.object.certificate.as_ref()));
        let presented = match (certificate, logged) {
            (Some(certificate), _) => ShownCertificate::Names(CertificateNames::from(certificate)),
            (None, Some(logged)) => ShownCertificate::Names(names_of(logged, any)),
            (None, None) if incident.is_certificate_known => ShownCertificate::None,
            (None, None) => ShownCertificate::Unknown,
        };
        Self { logged, installed, given, certificate, presented }
    }
}

struct Parts<'a> {
    incident: Option<&'a Incident>,
    logged: Option<&'a LoggedCertificate>,
    certificate: Option<&'a Certificate>,
    installed: Option<&'a Located<ExchangeCertificate>>,
    given: Option<&'a GivenCertificate>,
    shown: ShownCertificate,
    send_connector: Option<&'a Located<SendConnector>>,
    at: Timestamp,
}

/// What the log says of the names, completed by what Get-ExchangeCertificate says.
fn names_of(
    logged: &LoggedCertificate,
    installed: Option<&Located<ExchangeCertificate>>,
) -> CertificateNames {
    let of_log = CertificateNames::from(logged);
    if of_log.is_complete {
        return of_log;
    }
    installed.map(|one| one.object.names()).filter(|names| names.is_complete).unwrap_or(of_log)
}

/// Whether issuer and subject of a log row are the same, where the log distinguishes them.
pub(crate) fn is_self_issued(logged: &LoggedCertificate) -> bool {
    let (Some(subject), Some(issuer)) = (&logged.subject, &logged.issuer) else { return false };
    if logged.subject_issuer_ambiguous {
        return false;
    }
    match (subject.parse::<X500Name>(), issuer.parse::<X500Name>()) {
        (Ok(subject), Ok(issuer)) => subject == issuer,
        _ => false,
    }
}
