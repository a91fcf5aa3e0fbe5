//! The module as it is delivered: `powershell/build/package.sh` lays it out and packs it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{assert_success, is_installed, library, root, say, wine};

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn each_zip_holds_the_files_of_the_module_for_its_system_and_no_others() {
    for program in ["mcs", "zip"] {
        if !is_installed(program) && Command::new(program).arg("-v").output().is_err() {
            say(&format!("the module is not packed: no {program}"));
            return;
        }
    }
    let Some(windows) = wine::bin() else { return };
    let out = wine::tmp("module");
    let output = Command::new(root().join("powershell/build/package.sh"))
        .arg(&out)
        .env("EOP_RELAY_LIBRARY", library::shipped())
        .env("EOP_RELAY_WINDOWS", windows.join("win-x64"))
        .env("EOP_RELAY_PROJECT_URI", "https://eoprelay.example")
        .output()
        .unwrap();
    assert_success("powershell/build/package.sh", &output);

    for (zip, left_out) in [
        (format!("EopRelay-{VERSION}.zip"), "linux-x64"),
        (format!("EopRelay-{VERSION}-linux.zip"), "win-x64"),
    ] {
        let unpacked = wine::tmp(left_out);
        let mut archive = zip::ZipArchive::new(fs::File::open(out.join(&zip)).unwrap()).unwrap();
        let packed: BTreeSet<String> =
            archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        let other = format!("EopRelay/{VERSION}/bin/{left_out}/");
        let expected = expected().into_iter().filter(|name| !name.starts_with(&other)).collect();
        assert_eq!(packed, expected, "{zip}");
        archive.extract(&unpacked).unwrap();
        check_sums(&module(&unpacked), "SHA256SUMS", packed.len() - 1);
        check_sums(&out, &format!("{zip}.sha256"), 1);
    }
    check_sums(&module(&out), "SHA256SUMS", expected().len() - 1);
    let notices = fs::read_to_string(module(&out).join("THIRD-PARTY-NOTICES.txt")).unwrap();
    for linked in ["x509-parser", "windows-sys", "clap", "evtx", "libc"] {
        assert!(notices.contains(&format!("\r\n{linked} ")), "{linked} has no notice");
    }
    assert!(!notices.contains("\r\ncbindgen "), "it is not linked");
    let manifest = fs::read_to_string(module(&out).join("EopRelay.psd1")).unwrap();
    assert!(manifest.contains("\r\n") && !manifest.contains("\r\r"), "lines end as on Windows");
    assert!(manifest.contains(&format!("'{VERSION}'")), "the folder is named like the version");
    assert!(manifest.contains("ProjectUri   = 'https://eoprelay.example'"), "{manifest}");
    let icon = "IconUri      = 'https://eoprelay.example/raw/main/docs/icon.png'";
    assert!(manifest.contains(icon), "{manifest}");
    assert!(manifest.contains("### Added") && !manifest.contains("Not packed"), "{manifest}");
    for (file, end) in [("Test-EopRelayCertificate", ", "), ("Get-SendConnectorTlsSession", ", ")] {
        let script = fs::read_to_string(module(&out).join(format!("{file}.psm1"))).unwrap();
        let help = format!(
            "[CmdletBinding(HelpUri = 'https://eoprelay.example/blob/main/powershell/EopRelay/{file}.psm1'{end}"
        );
        assert_eq!(script.matches(&help).count(), 1, "{file}");
    }
}

/// That many files have the sums that stand in a list.
fn check_sums(folder: &Path, list: &str, count: usize) {
    let checked =
        Command::new("sha256sum").args(["-c", list]).current_dir(folder).output().unwrap();
    assert_success(list, &checked);
    let text = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(text.lines().count(), count, "{list} in {}", folder.display());
}

fn module(out: &Path) -> std::path::PathBuf {
    out.join("EopRelay").join(VERSION)
}

/// What the sources have of the module, and what is built.
fn expected() -> BTreeSet<String> {
    let source = root().join("powershell/EopRelay");
    let mut names: BTreeSet<String> = [
        "LICENSE".to_owned(),
        "THIRD-PARTY-NOTICES.txt".to_owned(),
        "SHA256SUMS".to_owned(),
        format!("bin/EopRelay.Interop.{VERSION}.dll"),
        "bin/linux-x64/libeop_relay.so".to_owned(),
        "bin/win-x64/eop-relay.exe".to_owned(),
        "bin/win-x64/eop_relay.dll".to_owned(),
        "en-US/about_EopRelay.help.txt".to_owned(),
        "en-US/about_EopRelay_Causes.help.txt".to_owned(),
    ]
    .into();
    for folder in ["", "shared/"] {
        for entry in fs::read_dir(source.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !["bin", "en-US", "shared"].contains(&name.as_str()) {
                names.insert(format!("{folder}{name}"));
            }
        }
    }
    assert!(names.contains("EopRelay.psd1") && names.contains("shared/Interop.psm1"), "{names:?}");
    names.into_iter().map(|name| format!("EopRelay/{VERSION}/{name}")).collect()
}
