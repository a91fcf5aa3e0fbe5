//! The module can be signed on Linux, as application control policies ask.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{assert_success, root, say};

/// With a certificate of its own, which nobody trusts.
#[test]
fn the_files_of_the_module_can_be_signed() {
    for (program, version) in [("osslsigncode", "--version"), ("openssl", "version")] {
        if Command::new(program).arg(version).output().is_err() {
            say(&format!("signing is not tested: no {program}"));
            return;
        }
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("module-signed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let module = folder.join("EopRelay");
    let run = |command: &mut Command| {
        let output = command.current_dir(&folder).output().unwrap();
        assert_success(&format!("{command:?}"), &output);
    };
    let source = root().join("powershell/EopRelay");
    run(Command::new("cp").arg("-r").arg(source).arg("."));
    run(Command::new("openssl").args("req -x509 -newkey rsa:2048 -nodes -days 2".split(' ')).args(
        [
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
            "-subj",
            "/CN=Nobody",
            "-addext",
            "extendedKeyUsage=codeSigning",
        ],
    ));
    fs::write(folder.join("password"), "correct horse").unwrap();
    run(Command::new("openssl")
        .args("pkcs12 -export -inkey key.pem -in certificate.pem -out signing.pfx".split(' '))
        .args(["-passout", "file:password"]));
    run(Command::new(root().join("powershell/build/sign.sh"))
        .arg(&module)
        .env("EOP_RELAY_SIGNING_PFX", folder.join("signing.pfx"))
        .env("EOP_RELAY_SIGNING_PASSWORD_FILE", folder.join("password")));
    for file in ["EopRelay.psd1", "EopRelay.Format.ps1xml", "shared/Interop.psm1"] {
        let signed = module.join(file);
        run(Command::new("osslsigncode")
            .args(["verify", "-CAfile", "certificate.pem", "-in"])
            .arg(&signed));
        let text = fs::read_to_string(&signed).unwrap().replacen("EopRelay", "EopRalay", 1);
        fs::write(&signed, text).unwrap();
        let changed = Command::new("osslsigncode")
            .args(["verify", "-CAfile", "certificate.pem", "-in"])
            .arg(&signed)
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(!changed.status.success(), "{file} was changed, and its signature still holds");
    }
}
