//! The Received line by which a message came to Exchange Online: from which name and address, and
//! whether over TLS.

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
}

impl HandOver {
    /// The hand-over in the headers of a message; Received lines stand newest first (RFC 5321,
    /// 4.4), so that the first that came from outside Microsoft's servers is meant.
    pub fn of_headers(headers: &str) -> Option<Self> {
        let mut field = String::new();
        let mut found = None;
        for line in headers.lines().chain(std::iter::once("")) {
            if line.starts_with([' ', '\t']) {
                field.push_str(line);
                continue;
            }
            let name = field.get(.."received:".len());
            if name.is_some_and(|name| name.eq_ignore_ascii_case("received:")) {
                found = found.or_else(|| Self::of_field(&field["received:".len()..]));
            }
            field.clear();
            field.push_str(line);
        }
        found
    }

    fn of_field(field: &str) -> Option<Self> {
        let words: Vec<&str> = field.split_whitespace().collect();
        let behind = |word: &str| {
            let place = words.iter().position(|known| known.eq_ignore_ascii_case(word))?;
            words.get(place + 1).copied()
        };
        let (from, by) = (behind("from")?, behind("by")?);
        if !is_front_end(by) || is_of_microsoft(from) {
            return None;
        }
        let parenthesis = words.get(words.iter().position(|word| *word == from)? + 1)?;
        let address = parenthesis.strip_prefix('(').map(|rest| rest.trim_end_matches([')', ';']));
        let tls = field.split_once("version=").map(|(_, rest)| {
            rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect()
        });
        Some(Self {
            from: from.to_owned(),
            address: address.filter(|text| text.contains(['.', ':'])).map(str::to_owned),
            by: by.to_owned(),
            tls,
        })
    }

    /// The hand-over in a sentence.
    pub fn sentence(&self) -> String {
        let address =
            self.address.as_ref().map_or_else(String::new, |address| format!(" ({address})"));
        let tls = match &self.tls {
            Some(version) => format!("over TLS ({version})"),
            None => "without TLS, so that no certificate can have been seen".to_owned(),
        };
        format!("Exchange Online got it from {}{address} {tls}.", self.from)
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
    use super::*;

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
            let found = HandOver::of_headers(&headers).unwrap();
            assert_eq!(
                (found.from.as_str(), found.address.as_deref()),
                ("mail.adatum.com", Some("198.51.100.7"))
            );
            assert_eq!(found.tls.as_deref(), expected);
            assert!(found.by.starts_with("DB5EUR03FT013"));
        }
        assert_eq!(HandOver::of_headers(inner), None);
        assert_eq!(HandOver::of_headers("Received: from a by\nReceived:\n"), None);
    }
}
