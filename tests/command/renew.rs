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
