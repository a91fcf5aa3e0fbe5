//! PFX files, as OpenSSL writes them in every way that Windows has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eop_relay::certificate::{
    Certificate, FileContent, Password, ReadError, read_certificates_with,
};
use eop_relay::chain::judged_of;

use crate::support::say;

fn openssl(folder: &Path, arguments: &str) -> bool {
    let arguments = arguments.split(' ').map(|argument| argument.replace('~', " "));
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    output.is_ok_and(|output| output.status.success())
}

/// A folder with keys and certificates: an authority, two servers that it issued, and as PEM each and
/// all of them. `None` without OpenSSL.
fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    if !openssl(&folder, "version") {
        say("PFX files are not tested: no openssl");
        return None;
    }
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30";
    let made =
        openssl(&folder, &format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=CA"));
    assert!(made);
    for host in ["mail", "other"] {
        let subject = format!("-keyout {host}.key -out {host}.csr -subj /CN={host}.contoso.com");
        assert!(openssl(&folder, &format!("req -new {} {subject}", key.replace(" -days 30", ""))));
        let issue = "x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 30";
        assert!(openssl(&folder, &format!("{issue} -in {host}.csr -out {host}.pem")));
    }
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    fs::write(folder.join("chain.pem"), read("ca.pem")).unwrap();
    fs::write(folder.join("all.pem"), [read("ca.pem"), read("other.pem")].concat()).unwrap();
    Some(folder)
}

fn opened(path: &Path, password: Option<&str>) -> Result<FileContent, ReadError> {
    let password = password.map(|text| Password::new(text.to_owned()));
    read_certificates_with(&fs::read(path).unwrap(), password.as_ref())
}

/// What comes out: the common names, in their order.
fn names(content: &FileContent) -> Vec<String> {
    content.certificates.iter().flat_map(Certificate::common_names).collect()
}

const LEGACY: &str = "-provider default -provider legacy";

