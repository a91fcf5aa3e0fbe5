//! `eop-relay chain`: files and folders in, a tree or JSON and an exit code out.

use std::fs;
use std::process::{Command, Output};

use base64::Engine;
use tempfile::TempDir;

use crate::support::forge::{Forge, ForgeList};

/// A folder with a chain: server.cer, ca/issuing.cer, roots/root.cer, lists/issuing.crl.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let server = Forge::server("mail.contoso.com", "Issuing CA");
    write("server.cer", server.der());
    write("ca/issuing.cer", Forge::authority("Issuing CA", "Root CA").der());
    write("ca/readme.txt", b"no certificate".to_vec());
    write("roots/root.cer", Forge::root("Root CA").der());
    write("lists/issuing.crl", ForgeList::new("Issuing CA", &[&server.serial]).der());
    write("empty/none.txt", Vec::new());
    write("stray/issuing.cer", Forge::authority("Issuing CA", "Root CA").der());
    write("stray/stray.cer", b"no certificate".to_vec());
    write("other/other.cer", Forge::authority("Other CA", "Other Root").der());
    write("broken.cer", b"no certificate".to_vec());
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(folder.path())
        .args(["chain", "--at", "2026-11-15"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn the_exit_code_says_what_the_report_says() {
    let folder = folder();
    let stores = ["--intermediates", "ca", "--roots", "roots", "--only-given-roots"];
    for (code, arguments) in [
        (0, vec!["server.cer"]),
        (0, vec!["server.cer", "--name", "mail.contoso.com", "--profile", "strict"]),
        (20, vec!["server.cer", "--name", "smtp.contoso.com"]),
        (20, vec!["server.cer", "--crl", "lists"]),
        (40, vec!["missing.cer"]),
        (40, vec!["broken.cer"]),
        (64, vec!["server.cer", "--profile", "lenient"]),
        (64, vec!["server.cer", "--at", "last tuesday"]),
    ] {
        let (found, _, stderr) = run(&folder, &[&arguments[..], &stores].concat());
        assert_eq!(found, code, "{arguments:?} {stderr}");
    }
    assert_eq!(run(&folder, &["server.cer", "--intermediates", "other"]).0, 20);
    // What the sender trusts says nothing of the receiver, whose roots can be given.
    let of_sender = ["server.cer", "--intermediates", "ca", "--roots", "roots"];
    assert_eq!(run(&folder, &of_sender).0, 30);
    let of_receiver = ["server.cer", "--intermediates", "ca", "--programme-roots", "roots"];
    assert_eq!(run(&folder, &of_receiver).0, 0);
    assert_eq!(run(&folder, &["server.cer"]).0, 20);
    assert_eq!(run(&folder, &["server.cer", "--intermediates", "ca"]).0, 30);
}

#[test]
fn folders_below_are_read_where_that_is_asked_for() {
    let folder = folder();
    fs::create_dir(folder.path().join("stores")).unwrap();
    for store in ["ca", "roots", "lists"] {
        fs::rename(folder.path().join(store), folder.path().join("stores").join(store)).unwrap();
    }
    let stores = ["server.cer", "--intermediates", "stores", "--programme-roots", "stores/roots"];
    let (code, _, stderr) = run(&folder, &stores);
    assert_eq!(code, 40);
    assert!(stderr.contains("--recurse reads the folders below it too"), "{stderr}");
    assert_eq!(run(&folder, &[&stores[..], &["--recurse"]].concat()).0, 0);
    let revoked = run(&folder, &[&stores[..], &["--recurse", "--crl", "stores"]].concat());
    assert_eq!(revoked.0, 20, "{}", revoked.2);
}

#[test]
fn the_tree_names_what_is_missing_and_what_to_do() {
    let folder = folder();
    let (_, tree, _) =
        run(&folder, &["server.cer", "--intermediates", "other", "--roots", "roots"]);
    for part in
        ["the issuer's certificate is missing", "Missing       CN=Issuing CA", "What to do:"]
    {
        assert!(tree.contains(part), "{part} not in {tree}");
    }
    let bundle = [
        fs::read(folder.path().join("server.cer")).unwrap(),
        fs::read(folder.path().join("ca/issuing.cer")).unwrap(),
    ];
    let block = |der: &Vec<u8>| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let pem = bundle.each_ref().map(block).concat();
    fs::write(folder.path().join("bundle.pem"), pem).unwrap();
    let (code, tree, _) =
        run(&folder, &["bundle.pem", "--intermediates", "other", "--roots", "roots"]);
    assert_eq!(code, 20);
    assert!(tree.contains("Import-Certificate") && tree.contains("not in the server's stores"));
    let (code, tree, _) = run(&folder, &["bundle.pem", "--programme-roots", "roots"]);
    assert_eq!(code, 0);
    assert!(tree.contains("complete as given in the file"), "{tree}");
    assert!(tree.lines().all(|line| line.chars().count() <= 120), "{tree}");
}

#[test]
fn json_is_one_object_with_the_same_answer() {
    let folder = folder();
    let (code, json, _) = run(
        &folder,
        &["server.cer", "--json", "--intermediates", "ca", "--programme-roots", "roots"],
    );
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &report["IsAccepted"]), (0, &serde_json::Value::Bool(true)));
    assert_eq!(report["Completeness"], "Complete");
    assert_eq!(report["Certificates"].as_array().unwrap().len(), 3);
}

