//! The topic about_EopRelay_Causes is made of the rules: `Get-Help ATTR36` finds what a cause means.

use std::fs;

use eop_relay::diagnosis::Diagnosis;
use eop_relay::view::Page;

use crate::support::root;

const FILE: &str = "powershell/EopRelay/en-US/about_EopRelay_Causes.help.txt";

/// Where it is set, the file is written anew.
const BLESS: &str = "EOP_RELAY_BLESS";

const HEAD: &str = "TOPIC
    about_EopRelay_Causes

SHORT DESCRIPTION
    What each cause and finding of a report means, and what helps.

LONG DESCRIPTION
    The Cause of a report is the Id of its deciding finding. Of several that
    apply, the first one of this list is the cause.
";

/// What the file is to hold.
fn topic() -> String {
    let mut page = Page::new(78);
    for rule in Diagnosis::descriptions() {
        page.blank_line();
        page.line(format!("    {}", rule.id.name()));
        let indentation = " ".repeat(8);
        for (label, text) in [
            ("", rule.text.says),
            ("Why: ", rule.text.why),
            ("What helps: ", rule.text.helps),
            ("Sources: ", rule.text.sources),
        ] {
            if !text.is_empty() {
                page.paragraph(&format!("{indentation}{label}"), &indentation, text);
            }
        }
    }
    format!(
        "{HEAD}{}\nSEE ALSO\n    about_EopRelay\n    Test-EopRelayCertificate\n",
        page.into_text()
    )
}

#[test]
fn the_topic_on_causes_is_made_of_the_rules() {
    let path = root().join(FILE);
    let expected = topic();
    assert!(expected.is_ascii(), "Windows PowerShell reads other letters in the ANSI code page");
    if std::env::var_os(BLESS).is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differing = expected.lines().zip(written.lines()).find(|(made, stands)| made != stands);
    assert_eq!(differing, None, "set {BLESS} to write {FILE} anew");
    assert_eq!(expected.lines().count(), written.lines().count(), "{FILE} has other lines");
}

#[test]
fn the_topic_names_options_as_powershell_does() {
    let options: Vec<String> = topic()
        .split_whitespace()
        .filter(|word| word.starts_with("--") && word.len() > 2 && !word.ends_with('-'))
        .map(str::to_owned)
        .collect();
    assert_eq!(options, Vec::<String>::new(), "they are those of the command");
}
