//! Changes of tenant and server: each is applied to a model of the evidence before its command is
//! printed. Command, check and way back are written from it.

use crate::certificate::{Certificate, Thumbprint};
use crate::connector::{
    AcceptedDomain, CertificateServices, ConnectorType, ExchangeCertificate, InboundConnector,
    TextList,
};
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::evidence::{Evidence, Located};
use crate::windows::{KeyAccess, KeyPresence};

/// What a property was before, as far as the evidence holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Former {
    NotKnown,
    Empty,
    Value(String),
}

/// What a step changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// TlsSenderCertificateName of an inbound connector.
    SenderName { connector: String, value: String, before: Option<String> },
    /// The complete SenderIPAddresses.
    Addresses { connector: String, addresses: Vec<String>, before: Vec<String> },
    /// The complete AssociatedAcceptedDomains.
    AssociatedDomains { connector: String, domains: Vec<String>, before: Vec<String> },
    /// Enabled $true.
    Enable { connector: String },
    /// One of type OnPremises, for the name of a certificate.
    NewConnector { connector: String, value: Option<String> },
    /// An inbound connector that goes.
    RemoveConnector { connector: String },
    /// A domain that is added and verified.
    AcceptedDomain { domain: String },
    /// TlsCertificateName of a send connector, on all its source servers.
    Send { connector: Option<String>, certificate: Box<ExchangeCertificate>, before: Former },
    /// Fqdn of a send connector in place of its TlsCertificateName: Exchange then chooses by name.
    SendByName { connector: String, fqdn: String, before: Former, fqdn_before: Option<String> },
    /// TlsCertificateName of a receive connector.
    Receive { connector: String, certificate: Box<ExchangeCertificate>, before: Former },
    /// The complete AuthMechanism of a receive connector, with Tls.
    OfferTls { connector: String, mechanisms: Vec<String>, before: Vec<String> },
    /// ProtocolLoggingLevel Verbose of a send connector.
    Log { connector: String },
    /// The service SMTP for a certificate of a server.
    EnableForSmtp { server: Option<String>, thumbprint: Option<Thumbprint> },
    /// A certificate that leaves a server.
    TakeAway { server: Option<String>, thumbprint: Thumbprint },
    /// A certificate that leaves its servers although send connectors name its issuer and subject,
    /// with the values to set again: Remove-ExchangeCertificate is refused meanwhile.
    TakeNamedAway {
        servers: Vec<String>,
        thumbprint: Thumbprint,
        connectors: Vec<(String, String)>,
    },
    /// A key that lies on the machine and is tied to its certificate again.
    TieKey { thumbprint: Option<Thumbprint> },
    /// A certificate that comes to a server anew, with its key; `certificate` where it is known from
    /// elsewhere than the servers.
    ImportWithKey {
        server: Option<String>,
        thumbprint: Option<Thumbprint>,
        certificate: Option<Box<ExchangeCertificate>>,
    },
    /// An intermediate that comes into LocalMachine\CA.
    ImportIntermediate { certificate: Box<Certificate> },
    /// A certificate that leaves LocalMachine\CA.
    TakeIntermediateAway { thumbprint: Thumbprint },
    /// A root that leaves LocalMachine\Root, so that the cross-signed one is sent.
    TakeRootAway { thumbprint: Thumbprint },
}

