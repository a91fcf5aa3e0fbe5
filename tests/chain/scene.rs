//! A sound chain of three, to be broken in one place.

use eop_relay::certificate::Certificate;
use eop_relay::chain::{
    ChainReport, ChainRequest, ChainVerdict, ExpectedName, Limits, Profile, RevocationList, Rule,
    report, verdict,
};
use eop_relay::redaction::Redactor;
use eop_relay::timestamp::Timestamp;

use crate::support::forge::{Forge, ForgeList, element};

/// A chain of three with everything that goes with it.
pub struct Scene {
    pub server: Forge,
    pub intermediates: Vec<Forge>,
    /// Certificates outside the stores.
    pub known: Vec<Forge>,
    pub roots: Vec<Forge>,
    /// The root store of the server.
    pub root_store: Vec<Forge>,
    pub follows_lists: bool,
    pub lists: Vec<ForgeList>,
    pub expected_name: &'static str,
    pub maximum_depth: Option<u32>,
    pub purpose_is_asked: bool,
    pub limits: Limits,
}

pub const HOST: &str = "mail.contoso.com";

/// A scene that breaks no rule except that revocation is not known.
pub fn scene() -> Scene {
    Scene {
        server: Forge::server(HOST, "Issuing CA"),
        intermediates: vec![Forge::authority("Issuing CA", "Root CA")],
        known: Vec::new(),
        roots: vec![Forge::root("Root CA")],
        root_store: Vec::new(),
        follows_lists: false,
        lists: Vec::new(),
        expected_name: HOST,
        maximum_depth: None,
        purpose_is_asked: false,
        limits: Limits::default(),
    }
}

/// Certificates as they are, or as their facts with stand-ins.
fn written(certificates: Vec<Certificate>, redactor: Option<&Redactor>) -> Vec<Certificate> {
    let facts = |certificate: &Certificate| {
        let facts = redactor.and_then(|redactor| redactor.facts_of(certificate));
        facts.map(|facts| Certificate::from_der(&facts.to_json()).unwrap())
    };
    certificates.into_iter().map(|one| facts(&one).unwrap_or(one)).collect()
}

impl Scene {
    /// The same chain, of which everybody else knows facts with stand-ins alone.
    pub fn judge_redacted(&self, profile: Profile) -> (ChainReport, ChainVerdict) {
        let all = [&self.intermediates, &self.known, &self.roots, &self.root_store];
        let all = all.into_iter().flatten().chain([&self.server]).map(Forge::certificate);
        let mut redactor = Redactor::new([23; 32]);
        redactor.learn(&all.collect::<Vec<_>>());
        let expected_name = redactor.redact(self.expected_name);
        self.judge_as(profile, &expected_name, Some(&redactor))
    }

    pub fn judge(&self, profile: Profile) -> (ChainReport, ChainVerdict) {
        self.judge_as(profile, self.expected_name, None)
    }

    fn judge_as(
        &self,
        profile: Profile,
        expected_name: &str,
        redactor: Option<&Redactor>,
    ) -> (ChainReport, ChainVerdict) {
        let certificates = |forges: &[Forge]| -> Vec<Certificate> {
            written(forges.iter().map(Forge::certificate).collect(), redactor)
        };
        let server = certificates(std::slice::from_ref(&self.server)).remove(0);
        let intermediates = certificates(&self.intermediates);
        let (known, roots) = (certificates(&self.known), certificates(&self.roots));
        let root_store = certificates(&self.root_store);
        let lists: Vec<RevocationList> =
            self.lists.iter().map(|list| RevocationList::from_der(&list.der()).unwrap()).collect();
        let names = [ExpectedName::parse(expected_name)];
        let at = Timestamp::parse("2026-11-15").unwrap();
        let request = ChainRequest {
            intermediates: Some(&intermediates),
            known: &known,
            roots: &roots,
            root_store: &root_store,
            with_embedded_roots: self.follows_lists,
            revocation_lists: &lists,
            profile,
            expected_names: &names,
            maximum_depth: self.maximum_depth,
            purpose: self
                .purpose_is_asked
                .then_some(eop_relay::chain::Purpose::ServerAuthentication),
            limits: self.limits,
            ..ChainRequest::new(&server, at)
        };
        (report(&request), verdict(&request))
    }
}

pub type Change = fn(&mut Scene);

pub fn set(forge: &mut Forge, oid: &str, critical: bool, value: Vec<u8>) {
    *forge = forge.clone().with(oid, critical, value);
}

pub fn remove(forge: &mut Forge, oid: &str) {
    *forge = forge.clone().without(oid);
}

/// subjectAltName with one general name of any form.
pub fn general_name(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    element(0x30, element(tag, content))
}

pub fn has(report: &ChainReport, rule: Rule) -> bool {
    report.findings.iter().any(|finding| finding.id == rule)
}
