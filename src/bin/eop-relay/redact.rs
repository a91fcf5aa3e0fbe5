//! `eop-relay redact`: evidence without private values, and texts turned back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use eop_relay::evidence::decode_text;
use eop_relay::input::{read, unreadable};
use eop_relay::redaction::{Key, RedactedFile, redact_case};

use crate::exit::Exit;
use crate::interruption::Unfinished;
use crate::{message, output};

/// A text to turn back is not larger, in bytes.
const MAXIMUM_FILE: u64 = 256 << 20;

/// Replace private values of evidence by stand-ins, so that it can be sent to somebody
#[derive(Debug, Args)]
#[command(after_help = "\
Names of servers, connectors, people and organisations, domains, addresses and thumbprints become
stand-ins of the same length, the same everywhere, so that the verdict on what is sent is the same.
Microsoft's hosts, public authorities, reply codes and times stay. The key holds every value that was
replaced: it stays at home, and --restore turns the answer back with it.

In place of certificates stand their facts, for names cannot be replaced inside of what is signed:
names, thumbprint and keys as stand-ins, dates, extensions, and who signed whom as checked here. Those
of public authorities stay. Event logs become XML. A file that is not recognised is left out; what was
done with each file is reported.

  eop-relay redact case case-to-send.zip
    writes case-to-send.key.json too, for yourself
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
    let restored = Key::read(key).and_then(|key| {
        let answer = read(text, MAXIMUM_FILE)
            .map_err(|error| format!("{}: {}", text.display(), unreadable(&error)))?;
        Ok(key.restore(&decode_text(&answer)))
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
    let _unfinished = Unfinished::new(output::beside(out));
    let redaction = redact_case(input, out, &key, report).map_err(|error| error.to_string())?;
    let left_out = redaction.files.iter().filter(|file| file.left_out.is_some()).count();
    message::summary(&format_args!(
        "{} files in {}, {left_out} left out; {} values were replaced, by the key {}: keep it",
        redaction.files.len() - left_out,
        out.display(),
        redaction.replaced,
        redaction.key.display()
    ));
    if redaction.contents_left_out > 0 {
        let count = redaction.contents_left_out;
        message::summary(&format_args!(
            "{count} contents (base64) that are no certificates were left out"
        ));
    }
    Ok(if left_out > 0 { Exit::Warning } else { Exit::Fine })
}

fn report(file: &RedactedFile) {
    let shown = file.path.display().to_string();
    match (&file.redacted_as, &file.left_out) {
        (Some(name), _) => message::summary(&format_args!("{shown:<40} redacted as {name}")),
        (None, reason) => {
            let reason = reason.as_deref().unwrap_or_default();
            message::summary(&format_args!("{shown:<40} left out: {reason}"));
        }
    }
}
