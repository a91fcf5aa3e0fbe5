//! Calls that another thread ends.

use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::diagnosis::evidence::looks;
use crate::ffi::status::{EOP_CANCELLED, EOP_FREED};
use crate::ffi::{
    EOP_DIAGNOSIS_REPORT, eop_cancellation_cancel, eop_cancellation_free, eop_cancellation_open,
    eop_diagnosis_answer, eop_diagnosis_free, eop_diagnosis_open,
};

/// So many refused sessions of a certificate each, and so many connectors.
fn request(sessions: usize, connectors: usize) -> Value {
    let sessions = (0..sessions).map(|number| {
        let mut one = session();
        one["SentCertificate"]["Thumbprint"] = json!(format!("{number:040X}"));
        one["SentCertificate"]["DnsNames"] = json!([format!("mail{number}.contoso.com")]);
        one
    });
    let connectors = (0..connectors).map(|number| {
        let mut one = connector();
        one["Name"] = json!(format!("From EX{number}"));
        one["TlsSenderCertificateName"] = json!(format!("smtp{number}.contosso.com"));
        one
    });
    json!({
        "At": AT, "Sessions": sessions.collect::<Vec<_>>(),
        "InboundConnectors": connectors.collect::<Vec<_>>(),
        "AcceptedDomains": [{ "DomainName": "contoso.com" }],
    })
}

fn read(request: &Value) -> Evidence {
    request::read(&request.to_string()).unwrap()
}

#[test]
fn what_a_cancelled_judgement_still_does_grows_with_nothing() {
    let report = |evidence: &Evidence| drop(diagnose(evidence));
    let certificates = |evidence: &Evidence| drop(certificate_overview(evidence));
    let plan = |evidence: &Evidence| drop(renewal_plan(evidence));
    let work: [&dyn Fn(&Evidence); 3] = [&report, &certificates, &plan];
    for (what, work) in ["report", "certificates", "plan"].into_iter().zip(work) {
        let looks_of = |sessions: usize, cancelled_at: u64| {
            let evidence = read(&request(sessions, 3));
            looks::of_cancelled_at(cancelled_at, || work(&evidence))
        };
        let whole = looks_of(40, u64::MAX);
        if what == "report" {
            assert!(whole > 40 * 50, "{whole}");
        }
        let after =
            |sessions: usize, cancelled_at: u64| looks_of(sessions, cancelled_at) - cancelled_at;
        for cancelled_at in (1..whole).step_by(usize::try_from(whole / 20).unwrap().max(1)) {
            // Each rule is asked once more, and says nothing.
            let left = after(40, cancelled_at);
            assert!(left < 1000, "{what}, cancelled at {cancelled_at} of {whole}: {left}");
        }
        assert_eq!(after(10, 1), after(40, 1), "{what}");
    }
}

fn open_cancellation() -> u64 {
    let mut cancellation = 0;
    // SAFETY: the output is a local variable, and no detail is asked for.
    let status = unsafe { eop_cancellation_open(&raw mut cancellation, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    cancellation
}

/// How long a call goes on after another thread has ended it, and what it answers.
fn time_after<R>(end: impl FnOnce() + Send, call: impl FnOnce() -> R) -> (R, Duration) {
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            end();
            Instant::now()
        });
        let answer = call();
        (answer, other.join().unwrap().elapsed())
    })
}

#[test]
fn a_judgement_that_another_thread_cancels_ends_within_a_second() {
    // Minutes of judging.
    let mut long = request(400, 2000);
    for (function, is_long) in
        [(eop_test as Function, true), (eop_certificates, false), (eop_renewal_plan, false)]
    {
        let cancellation = open_cancellation();
        long["Cancellation"] = json!(cancellation);
        let cancel = || {
            // SAFETY: no detail is asked for.
            let status = unsafe { eop_cancellation_cancel(cancellation, ptr::null_mut()) };
            assert_eq!(status, EOP_OK);
        };
        let (answer, elapsed) = time_after(cancel, || answered(function, &long).map(drop));
        if is_long {
            assert_eq!(answer, Err(EOP_CANCELLED));
        }
        assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
        // What comes later is cancelled before it begins.
        let short = json!({ "At": AT, "Cancellation": cancellation });
        assert_eq!(answered(function, &short), Err(EOP_CANCELLED));
        // SAFETY: no detail is asked for.
        assert_eq!(unsafe { eop_cancellation_free(cancellation, ptr::null_mut()) }, EOP_OK);
        assert_eq!(answered(function, &short), Err(EOP_FREED));
    }
}

#[test]
fn a_diagnosis_that_another_thread_frees_ends_within_a_second() {
    let text = U16String::from_str(&request(400, 2000).to_string());
    let mut diagnosis = 0;
    let no_error = ptr::null_mut();
    // SAFETY: a text and a local variable.
    let status =
        unsafe { eop_diagnosis_open(text.as_ptr(), text.len(), &raw mut diagnosis, no_error) };
    assert_eq!(status, EOP_OK);
    let free = || {
        // SAFETY: no detail is asked for.
        assert_eq!(unsafe { eop_diagnosis_free(diagnosis, ptr::null_mut()) }, EOP_OK);
    };
    let (status, elapsed) = time_after(free, || {
        let mut answer = 0;
        // SAFETY: the output is a local variable, and no detail is asked for.
        unsafe {
            eop_diagnosis_answer(diagnosis, EOP_DIAGNOSIS_REPORT, &raw mut answer, ptr::null_mut())
        }
    });
    assert_eq!(status, EOP_FREED);
    assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
}
