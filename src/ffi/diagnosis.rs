//! Diagnosing what a request in JSON gives as evidence.

use libc::size_t;

use super::answer::{answer, read_request};
use super::error::ErrorDetail;
use super::judgement::judged;
use crate::diagnosis::{certificate_overview, diagnose};
use crate::renewal::renewal_plan;

mod files;
pub(super) mod logs;
mod objects;
pub(super) mod request;

/// The most units of the request of eop_test and eop_certificates.
pub const EOP_MAXIMUM_REQUEST_LENGTH: usize = 536_870_912;

/// Judges whether Exchange Online Protection accepts a server's mail, and says why and what to do.
///
/// `request` has `length` units and is read during the call only. It is one JSON object; every
/// member may be absent or null, which means that nothing is known of it:
///
/// - Sessions: an array of sessions with the names of their members, as `eop-relay sessions --json`
///   writes them.
/// - CertificateFiles, IntermediateFiles, RootFiles: arrays of {"Path", "Content"}: what errors call
///   the file, and its bytes (DER, PEM, P7B) in base64. CertificateFiles are judged; the
///   IntermediateFiles are all that the server has in LocalMachine\CA.
/// - HybridLogFiles: the same of logs of the Hybrid Configuration Wizard (.log, .xhcw), which stand
///   in for InboundConnectors where these are absent.
/// - Certificates, InboundConnectors, AcceptedDomains, SendConnectors, ReceiveConnectors,
///   InstalledCertificates: arrays of Exchange objects, their properties as text, numbers, flags or
///   arrays of these, bytes in base64, and the names of their types as PSTypeNames. Certificates are
///   judged, and so need RawData. Evidence names an object by its line in the text of its array.
/// - InboundConnectorFiles, AcceptedDomainFiles, SendConnectorFiles, ReceiveConnectorFiles,
///   InstalledCertificateFiles: arrays of {"Path", "Content"}: exports of such objects in any form that
///   `eop-relay test` reads. An empty array of objects, and an export with nothing in it, say that
///   there is none.
/// - Tenants: where there are several, an array of {"Name", "InboundConnectors", "AcceptedDomains",
///   "InboundConnectorFiles", "AcceptedDomainFiles"}, in place of the members of these names; all but
///   Name may be absent. Without it OrganizationId tells the objects of several tenants apart.
/// - EvidencePaths: an array of folders or .zip archives of support cases, each file of which is
///   recognised by its content.
/// - Logs: an array of {"Path", "Server"}: protocol logs (a file, folder or pattern) whose sessions are
///   judged, and the server, which may be absent: then Path may be NAME=PATH, the logs of the server
///   NAME. They are read during the call.
/// - Recurse: true = of the folders of Logs those below are read too.
/// - Unreadable: an array of {"Path", "Message"}: inputs that the caller could not read, for the report.
/// - UseMachineStores: true = take this computer's certificate stores too: LocalMachine\My where no
///   InstalledCertificates are given, CA where no IntermediateFiles are, Root and AuthRoot; and hold
///   the verdict on each certificate's chain against that of Windows. On other systems the report
///   says that they are not there (InputUnreadable).
/// - ChainEventFiles: an array of {"Path", "Content"} like the certificate files: the CAPI2 log of the
///   server as XML or .evtx. ChainEvents: an array of the texts of EventLogRecord.ToXml(), and of
///   records of eop_evidence_next (EOP_EVIDENCE_CHAIN_EVENTS). An empty array is an empty log.
/// - QueueErrors: an array of texts, and of objects of Get-Queue, Get-Message and
///   Get-MessageTrackingLog; QueueErrorFiles: an array of {"Path", "Content"}, as Files of
///   eop_resolve_errors. Each is looked for among the sessions.
/// - Thumbprints: which of the InstalledCertificates are judged too; texts as pasted.
/// - Server: the server of InstalledCertificates that have neither Server nor Identity, and of
///   Sessions that have none.
/// - SourceIPAddress, MailFrom ("<>" is the null sender), RecipientDomain: texts.
/// - At: the time of the judgement, such as 2026-11-15T01:02:03Z; absent = now.
/// - WarningDays: days before its expiry from which a certificate is warned about; absent = a third of
///   its validity, at most 30 days.
/// - OptionNames: "PowerShell" = steps that ask for more evidence name the parameters of
///   Test-EopRelayCertificate; "Command", which is also meant where it is absent = the options of
///   `eop-relay test`.
/// - Cancellation: a handle of eop_cancellation_open, a number, that ends the call from another thread;
///   0 = none.
///
/// `report` receives a text handle with one JSON object, the same as of `eop-relay test --json`;
/// free it with eop_text_free. What cannot be read of the evidence is reported.
///
/// EOP_OK, whatever the report says; EOP_NULL_ARGUMENT: request or report is NULL;
/// EOP_INVALID_ARGUMENT: the length is above EOP_MAXIMUM_REQUEST_LENGTH, the request is not such an
/// object, or a value of it cannot be read, which the message names; EOP_INVALID_TEXT;
/// EOP_INVALID_THUMBPRINT; EOP_CERTIFICATE_NOT_FOUND: no installed certificate has a thumbprint, or
/// the one that has it comes without RawData; EOP_CANCELLED, and the errors of handles: those of the
/// cancellation; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_test(
    request: *const u16,
    length: size_t,
    report: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        judged(&request::read(&text)?, diagnose)
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_test", (report, "report"), error, make) }
}