#[test]
fn an_unusable_file_is_named() {
    let folder = folder();
    let (_, _, error) = run(&folder, &["server.cer", "--roots", "broken.cer"]);
    assert!(error.starts_with("eop-relay: error: broken.cer: no certificate found"), "{error}");
}

#[test]
fn a_stray_file_of_a_folder_is_named_and_the_others_are_read() {
    let folder = folder();
    let (code, tree, error) =
        run(&folder, &["server.cer", "--intermediates", "stray", "--programme-roots", "roots"]);
    assert_eq!(code, 0, "{tree}");
    assert!(error.contains("stray.cer") && error.contains("left out"), "{error}");
}

#[test]
fn a_folder_without_certificates_is_no_empty_store() {
    let folder = folder();
    let (code, _, error) = run(&folder, &["server.cer", "--intermediates", "empty"]);
    assert_eq!(code, 40);
    assert!(error.contains("empty: the folder holds no usable certificate file"), "{error}");
}

#[test]
fn a_file_that_does_not_say_which_certificate_is_meant_is_a_wrong_call() {
    let folder = folder();
    let block = |host: &str| {
        let der = Forge::server(host, "Issuing CA").der();
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let two = [block("mail.contoso.com"), block("smtp.contoso.com")].concat();
    fs::write(folder.path().join("two.pem"), two).unwrap();
    let (code, _, error) = run(&folder, &["two.pem"]);
    assert_eq!(code, 64);
    assert!(
        error.contains("CN=mail.contoso.com") && error.contains("CN=smtp.contoso.com"),
        "{error}"
    );
}

fn thumbprint(fixture: &str) -> String {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/certificates/");
    let bytes = fs::read(format!("{fixtures}{fixture}")).unwrap();
    let file = eop_relay::certificate::read_certificates(&bytes).unwrap();
    file.certificates[0].thumbprint().to_string()
}

#[test]
fn a_pfx_is_opened_with_the_password_of_a_file() {
    let folder = folder();
    let pfx = include_bytes!("../fixtures/certificates/mail.contoso.com.pfx");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("renewed.pfx", pfx);
    write("password", b"correct horse\r\nanother line");
    let utf_16: Vec<u8> =
        "\u{FEFF}correct horse\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("password-utf-16", &utf_16);
    write("wrong", b"Correct horse");
    for password in ["password", "password-utf-16"] {
        let (_, json, _) = run(&folder, &["renewed.pfx", "--password-file", password, "--json"]);
        let report: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(report["Certificates"][0]["DnsNames"][0], "mail.contoso.com", "{password}");
    }
    for (arguments, said) in [
        (vec!["renewed.pfx"], "give it with --password-file FILE"),
        (vec!["renewed.pfx", "--password-file", "wrong"], "does not open it"),
        (vec!["renewed.pfx", "--password-file", "none"], "--password-file none"),
    ] {
        let (code, stdout, stderr) = run(&folder, &arguments);
        assert_eq!((code, stdout.as_str()), (40, ""), "{arguments:?}");
        assert!(stderr.contains(said) && !stderr.contains("orrect horse"), "{stderr}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(folder.path())
        .args(["test", "--at", "2026-11-15", "--certificate", "renewed.pfx"])
        .args(["--password-file", "password", "--json"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["Certificate"]["Thumbprint"], thumbprint("mail.contoso.com.cer"));
}
