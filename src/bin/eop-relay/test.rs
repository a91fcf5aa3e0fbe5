//! `eop-relay test`: one verdict out of logs, certificates and exports.

mod arguments;
mod case_folder;
pub mod inputs;

use std::process::ExitCode;

use eop_relay::diagnosis::{Report, diagnose};
use eop_relay::view::{self, ChainOutline};

use self::arguments::ReportFormat;
pub use self::arguments::TestArguments;
use crate::exit::Exit;
use crate::{json, message, output};

/// Judges, and prints the report.
pub fn run(arguments: &TestArguments) -> ExitCode {
    let evidence = match inputs::collect(arguments) {
        Ok(evidence) => evidence,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    for (path, reason) in &evidence.unreadable {
        message::error(&format_args!("{path}: {reason}"));
    }
    let report = diagnose(&evidence);
    if let Err(broken) = write_files(arguments, &report) {
        return broken;
    }
    let form = arguments.form();
    let exit = match form {
        ReportFormat::Nagios => view::nagios_status(&report),
        _ => report.exit_code,
    };
    output::answer(exit, |output| match form {
        ReportFormat::Text => output::text(output, &view::text(&report, output::width())),
        ReportFormat::Json => json::pretty(output, &report),
        ReportFormat::Markdown => output.write_all(view::markdown(&report).as_bytes()),
        ReportFormat::Nagios => output.write_all(view::nagios(&report).as_bytes()),
    })
}

/// The files that were asked for beside the answer.
fn write_files(arguments: &TestArguments, report: &Report) -> Result<(), ExitCode> {
    if let Some(path) = &arguments.html {
        let page = view::html(report, ChainOutline::of(report).as_ref());
        output::replace_file(path, page.as_bytes())?;
    }
    if let Some(path) = &arguments.prometheus {
        output::replace_file(path, view::prometheus(report).as_bytes())?;
    }
    Ok(())
}