impl Change {
    /// The evidence as it is afterwards.
    #[allow(clippy::too_many_lines, reason = "an arm for each change")]
    pub fn apply(&self, mut evidence: Evidence) -> Evidence {
        let list = |values: &[String]| Some(TextList::complete(values.iter().map(String::as_str)));
        let inbound = |evidence: &mut Evidence, name: &str, set: &dyn Fn(&mut InboundConnector)| {
            let all = evidence.inbound_connectors.iter_mut().flatten();
            all.map(|one| &mut one.object).filter(|one| one.name == name).for_each(set);
        };
        match self {
            Self::SenderName { connector, value, .. } => {
                inbound(&mut evidence, connector, &|one| {
                    one.tls_sender_certificate_name = Some(value.clone());
                    one.knows_certificate_name = true;
                });
            }
            Self::Addresses { connector, addresses, .. } => {
                inbound(&mut evidence, connector, &|one| one.sender_ip_addresses = list(addresses));
            }
            Self::AssociatedDomains { connector, domains, .. } => {
                inbound(&mut evidence, connector, &|one| {
                    one.associated_accepted_domains = list(domains);
                });
            }
            Self::Enable { connector } => {
                inbound(&mut evidence, connector, &|one| one.enabled = Some(true));
            }
            Self::NewConnector { connector, value } => {
                let object = InboundConnector {
                    name: connector.clone(),
                    enabled: Some(true),
                    connector_type: Some(ConnectorType::OnPremises),
                    tls_sender_certificate_name: value.clone(),
                    knows_certificate_name: true,
                    sender_ip_addresses: list(&[]),
                    associated_accepted_domains: list(&[]),
                    ..InboundConnector::default()
                };
                let all = evidence.inbound_connectors.iter_mut();
                all.for_each(|all| all.push(made(object.clone())));
            }
            Self::RemoveConnector { connector } => {
                let all = evidence.inbound_connectors.iter_mut();
                all.for_each(|all| all.retain(|one| one.object.name != *connector));
            }
            Self::AcceptedDomain { domain } => {
                let accepted = evidence.accepted_domains.iter_mut();
                accepted.for_each(|one| one.object.domains.push(AcceptedDomain::named(domain)));
            }
            Self::Send { connector, certificate, .. } => {
                let all = evidence.send_connectors.iter_mut().flatten();
                let named = all.map(|one| &mut one.object).filter(|one| {
                    connector.as_deref().is_some_and(|connector| one.is_named(connector))
                });
                named.for_each(|one| {
                    one.tls_certificate_name = value_of(certificate);
                    one.knows_certificate_name = true;
                });
            }
            Self::SendByName { connector, fqdn, .. } => {
                let all = evidence.send_connectors.iter_mut().flatten();
                let named = all.map(|one| &mut one.object).filter(|one| one.is_named(connector));
                named.for_each(|one| {
                    one.tls_certificate_name = None;
                    one.knows_certificate_name = true;
                    one.fqdn = Some(fqdn.clone());
                });
            }
            Self::Receive { connector, certificate, .. } => {
                let all = evidence.receive_connectors.iter_mut().flatten();
                let named = all.map(|one| &mut one.object);
                named.filter(|one| one.identity == *connector).for_each(|one| {
                    one.tls_certificate_name = value_of(certificate);
                });
            }
            Self::OfferTls { connector, mechanisms, .. } => {
                let all = evidence.receive_connectors.iter_mut().flatten();
                let named = all.map(|one| &mut one.object);
                named
                    .filter(|one| one.identity == *connector)
                    .for_each(|one| one.auth_mechanism = list(mechanisms));
            }
            Self::Log { connector } => {
                let all = evidence.send_connectors.iter_mut().flatten();
                let named = all.map(|one| &mut one.object).filter(|one| one.is_named(connector));
                named.for_each(|one| one.protocol_logging_level = Some("Verbose".to_owned()));
            }
            Self::EnableForSmtp { server, thumbprint } => {
                installed(&mut evidence, server.as_deref(), *thumbprint, |one| {
                    let before = one.services.unwrap_or_default();
                    one.services = Some(before.with(CertificateServices::SMTP));
                });
            }
            Self::TakeAway { server, thumbprint } => {
                take_away(&mut evidence, server.as_deref(), *thumbprint);
            }
            Self::TakeNamedAway { servers, thumbprint, .. } => {
                for server in servers {
                    take_away(&mut evidence, Some(server), *thumbprint);
                }
            }
            Self::TieKey { thumbprint } => give_key(&mut evidence, None, *thumbprint),
            Self::ImportWithKey { server, thumbprint, certificate } => {
                bring(&mut evidence, server.as_deref(), *thumbprint, certificate.as_deref());
                give_key(&mut evidence, server.as_deref(), *thumbprint);
            }
            Self::ImportIntermediate { certificate } => {
                evidence.intermediates.get_or_insert_default().push((**certificate).clone());
                // What the log says of the chain was before.
                evidence.chain_log = None;
            }
            Self::TakeIntermediateAway { thumbprint } => {
                let all = evidence.intermediates.iter_mut();
                all.for_each(|all| all.retain(|one| one.thumbprint() != *thumbprint));
            }
            Self::TakeRootAway { thumbprint } => {
                evidence.roots.retain(|one| one.thumbprint() != *thumbprint);
                let of_machine = evidence.machine.iter_mut().flat_map(|one| &mut one.roots);
                of_machine.for_each(|roots| roots.retain(|one| one.thumbprint() != *thumbprint));
            }
        }
        evidence
    }

