//! The one reader of exported Exchange objects, for files and for objects of the pipeline.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::certificates::exchange_certificate;
use super::connectors::{accepted_domain, inbound_connector, receive_connector, send_connector};
use super::format::ExportFormat;
use super::health_checker::HealthCheck;
use super::lost_letters::doubts;
use super::object_dates::ObjectDates;
use super::object_kind::{ObjectKind, describe, describe_with_name};
use super::parsed::{Parsed, shortened};
use super::printed_form::PrintedForm;
use super::problem::{EvidenceError, Problem, ProblemKind};
use super::properties::Properties;
use super::read_file::read_file;
use super::text_file::TextFile;
use crate::certificate::hexadecimal;
use crate::connector::{
    AcceptedDomain, AcceptedDomains, DomainName, ExchangeCertificate, InboundConnector,
    ReceiveConnector, SendConnector,
};

/// An object, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedObject<T> {
    /// The object.
    pub object: T,
    /// The line where it begins, from 1.
    pub line: u64,
}

/// What identifies a content: its size in bytes, and its SHA-256 in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDigest {
    /// The size in bytes.
    pub size: u64,
    /// The SHA-256.
    pub sha256: String,
}

impl ContentDigest {
    /// Of a content.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let sha256 = hexadecimal(&Sha256::digest(bytes));
        Self { size: bytes.len() as u64, sha256 }
    }
}

/// What one file, or one text, holds.
#[derive(Clone, Debug, Default)]
pub struct ExchangeObjects {
    /// The file, or what else the text came from.
    pub source_name: String,
    /// What identifies the content; `None` for objects that were not read of one.
    pub content: Option<ContentDigest>,
    /// The format that was read.
    pub format: Option<ExportFormat>,
    /// Inbound connectors of Exchange Online.
    pub inbound_connectors: Vec<ParsedObject<InboundConnector>>,
    /// Accepted domains.
    pub accepted_domains: Vec<ParsedObject<AcceptedDomain>>,
    /// Send connectors.
    pub send_connectors: Vec<ParsedObject<SendConnector>>,
    /// Receive connectors.
    pub receive_connectors: Vec<ParsedObject<ReceiveConnector>>,
    /// Installed certificates.
    pub certificates: Vec<ParsedObject<ExchangeCertificate>>,
    /// Objects of other kinds: what they are, and how many.
    pub unused: BTreeMap<String, u64>,
    /// The first of them: its line, and what it is, with its name where it has one.
    pub unused_places: Vec<(u64, String)>,
    /// Texts in the place of objects: `(Get-AcceptedDomain).DomainName` gives such.
    pub texts: Vec<ParsedObject<String>>,
    /// What was not read, or not as it stands, in the order of the file.
    pub problems: Vec<Problem>,
    /// What the file says of its server as a whole, where it is more than a list of objects.
    pub description: Option<String>,
    /// Whether objects of the file were lost to damage, so that the lists may lack some.
    pub is_incomplete: bool,
}

/// Objects of other kinds whose places are kept.
const MAXIMUM_PLACES: usize = 5;

impl ExchangeObjects {
    /// Reads a file in any of the formats and encodings; see [`ExchangeObjects::from_bytes`].
    ///
    /// # Errors
    /// [`EvidenceError`] if the file cannot be read, is too large, empty or of no known format.
    pub fn from_file(path: &Path) -> Result<Self, EvidenceError> {
        let bytes = read_file(path)?;
        Self::from_bytes(&path.display().to_string(), &bytes)
    }

    /// Reads the content of a file: CliXml, JSON, CSV or Format-List text, recognised by content.
    /// `source_name` stands in problems and errors.
    ///
    /// # Errors
    /// [`EvidenceError::Empty`] and [`EvidenceError::UnknownFormat`].
    pub fn from_bytes(source_name: &str, bytes: &[u8]) -> Result<Self, EvidenceError> {
        let file = TextFile::decode(bytes);
        if file.text.trim().is_empty() {
            return Err(EvidenceError::Empty { source_name: source_name.to_owned() });
        }
        if let Some(form) = PrintedForm::of(&file.text) {
            return Err(EvidenceError::NotAnExport { source_name: source_name.to_owned(), form });
        }
        let Some(format) = ExportFormat::of(&file.text) else {
            return Err(EvidenceError::UnknownFormat {
                source_name: source_name.to_owned(),
                beginning: shortened(file.text.trim()),
            });
        };
        let mut parsed = format.read(&file.text);
        for (offset, kind) in doubts(&file) {
            parsed.report(offset, kind);
        }
        let mut objects = Self {
            source_name: source_name.to_owned(),
            content: Some(ContentDigest::of(bytes)),
            format: Some(format),
            ..Self::default()
        };
        objects.convert(&file, &mut parsed);
        objects.is_incomplete = parsed.is_incomplete;
        objects.locate(&file, parsed);
        Ok(objects)
    }

    /// Reads JSON text, as the module passes objects of the pipeline.
    ///
    /// # Errors
    /// [`EvidenceError::Empty`] and [`EvidenceError::UnknownFormat`].
    pub fn from_pipeline(json: &str) -> Result<Self, EvidenceError> {
        Self::from_bytes("pipeline", json.as_bytes())
    }

    /// The inbound connectors without their places.
    #[must_use]
    pub fn to_inbound_connectors(&self) -> Vec<InboundConnector> {
        self.inbound_connectors.iter().map(|found| found.object.clone()).collect()
    }