/// Reports which certificate each send connector would send and has sent, server by server, and when
/// they expire.
///
/// `request` has `length` units and is read during the call only. It is a JSON object as of
/// eop_test, of which Sessions, SendConnectors, ReceiveConnectors, InboundConnectors,
/// InstalledCertificates, Server, At and WarningDays are used; each may be absent or null, which the
/// rows then say.
///
/// `overview` receives a text handle with one JSON object, the same as of
/// `eop-relay certificates --json`; free it with eop_text_free. Its member Certificates is an array
/// with one object for each connector and server, Problems an array of what could not be read, and
/// ExitCode 0 (fine), 10 (something expires or differs), 30 (nothing is known) or 40 (an input
/// cannot be read).
///
/// EOP_OK, whatever it says; EOP_NULL_ARGUMENT: request or overview is NULL; EOP_INVALID_ARGUMENT,
/// EOP_INVALID_TEXT, EOP_INVALID_THUMBPRINT, EOP_CERTIFICATE_NOT_FOUND, EOP_CANCELLED and the errors of
/// handles as of eop_test; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_certificates(
    request: *const u16,
    length: size_t,
    overview: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        judged(&request::read(&text)?, certificate_overview)
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_certificates", (overview, "overview"), error, make) }
}

/// Says in which steps new certificates take the place of those in use, so that no mail is refused in
/// between. Nothing is changed: each step is made on a model, and every state is judged.
///
/// `request` has `length` units and is read during the call only. It is a JSON object as of
/// eop_test, whose Certificates and CertificateFiles are the new ones; SendConnectors,
/// ReceiveConnectors, InstalledCertificates, InboundConnectors, AcceptedDomains, Tenants, Sessions, Logs,
/// IntermediateFiles, RootFiles, Server and At are used; each may be absent or null, which the plan then
/// says.
///
/// `plan` receives a text handle with one JSON object, the same as of `eop-relay renew --json`; free it
/// with eop_text_free. Its member Steps is an array of steps in their order, each with the State that it
/// leads to, and ExitCode 0 (nothing is to be set), 10 (steps are needed), 20 (mail would be refused),
/// 30 (the evidence does not decide) or 40 (an input cannot be read).
///
/// EOP_OK, whatever it says; EOP_NULL_ARGUMENT: request or plan is NULL; EOP_INVALID_ARGUMENT,
/// EOP_INVALID_TEXT, EOP_INVALID_THUMBPRINT, EOP_CERTIFICATE_NOT_FOUND, EOP_CANCELLED and the errors of
/// handles as of eop_test; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_renewal_plan(
    request: *const u16,
    length: size_t,
    plan: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        judged(&request::read(&text)?, renewal_plan)
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_renewal_plan", (plan, "plan"), error, make) }
}

#[cfg(test)]
mod tests;
