//! Which certificate is shown, with which issuers, and by which key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eop_relay::certificate::Certificate;
use eop_relay::probe::{
    Credential, CredentialError, Envelope, Mailbox, Plan, TlsUse, issuers_to_send,
};
use eop_relay::timestamp::Timestamp;
use eop_relay::windows::{
    Digest, KeyAccess, KeyPresence, MachineError, PrivateKey, SignatureForm, SigningKey,
    StoreCertificate,
};
use p256::ecdsa::Signature;
use p256::ecdsa::signature::hazmat::PrehashSigner;

use crate::front_end::{ACCEPTED, FrontEnd, Quirk, REFUSED, STARTED, converse, sec1};
use crate::support::forge::{self, Forge};

/// A plan for `anna@contoso.com` and `bob@fabrikam.com`.
pub fn plan(credential: Option<Credential>) -> Plan {
    Plan {
        host: "contoso-com.mail.protection.outlook.com".to_owned(),
        port: 25,
        ehlo_name: "ex01.contoso.com".to_owned(),
        connector: "Outbound to Microsoft 365".to_owned(),
        envelope: Some(Envelope {
            from: Mailbox::sender("anna@contoso.com").unwrap(),
            to: Mailbox::recipient("bob@fabrikam.com").unwrap(),
        }),
        tls: TlsUse::Offered,
        credential,
        timeout: Duration::from_secs(30),
    }
}

/// A PEM block.
pub fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// The certificate of a host below `Test CA`, with its key.
pub fn of_host(host: &str, issuers: Vec<Certificate>) -> Credential {
    let certificate = Forge::server(host, "Test CA").certificate();
    let key = pem("EC PRIVATE KEY", &sec1(host));
    Credential::from_pem(certificate, issuers, key.as_bytes(), "mail.pem").unwrap()
}

/// A key that signs elsewhere, or refuses to.
#[derive(Debug)]
pub struct Signer(pub Option<&'static str>);

impl SigningKey for Signer {
    fn sign(
        &self,
        form: SignatureForm,
        digest: Digest,
        value: &[u8],
    ) -> Result<Vec<u8>, MachineError> {
        assert_eq!((form, digest), (SignatureForm::Ecdsa, Digest::Sha256));
        let Some(label) = self.0 else {
            let message = "NTE_PERM (0x80090010)".to_owned();
            return Err(MachineError::Call { call: "NCryptSignHash", message });
        };
        let signature: Signature = forge::key(label).sign_prehash(value).unwrap();
        Ok(signature.to_bytes().to_vec())
    }
}

/// A certificate of a store, of which NETWORK SERVICE has that access to the key.
pub fn in_store(certificate: Certificate, network_service: KeyAccess) -> StoreCertificate {
    let private_key = PrivateKey {
        presence: KeyPresence::Present,
        provider: Some("Microsoft Software Key Storage Provider".to_owned()),
        kind: Some("CNG"),
        network_service,
        ..PrivateKey::none()
    };
    StoreCertificate { certificate, friendly_name: None, private_key }
}

/// Says who was accepted for which certificate.
fn by_certificate() -> FrontEnd {
    FrontEnd::by(|asked| {
        let names = asked.certificates.first().map(Certificate::dns_names).unwrap_or_default();
        if names == ["mail.contoso.com"] { ACCEPTED } else { REFUSED }.to_owned()
    })
}

#[test]
fn the_certificate_is_shown_with_the_issuers_that_the_store_has() {
    let authority = Forge::authority("Test CA", "Test Root").certificate();
    let root = Forge::root("Test Root").certificate();
    let other = Forge::authority("Other CA", "Test Root").certificate();
    let own = Forge::server("mail.contoso.com", "Test CA").certificate();
    let at = Timestamp::parse(STARTED).unwrap();
    let sent = issuers_to_send(&own, &[other.clone(), root, authority.clone()], at);
    assert_eq!(
        sent,
        std::slice::from_ref(&authority),
        "the root is not sent, nor what has no part in it"
    );
    assert!(issuers_to_send(&own, &[other], at).is_empty());

    let seen = FrontEnd::by(|asked| format!("550 {}", asked.certificates.len()));
    for quirk in [Quirk::None, Quirk::OldTls] {
        let plan = plan(Some(of_host("mail.contoso.com", vec![authority.clone()])));
        let (record, _) = converse(plan, &seen.clone().with(quirk));
        assert!(record.log.contains("550 2"), "{}", record.log);
    }
}

#[test]
fn the_front_end_decides_by_the_certificate_that_is_shown() {
    for (credential, reply) in [
        (Some(of_host("mail.contoso.com", Vec::new())), ACCEPTED),
        (Some(of_host("relay.contoso.com", Vec::new())), REFUSED),
        (None, REFUSED),
    ] {
        let (record, _) = converse(plan(credential), &by_certificate());
        assert!(record.log.contains(reply), "{}", record.log);
    }
}

#[test]
fn a_key_of_the_store_signs_where_it_lies() {
    let certificate = Forge::server("mail.contoso.com", "Test CA").certificate();
    let found = in_store(certificate, KeyAccess::Granted);
    let credential = |label| {
        let signer = Arc::new(Signer(label));
        Credential::with_signer(&found, Vec::new(), "the store", signer).unwrap()
    };
    for quirk in [Quirk::None, Quirk::OldTls] {
        let front_end = by_certificate().with(quirk);
        let (record, _) = converse(plan(Some(credential(Some("mail.contoso.com")))), &front_end);
        assert!(record.log.contains(ACCEPTED), "{}", record.log);
        // Windows refuses the key: Exchange logs the same.
        let (record, _) = converse(plan(Some(credential(None))), &front_end);
        let failed = "TLS negotiation failed with error UnknownCredentials";
        assert!(record.log.contains(failed), "{}", record.log);
        assert!(record.fault.unwrap().to_string().contains("NTE_PERM"));
    }
}

#[test]
fn a_key_that_cannot_be_used_is_refused_with_its_reason() {
    let own = || Forge::server("mail.contoso.com", "Test CA").certificate();
    let from = |pem: &str| Credential::from_pem(own(), Vec::new(), pem.as_bytes(), "mail.pem");
    let key = |label| pem("EC PRIVATE KEY", &sec1(label));
    assert!(from(&key("mail.contoso.com")).is_ok());
    for (pem, part) in [
        (String::new(), "mail.pem holds no private key"),
        (pem("CERTIFICATE", own().der()), "holds no private key"),
        (pem("ENCRYPTED PRIVATE KEY", &[0x30, 0]), "is encrypted: give a PFX file"),
        (pem("PRIVATE KEY", &[0x30, 0]), "cannot be used"),
        (key("relay.contoso.com"), "does not belong to the certificate"),
    ] {
        let error: CredentialError = from(&pem).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(!format!("{:?}", from(&key("mail.contoso.com"))).contains("key:"));
    let _: &dyn fmt::Debug = &Signer(None);
}
