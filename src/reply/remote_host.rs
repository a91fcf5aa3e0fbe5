//! The server that gave a reply, where the words before the reply name it: those of Exchange's NDRs, and of
//! the bounces and log lines of Postfix, Exim and sendmail.

use std::net::IpAddr;

use super::smtp_reply::is_host;

/// How much stands between a server and its reply at most: lines that are not blank, and bytes.
const MAXIMUM_LINES: usize = 4;
const MAXIMUM_BYTES: usize = 1000;

/// A server as a text names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RemoteHost<'a> {
    pub host: Option<&'a str>,
    pub address: Option<&'a str>,
}

/// The server that is named next before a reply, by the text up to the reply.
pub(super) fn before(text: &str) -> RemoteHost<'_> {
    let start = text.len().saturating_sub(MAXIMUM_BYTES);
    let start = (start..=text.len()).find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    // Without a line end the reply begins its line, and nothing stands before it there.
    let lines = text[start..].split('\n').rev().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).take(MAXIMUM_LINES).collect();
    let named = lines.iter().find_map(|line| in_line(line));
    let is_own_line = |line: &&&str| is_host(line.trim_end_matches('.'));
    // `HOST`, and below it `#550 5.7.64 ... ##` or `Remote Server returned '550 ...'`.
    let alone = || lines.iter().take(2).find(is_own_line).map(|line| line.trim_end_matches('.'));
    named.unwrap_or_else(|| RemoteHost { host: alone(), address: None })
}

/// The last server that the words of a line name as the one that replied.
fn in_line(line: &str) -> Option<RemoteHost<'_>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let word = |place: usize| words.get(place).copied().unwrap_or_default();
    (0..words.len()).rev().find_map(|place| {
        let named = words[place].strip_prefix("relay=").unwrap_or(words[place]);
        let (name, bracket) = named.split_at(named.find('[').unwrap_or(named.len()));
        let name = name
            .trim_start_matches(['<', '(', '"', '\''])
            .trim_end_matches(['.', ',', ':', ';', ')', '>']);
        let host = Some(name).filter(|name| is_host(name));
        let (before, next) = (word(place.wrapping_sub(1)), word(place + 1));
        let behind = if bracket.is_empty() { next } else { bracket };
        let address = address_of(behind).filter(|_| behind.starts_with(['[', '(']));
        let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
        let is_of_exchange = is(before, "at") && is(word(place.wrapping_sub(2)), "server");
        let is_named = is_of_exchange
            || (is(before, "host") && address.is_some())
            || words[place].starts_with("relay=")
            || (is(before, "to") && is(word(place.wrapping_sub(2)), "talking"))
            || is(next, "gave")
            || is(next, "rejected")
            || next.starts_with('#');
        (is_named && (host.is_some() || address.is_some())).then_some(RemoteHost { host, address })
    })
}

/// The address in `[192.0.2.1]:25`, `(192.0.2.1)` and the like.
fn address_of(word: &str) -> Option<&str> {
    let inner = word.trim_start_matches(['[', '(']);
    let end = inner.find([']', ')']).unwrap_or(inner.len());
    Some(&inner[..end]).filter(|address| address.parse::<IpAddr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_before_a_reply_is_named_in_each_form() {
        let eop = Some("adatum-com.mail.protection.outlook.com");
        for (text, host, address) in [
            (
                "Remote Server at adatum-com.mail.protection.outlook.com (192.0.2.7) returned '",
                eop,
                Some("192.0.2.7"),
            ),
            (
                "x\r\n10/3/2026 1:02:03 AM - Server at adatum-com.mail.protection.outlook.com (2001:db8::7) returned '",
                eop,
                Some("2001:db8::7"),
            ),
            ("Remote server at [192.0.2.7] (192.0.2.7) returned '", None, Some("192.0.2.7")),
            (
                "kim@adatum.com\nadatum-com.mail.protection.outlook.com\nRemote Server returned '",
                eop,
                None,
            ),
            ("kim@adatum.com\r\nadatum-com.mail.protection.outlook.com\r\n#", eop, None),
            ("adatum-com.mail.protection.outlook.com #", eop, None),
            ("<adatum-com.mail.protection.outlook.com #5.7.64 smtp;", eop, None),
            ("adatum-com.mail.protection.outlook.com gave this error:\n", eop, None),
            (
                "adatum-com.mail.protection.outlook.com rejected your message to:\n\nkim@adatum.com\n",
                eop,
                None,
            ),
            (
                "host adatum-com.mail.protection.outlook.com[192.0.2.7]\n    said: ",
                eop,
                Some("192.0.2.7"),
            ),
            (
                "  host adatum-com.mail.protection.outlook.com [192.0.2.7]\n  SMTP error from remote mail server after RCPT TO:<kim@adatum.com>:\n  ",
                eop,
                Some("192.0.2.7"),
            ),
            (
                "to=<kim@adatum.com>, relay=adatum-com.mail.protection.outlook.com[192.0.2.7]:25, status=bounced (",
                eop,
                Some("192.0.2.7"),
            ),
            (
                "... while talking to adatum-com.mail.protection.outlook.com.:\n>>> RCPT To:<kim@adatum.com>\n<<< ",
                eop,
                None,
            ),
            // Nobody says that these gave the reply.
            ("This is the mail system at host relay.adatum.com.\n\n", None, None),
            ("Generating server: MX07.adatum.com\n\nkim@adatum.com\n#", None, None),
            ("Remote Server returned '", None, None),
            ("Received: from mail.adatum.com (192.0.2.7)\n", None, None),
            ("", None, None),
        ] {
            assert_eq!(before(text), RemoteHost { host, address }, "{text}");
        }
        let long = format!("ä{} host a.example [192.0.2.7] said: ", "ü".repeat(600));
        assert_eq!(before(&long).host, Some("a.example"));
    }
}
