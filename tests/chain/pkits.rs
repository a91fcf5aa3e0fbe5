//! NIST PKITS 1.0.1, where it is present beside the project: one path for each case, with the policies
//! that it asks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use eop_relay::certificate::Certificate;
use eop_relay::chain::{
    ChainReport, ChainRequest, ChainVerdict, PolicyInputs, RevocationList, Rule, report, verdict,
};
use eop_relay::timestamp::Timestamp;

use crate::support::say;

/// Cases that are judged otherwise, and why.
const EXCEPTIONS: &[(&str, &str)] = &[("4.1.4", "DSA"), ("4.1.5", "DSA")];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/pkits");
    if folder.join("cases.tsv").is_file() {
        return Some(folder);
    }
    say(&format!("PKITS is not run: {} is not there", folder.display()));
    None
}

struct Case {
    certificates: Vec<Certificate>,
    lists: Vec<RevocationList>,
    policies: Option<Vec<String>>,
    flags: String,
}

impl Case {
    fn read(folder: &Path, fields: &[&str]) -> Self {
        let read = |kind: &str, name: &str, extension: &str| {
            fs::read(folder.join(kind).join(format!("{name}.{extension}"))).unwrap()
        };
        let certificates = fields[3]
            .split_whitespace()
            .map(|name| Certificate::from_der(&read("certs", name, "crt")).unwrap());
        let lists = fields[4]
            .split_whitespace()
            .map(|name| RevocationList::from_der(&read("crls", name, "crl")).unwrap());
        let policies = (fields[5] != "anyPolicy").then(|| {
            let number = |name: &str| name.rsplit('-').next().unwrap().to_owned();
            let names = fields[5].split(',');
            names.map(|name| format!("2.16.840.1.101.3.2.1.48.{}", number(name))).collect()
        });
        Self {
            certificates: certificates.collect(),
            lists: lists.collect(),
            policies,
            flags: fields[6].to_owned(),
        }
    }

    fn judge(&self) -> (ChainReport, ChainVerdict) {
        let (anchor, path) = self.certificates.split_first().unwrap();
        let (end_entity, intermediates) = path.split_last().unwrap();
        let request = ChainRequest {
            intermediates: Some(intermediates),
            roots: std::slice::from_ref(anchor),
            with_embedded_roots: false,
            revocation_lists: &self.lists,
            policies: PolicyInputs {
                acceptable: self.policies.as_deref(),
                require_explicit: self.flags.contains("ExplicitPolicy"),
                inhibit_mapping: self.flags.contains("PolicyMappingInhibit"),
                inhibit_any: self.flags.contains("InhibitAnyPolicy"),
            },
            ..ChainRequest::new(end_entity, Timestamp::parse("2026-11-15").unwrap())
        };
        (report(&request), verdict(&request))
    }
}

/// PKITS demands a list for every certificate.
fn is_valid(report: &ChainReport) -> bool {
    let open = [Rule::RevocationUnknown, Rule::RevocationListNotUsable];
    report.is_accepted && !report.findings.iter().any(|finding| open.contains(&finding.id))
}

#[test]
fn every_path_is_judged_as_pkits_says() {
    let Some(folder) = folder() else { return };
    let cases = fs::read_to_string(folder.join("cases.tsv")).unwrap();
    let mut exceptions: BTreeSet<&str> = EXCEPTIONS.iter().map(|(number, _)| *number).collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let (report, verdict) = Case::read(&folder, &fields).judge();
        assert_eq!(report.is_accepted, verdict == ChainVerdict::Accepted, "{line}");
        count += 1;
        let is_right = is_valid(&report) == (fields[2] == "valid");
        if is_right == exceptions.remove(fields[0]) {
            let ids: Vec<Rule> = report.findings.iter().map(|finding| finding.id).collect();
            wrong.push(format!("{} {} ({}): {ids:?}", fields[0], fields[1], fields[2]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(exceptions.is_empty(), "no such cases: {exceptions:?}");
    assert!(count > 200, "{count}");
}
