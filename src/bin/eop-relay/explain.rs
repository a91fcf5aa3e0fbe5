//! `eop-relay explain`: a reply, an NDR or a queue's error in plain words, and what the log says of it.

mod arguments;
mod causes;
mod errors;
mod inputs;
mod render;

use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;

use encoding_rs_io::DecodeReaderBytes;
use eop_relay::evidence::delivery_error::{DeliveryErrorSource, DeliveryErrors};
use eop_relay::reply::explain;

pub use self::arguments::ExplainArguments;
use self::arguments::MAX_INPUT;
use crate::exit::Exit;
use crate::{json, message, output};

const NO_TEXT: &str = "\
eop-relay: error: no text given. Give the reply in quotes, pipe the NDR in, or name a file:
  eop-relay explain \"550 5.7.64 TenantAttribution; Relay Access Denied\"
  eop-relay explain --path ndr.eml --log SmtpSend";

/// Explains the text: exit code 0 recognised, 30 not recognised, 40 unreadable, 64 no text given.
pub fn run(arguments: &ExplainArguments) -> ExitCode {
    if let Some(cause) = arguments.cause {
        return causes::explain(cause, arguments.json);
    }
    if arguments.list_causes {
        return causes::list(arguments.json);
    }
    let given = match Given::of(arguments) {
        Ok(given) => given,
        Err(error) => {
            message::error(&format_args!("standard input cannot be read: {error}"));
            return Exit::CouldNotCheck.into();
        }
    };
    let text = match given {
        Given::Text(text) => text,
        Given::Errors(read) => return errors::run(arguments, "", Some(*read)),
    };
    if text.trim().is_empty() && arguments.path.is_empty() {
        message::usage(NO_TEXT);
        return Exit::Usage.into();
    }
    // What exists is a file, also where --path was forgotten.
    let is_file = Path::new(&text).is_file();
    let errors = DeliveryErrors::from_text("text", &text);
    let is_more =
        errors.len() > 1 || errors.iter().any(|error| error.source != DeliveryErrorSource::Text);
    if is_file || is_more || !arguments.path.is_empty() || arguments.logs.are_given() {
        return errors::run(arguments, &text, None);
    }

    let explanation = explain(&text);
    let exit = if explanation.recognised { Exit::Fine } else { Exit::NoEvidence };
    output::answer(exit, |output| {
        if arguments.json {
            json::line(output, &explanation)
        } else {
            output::text(output, &render::text(&explanation, &text, &[], output::width()))
        }
    })
}

/// What is to be explained.
enum Given {
    Text(String),
    /// A mail, an export or a log from standard input.
    Errors(Box<DeliveryErrors>),
}

impl Given {
    /// The text of the arguments, else of standard input in UTF-8, or UTF-16 with a byte order mark (as
    /// PowerShell redirects); a terminal is not waited for.
    fn of(arguments: &ExplainArguments) -> io::Result<Self> {
        if !arguments.text.is_empty() || !arguments.path.is_empty() {
            return Ok(Self::Text(arguments.text.join(" ")));
        }
        let input = io::stdin().lock();
        if input.is_terminal() {
            return Ok(Self::Text(String::new()));
        }
        let mut bytes = Vec::new();
        input.take(MAX_INPUT).read_to_end(&mut bytes)?;
        // A mail has encodings and parts of its own.
        if let Ok(read) = DeliveryErrors::from_bytes("standard input", &bytes)
            && read.errors.iter().any(|error| error.source != DeliveryErrorSource::Text)
        {
            return Ok(Self::Errors(Box::new(read)));
        }
        let mut text = Vec::new();
        DecodeReaderBytes::new(&*bytes).read_to_end(&mut text)?;
        Ok(Self::Text(String::from_utf8_lossy(&text).into_owned()))
    }
}
