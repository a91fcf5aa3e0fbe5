//! Whose certificate it was, and how TLS ended.

use super::*;

#[test]
fn the_long_form_gives_the_sent_and_the_remote_certificate_unmixed() {
    let received = [
        "* |Received certificate",
        "* FFFF567890ABCDEF1234567890ABCDEF12345678|Certificate thumbprint",
    ];
    let session = session_of_rows(&joined(&[
        &GREETING,
        &LONG_FORM,
        &REMOTE_LONG_FORM,
        &[TLS_SUCCEEDED],
        &received,
        &["- |Local"],
    ]));
    let sent = session.sent_certificate.as_ref().unwrap();
    assert_eq!(sent.subject.as_deref(), Some("CN=*.contoso.com, OU=IT, O=Contoso Ltd"));
    assert_eq!(sent.issuer.as_deref(), Some("CN=Fabrikam CA 5, O=\"Fabrikam, Inc\", C=US"));
    assert_eq!(sent.serial_number.as_deref(), Some("0A1B2C"));
    assert_eq!(session.sent_thumbprint(), Some(THUMBPRINT));
    assert_eq!(sent.dns_names.len(), 2);
    let remote = session.remote_certificate.as_ref().unwrap();
    assert_eq!(remote.thumbprint.as_deref(), Some(REMOTE_THUMBPRINT));
    assert_eq!(session.tls_status, TlsStatus::Succeeded);
    assert_eq!(session.tls_protocol(), Some("TLS 1.2"));
    assert_eq!(session.outcome, Outcome::NoMail);
    assert!(session.complete);
}

#[test]
fn the_condensed_form_gives_the_same_and_its_blank_is_not_trimmed_first() {
    let condensed = format!(
        "*  CN=*.contoso.com, O=Contoso Ltd CN=Fabrikam CA 5, C=US 0A1B2C {THUMBPRINT} \
         2026-01-17T00:00:00.000Z 2027-01-17T23:59:59.000Z *.contoso.com;contoso.com|Sending \
         certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject \
         alternate names"
    );
    let received = format!("*  {REMOTE_THUMBPRINT}|Received certificate Certificate thumbprint");
    let mut lines = GREETING.to_vec();
    lines.extend([condensed.as_str(), TLS_SUCCEEDED, received.as_str()]);
    let session = session_of_rows(&lines);
    let sent = session.sent_certificate.as_ref().unwrap();
    assert_eq!(sent.subject.as_deref(), Some("CN=*.contoso.com, O=Contoso Ltd"));
    assert_eq!(sent.issuer.as_deref(), Some("CN=Fabrikam CA 5, C=US"));
    assert_eq!(sent.not_after.unwrap().to_string(), "2027-01-17T23:59:59.000Z");
    let remote = session.remote_certificate.as_ref().unwrap();
    assert_eq!(remote.thumbprint.as_deref(), Some(REMOTE_THUMBPRINT));
    assert_eq!(session.outcome, Outcome::Incomplete, "neither a mail nor an end");
    assert!(!session.complete);
}

#[test]
fn an_ambiguous_split_of_subject_and_issuer_is_said() {
    let condensed = format!(
        "*  CN=a O=b CN=c 0A {THUMBPRINT} 2026-01-17T00:00:00.000Z 2027-01-17T23:59:59.000Z \
         a.test|Sending certificate Subject"
    );
    let session = session_of_rows(&["+ ", &condensed]);
    assert_eq!(session.notes, [SessionNote::SubjectIssuerAmbiguous]);
    assert_eq!(session.sent_thumbprint(), Some(THUMBPRINT));
}

#[test]
fn certificate_rows_without_their_opener_are_attributed_by_the_order_of_the_rows() {
    let values = &LONG_FORM[1..];
    let failed = session_of(&rows(
        ID,
        16,
        &joined(&[values, &["* |TLS negotiation failed with error UnknownCredentials"]]),
    ));
    assert_eq!(failed.sent_thumbprint(), Some(THUMBPRINT));
    assert_eq!(failed.remote_certificate, None);
    assert_eq!(failed.tls_error(), Some("UnknownCredentials"));
    assert_eq!(failed.tls_error_code, Some(-2_146_893_043));
    assert_eq!((failed.outcome, failed.complete), (Outcome::TlsFailed, false));

    let succeeded = session_of(&rows(ID, 16, &joined(&[values, &[TLS_SUCCEEDED]])));
    assert_eq!(succeeded.sent_certificate, None);
    assert!(succeeded.remote_certificate.is_some());

    let both = session_of(&rows(ID, 16, &joined(&[values, &REMOTE_LONG_FORM])));
    assert_eq!(both.sent_thumbprint(), Some(THUMBPRINT));
    assert_eq!(both.remote_certificate.unwrap().thumbprint.as_deref(), Some(REMOTE_THUMBPRINT));

    let cut = session_of(&rows(ID, 16, values));
    assert_eq!((cut.sent_certificate, cut.remote_certificate), (None, None));
    assert_eq!(cut.notes, [SessionNote::CertificateUnattributed]);
}

#[test]
fn start_tls_is_seen_in_both_shapes_of_the_reply_and_its_absence_too() {
    let one_row_each = [
        "+ ",
        "< 220 mx.fabrikam.com ready",
        "> EHLO mail.contoso.com",
        "< 250-mx.fabrikam.com Hello [203.0.113.7]",
        "< 250-SIZE 37748736",
        "< 250-STARTTLS",
        "< 250 CHUNKING",
    ];
    let session = session_of_rows(&one_row_each);
    assert_eq!(session.start_tls_offered, Some(true));
    assert_eq!(session.tls_status, TlsStatus::NotStarted);
    assert_eq!(session.public_ip_address(), Some("203.0.113.7"));
    assert_eq!(session.remote_host(), Some("mx.fabrikam.com"));
    let masked = session_of_rows(&[
        "+ ",
        "< 220 ********************",
        "> EHLO mail.contoso.com",
        "< 250 mx.fabrikam.com Hello [203.0.113.7] SIZE 37748736 XXXXXXXA 8BITMIME",
    ]);
    assert_eq!(masked.start_tls_offered, Some(false));
    assert_eq!(masked.tls_status, TlsStatus::NotOffered);
    assert_eq!(masked.notes, [SessionNote::SmtpRewritten]);
    let after_tls = session_of_rows(&joined(&[
        &GREETING,
        &[
            "> EHLO mail.contoso.com",
            "< 250  EX.mail.protection.outlook.com Hello [203.0.113.7] SIZE 1",
        ],
    ]));
    assert_eq!(after_tls.start_tls_offered, Some(true), "only the first EHLO reply counts");
    assert_eq!(after_tls.tls_status, TlsStatus::Succeeded, "an EHLO follows the handshake");
}

#[test]
fn the_certificate_sent_last_counts() {
    let again = [
        "* |Sending certificate",
        "* CN=new.contoso.com|Certificate subject",
        "* AAAA567890ABCDEF1234567890ABCDEF12345678|Certificate thumbprint",
    ];
    let session = session_of_rows(&joined(&[&GREETING, &LONG_FORM, &again]));
    assert_eq!(session.sent_subject(), Some("CN=new.contoso.com"));
    assert_eq!(session.sent_thumbprint(), Some("AAAA567890ABCDEF1234567890ABCDEF12345678"));
    assert_eq!(session.sent_certificate.unwrap().issuer, None, "nothing of the first is left");
}
