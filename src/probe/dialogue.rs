//! The dialogue of a probe: it is given what was received, and gives what is to be sent next. It
//! opens no socket, and knows no clock but the times that it is given.
//!
//! **Nothing is ever submitted**: after the reply to RCPT TO it says RSET and QUIT. It has no words
//! for a message: neither DATA nor BDAT is written anywhere in it.

use std::net::SocketAddr;
use std::time::Duration;

use super::fault::Fault;
use super::plan::{Envelope, Plan, PlanError, TlsUse};
use super::reply_reader::{Reply, ReplyReader};
use super::step::Step;
use super::tls::{Seen, Tls};
use super::transcript::Transcript;
use crate::certificate::Certificate;
use crate::timestamp::Timestamp;

/// Bytes that are accepted in all.
const MAXIMUM_BYTES: usize = 1 << 20;
/// Answers that the whole dialogue may take the time of.
const ANSWERS_IN_ALL: u32 = 4;

/// What happened to the connection.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A connection is attempted with this address.
    Connecting(SocketAddr),
    /// It came about.
    Connected {
        /// Its own end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
    },
    /// It did not come about: the number of Winsock, 0 where unknown, and words.
    NotConnected(i32, &'a str),
    /// Bytes came.
    Received(&'a [u8]),
    /// The other side closed the connection.
    Closed,
    /// The connection broke, in the words of the operating system.
    Broken(&'a str),
    /// The deadline has passed.
    TimedOut,
}

/// A step and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// The step.
    pub step: Step,
    /// How long it took.
    pub took: Duration,
    /// The reply, where the step ends with one.
    pub reply: Option<Reply>,
}

/// What a dialogue came to.
#[derive(Clone, Debug)]
pub struct Record {
    /// What it asked.
    pub plan: Plan,
    /// When it began.
    pub started: Timestamp,
    /// Its steps in order.
    pub steps: Vec<StepTaken>,
    /// Why it ended early; `None`: it went to its end.
    pub fault: Option<Fault>,
    /// Whether TLS came about.
    pub is_secure: bool,
    /// Whether the other side asked for a certificate, and the key can sign as it asked; `None`: it
    /// did not ask.
    pub certificate_request: Option<bool>,
    /// The certificates of the other side in DER, its own first.
    pub remote_chain: Vec<Vec<u8>>,
    /// Its own end of the connection; empty without one.
    pub local_endpoint: String,
    /// The other end.
    pub remote_endpoint: String,
    /// The dialogue as a send log of Exchange's own form.
    pub log: String,
}

impl Record {
    /// The reply of a step, if it came.
    #[must_use]
    pub fn reply(&self, step: Step) -> Option<&Reply> {
        self.steps.iter().rev().find(|taken| taken.step == step)?.reply.as_ref()
    }
}

/// The dialogue of one connection.
#[derive(Debug)]
pub struct Dialogue {
    plan: Plan,
    started: Timestamp,
    step: Step,
    /// When the step began, since the start.
    since: Duration,
    steps: Vec<StepTaken>,
    reader: ReplyReader,
    tls: Option<Tls>,
    is_secure: bool,
    /// The rows of a handshake that the other side may still revoke (an alert of TLS 1.3 comes after
    /// it): their first.
    unconfirmed: Option<usize>,
    received: usize,
    outgoing: Vec<u8>,
    transcript: Transcript,
    fault: Option<Fault>,
}

impl Dialogue {
    /// A dialogue that begins at `started`.
    ///
    /// # Errors
    /// [`PlanError`]: the plan cannot be carried out.
    pub fn new(plan: Plan, started: Timestamp) -> Result<Self, PlanError> {
        plan.check()?;
        Ok(Self {
            transcript: Transcript::new(&plan.connector, started),
            plan,
            started,
            step: Step::Connect,
            since: Duration::ZERO,
            steps: Vec::new(),
            reader: ReplyReader::default(),
            tls: None,
            is_secure: false,
            unconfirmed: None,
            received: 0,
            outgoing: Vec::new(),
            fault: None,
        })
    }

    /// What is asked.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What is awaited.
    #[must_use]
    pub fn step(&self) -> Step {
        self.step
    }

    /// When the wait is over, since the start; `None` when the dialogue is.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let whole = self.plan.timeout * ANSWERS_IN_ALL;
        (self.step != Step::Done).then(|| (self.since + self.plan.timeout).min(whole))
    }

    /// Takes what is to be sent now. When the dialogue is over, the connection is closed after it.
    pub fn take_output(&mut self) -> Vec<u8> {
        if let Some(tls) = &mut self.tls {
            tls.flush(&mut self.outgoing);
        }
        std::mem::take(&mut self.outgoing)
    }

    /// Takes what happened, at that time since the start.
    pub fn accept(&mut self, event: Event<'_>, elapsed: Duration) {
        if self.step == Step::Done {
            return;
        }
        if let Err(fault) = self.take(event, elapsed) {
            self.fail(fault, elapsed);
        }
    }

    /// What it came to. A dialogue that is not over is ended as if its connection had broken.
    #[must_use]
    pub fn finish(mut self, elapsed: Duration) -> Record {
        self.accept(Event::Broken("the probe was stopped"), elapsed);
        let seen = self.seen();
        Record {
            is_secure: self.is_secure,
            certificate_request: seen.certificate_request,
            remote_chain: seen.remote_chain,
            local_endpoint: self.transcript.local().to_owned(),
            remote_endpoint: self.transcript.remote().to_owned(),
            log: self.transcript.to_log(),
            plan: self.plan,
            started: self.started,
            steps: self.steps,
            fault: self.fault,
        }
    }

    fn take(&mut self, event: Event<'_>, elapsed: Duration) -> Result<(), Fault> {
        match event {
            Event::Connecting(remote) => {
                self.transcript.set_remote(remote);
                self.transcript.add_information(self.time(elapsed), "attempting to connect");
            }
            Event::Connected { local, remote } => {
                self.transcript.set_local(local);
                self.transcript.set_remote(remote);
                self.transcript.add(self.time(elapsed), '+', "", "");
                self.next(Step::Banner, None, elapsed);
            }
            Event::NotConnected(winsock, message) => {
                return Err(Fault::NoConnection { winsock, message: message.to_owned() });
            }
            Event::Received(bytes) => return self.receive(bytes, elapsed),
            Event::Closed => return Err(Fault::Closed(self.step)),
            Event::Broken(message) => {
                return Err(Fault::Broken { step: self.step, message: message.to_owned() });
            }
            Event::TimedOut if self.step == Step::Connect => {
                let message = "nobody answered in time".to_owned();
                return Err(Fault::NoConnection { winsock: 10060, message });
            }
            Event::TimedOut => return Err(Fault::TimedOut(self.step)),
        }
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8], elapsed: Duration) -> Result<(), Fault> {
        self.received = self.received.saturating_add(bytes.len());
        if self.received > MAXIMUM_BYTES {
            return Err(Fault::TooMuch(MAXIMUM_BYTES));
        }
        let clear = match &mut self.tls {
            Some(tls) => tls.receive(bytes)?,
            None => bytes.to_vec(),
        };
        if matches!(self.step, Step::Connect | Step::Handshake) && !clear.is_empty() {
            return Err(Fault::OutOfTurn(self.step));
        }
        if self.step == Step::Handshake {
            self.end_handshake(elapsed);
        }
        if clear.is_empty() {
            return Ok(());
        }
        self.unconfirmed = None;
        let Some(reply) = self.reader.take(&clear)? else { return Ok(()) };
        for line in &reply.lines {
            self.transcript.add(self.time(elapsed), '<', line, "");
        }
        // Nothing is asked before the last reply is there, so that nothing can follow it: least of all
        // between STARTTLS and TLS, where anybody on the way may have put it (CVE-2011-0411).
        if self.reader.has_rest() {
            return Err(Fault::OutOfTurn(self.step));
        }
        self.answer(reply, elapsed)
    }

    /// What follows from a reply.
    fn answer(&mut self, reply: Reply, elapsed: Duration) -> Result<(), Fault> {
        let is_positive = reply.is_positive();
        let offers_tls = reply.offers_start_tls();
        let is_last = reply.code == 421;
        let step = self.step;
        let envelope = self.plan.envelope.clone();
        let say = |dialogue: &mut Self, next: Step, command: &str| {
            dialogue.next(next, Some(reply.clone()), elapsed);
            dialogue.say(command, elapsed);
        };
        let hello = format!("EHLO {}", self.plan.ehlo_name);
        if step == Step::Quit || is_last {
            self.next(Step::Done, Some(reply), elapsed);
            self.hang_up("Local", elapsed);
            return Ok(());
        }
        match (step, envelope) {
            (Step::Sender | Step::Recipient, _) if !is_positive || step == Step::Recipient => {
                say(self, Step::Reset, "RSET");
            }
            (Step::Reset, _) => say(self, Step::Quit, "QUIT"),
            _ if !is_positive => say(self, Step::Quit, "QUIT"),
            (Step::Banner, _) => say(self, Step::Hello, &hello),
            (Step::Hello, _) if offers_tls && self.plan.tls != TlsUse::Never => {
                say(self, Step::StartTls, "STARTTLS");
            }
            (Step::Hello, _) if self.plan.tls == TlsUse::Required => {
                self.fault = Some(Fault::NoTls);
                say(self, Step::Quit, "QUIT");
            }
            (Step::StartTls, _) => {
                self.next(Step::Handshake, Some(reply), elapsed);
                return self.begin_handshake(elapsed);
            }
            (Step::Hello | Step::SecureHello, Some(Envelope { from, .. })) => {
                say(self, Step::Sender, &format!("MAIL FROM:{from}"));
            }
            (Step::Sender, Some(Envelope { to, .. })) => {
                say(self, Step::Recipient, &format!("RCPT TO:{to}"));
            }
            _ => say(self, Step::Quit, "QUIT"),
        }
        Ok(())
    }

    fn begin_handshake(&mut self, elapsed: Duration) -> Result<(), Fault> {
        let credential = self.plan.credential.as_ref();
        // Exchange logs what it chose before the handshake.
        if let Some(certificate) = credential.and_then(|one| one.chain().first()) {
            self.transcript.add_certificate(self.time(elapsed), "Sending", certificate);
        }
        self.tls = Some(Tls::new(&self.plan.host, credential)?);
        Ok(())
    }

    /// Goes on where the handshake has ended.
    fn end_handshake(&mut self, elapsed: Duration) {
        let Some(tls) = self.tls.as_ref().filter(|tls| !tls.is_handshaking()) else { return };
        let (seen, negotiated) = (tls.seen(), tls.negotiated());
        self.is_secure = true;
        self.unconfirmed = Some(self.transcript.len());
        if let Some(one) = own_certificate(&seen) {
            self.transcript.add_certificate(self.time(elapsed), "Remote", &one);
        }
        self.transcript.add_information(self.time(elapsed), &negotiated);
        self.next(Step::SecureHello, None, elapsed);
        let hello = format!("EHLO {}", self.plan.ehlo_name);
        self.say(&hello, elapsed);
    }

    /// Ends it early.
    fn fail(&mut self, fault: Fault, elapsed: Duration) {
        let at = self.time(elapsed);
        match &fault {
            Fault::NoConnection { winsock, message } => {
                let remote = self.transcript.remote().to_owned();
                self.transcript.add_information(
                    at,
                    &format!(
                        "Failed to connect. Winsock error code: {winsock}, Win32 error code: \
                         {winsock}, Error Message: {message} {remote}"
                    ),
                );
            }
            // The connection ends while the handshake is not confirmed.
            Fault::Closed(_) | Fault::Broken { .. } if self.is_in_handshake() => {
                self.fail_handshake("SocketError", at);
            }
            Fault::Tls { name, .. } if self.is_in_handshake() => self.fail_handshake(name, at),
            fault => self.transcript.add_information(at, &format!("probe ended: {fault}")),
        }
        let is_remote = matches!(fault, Fault::Closed(_) | Fault::Broken { .. });
        let has_connection = self.step != Step::Connect;
        self.fault = Some(fault);
        self.next(Step::Done, None, elapsed);
        if has_connection {
            self.hang_up(if is_remote { "Remote" } else { "Local" }, elapsed);
        }
    }

    fn is_in_handshake(&self) -> bool {
        self.step == Step::Handshake || self.unconfirmed.is_some()
    }

    fn fail_handshake(&mut self, name: &str, at: Timestamp) {
        self.is_secure = false;
        if let Some(first) = self.unconfirmed.take() {
            self.transcript.truncate(first);
            self.steps.retain(|taken| taken.step != Step::SecureHello);
        }
        let remote = self.tls.as_ref().and_then(|tls| own_certificate(&tls.seen()));
        if let Some(one) = remote {
            self.transcript.add_certificate(at, "Remote", &one);
        }
        self.transcript.add_information(at, &format!("TLS negotiation failed with error {name}"));
    }

    fn hang_up(&mut self, who: &str, elapsed: Duration) {
        if let Some(tls) = &mut self.tls {
            tls.close();
        }
        self.transcript.add(self.time(elapsed), '-', "", who);
    }

    /// Sends a command, within TLS where it has come about.
    fn say(&mut self, command: &str, elapsed: Duration) {
        self.transcript.add(self.time(elapsed), '>', command, "");
        let line = format!("{command}\r\n");
        match &mut self.tls {
            Some(tls) => tls.send(line.as_bytes()),
            None => self.outgoing.extend_from_slice(line.as_bytes()),
        }
    }

    /// Ends the step with what came of it, and begins the next.
    fn next(&mut self, next: Step, reply: Option<Reply>, elapsed: Duration) {
        let took = elapsed.saturating_sub(self.since);
        self.steps.push(StepTaken { step: self.step, took, reply });
        self.step = next;
        self.since = elapsed;
    }

    fn time(&self, elapsed: Duration) -> Timestamp {
        let ticks = i64::try_from(elapsed.as_nanos() / 100).unwrap_or(i64::MAX);
        Timestamp::from_ticks(self.started.ticks().saturating_add(ticks)).unwrap_or(self.started)
    }

    fn seen(&self) -> Seen {
        self.tls.as_ref().map(Tls::seen).unwrap_or_default()
    }
}

/// The other side's own certificate, where it can be read.
fn own_certificate(seen: &Seen) -> Option<Certificate> {
    Certificate::from_der(seen.remote_chain.first()?).ok()
}