    /// The certificate that comes into a store of the machine, or leaves it.
    pub fn of_store(&self) -> Option<Thumbprint> {
        match self {
            Self::ImportIntermediate { certificate } => Some(certificate.thumbprint()),
            Self::TakeIntermediateAway { thumbprint } | Self::TakeRootAway { thumbprint } => {
                Some(*thumbprint)
            }
            _ => None,
        }
    }

    /// Whether it changes what the server shows, or can show, in TLS.
    pub fn is_of_server(&self) -> bool {
        !self.is_of_tenant()
    }

    /// Whether it is made in the tenant.
    pub fn is_of_tenant(&self) -> bool {
        matches!(
            self,
            Self::SenderName { .. }
                | Self::Addresses { .. }
                | Self::AssociatedDomains { .. }
                | Self::Enable { .. }
                | Self::NewConnector { .. }
                | Self::RemoveConnector { .. }
                | Self::AcceptedDomain { .. }
        )
    }
}

/// The value of TlsCertificateName that names a certificate.
pub(crate) fn value_of(certificate: &ExchangeCertificate) -> Option<String> {
    let (issuer, subject) = (certificate.issuer.as_deref()?, certificate.subject.as_deref()?);
    Some(format!("<I>{issuer}<S>{subject}"))
}

fn made<T>(object: T) -> Located<T> {
    Located { object, path: String::new(), line: 0 }
}

fn is_it(one: &ExchangeCertificate, server: Option<&str>, thumbprint: Option<Thumbprint>) -> bool {
    let is_there = match (one.server.as_deref(), server) {
        (Some(own), Some(server)) => is_same_server(own, server),
        _ => true,
    };
    is_there && thumbprint.is_some() && one.thumbprint == thumbprint
}

fn installed(
    evidence: &mut Evidence,
    server: Option<&str>,
    thumbprint: Option<Thumbprint>,
    set: impl Fn(&mut ExchangeCertificate),
) {
    let all = evidence.installed.iter_mut().flatten().map(|one| &mut one.object);
    all.filter(|one| is_it(one, server, thumbprint)).for_each(set);
}

fn take_away(evidence: &mut Evidence, server: Option<&str>, thumbprint: Thumbprint) {
    let all = evidence.installed.iter_mut();
    all.for_each(|all| all.retain(|one| !is_it(&one.object, server, Some(thumbprint))));
}

/// A certificate that is given, or of another server, on that server too.
fn bring(
    evidence: &mut Evidence,
    server: Option<&str>,
    thumbprint: Option<Thumbprint>,
    given: Option<&ExchangeCertificate>,
) {
    let Some(all) = &mut evidence.installed else { return };
    if all.iter().any(|one| is_it(&one.object, server, thumbprint)) {
        return;
    }
    let known = all.iter().map(|one| &one.object).find(|one| is_it(one, None, thumbprint));
    let known = known.or(given).cloned();
    all.extend(known.map(|one| {
        let services = Some(CertificateServices::default());
        let server = server.map(str::to_owned);
        made(ExchangeCertificate { services, server, ..one })
    }));
}