#[test]
fn every_encryption_that_windows_writes_is_opened() {
    let Some(folder) = folder("pfx-kinds") else { return };
    let aes = "-keypbe AES-256-CBC -certpbe AES-256-CBC -macalg SHA256";
    let triple_des = "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg SHA1";
    let rc2 = format!("-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg SHA1 {LEGACY}");
    let with_name = "-CSP Microsoft~Software~Key~Storage~Provider -name mail~2026";
    let cases = [
        ("aes", aes.to_owned(), "correct horse"),
        ("aes-128", aes.replace("256-CBC", "128-CBC"), "x"),
        ("3des", triple_des.to_owned(), "correct horse"),
        ("rc2", rc2, "p\u{E4}ssword"),
        ("empty", aes.to_owned(), ""),
        ("3des-empty", triple_des.to_owned(), ""),
        ("windows", format!("{aes} {with_name}"), "x"),
        ("no-mac", format!("{aes} -nomac"), "x"),
        ("rc2-128", format!("-keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128 {LEGACY}"), "x"),
        ("rc4-128", format!("-keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128 {LEGACY}"), "x"),
        ("rc4-40", format!("-keypbe PBE-SHA1-RC4-40 -certpbe PBE-SHA1-RC4-40 {LEGACY}"), "x"),
        ("2des", format!("-keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-2DES {LEGACY}"), "x"),
        ("sha512", format!("{} -macalg SHA512", aes.replace(" -macalg SHA256", "")), "x"),
    ];
    for (name, options, password) in cases {
        let file = folder.join(format!("{name}.pfx"));
        fs::write(folder.join("password"), format!("{password}\n")).unwrap();
        let files = format!("-inkey mail.key -in mail.pem -certfile chain.pem -out {name}.pfx");
        let made =
            openssl(&folder, &format!("pkcs12 -export {files} {options} -passout file:password"));
        assert!(made, "{name}");
        let content = opened(&file, Some(password)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(names(&content), ["mail.contoso.com", "CA"], "{name}");
        if name == "no-mac" {
            // OpenSSL then leaves the certificates as they are, and encrypts the key alone.
            continue;
        }
        let wrong = opened(&file, Some("wrong")).map(|content| names(&content));
        assert_eq!(wrong, Err(ReadError::PfxPassword { is_given: true }), "{name}");
        // The empty password need not be given.
        let missing = opened(&file, None).map(|content| content.certificates.len());
        let expected = if password.is_empty() {
            Ok(2)
        } else {
            Err(ReadError::PfxPassword { is_given: false })
        };
        assert_eq!(missing, expected, "{name}");
    }
}

#[test]
fn of_several_certificates_that_of_the_key_is_judged() {
    let Some(folder) = folder("pfx-several") else { return };
    let export = "pkcs12 -export -passout pass:x";
    let files = "-inkey mail.key -in mail.pem -certfile all.pem -out several.pfx";
    assert!(openssl(&folder, &format!("{export} {files}")));
    let content = opened(&folder.join("several.pfx"), Some("x")).unwrap();
    assert_eq!(names(&content), ["mail.contoso.com", "CA"]);
    assert_eq!(content.skipped.len(), 1);
    assert_eq!(content.skipped[0].label, "certificate of CN=other.contoso.com");
    assert!(!content.skipped[0].is_damaged);
    let (judged, others) = judged_of(content.certificates, &content.skipped).unwrap();
    assert_eq!((judged.common_names()[0].as_str(), others.len()), ("mail.contoso.com", 1));

    // Without any key nothing shows whose the file is.
    assert!(openssl(&folder, &format!("{export} -nokeys -in all.pem -out keyless.pfx")));
    let content = opened(&folder.join("keyless.pfx"), Some("x")).unwrap();
    assert_eq!(names(&content), ["CA", "other.contoso.com"]);
}

#[test]
fn a_pfx_that_cannot_be_read_says_why() {
    let Some(folder) = folder("pfx-trouble") else { return };
    let export = "pkcs12 -export -inkey mail.key -passout pass:x";
    let des = format!("-certpbe PBE-MD5-DES {LEGACY}");
    assert!(openssl(&folder, &format!("{export} -in mail.pem -out des.pfx {des}")));
    let error = opened(&folder.join("des.pfx"), Some("x")).unwrap_err();
    assert!(error.to_string().contains("its encryption is none that Windows writes"), "{error}");
    let cut = &fs::read(folder.join("des.pfx")).unwrap()[..100];
    fs::write(folder.join("cut.pfx"), cut).unwrap();
    assert!(matches!(opened(&folder.join("cut.pfx"), None), Err(ReadError::PfxNotOpened { .. })));
}

/// A PFX without encryption: what it holds stands in it as it is.
fn plain(folder: &Path) -> Vec<u8> {
    let files = "-inkey mail.key -in mail.pem -certfile chain.pem -out plain.pfx";
    let options = "-keypbe NONE -certpbe NONE -nomac -passout pass:";
    assert!(openssl(folder, &format!("pkcs12 -export {files} {options}")));
    fs::read(folder.join("plain.pfx")).unwrap()
}

#[test]
fn a_damaged_certificate_is_named_by_its_place_and_the_others_are_read() {
    let Some(folder) = folder("pfx-damaged") else { return };
    let mut file = plain(&folder);
    assert!(openssl(&folder, "x509 -in ca.pem -outform DER -out ca.der"));
    let authority = fs::read(folder.join("ca.der")).unwrap();
    let at = file.windows(authority.len()).position(|part| part == authority).unwrap();
    // The tag of the version.
    file[at + 8] = 0x7F;
    fs::write(folder.join("damaged.pfx"), &file).unwrap();
    let content = opened(&folder.join("damaged.pfx"), None).unwrap();
    assert_eq!(names(&content), ["mail.contoso.com"]);
    let [skipped] = &content.skipped[..] else { panic!("{:?}", content.skipped) };
    assert_eq!(skipped.label, "certificate 2 in the PFX");
    assert!(skipped.is_damaged);
}

/// A name with an empty part is an error of its certificate (RFC 5280, section 4.1.2.4), and of no other.
#[test]
fn an_empty_part_of_a_name_costs_its_certificate_alone() {
    const COMMON_NAME: &[u8] = b"\x31\x0B\x30\x09\x06\x03\x55\x04\x03\x0C\x02CA";
    const EMPTY_PART: &[u8] = b"\x31\x00\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0C\x00";
    let Some(folder) = folder("pfx-empty-part") else { return };
    assert!(openssl(&folder, "x509 -in ca.pem -outform DER -out ca.der"));
    let authority = fs::read(folder.join("ca.der")).unwrap();
    let subject_at = authority.windows(COMMON_NAME.len()).rposition(|one| one == COMMON_NAME);
    let mut file = plain(&folder);
    let at = file.windows(authority.len()).position(|part| part == authority).unwrap();
    file[at + subject_at.unwrap()..][..EMPTY_PART.len()].copy_from_slice(EMPTY_PART);
    fs::write(folder.join("empty-part.pfx"), &file).unwrap();
    let content = opened(&folder.join("empty-part.pfx"), None).unwrap();
    assert_eq!(names(&content), ["mail.contoso.com"]);
    let [skipped] = &content.skipped[..] else { panic!("{:?}", content.skipped) };
    assert_eq!((skipped.label.as_str(), skipped.is_damaged), ("certificate 2 in the PFX", true));
    assert!(skipped.reason.contains("its subject is no name"), "{}", skipped.reason);
    assert_eq!(judged_of(content.certificates, &content.skipped).unwrap().1.len(), 0);
}

/// The element with an indefinite length, and a string in two parts, as BER has them.
fn indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, 0x80][..], content, &[0, 0]].concat()
}

/// The tag, the content and what follows of the first element.
fn element(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (header, length) = match bytes[1] {
        short @ 0..=0x7F => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7F);
            let octets = &bytes[2..2 + count];
            (2 + count, octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)))
        }
    };
    (bytes[0], &bytes[header..header + length], &bytes[header + length..])
}

fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

#[test]
fn a_pfx_of_indefinite_lengths_is_opened() {
    let Some(folder) = folder("pfx-ber") else { return };
    let files = "-inkey mail.key -in mail.pem -certfile chain.pem -out der.pfx";
    assert!(openssl(&folder, &format!("pkcs12 -export {files} -passout pass:x")));
    let der = fs::read(folder.join("der.pfx")).unwrap();
    let (_, content, _) = element(&der);
    let (_, _, behind_version) = element(content);
    let version = &content[..content.len() - behind_version.len()];
    let (_, info, mac) = element(behind_version);
    let (_, _, behind_type) = element(info);
    let kind = &info[..info.len() - behind_type.len()];
    let (_, explicit, _) = element(behind_type);
    let (_, safes, _) = element(explicit);
    let (one, other) = safes.split_at(safes.len() / 2);
    let parts = indefinite(0x24, &[encoded(0x04, one), encoded(0x04, other)].concat());
    let info = indefinite(0x30, &[kind, &indefinite(0xA0, &parts)].concat());
    let ber = indefinite(0x30, &[version, &info, mac].concat());
    fs::write(folder.join("ber.pfx"), ber).unwrap();
    let content = opened(&folder.join("ber.pfx"), Some("x")).unwrap();
    assert_eq!(names(&content), ["mail.contoso.com", "CA"]);
}
