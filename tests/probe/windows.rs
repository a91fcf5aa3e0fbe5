//! The command for Windows, run under Wine: TLS with a key of a file, over loopback. Keys of the store,
//! which Wine does not have, are for Windows itself (tests/powershell).

use crate::command::{MAIL, pem_file, words};
use crate::front_end::{FrontEnd, REFUSED};
use crate::support::wine::{self, output_of};

#[test]
fn the_command_for_windows_asks_as_the_one_of_this_machine_does() {
    let Some(wine) = wine::wine() else { return };
    let folder = tempfile::tempdir().unwrap();
    pem_file(folder.path(), "mail.contoso.com");
    let address = FrontEnd::by(|asked| {
        let is_own = asked.certificates.iter().any(|one| one.dns_names() == ["mail.contoso.com"]);
        if is_own { REFUSED } else { "550 5.7.1 no certificate came" }.to_owned()
    })
    .serve();
    let mut command = wine.command(wine::command().unwrap());
    command
        .args(["probe", "--smart-host", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--fqdn", "ex01.contoso.com", "--server", "EX01", "--certificate"])
        .arg("mail.contoso.com.pem")
        .args(MAIL)
        .current_dir(folder.path());
    let output = output_of(&mut command);
    let text = words(&output.stdout);
    assert_eq!(output.status.code(), Some(20), "{text}{}", words(&output.stderr));
    assert!(text.starts_with("PROBE: REFUSED") && text.contains(REFUSED), "{text}");
}
