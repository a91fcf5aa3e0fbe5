//! A stand-in for a front end of Exchange Online: it answers by rules, as bytes in and bytes out, and
//! over loopback. Whatever a probe should never send is a panic.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use eop_relay::certificate::Certificate;
use eop_relay::probe::{Dialogue, Event, Plan, Record};
use eop_relay::timestamp::Timestamp;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    ServerConnection, SignatureScheme,
};

use crate::support::forge::{Forge, bit_string, element, key, oid, sequence};

/// What a front end knows when it decides about a recipient.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The certificates that the client sent, its own first.
    pub certificates: Vec<Certificate>,
    /// Such as `<anna@contoso.com>`.
    pub from: String,
    pub to: String,
}

/// How a front end does something else than it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quirk {
    #[default]
    None,
    /// Offers no STARTTLS.
    NoStartTls,
    /// Puts a reply behind the one to STARTTLS, in clear (CVE-2011-0411).
    Injects,
    /// Says nothing from the command on that begins so.
    SilentAt(&'static str),
    /// Closes the connection at that command.
    ClosesAt(&'static str),
    /// Answers that command with these bytes.
    Answers(&'static str, &'static str),
    /// Answers that command with that many bytes without a line end.
    FloodsAt(&'static str, usize),
    /// Answers the ClientHello with text.
    NoTls,
    /// Does not ask for a certificate.
    AsksForNoCertificate,
    /// Does not trust the certificate of the client.
    Distrusts,
    /// Knows TLS 1.2 alone.
    OldTls,
    /// Sends replies one byte at a time.
    Dribbles,
}

type Rule = Arc<dyn Fn(&Asked) -> String + Send + Sync>;

/// A front end.
#[derive(Clone)]
pub struct FrontEnd {
    pub host: String,
    /// The greeting without its code.
    pub banner: String,
    /// What it calls the client's address.
    pub client: String,
    pub sender_reply: String,
    pub rule: Rule,
    pub quirk: Quirk,
    /// The names of its certificate.
    pub certificate: Forge,
    /// What it sends behind its certificate.
    pub issuers: Vec<Vec<u8>>,
}

pub const HOST: &str = "DB9EUR01FT019.mail.protection.outlook.com";
pub const ACCEPTED: &str = "250 2.1.5 Recipient OK";
pub const REFUSED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied [DB9EUR01FT019.eop-eur01.prod.protection.outlook.com 2026-11-16T02:14:07.100Z 08DE24A1D0B7C3E2]";

impl FrontEnd {
    /// One that decides about recipients by that rule.
    pub fn by(rule: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Self {
        Self {
            host: HOST.to_owned(),
            banner: format!("{HOST} Microsoft ESMTP MAIL Service ready"),
            client: "[203.0.113.40]".to_owned(),
            sender_reply: "250 2.1.0 Sender OK".to_owned(),
            rule: Arc::new(rule),
            quirk: Quirk::None,
            certificate: Forge::server("mail.protection.outlook.com", "Test CA"),
            issuers: Vec::new(),
        }
    }

    pub fn accepting() -> Self {
        Self::by(|_| ACCEPTED.to_owned())
    }

    pub fn with(mut self, quirk: Quirk) -> Self {
        self.quirk = quirk;
        self
    }

    /// Its end of one connection.
    pub fn session(&self) -> Session {
        let witness = Arc::new(Witness {
            certificates: Mutex::default(),
            asks: self.quirk != Quirk::AsksForNoCertificate,
            trusts: self.quirk != Quirk::Distrusts,
        });
        Session {
            front_end: self.clone(),
            witness,
            tls: None,
            pending: Vec::new(),
            asked: Asked::default(),
            commands: Vec::new(),
            is_closed: false,
        }
    }

    /// Serves on loopback, one connection after the other, until the process ends.
    pub fn serve(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut session = self.session();
                let mut output = session.greet();
                let mut buffer = [0; 4096];
                loop {
                    let chunk = if self.quirk == Quirk::Dribbles { 1 } else { usize::MAX };
                    for part in output.chunks(chunk.min(output.len().max(1))) {
                        if stream.write_all(part).is_err() {
                            break;
                        }
                    }
                    if session.is_closed {
                        break;
                    }
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(length) => output = session.accept(&buffer[..length]),
                    }
                }
            }
        });
        address
    }
}