fn give_key(evidence: &mut Evidence, server: Option<&str>, thumbprint: Option<Thumbprint>) {
    installed(evidence, server, thumbprint, |one| one.has_private_key = Some(true));
    let stored = evidence.machine.iter_mut().flat_map(|machine| &mut machine.my);
    for one in stored.filter(|one| Some(one.certificate.thumbprint()) == thumbprint) {
        one.private_key.presence = KeyPresence::Present;
        one.private_key.network_service = KeyAccess::Granted;
    }
    evidence.chain_log = None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::{ReceiveConnector, SendConnector};
    use crate::timestamp::Timestamp;

    fn thumbprint() -> Thumbprint {
        Thumbprint::of(b"one")
    }

    /// One certificate on two servers, without its key and bound to nothing.
    fn evidence() -> Evidence {
        let on = |server: &str| {
            made(ExchangeCertificate {
                thumbprint: Some(thumbprint()),
                server: Some(server.to_owned()),
                services: Some(CertificateServices::default()),
                has_private_key: Some(false),
                ..ExchangeCertificate::default()
            })
        };
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
        evidence.installed = Some(vec![on("EX01"), on("EX02")]);
        evidence
    }

    /// Server, whether its certificate is bound to SMTP, and whether it has its key.
    fn installed(evidence: &Evidence) -> Vec<(&str, bool, bool)> {
        let all = evidence.installed.iter().flatten().map(|one| &one.object);
        let facts = all.map(|one| {
            let server = one.server.as_deref().unwrap_or_default();
            (server, !one.lacks_smtp(), one.has_private_key == Some(true))
        });
        facts.collect()
    }

    #[test]
    fn a_change_on_one_server_leaves_the_others_as_they_are() {
        let server = || Some("EX01".to_owned());
        let thumbprint = thumbprint();
        let enable = Change::EnableForSmtp { server: server(), thumbprint: Some(thumbprint) };
        let enabled = enable.apply(evidence());
        assert_eq!(installed(&enabled), [("EX01", true, false), ("EX02", false, false)]);
        let away = Change::TakeAway { server: server(), thumbprint }.apply(evidence());
        assert_eq!(installed(&away), [("EX02", false, false)]);
        let import = Change::ImportWithKey {
            server: server(),
            thumbprint: Some(thumbprint),
            certificate: None,
        };
        let imported = import.apply(evidence());
        assert_eq!(installed(&imported), [("EX01", false, true), ("EX02", false, false)]);
        let tied = Change::TieKey { thumbprint: Some(thumbprint) }.apply(evidence());
        assert_eq!(installed(&tied), [("EX01", false, true), ("EX02", false, true)]);
    }

    #[test]
    fn what_is_brought_to_a_server_is_there_beside_those_of_the_others() {
        let import = Change::ImportWithKey {
            server: Some("EX03".to_owned()),
            thumbprint: Some(thumbprint()),
            certificate: None,
        };
        let expected = [("EX01", false, false), ("EX02", false, false), ("EX03", false, true)];
        assert_eq!(installed(&import.apply(evidence())), expected);
    }

    #[test]
    fn a_certificate_that_is_not_named_is_none_of_those_without_a_thumbprint() {
        let mut without = evidence();
        for one in without.installed.iter_mut().flatten() {
            one.object.thumbprint = None;
        }
        let enable = Change::EnableForSmtp { server: None, thumbprint: None };
        let expected = [("EX01", false, false), ("EX02", false, false)];
        assert_eq!(installed(&enable.apply(without)), expected);
    }

    #[test]
    fn of_several_connectors_only_the_named_one_is_changed() {
        let mut two = evidence();
        let inbound =
            |name: &str| made(InboundConnector { name: name.to_owned(), ..Default::default() });
        two.inbound_connectors = Some(vec![inbound("In"), inbound("Other")]);
        let receive = |identity: &str| {
            made(ReceiveConnector { identity: identity.to_owned(), ..Default::default() })
        };
        two.receive_connectors = Some(vec![receive("EX01\\A"), receive("EX01\\B")]);
        let send = |name: &str| made(SendConnector { name: name.to_owned(), ..Default::default() });
        two.send_connectors = Some(vec![send("Out"), send("Other")]);

        let changed = [
            Change::RemoveConnector { connector: "In".to_owned() },
            Change::OfferTls {
                connector: "EX01\\A".to_owned(),
                mechanisms: vec!["Tls".to_owned()],
                before: Vec::new(),
            },
            Change::Log { connector: "Out".to_owned() },
        ];
        let after = changed.iter().fold(two, |evidence, change| change.apply(evidence));
        let names: Vec<&str> =
            after.inbound_connectors.iter().flatten().map(|one| &*one.object.name).collect();
        assert_eq!(names, ["Other"]);
        let offers: Vec<Option<bool>> =
            after.receive_connectors.iter().flatten().map(|one| one.object.offers_tls()).collect();
        assert_eq!(offers, [Some(true), None]);
        let sending = after.send_connectors.iter().flatten();
        let levels: Vec<Option<&str>> =
            sending.map(|one| one.object.protocol_logging_level.as_deref()).collect();
        assert_eq!(levels, [Some("Verbose"), None]);
    }
}
