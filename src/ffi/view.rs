//! A report as text to read.

use libc::size_t;
use serde::Deserialize;

use super::answer::{answer, parse_object, read_request};
use super::diagnosis::EOP_MAXIMUM_REQUEST_LENGTH;
use super::error::{ErrorDetail, Failure};
use crate::diagnosis::Report;
use crate::renewal::RenewalPlan;
use crate::view::{self, ChainOutline};

/// kind of eop_view: plain text, as `eop-relay test` prints it.
pub const EOP_VIEW_TEXT: u32 = 1;

/// kind of eop_view: one page of HTML without script, as `eop-relay test --html` writes it.
pub const EOP_VIEW_HTML: u32 = 2;
/// kind of eop_view: Markdown, as `eop-relay test --format markdown` prints it.
pub const EOP_VIEW_MARKDOWN: u32 = 3;
/// kind of eop_view: one line with performance data, as `eop-relay test --format nagios` prints it.
pub const EOP_VIEW_NAGIOS: u32 = 4;
/// kind of eop_view: metrics, as `eop-relay test --prometheus` writes them.
pub const EOP_VIEW_PROMETHEUS: u32 = 5;
/// kind of eop_view: the text of a plan of eop_renewal_plan, as `eop-relay renew` prints it.
pub const EOP_VIEW_RENEWAL_PLAN: u32 = 6;

/// The fewest columns of a view.
pub const EOP_VIEW_MINIMUM_WIDTH: u32 = 40;
/// The most columns of a view.
pub const EOP_VIEW_MAXIMUM_WIDTH: u32 = 1000;

/// The chain of a report, which [`Report`] itself does not read back.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithChain {
    #[serde(default)]
    chain: Option<ChainOutline>,
}

/// Renders a report of eop_test as text to read.
///
/// `report` has `length` units and is read during the call only: the JSON of eop_test, or of
/// `eop-relay test --json`; for EOP_VIEW_RENEWAL_PLAN that of eop_renewal_plan. Members that the library
/// does not know are ignored. `kind` is EOP_VIEW_TEXT, EOP_VIEW_HTML, EOP_VIEW_MARKDOWN,
/// EOP_VIEW_NAGIOS, EOP_VIEW_PROMETHEUS or EOP_VIEW_RENEWAL_PLAN. `width` is in columns,
/// EOP_VIEW_MINIMUM_WIDTH to EOP_VIEW_MAXIMUM_WIDTH; commands, and words that are longer, keep their
/// own; only EOP_VIEW_TEXT and EOP_VIEW_RENEWAL_PLAN depend on it. `text` receives a text handle whose
/// lines end with a line feed, and in which no character steers a terminal; free it with eop_text_free.
///
/// EOP_OK; EOP_NULL_ARGUMENT: report or text is NULL; EOP_INVALID_ARGUMENT: the length is above
/// EOP_MAXIMUM_REQUEST_LENGTH, kind or width is out of its range, or the text is not the JSON of a
/// report, and then the error has the line, and as offset the byte of the UTF-16 text, at which
/// reading ended; EOP_INVALID_TEXT; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_view(
    report: *const u16,
    length: size_t,
    kind: u32,
    width: u32,
    text: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let json = unsafe { read_request("report", report, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        if !(EOP_VIEW_TEXT..=EOP_VIEW_RENEWAL_PLAN).contains(&kind) {
            return Err(Failure::invalid(format!("no view has the kind {kind}")));
        }
        if !(EOP_VIEW_MINIMUM_WIDTH..=EOP_VIEW_MAXIMUM_WIDTH).contains(&width) {
            return Err(Failure::invalid(format!(
                "width is {width}; {EOP_VIEW_MINIMUM_WIDTH} to {EOP_VIEW_MAXIMUM_WIDTH} columns \
                 are accepted"
            )));
        }
        if kind == EOP_VIEW_RENEWAL_PLAN {
            let plan: RenewalPlan = parse_object("report", &json)?;
            return Ok(view::renewal(&plan, width as usize));
        }
        let report: Report = parse_object("report", &json)?;
        Ok(match kind {
            EOP_VIEW_HTML => {
                let WithChain { chain } = parse_object("report", &json)?;
                view::html(&report, chain.as_ref())
            }
            EOP_VIEW_MARKDOWN => view::markdown(&report),
            EOP_VIEW_NAGIOS => view::nagios(&report),
            EOP_VIEW_PROMETHEUS => view::prometheus(&report),
            _ => view::text(&report, width as usize),
        })
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_view", (text, "text"), error, make) }
}

#[cfg(test)]
mod tests;
