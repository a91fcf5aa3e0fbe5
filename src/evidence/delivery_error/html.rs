//! The text of an NDR in HTML.

/// Elements that begin a line of their own (HTML Living Standard, 15.3); the converter knows of `br`
/// and `p` alone.
const LINE_ELEMENTS: &[&str] = &[
    "address",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
];

/// Whether a text is HTML: it names its elements early.
pub(super) fn is_html(text: &str) -> bool {
    const LOOKED_AT: usize = 4096;
    let beginning: String = text.trim_start().chars().take(LOOKED_AT).collect();
    let lower = beginning.to_ascii_lowercase();
    lower.starts_with("<!doctype html")
        || (lower.starts_with('<')
            && ["<html", "<head", "<body", "<div", "<p>", "<table", "<meta"]
                .iter()
                .any(|element| lower.contains(element)))
}

/// The text that a reader sees, one line for each paragraph, cell and list item.
pub(super) fn text_of_html(html: &str) -> String {
    let mut broken = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (before, element) = rest.split_at(start);
        broken.push_str(before);
        let name: String = element[1..]
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if LINE_ELEMENTS.contains(&name.as_str()) {
            broken.push_str("<br>");
        }
        broken.push('<');
        rest = &element[1..];
    }
    broken.push_str(rest);
    let text = mail_parser::decoders::html::html_to_text(&broken).replace('\u{A0}', " ");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_and_paragraphs_are_lines_and_entities_characters() {
        let html = "<html><head><title>x</title><style>p{}</style></head><body>\
            <p>Generating&nbsp;server: MX1.tailspintoys.com</p><table><tr><td>buyer@wingtiptoys.com\
            </td><td>host.example</td></tr></table><div>#550 5.7.64 TenantAttribution;\n Relay \
            <b>Access</b> Denied &lt;x&gt; ##</div></body></html>";
        assert!(is_html(html));
        assert_eq!(
            text_of_html(html),
            "Generating server: MX1.tailspintoys.com\nbuyer@wingtiptoys.com\nhost.example\n#550 \
             5.7.64 TenantAttribution; Relay Access Denied <x> ##"
        );
        assert!(!is_html("550 5.7.64 <x>") && !is_html("<Objs Version=\"1.1.0.1\">"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_converter_panic(html in "(<|>|/|&|;|#|br|p|td|style|script|!--|--|ä|&#x1F600;|&nbsp;| |\n|\"){0,60}") {
            let _ = text_of_html(&html);
        }
    }
}
