//! `eop-relay redact`: evidence without private values, and texts turned back.

mod destination;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use eop_relay::certificate::read_certificates;
use eop_relay::diagnosis::{CaseFile, files_of_case};
use eop_relay::evidence::{EvidenceKind, Recognised, decode_text, recognise};
use eop_relay::redaction::{Key, Redactor, is_public_authority};

use self::destination::Destination;
use crate::exit::Exit;
use crate::{message, output};

/// A file of evidence is not larger, unless it is a log, which is read line by line.
const MAXIMUM_FILE: u64 = 256 << 20;

/// Replace private values of evidence by stand-ins, so that it can be sent to somebody
#[derive(Debug, Args)]
#[command(after_help = "\
Names of servers, connectors, people and organisations, domains, addresses and thumbprints become
stand-ins of the same length, the same everywhere, so that the verdict on what is sent is the same.
Microsoft's hosts, public authorities, reply codes and times stay. The key holds every value that was
replaced: it stays at home, and --restore turns the answer back with it.

Certificates cannot be redacted and are left out, but for those of public authorities; so is every
file that is not recognised. What was done with each file is reported.

  eop-relay redact case case-to-send.zip          writes case-to-send.key.json too, for yourself
  eop-relay redact --restore answer.txt --key case-to-send.key.json

Exit codes: 0 all was redacted; 10 files were left out; 40 nothing can be read; 64 usage.")]
pub struct RedactArguments {
    /// The evidence: a folder, an archive (.zip), or a file
    #[arg(required_unless_present = "restore", value_name = "IN")]
    input: Option<PathBuf>,
    /// Where it goes: a folder that is not there yet, or an archive if the name ends with .zip
    #[arg(required_unless_present = "restore", value_name = "OUT")]
    destination: Option<PathBuf>,
    /// The key; by default beside OUT, with .key.json at its end
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Turn a text back by the key, and print it
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with_all = ["input", "destination"])]
    restore: Option<PathBuf>,
}

/// Redacts, or turns back.
pub fn run(arguments: &RedactArguments) -> ExitCode {
    let result = match (arguments, &arguments.input, &arguments.destination) {
        (RedactArguments { restore: Some(text), key: Some(key), .. }, ..) => {
            return restore(text, key);
        }
        (_, Some(input), Some(out)) => redact(input, out, arguments.key.as_deref()),
        _ => Err("give IN and OUT, or --restore with --key".to_owned()),
    };
    result.map_or_else(
        |reason| {
            message::error(&reason);
            Exit::CouldNotCheck.into()
        },
        ExitCode::from,
    )
}

fn restore(text: &Path, key: &Path) -> ExitCode {
    let read = |path: &Path| {
        eop_relay::input::read(path, MAXIMUM_FILE)
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    let restored = read(key).and_then(|json| {
        let parsed = Key::parse(&json).map_err(|error| format!("{}: {error}", key.display()))?;
        Ok(parsed.restore(&decode_text(&read(text)?)))
    });
    match restored {
        Ok(text) => output::answer(Exit::Fine, |output| output.write_all(text.as_bytes())),
        Err(reason) => {
            message::error(&reason);
            Exit::CouldNotCheck.into()
        }
    }
}

fn redact(input: &Path, out: &Path, key: Option<&Path>) -> Result<Exit, String> {
    let key = key.map_or_else(|| out.with_extension("key.json"), Path::to_owned);
    if key.exists() {
        return Err(format!("{}: is there already; --key names another one", key.display()));
    }
    let files = files_of(input)?;
    let mut redactor = Redactor::new(secret());
    let mut destination = Destination::create(out)?;
    let (mut written, mut left_out) = (0, 0);
    for (path, file) in &files {
        let shown = file.name.display().to_string();
        match content_of(path, &file.taken_for, &mut redactor) {
            Ok(content) => {
                let name = redactor.redact(&shown);
                destination.write(&name, &content)?;
                message::summary(&format_args!("{shown:<40} redacted as {name}"));
                written += 1;
            }
            Err(reason) => {
                message::summary(&format_args!("{shown:<40} left out: {reason}"));
                left_out += 1;
            }
        }
    }
    if written == 0 {
        return Err(format!("{}: holds nothing that can be redacted", input.display()));
    }
    write_key(&key, &redactor.key())?;
    destination.finish()?;
    message::summary(&format_args!(
        "{written} files in {}, {left_out} left out; {} values were replaced, by the key {}: keep it",
        out.display(),
        redactor.key().count(),
        key.display()
    ));
    if redactor.removed() > 0 {
        let count = redactor.removed();
        message::summary(&format_args!("{count} contents of certificates (base64) were left out"));
    }
    Ok(if left_out > 0 { Exit::Warning } else { Exit::Fine })
}

/// The redacted content of a file, or why it is left out.
fn content_of(path: &Path, found: &Recognised, redactor: &mut Redactor) -> Result<Vec<u8>, String> {
    let read = || eop_relay::input::read(path, MAXIMUM_FILE).map_err(|error| error.to_string());
    match found.kind {
        EvidenceKind::Unused => Err(found.words.clone()),
        EvidenceKind::Certificates => public_authorities(&read()?),
        _ => {
            let bytes = read()?;
            if bytes.starts_with(b"ElfFile\0") {
                return Err("an event log as file; export it as XML".to_owned());
            }
            let text = decode_text(&bytes);
            if text.contains('\0') {
                return Err("no text".to_owned());
            }
            Ok(redactor.redact_file(&text).into_bytes())
        }
    }
}

/// Certificates of public authorities, which are everybody's, as PEM.
fn public_authorities(bytes: &[u8]) -> Result<Vec<u8>, String> {
    use base64::Engine as _;

    let content = read_certificates(bytes).map_err(|error| error.to_string())?;
    let mut pem = Vec::new();
    for certificate in content.certificates.iter().filter(|one| is_public_authority(one)) {
        let body = base64::engine::general_purpose::STANDARD.encode(certificate.der());
        // Writing to memory cannot fail.
        let _ = writeln!(pem, "-----BEGIN CERTIFICATE-----");
        for line in body.as_bytes().chunks(64) {
            pem.extend_from_slice(line);
            pem.push(b'\n');
        }
        let _ = writeln!(pem, "-----END CERTIFICATE-----");
    }
    if pem.is_empty() {
        return Err("certificates, none of a public authority".to_owned());
    }
    Ok(pem)
}

/// The files of a folder or an archive, or the file itself, with what each is.
fn files_of(input: &Path) -> Result<Vec<(PathBuf, CaseFile)>, String> {
    let data = fs::metadata(input).map_err(|error| format!("{}: {error}", input.display()))?;
    if data.is_file() && !eop_relay::input::is_archive(input) {
        let name = input.file_name().unwrap_or_default().into();
        let file = CaseFile { name, taken_for: recognise(input) };
        return Ok(vec![(input.to_owned(), file)]);
    }
    files_of_case(input)
}

/// 32 bytes that nobody knows: of the operating system, as the standard library takes them for its maps.
fn secret() -> [u8; 32] {
    use std::hash::{BuildHasher, RandomState};

    let mut secret = [0; 32];
    for (number, part) in secret.chunks_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(number).to_le_bytes());
    }
    secret
}

fn write_key(path: &Path, key: &Key) -> Result<(), String> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let json = serde_json::to_vec_pretty(key).map_err(std::io::Error::other);
    let written = json.and_then(|json| options.open(path)?.write_all(&json));
    written.map_err(|error| format!("{}: cannot be written: {error}", path.display()))
}