    /// The accepted domains without their places.
    #[must_use]
    pub fn to_accepted_domains(&self) -> AcceptedDomains {
        AcceptedDomains {
            domains: self.accepted_domains.iter().map(|found| found.object.clone()).collect(),
            is_incomplete: self.is_incomplete,
        }
    }

    /// The send connectors without their places.
    #[must_use]
    pub fn to_send_connectors(&self) -> Vec<SendConnector> {
        self.send_connectors.iter().map(|found| found.object.clone()).collect()
    }

    /// The installed certificates without their places.
    #[must_use]
    pub fn to_certificates(&self) -> Vec<ExchangeCertificate> {
        self.certificates.iter().map(|found| found.object.clone()).collect()
    }

    /// How many objects there are, of whatever kind.
    #[must_use]
    pub fn count(&self) -> usize {
        let unused: u64 = self.unused.values().sum();
        self.inbound_connectors.len()
            + self.accepted_domains.len()
            + self.send_connectors.len()
            + self.receive_connectors.len()
            + self.certificates.len()
            + usize::try_from(unused).unwrap_or(usize::MAX)
    }

    /// The same, with texts that are domain names as accepted domains, which are no problems then.
    #[must_use]
    pub fn with_domains_of_texts(&self) -> Self {
        let is_domain = |text: &str| DomainName::parse(text).is_ok();
        let mut objects = self.clone();
        let named = objects.texts.iter().filter(|found| is_domain(&found.object));
        objects.accepted_domains.extend(named.map(|found| ParsedObject {
            object: AcceptedDomain::named(&found.object),
            line: found.line,
        }));
        objects.texts.retain(|found| !is_domain(&found.object));
        if objects.texts.is_empty() {
            let is_of_text = |problem: &Problem| {
                matches!(problem.kind, ProblemKind::NotAnObject { .. } | ProblemKind::More { .. })
            };
            objects.problems.retain(|problem| !is_of_text(problem));
        }
        objects
    }

    fn convert(&mut self, file: &TextFile<'_>, parsed: &mut Parsed) {
        let mut bags = Vec::new();
        for bag in std::mem::take(&mut parsed.bags) {
            match HealthCheck::of(&bag) {
                Some(check) => {
                    bags.extend(check.objects);
                    let before = self.description.take().map(|words| words + "; ");
                    self.description = Some(before.unwrap_or_default() + &check.words);
                }
                None => bags.push(bag),
            }
        }
        let mut dates = ObjectDates::default();
        for bag in &bags {
            dates.note(bag);
        }
        let dates = dates.of_format(self.format);
        let mut offsets: Vec<usize> = bags.iter().map(|bag| bag.offset).collect();
        offsets.sort_unstable();
        let positions = file.positions(&offsets);
        for bag in bags {
            let bag = &bag;
            let place = offsets.partition_point(|offset| *offset < bag.offset);
            let line = positions.get(place).map_or(1, |position| position.line);
            let mut properties = Properties::new(bag, parsed, &dates);
            let kind = ObjectKind::of(bag);
            if kind.is_some() {
                properties.report_readings();
            }
            let is_used = match kind {
                Some(ObjectKind::InboundConnector) => {
                    let object = inbound_connector(&mut properties);
                    self.inbound_connectors.push(ParsedObject { object, line });
                    true
                }
                Some(ObjectKind::SendConnector) => {
                    let object = send_connector(&mut properties);
                    self.send_connectors.push(ParsedObject { object, line });
                    true
                }
                Some(ObjectKind::ReceiveConnector) => {
                    let object = receive_connector(&mut properties);
                    self.receive_connectors.push(ParsedObject { object, line });
                    true
                }
                Some(ObjectKind::AcceptedDomain) => {
                    let object = accepted_domain(&mut properties);
                    object
                        .map(|object| self.accepted_domains.push(ParsedObject { object, line }))
                        .is_some()
                }
                Some(ObjectKind::Certificate) => {
                    let object = exchange_certificate(&mut properties);
                    object
                        .map(|object| self.certificates.push(ParsedObject { object, line }))
                        .is_some()
                }
                None => false,
            };
            if !is_used {
                if self.unused_places.len() < MAXIMUM_PLACES {
                    self.unused_places.push((line, describe_with_name(bag)));
                }
                *self.unused.entry(describe(bag)).or_default() += 1;
            }
        }
    }

    fn locate(&mut self, file: &TextFile<'_>, mut parsed: Parsed) {
        parsed.problems.sort_by_key(|(offset, _)| *offset);
        if parsed.unlisted_problems > 0 {
            let count = parsed.unlisted_problems;
            parsed.problems.push((file.text.len(), ProblemKind::More { count }));
        }
        parsed.texts.sort();
        let offsets: Vec<usize> = parsed.texts.iter().map(|(offset, _)| *offset).collect();
        let lines = file.positions(&offsets).into_iter().map(|position| position.line);
        let texts = parsed.texts.into_iter().map(|(_, text)| text).zip(lines);
        self.texts = texts.map(|(object, line)| ParsedObject { object, line }).collect();
        let offsets: Vec<usize> = parsed.problems.iter().map(|(offset, _)| *offset).collect();
        let positions = file.positions(&offsets);
        let problems = parsed.problems.into_iter().zip(positions).map(|((_, kind), position)| {
            let source_name = self.source_name.clone();
            Problem { source_name, line: position.line, offset: position.offset, kind }
        });
        self.problems = problems.collect();
    }
}
