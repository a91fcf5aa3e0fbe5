//! `eop-relay renew`: a certificate and exports in, a plan or one line and an exit code out.

use std::process::Command;

const FOLDER: &str = "examples/certificates";

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["renew", "--at", "2026-11-20"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_script_gets_one_line_and_the_exit_code_of_the_plan() {
    let same = "examples/renewal/same-issuer.pem";
    let other = "examples/renewal/other-issuer.pem";
    let send = format!("{FOLDER}/send.json");
    let installed = format!("{FOLDER}/installed.json");
    let folder = tempfile::tempdir().unwrap();
    let inbound = folder.path().join("inbound.json");
    let connector = r#"[{"Name": "In", "Enabled": true, "ConnectorType": "OnPremises",
        "TlsSenderCertificateName": "relay.tailspin.com", "SenderIPAddresses": []}]"#;
    std::fs::write(&inbound, connector).unwrap();
    let inbound = inbound.to_str().unwrap();
    let foreign = "examples/stories/missing-intermediate/LocalMachine-CA.pem";
    for (code, begins, arguments) in [
        (0, "Nothing is to be set", vec!["--new", same, "--send-connector", &send]),
        (
            10,
            "2 steps are needed before",
            vec!["--new", other, "--send-connector", &send, "--installed", &installed],
        ),
        (
            20,
            "Mail would be refused",
            vec![
                "--new",
                other,
                "--send-connector",
                &send,
                "--inbound-connector",
                inbound,
                "--accepted-domain",
                "fabrikam.com",
                "--installed",
                &installed,
            ],
        ),
        (30, "Not known", vec!["--new", other]),
        (40, "", vec!["--new", other, "--send-connector", "missing.xml"]),
        (40, "", vec!["--new", foreign, "--new", "missing.pem", "--send-connector", &send]),
        (64, "", vec!["--send-connector", &send]),
        (64, "", vec!["--new", other, "--json"]),
    ] {
        let (found, printed, errors) = run(&[&arguments[..], &["--check"]].concat());
        assert_eq!(found, code, "{arguments:?}\n{printed}{errors}");
        assert!(printed.starts_with(begins), "{printed}");
        assert_eq!(printed.lines().count(), usize::from(code < 64), "{printed}");
        assert_eq!(errors.is_empty(), code < 40, "{arguments:?} {errors}");
    }
}

/// The script of docs/renewal.md as it stands there, with the command on its path.
#[cfg(unix)]
#[test]
fn the_script_of_the_page_ends_with_the_exit_code_and_says_why() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/renewal.md")).unwrap();
    let script = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        std::fs::write(folder.path().join(name), content).unwrap();
    };
    let example = |name: &str| std::fs::read_to_string(root.join("examples").join(name)).unwrap();
    write("hook.sh", script);
    write("send.xml", &example("certificates/send.json"));
    write("inbound.xml", &example("stories/renewed-under-another-name/inbound.xml"));
    write("domains.xml", r#"[{"DomainName": "contoso.com"}, {"DomainName": "mail.contoso.com"}]"#);
    let old: Vec<serde_json::Value> =
        serde_json::from_str(&example("certificates/installed.json")).unwrap();
    let of_both =
        old.iter().filter(|one| one["Thumbprint"] != "8F21D6B4E07C953A1B6E8D0F2A4C69708192B3D5");
    write("installed.xml", &serde_json::to_string(&of_both.collect::<Vec<_>>()).unwrap());
    let commands = std::path::Path::new(env!("CARGO_BIN_EXE_eop-relay")).parent().unwrap();
    let path = format!("{}:{}", commands.display(), std::env::var("PATH").unwrap());
    for (certificate, code) in [("same-issuer", 10), ("other-issuer", 10)] {
        write("fullchain.pem", &example(&format!("renewal/{certificate}.pem")));
        let output = Command::new("sh")
            .arg("hook.sh")
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("RENEWED_LINEAGE", folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}{errors}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(errors.contains(&format!("(exit code {code})")), "{errors}");
    }
}

#[test]
fn the_plan_fits_eighty_columns_and_says_what_is_printed_in_json() {
    let send = format!("{FOLDER}/send.json");
    let installed = format!("{FOLDER}/installed.json");
    let given = [
        "--new",
        "examples/renewal/other-issuer.pem",
        "--send-connector",
        &send,
        "--installed",
        &installed,
    ];
    let (_, text, _) = run(&given);
    assert!(text.starts_with("RENEWAL: steps are needed\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for part in ["SENDS NOW", "missing", "WHAT TO DO", "to undo", "AFTERWARDS, IF IT IS WANTED"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (_, json, _) = run(&[&given[..], &["--json"]].concat());
    let plan: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&plan["SchemaVersion"], &plan["ExitCode"]), (&1.into(), &10.into()));
    assert!(plan["Steps"][0]["State"].as_array().is_some_and(|state| !state.is_empty()));
}

/// What was given and cannot be read was given.
#[test]
fn an_input_that_cannot_be_read_is_named_and_not_said_to_be_missing() {
    let new = "examples/renewal/other-issuer.pem";
    let log = "examples/certificates/SEND2026111501-1.LOG";
    for arguments in
        [&["--check", "--new", new, "--send-connector", log][..], &["--check", "--new", log]]
    {
        let (code, line, said) = run(arguments);
        assert_eq!(code, 40, "{line}");
        assert!(line.contains(&format!("read ({log} cannot be read)")), "{line}");
        assert!(!line.contains("given"), "{line}");
        assert_eq!(said.matches(log).count(), 1, "{said}");
    }
    let (_, _, said) = run(&["--new", new, "--send-connector", log, "--check"]);
    assert!(said.contains("it is a protocol log, and goes where logs are given"), "{said}");
}
