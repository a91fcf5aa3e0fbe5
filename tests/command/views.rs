//! The forms of a report beside its text: a page, Markdown, a check of Nagios, metrics.

use std::fs;

use crate::stories::{STORIES, show};

#[test]
fn every_story_has_a_page_and_metrics_beside_its_text() {
    let folder = tempfile::tempdir().unwrap();
    for (story, exit_code) in STORIES {
        let file = |name: &str| folder.path().join(name).display().to_string();
        let (page, metrics) = (file("report.html"), file("report.prom"));
        let output = show(story, &["--html", &page, "--prometheus", &metrics]);
        assert_eq!(output.status.code(), Some(*exit_code), "{story}");
        let text = String::from_utf8(output.stdout).unwrap();
        let cause = text.lines().next().unwrap().split_once(": ").unwrap().1;
        let page = fs::read_to_string(page).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains(cause), "{story}");
        assert!(page.contains("<svg class=\"course\""), "{story}");
        let metrics = fs::read_to_string(metrics).unwrap();
        assert!(metrics.contains(&format!("cause=\"{cause}\"}} 1\n")), "{metrics}");
        assert!(metrics.contains(&format!("\neop_relay_exit_code {exit_code}\n")), "{metrics}");
        for line in metrics.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("eop_relay_") && value.parse::<i64>().is_ok(), "{line}");
        }
        for family in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let name = family.split(' ').next().unwrap();
            let has_series = metrics.lines().any(|line| line.starts_with(name));
            assert!(has_series, "{story}: {name} stands there without a series");
        }
    }
    // Nothing half-written stays behind.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_check_of_nagios_ends_with_its_own_codes_and_has_performance_data() {
    for (story, exit_code) in STORIES {
        let output = show(story, &["--format", "nagios"]);
        let line = String::from_utf8(output.stdout).unwrap();
        let (code, word) = if *exit_code == 0 { (0, "OK") } else { (2, "CRITICAL") };
        assert_eq!(output.status.code(), Some(code), "{story}");
        assert!(line.starts_with(&format!("EOPRELAY {word} - ")), "{line}");
        assert_eq!(line.matches(" | ").count(), 1, "{line}");
        assert!(line.contains(" | refused=") && line.lines().count() == 1, "{line}");
    }
}

#[test]
fn a_check_of_nagios_names_no_server_where_none_is_known() {
    let folder = crate::stories::folder("public-address-changed");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    let log = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let log = log.into_iter().find(|path| path.extension().is_some_and(|end| end == "LOG"));
    let output = command.args(["test", "--format", "nagios", "--log"]).arg(log.unwrap()).output();
    let line = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(line.contains(" refused | refused=") && !line.contains("not known"), "{line}");
}

#[test]
fn markdown_has_every_command_in_a_block() {
    for (story, _) in STORIES {
        let text = String::from_utf8(show(story, &["--markdown"]).stdout).unwrap();
        let json = show(story, &["--json"]).stdout;
        let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let cause = &report["Findings"][0];
        assert!(text.starts_with("# "), "{story}");
        for remedy in cause["Remedy"].as_array().unwrap() {
            if let Some(command) = remedy["Command"].as_str() {
                assert!(text.contains(&format!("```powershell\n{command}\n```\n")), "{text}");
            }
        }
        assert_eq!(text, String::from_utf8(show(story, &["--format", "markdown"]).stdout).unwrap());
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_with_its_name() {
    let output = show("healthy", &["--html", "no-such-folder/report.html"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no-such-folder/report.html: cannot be written"), "{error}");
}
