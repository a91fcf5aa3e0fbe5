//! A message that was delivered: what its headers say of how Exchange Online took it.

use super::error::{DeliveryError, DeliveryErrorSource};
use super::hand_over::HandOver;
use super::status_fields;
use crate::reply::RejectionClass;

/// The message of these headers; `None` where they do not say how Exchange Online took it.
pub(super) fn read(path: &str, headers: &str) -> Option<DeliveryError> {
    let fields = status_fields::read(headers).concat();
    let value = |name: &str| {
        let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
        Some(field.value.as_str()).filter(|value| !value.is_empty())
    };
    let of_organisation = value("X-MS-Exchange-Organization-AuthAs");
    let taken_as = of_organisation.or_else(|| value("X-MS-Exchange-CrossTenant-AuthAs"))?;
    let mut error =
        DeliveryError::of_text(path, &format!("X-MS-Exchange-Organization-AuthAs: {taken_as}"));
    let class = error.explanation.rejection?;
    error.source = DeliveryErrorSource::DeliveredMessage;
    error.set_text(headers);
    let doubts = &mut error.explanation.uncertain;
    if of_organisation.is_none() {
        let tenant = value("X-MS-Exchange-CrossTenant-Id").unwrap_or("which is not named");
        doubts.push(format!(
            "X-MS-Exchange-Organization-AuthAs is missing, as in a message that left the organisation: \
             this is by X-MS-Exchange-CrossTenant-AuthAs, the word of the tenant {tenant}, which may be \
             the sender's."
        ));
    }
    let hand_over = HandOver::of_fields(&fields);
    if hand_over.is_none() && class == RejectionClass::DeliveredAsAnonymous {
        doubts.push(
            "No Received line shows that a server outside Microsoft's handed it over: that it came from \
             your own server is not seen."
                .to_owned(),
        );
    }
    let facts = [
        ("AuthSource", "X-MS-Exchange-Organization-AuthSource"),
        ("X-OriginatorOrg", "X-OriginatorOrg"),
    ];
    let facts = facts.iter().filter_map(|(label, name)| Some(format!("{label} {}", value(name)?)));
    let facts: Vec<String> = facts.collect();
    let explanation = &mut error.explanation;
    let mut sentences = vec![explanation.meaning.to_string()];
    sentences.extend(hand_over.as_ref().map(HandOver::sentence));
    if !facts.is_empty() {
        sentences.push(format!("Its headers name {}.", facts.join(" and ")));
    }
    explanation.meaning = sentences.join(" ").into();
    if let Some(hand_over) = hand_over {
        explanation.host = Some(hand_over.from);
        explanation.ip_address = hand_over.address;
        error.remote_server = Some(hand_over.by);
    }
    Some(error)
}

/// The headers of a message in a text into which they were pasted: indented, quoted, below other words, or
/// with their folds at the left edge. `None` where the text does not hold what Exchange Online writes.
pub(super) fn pasted_headers(text: &str) -> Option<String> {
    const MARKS: [&str; 2] = ["-AuthAs:", "-authas:"];
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let mut headers = String::new();
    for line in text.lines() {
        let line = line.trim_matches([' ', '\t', '\r', '>', '|', '\u{A0}', '\u{FEFF}']);
        if line.is_empty() {
            continue;
        }
        let separator = match (is_field(line), headers.is_empty()) {
            (true, true) => "",
            (true, false) => "\n",
            (false, false) => "\n ",
            // What stands before the first field.
            (false, true) => continue,
        };
        headers.push_str(separator);
        headers.push_str(line);
    }
    Some(headers)
}

/// Whether a line begins a field: of a fold that has a colon, a blank or another sign stands before it, or
/// none behind it.
fn is_field(line: &str) -> bool {
    let Some((name, value)) = line.split_once(':') else { return false };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !name.is_empty()
        && name.bytes().all(is_name)
        && (value.is_empty() || value.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &str = "Received: from DB7PR01MB1.eurprd01.prod.exchangelabs.com (2603:10a6::1) by\n \
        AM0PR01MB2.eurprd01.prod.exchangelabs.com with HTTPS; Sat, 3 Oct 2026 11:22:35 +0000\n\
        Received: from mx1.gateway.example (198.51.100.7) by\n DB5EUR03FT013.mail.protection.outlook.com \
        (10.152.20.9) with Microsoft SMTP\n Server (version=TLS1_2, cipher=X) id 15.20.9000.1; Sat, 3 Oct \
        2026 11:22:34 +0000\nReceived: from MX07.adatum.com (203.0.113.4) by mx1.gateway.example with ESMTPS\n\
        X-MS-Exchange-Organization-AuthSource: DB5EUR03FT013.eurprd03.prod.outlook.com\n\
        X-MS-Exchange-Organization-AuthAs: Anonymous\nX-OriginatorOrg: adatum.com\n\
        X-Forefront-Antispam-Report:\n CIP:198.51.100.7;CTRY:NO\n";

    fn meaning(text: &str) -> String {
        let headers = pasted_headers(text).unwrap_or_default();
        read("x", &headers).map(|error| error.explanation.meaning.to_string()).unwrap_or_default()
    }

    #[test]
    fn headers_are_read_however_they_were_pasted() {
        let quoted = format!("> {}", HEADERS.replace('\n', "\r\n> "));
        let indented = format!("\t   {}", HEADERS.replace('\n', "\n\t   "));
        let words = "got it from mx1.gateway.example (198.51.100.7) over TLS (TLS1_2), which had got it \
            from MX07.adatum.com (203.0.113.4). Its headers name AuthSource \
            DB5EUR03FT013.eurprd03.prod.outlook.com and X-OriginatorOrg adatum.com.";
        for text in [
            HEADERS.to_owned(),
            quoted,
            indented,
            HEADERS.replace("\n ", "\n"),
            HEADERS.replace("\n ", " "),
            format!("Hello, here they are:\n\n{HEADERS}"),
            HEADERS.replace("AuthAs: Anonymous", "AuthAs:\n  Anonymous"),
        ] {
            let found = meaning(&text);
            assert!(found.contains(words), "{text}\n{found}");
        }
        assert_eq!(pasted_headers("Received: from a\n"), None);
    }

    #[test]
    fn what_is_not_seen_of_a_message_is_said() {
        let doubts = |headers: &str| {
            let error = read("x", headers).unwrap();
            (error.explanation.rejection, error.explanation.uncertain.join(" "))
        };
        let left =
            "X-MS-Exchange-CrossTenant-AuthAs: Internal\nX-MS-Exchange-CrossTenant-Id: 1-2\n";
        let (class, doubt) = doubts(left);
        assert_eq!(class, Some(RejectionClass::DeliveredAsInternal));
        assert!(doubt.contains("the word of the tenant 1-2"), "{doubt}");
        let (class, doubt) = doubts("X-MS-Exchange-Organization-AuthAs: Anonymous\nSubject: x\n");
        assert_eq!(class, Some(RejectionClass::DeliveredAsAnonymous));
        assert!(doubt.contains("your own server is not seen"), "{doubt}");
        let (class, _) = doubts("x-ms-exchange-organization-authas: Partner\n");
        assert_eq!(class, Some(RejectionClass::DeliveredAsPartner));
        assert_eq!(read("x", "X-MS-Exchange-Organization-AuthAs: 7\n"), None);
        assert_eq!(read("x", "Subject: AuthAs\n"), None);
    }
}
