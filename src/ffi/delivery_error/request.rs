//! The request of `eop_resolve_errors`, and what comes of it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::evidence::EvidenceError;
use crate::evidence::delivery_error::{DeliveryError, DeliveryErrors, SessionMatcher};
use crate::ffi::answer::{FileContent, parse_object};
use crate::ffi::error::Failure;
use crate::session::Session;

/// What the parts of the request are called in the report.
const TEXT: &str = "text";
const OBJECTS: &str = "objects of the pipeline";
const SESSIONS: &str = "-Session";

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Request<'a> {
    texts: Option<Vec<String>>,
    files: Option<Vec<FileContent>>,
    #[serde(borrow)]
    objects: Option<&'a RawValue>,
    #[serde(borrow)]
    sessions: Option<Vec<&'a RawValue>>,
}

/// What comes of a request.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Resolved {
    errors: Vec<DeliveryError>,
    without_error: u64,
    problems: Vec<ProblemRecord>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProblemRecord {
    path: String,
    line: u64,
    message: String,
    is_error: bool,
}

/// Carries a request out. What cannot be read of it goes into the report; a request that is not one
/// is an error.
pub(super) fn resolve(text: &str) -> Result<Resolved, Failure> {
    let request: Request<'_> = parse_object("request", text)?;
    let mut resolved = Resolved::default();
    for text in request.texts.iter().flatten() {
        resolved.errors.extend(DeliveryErrors::from_text(TEXT, text));
    }
    for file in request.files.iter().flatten() {
        match file.bytes() {
            Ok(bytes) => resolved.add(&file.path, DeliveryErrors::from_bytes(&file.path, &bytes)),
            Err(reason) => resolved.fail(&file.path, reason),
        }
    }
    if let Some(objects) = request.objects.filter(|objects| objects.get() != "[]") {
        resolved.add(OBJECTS, DeliveryErrors::from_pipeline(OBJECTS, objects.get()));
    }
    if let Some(sessions) = &request.sessions {
        resolved.join(sessions);
    }
    Ok(resolved)
}

impl Resolved {
    fn add(&mut self, path: &str, read: Result<DeliveryErrors, EvidenceError>) {
        let read = match read {
            Ok(read) => read,
            Err(error) => return self.fail(path, error.reason()),
        };
        self.without_error += read.without_error;
        self.problems.extend(read.problems.into_iter().map(|problem| ProblemRecord {
            path: problem.source_name,
            line: problem.line,
            message: problem.kind.to_string(),
            is_error: false,
        }));
        self.errors.extend(read.errors);
    }

    fn fail(&mut self, path: &str, message: String) {
        self.problems.push(ProblemRecord {
            path: path.to_owned(),
            line: 0,
            message,
            is_error: true,
        });
    }

    fn join(&mut self, sessions: &[&RawValue]) {
        let mut matcher = SessionMatcher::new(std::mem::take(&mut self.errors));
        for (line, session) in (1..).zip(sessions) {
            match serde_json::from_str::<Session>(session.get()) {
                Ok(session) => matcher.offer(&session),
                Err(error) => self.problems.push(ProblemRecord {
                    path: SESSIONS.to_owned(),
                    line,
                    message: format!("is no session of Get-SendConnectorTlsSession: {error}"),
                    is_error: false,
                }),
            }
        }
        self.errors = matcher.finish();
    }
}
