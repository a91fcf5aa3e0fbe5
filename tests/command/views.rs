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