/// One end of one connection.
pub struct Session {
    front_end: FrontEnd,
    witness: Arc<Witness>,
    tls: Option<ServerConnection>,
    pending: Vec<u8>,
    asked: Asked,
    /// The commands in their order.
    pub commands: Vec<String>,
    pub is_closed: bool,
}

impl Session {
    pub fn greet(&mut self) -> Vec<u8> {
        self.commands.push("CONNECT".to_owned());
        let banner = format!("220 {}\r\n", self.front_end.banner);
        match self.front_end.quirk {
            Quirk::SilentAt("CONNECT") => Vec::new(),
            Quirk::Answers("CONNECT", answer) => answer.into(),
            Quirk::FloodsAt("CONNECT", length) => vec![b'2'; length],
            Quirk::ClosesAt("CONNECT") => {
                self.is_closed = true;
                Vec::new()
            }
            _ => banner.into_bytes(),
        }
    }

    /// Takes bytes, and gives the answer.
    pub fn accept(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut clear = bytes.to_vec();
        let mut output = Vec::new();
        let is_asked_for_tls = self.commands.last().is_some_and(|one| one == "STARTTLS");
        if is_asked_for_tls && self.front_end.quirk == Quirk::NoTls {
            return b"500 5.5.1 Command unrecognized\r\n".to_vec();
        }
        if let Some(tls) = &mut self.tls {
            clear.clear();
            let mut rest = bytes;
            while !rest.is_empty() {
                tls.read_tls(&mut rest).unwrap();
                if tls.process_new_packets().is_err() {
                    // The alert goes out, and then nothing.
                    while tls.wants_write() {
                        tls.write_tls(&mut output).unwrap();
                    }
                    self.is_closed = true;
                    return output;
                }
                let mut part = [0; 4096];
                while let Ok(length @ 1..) = tls.reader().read(&mut part) {
                    clear.extend_from_slice(&part[..length]);
                }
            }
        }
        self.pending.extend(clear);
        let mut answer = Vec::new();
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            let line = String::from_utf8(line).unwrap();
            answer.extend(self.answer(line.strip_suffix("\r\n").expect("lines end with CR LF")));
        }
        match &mut self.tls {
            Some(tls) if self.commands.last().is_some_and(|one| one != "STARTTLS") => {
                tls.writer().write_all(&answer).unwrap();
            }
            _ => output.extend(answer),
        }
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut output).unwrap();
            }
        }
        output
    }

    fn answer(&mut self, command: &str) -> Vec<u8> {
        assert!(
            !command.starts_with("DATA") && !command.starts_with("BDAT"),
            "a probe submits nothing: {command}"
        );
        self.commands.push(command.to_owned());
        match self.front_end.quirk {
            Quirk::SilentAt(at) if command.starts_with(at) => return Vec::new(),
            Quirk::ClosesAt(at) if command.starts_with(at) => {
                self.is_closed = true;
                return Vec::new();
            }
            Quirk::Answers(at, answer) if command.starts_with(at) => return answer.into(),
            Quirk::FloodsAt(at, length) if command.starts_with(at) => return vec![b'2'; length],
            _ => {}
        }
        let reply = if command.starts_with("EHLO ") {
            self.hello()
        } else if command == "STARTTLS" {
            self.start_tls()
        } else if let Some(from) = command.strip_prefix("MAIL FROM:") {
            from.clone_into(&mut self.asked.from);
            self.front_end.sender_reply.clone()
        } else if let Some(to) = command.strip_prefix("RCPT TO:") {
            to.clone_into(&mut self.asked.to);
            self.asked.certificates.clone_from(&self.witness.certificates.lock().unwrap());
            (self.front_end.rule)(&self.asked)
        } else if command == "RSET" {
            "250 2.0.0 Resetting".to_owned()
        } else if command == "QUIT" {
            self.is_closed = true;
            "221 2.0.0 Service closing transmission channel".to_owned()
        } else {
            panic!("no probe says {command}")
        };
        format!("{reply}\r\n").into_bytes()
    }

    fn hello(&self) -> String {
        let front_end = &self.front_end;
        let mut reply =
            format!("250-{} Hello {}\r\n250-SIZE 157286400", front_end.host, front_end.client);
        if self.tls.is_none() && front_end.quirk != Quirk::NoStartTls {
            reply.push_str("\r\n250-STARTTLS");
        }
        reply + "\r\n250 SMTPUTF8"
    }

    fn start_tls(&mut self) -> String {
        let front_end = &self.front_end;
        if front_end.quirk != Quirk::NoTls {
            let versions: &[&rustls::SupportedProtocolVersion] = if front_end.quirk == Quirk::OldTls
            {
                &[&rustls::version::TLS12]
            } else {
                rustls::ALL_VERSIONS
            };
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let mut chain = vec![CertificateDer::from(front_end.certificate.der())];
            chain.extend(front_end.issuers.iter().map(|der| CertificateDer::from(der.clone())));
            let label = label_of(&front_end.certificate);
            let key = PrivateKeyDer::Sec1(sec1(&label).into());
            let config = ServerConfig::builder_with_provider(provider)
                .with_protocol_versions(versions)
                .unwrap()
                .with_client_cert_verifier(Arc::clone(&self.witness) as Arc<dyn ClientCertVerifier>)
                .with_single_cert(chain, key)
                .unwrap();
            self.tls = Some(ServerConnection::new(Arc::new(config)).unwrap());
        }
        let injected = "\r\n250 2.0.0 injected";
        let injected = if front_end.quirk == Quirk::Injects { injected } else { "" };
        format!("220 2.0.0 SMTP server ready{injected}")
    }
}

