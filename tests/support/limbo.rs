//! The cases of x509-limbo (limbo-schema.json), as requests.

#![allow(dead_code, reason = "tests, benchmark and example each use a part")]

use eop_relay::certificate::{Certificate, read_certificates, read_revocation_lists};
use eop_relay::chain::{
    ChainRequest, ChainVerdict, ExpectedName, Profile, Purpose, RevocationList, verdict,
};
use eop_relay::timestamp::Timestamp;
use serde::Deserialize;

/// limbo.json.
#[derive(Deserialize)]
pub struct Suite {
    pub testcases: Vec<Case>,
}

/// One test case.
#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    #[serde(default)]
    pub conflicts_with: Vec<String>,
    pub validation_kind: String,
    pub trusted_certs: Vec<String>,
    pub untrusted_intermediates: Vec<String>,
    pub peer_certificate: String,
    pub validation_time: Option<String>,
    pub extended_key_usage: Vec<String>,
    pub expected_result: String,
    pub expected_peer_name: Option<PeerName>,
    #[serde(default)]
    pub expected_peer_names: Vec<PeerName>,
    pub max_chain_depth: Option<u32>,
    #[serde(default)]
    pub crls: Vec<String>,
}

/// An expected name.
#[derive(Deserialize)]
pub struct PeerName {
    pub kind: String,
    pub value: String,
}

/// What became of a case.
pub struct Outcome {
    pub is_success: bool,
    pub context: Option<String>,
}

/// A case in the types of the library.
pub struct Parsed {
    pub peer: Certificate,
    pub intermediates: Vec<Certificate>,
    pub roots: Vec<Certificate>,
    pub revocation_lists: Vec<RevocationList>,
    pub names: Vec<ExpectedName>,
    pub at: Timestamp,
    pub purpose: Purpose,
    pub maximum_depth: Option<u32>,
}

impl Suite {
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

impl Case {
    pub fn expects_success(&self) -> bool {
        self.expected_result == "SUCCESS"
    }

    /// The verdict under a profile.
    pub fn run(&self, profile: Profile) -> Outcome {
        let parsed = match self.parse() {
            Ok(parsed) => parsed,
            Err(reason) => return Outcome { is_success: false, context: Some(reason) },
        };
        let verdict = verdict(&parsed.request(profile));
        let context =
            (verdict == ChainVerdict::BudgetExhausted).then(|| "budget exhausted".to_owned());
        Outcome { is_success: verdict == ChainVerdict::Accepted, context }
    }

    /// Decodes everything. Certificates that cannot be decoded are left out of the pools, as a
    /// store would not hold them; the peer's must be sound.
    pub fn parse(&self) -> Result<Parsed, String> {
        let certificates = |texts: &[String]| -> Vec<Certificate> {
            texts
                .iter()
                .filter_map(|text| read_certificates(text.as_bytes()).ok())
                .flat_map(|content| content.certificates)
                .collect()
        };
        let peer = read_certificates(self.peer_certificate.as_bytes())
            .map_err(|error| error.to_string())?
            .certificates
            .into_iter()
            .next()
            .ok_or("no peer certificate")?;
        let mut revocation_lists = Vec::new();
        for text in &self.crls {
            for der in read_revocation_lists(text.as_bytes()).map_err(|error| error.to_string())? {
                revocation_lists
                    .push(RevocationList::from_der(&der).map_err(|error| error.to_string())?);
            }
        }
        let at = match &self.validation_time {
            Some(text) => Timestamp::parse(text).ok_or("validation_time is no time")?,
            None => Timestamp::try_from(time::OffsetDateTime::now_utc())
                .map_err(|error| error.to_string())?,
        };
        let names = self.expected_peer_name.iter().chain(&self.expected_peer_names);
        Ok(Parsed {
            peer,
            intermediates: certificates(&self.untrusted_intermediates),
            roots: certificates(&self.trusted_certs),
            revocation_lists,
            names: names.map(PeerName::to_expected).collect::<Result<_, _>>()?,
            at,
            purpose: self.purpose()?,
            maximum_depth: self.max_chain_depth,
        })
    }

    /// The usage that is asked for; by default the one that the kind of validation implies.
    fn purpose(&self) -> Result<Purpose, String> {
        let by_kind = if self.validation_kind == "CLIENT" { "clientAuth" } else { "serverAuth" };
        match self.extended_key_usage.first().map_or(by_kind, String::as_str) {
            "serverAuth" => Ok(Purpose::ServerAuthentication),
            "clientAuth" => Ok(Purpose::ClientAuthentication),
            "emailProtection" => Ok(Purpose::EmailProtection),
            "codeSigning" => Ok(Purpose::CodeSigning),
            "timeStamping" => Ok(Purpose::TimeStamping),
            "OCSPSigning" => Ok(Purpose::OcspSigning),
            other => Err(format!("unknown extended key usage {other}")),
        }
    }
}

impl PeerName {
    fn to_expected(&self) -> Result<ExpectedName, String> {
        match self.kind.as_str() {
            "DNS" => Ok(ExpectedName::Dns(self.value.clone())),
            "RFC822" => Ok(ExpectedName::Email(self.value.clone())),
            "IP" => {
                let address =
                    self.value.parse().map_err(|_| format!("{} is no address", self.value))?;
                Ok(ExpectedName::IpAddress(address))
            }
            other => Err(format!("unknown kind of name {other}")),
        }
    }
}

impl Parsed {
    pub fn request(&self, profile: Profile) -> ChainRequest<'_> {
        ChainRequest {
            intermediates: Some(&self.intermediates),
            roots: &self.roots,
            with_embedded_roots: false,
            revocation_lists: &self.revocation_lists,
            profile,
            expected_names: &self.names,
            purpose: Some(self.purpose),
            maximum_depth: self.maximum_depth,
            ..ChainRequest::new(&self.peer, self.at)
        }
    }
}
