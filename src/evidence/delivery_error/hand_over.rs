//! The Received line by which a message came to Exchange Online: from which name and address, and
//! whether over TLS.

use super::status_fields::StatusField;

/// A hand-over to Exchange Online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HandOver {
    /// The name in EHLO.
    pub from: String,
    /// The address that Exchange Online saw.
    pub address: Option<String>,
    /// The server that took it.
    pub by: String,
    /// `TLS1_2` and the like; `None`: without TLS.
    pub tls: Option<String>,
    /// From where that server had got it, where it is another one.
    pub before: Option<String>,
}

/// A Received line (RFC 5321, 4.4).
struct Hop<'a> {
    from: &'a str,
    address: Option<&'a str>,
    by: &'a str,
    tls: Option<String>,
}

impl<'a> Hop<'a> {
    fn of(field: &'a str) -> Option<Self> {
        let words: Vec<&str> = field.split_whitespace().collect();
        let place = |word: &str| words.iter().position(|known| known.eq_ignore_ascii_case(word));
        let from = place("from")? + 1;
        let by = place("by")? + 1;
        // `(192.0.2.1)`, `(host [192.0.2.1])`
        let signs = ['(', ')', '[', ']', ';', ','];
        let between = words.get(from + 1..by - 1).unwrap_or_default().iter();
        let address = between
            .map(|word| word.trim_matches(signs))
            .find(|word| word.parse::<std::net::IpAddr>().is_ok());
        let tls = field.split_once("version=").map(|(_, rest)| {
            rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect()
        });
        Some(Self { from: words.get(from)?, address, by: words.get(by)?, tls })
    }
}

fn named(host: &str, address: Option<&str>) -> String {
    address.map_or_else(|| host.to_owned(), |address| format!("{host} ({address})"))
}

impl HandOver {
    /// The hand-over in the headers of a message; Received lines stand newest first (RFC 5321,
    /// 4.4), so that the first that came from outside Microsoft's servers is meant.
    pub fn of_fields(fields: &[StatusField]) -> Option<Self> {
        let mut received = fields
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case("Received"))
            .filter_map(|field| Hop::of(&field.value));
        let hop = received.find(|hop| is_front_end(hop.by) && !is_of_microsoft(hop.from))?;
        let before = received.next().filter(|before| {
            !before.from.eq_ignore_ascii_case(hop.from) && before.from.contains('.')
        });
        Some(Self {
            from: hop.from.to_owned(),
            address: hop.address.map(str::to_owned),
            by: hop.by.to_owned(),
            tls: hop.tls,
            before: before.map(|before| named(before.from, before.address)),
        })
    }

    /// The hand-over in a sentence.
    pub fn sentence(&self) -> String {
        let from = named(&self.from, self.address.as_deref());
        let tls = match &self.tls {
            Some(version) => format!("over TLS ({version})"),
            None => "without TLS, so that no certificate can have been seen".to_owned(),
        };
        let before = self.before.as_ref();
        let before = before.map(|before| format!(", which had got it from {before}"));
        format!("Exchange Online got it from {from} {tls}{}.", before.unwrap_or_default())
    }
}

/// Servers of Exchange Online that take mail from outside.
fn is_front_end(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.ends_with(".mail.protection.outlook.com") || is_of_microsoft(&host)
}

fn is_of_microsoft(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    [".outlook.com", ".office365.us", ".outlook.cn", ".exchangelabs.com", ".outlook.office365.com"]
        .iter()
        .any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::status_fields::read;
    use super::*;

    fn of_headers(headers: &str) -> Option<HandOver> {
        HandOver::of_fields(&read(headers).concat())
    }

    #[test]
    fn the_line_from_outside_is_the_hand_over_and_its_tls_is_seen() {
        let inner = "Received: from DB7PR01MB1.eurprd01.prod.exchangelabs.com (2603:10a6::1)\n by \
            AM0PR01MB2.eurprd01.prod.exchangelabs.com with HTTPS; Sat, 3 Oct 2026 11:22:35 +0000\n";
        for (tls, expected) in [
            (" (version=TLS1_2,\n cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384)", Some("TLS1_2")),
            ("", None),
        ] {
            let headers = format!(
                "{inner}Received: from mail.adatum.com (198.51.100.7) by\n \
                 DB5EUR03FT013.mail.protection.outlook.com (10.152.20.9) with Microsoft\n SMTP \
                 Server{tls} id 15.20.9000.1; Sat, 3 Oct 2026 11:22:34 +0000\nReceived: from \
                 mx07.adatum.local (10.1.1.7) by mail.adatum.com (10.1.1.8)\nSubject: hello\n"
            );
            let found = of_headers(&headers).unwrap();
            assert_eq!(
                (found.from.as_str(), found.address.as_deref()),
                ("mail.adatum.com", Some("198.51.100.7"))
            );
            assert_eq!(found.tls.as_deref(), expected);
            assert!(found.by.starts_with("DB5EUR03FT013"));
        }
        assert_eq!(of_headers(inner), None);
        assert_eq!(of_headers("Received: from a by\nReceived:\n"), None);
    }
}