/// The label of the key of a forged certificate: its subject.
fn label_of(forge: &Forge) -> String {
    forge.certificate().common_names().remove(0)
}

/// The key of a label as ECPrivateKey (RFC 5915).
pub fn sec1(label: &str) -> Vec<u8> {
    let key = key(label);
    let point = key.verifying_key().to_encoded_point(false);
    sequence(&[
        &element(0x02, [1]),
        &element(0x04, key.to_bytes()),
        &element(0xA0, oid("1.2.840.10045.3.1.7")),
        &element(0xA1, bit_string(point.as_bytes())),
    ])
}

/// What the front end gets of the client's certificates. It verifies no signature: what a client
/// shows here is the matter, not whether it may.
#[derive(Debug)]
struct Witness {
    certificates: Mutex<Vec<Certificate>>,
    asks: bool,
    trusts: bool,
}

impl ClientCertVerifier for Witness {
    fn offer_client_auth(&self) -> bool {
        self.asks
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        let chain = chain.map(|der| Certificate::from_der(der).unwrap()).collect();
        *self.certificates.lock().unwrap() = chain;
        if self.trusts {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

pub const STARTED: &str = "2026-11-16T06:00:00Z";

/// What a dialogue with a front end comes to, without a socket; each answer takes 100 ms.
pub fn converse(plan: Plan, front_end: &FrontEnd) -> (Record, Vec<String>) {
    let ends = ("10.1.0.21:31001".parse().unwrap(), "198.51.100.19:25".parse().unwrap());
    converse_at(plan, front_end, Timestamp::parse(STARTED).unwrap(), ends)
}

pub fn converse_at(
    plan: Plan,
    front_end: &FrontEnd,
    started: Timestamp,
    (local, remote): (SocketAddr, SocketAddr),
) -> (Record, Vec<String>) {
    let mut session = front_end.session();
    let mut dialogue = Dialogue::new(plan, started).unwrap();
    let mut elapsed = Duration::from_millis(100);
    dialogue.accept(Event::Connecting(remote), elapsed);
    dialogue.accept(Event::Connected { local, remote }, elapsed);
    let mut received = session.greet();
    while let Some(deadline) = dialogue.deadline() {
        elapsed += Duration::from_millis(100);
        let event = match received.as_slice() {
            [] if session.is_closed => Event::Closed,
            [] => {
                elapsed = deadline;
                Event::TimedOut
            }
            bytes => Event::Received(bytes),
        };
        dialogue.accept(event, elapsed);
        let sent = dialogue.take_output();
        received =
            if sent.is_empty() || session.is_closed { Vec::new() } else { session.accept(&sent) };
    }
    (dialogue.finish(elapsed), session.commands)
}
