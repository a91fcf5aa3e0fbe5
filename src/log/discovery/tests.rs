//! Which files are found, in which order, and what is reported.

use super::NoticeCode::{InvalidPattern, NothingFound, OtherContent};
use super::*;

fn ordered(names: &[&str]) -> Vec<String> {
    let mut paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
    paths.sort_by(|left, right| reading_order(left, right));
    paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
}

#[test]
fn files_are_read_by_date_hour_and_number() {
    let expected = [
        "SEND20261114-1.LOG",
        "send2026111501-1.log",
        "SEND2026111501-9.LOG",
        "SEND2026111501-10.LOG",
        "SEND2026111502-1.LOG",
        "SEND20261116-1.LOG",
        "copy-9.log",
        "copy-10.log",
        "copy-10b.log",
    ];
    let mut shuffled = expected;
    shuffled.reverse();
    assert_eq!(ordered(&shuffled), expected);
}

#[test]
fn the_host_of_a_unc_path_is_the_server() {
    for (path, host) in [
        (r"\\EX01\c$\Program Files\SEND20261115-1.LOG", Some("EX01")),
        (r"\\?\UNC\ex02.contoso.com\logs\a.log", Some("ex02.contoso.com")),
        (r"\\?\C:\logs\a.log", None),
        (r"\\.\pipe\a", None),
        (r"C:\logs\a.log", None),
        ("/var/logs/a.log", None),
    ] {
        assert_eq!(unc_host(Path::new(path)).as_deref(), host, "{path}");
    }
}

fn folder_with(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    folder
}

fn input(path: PathBuf) -> LogInput {
    LogInput { path, wildcards: true, server: None }
}

fn names(discovery: &Discovery) -> Vec<String> {
    discovery.files.iter().map(|file| file_name(&file.path)).collect()
}

#[test]
fn a_folder_gives_its_log_files_and_with_recurse_those_below() {
    let folder = folder_with(&["a.LOG", "b.txt", "below/c.log"]);
    let inputs = [input(folder.path().to_owned())];
    assert_eq!(names(&discover(&inputs, false)), ["a.log"]);
    let all = discover(&inputs, true);
    assert_eq!(names(&all), ["a.log", "c.log"]);
    assert_eq!(all.folders, 2);
    assert_ne!(all.files[0].source, all.files[1].source, "each folder has its own ids");
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = folder_with(&["a.log"]);
    let inputs = [input(folder.path().to_owned()), input(folder.path().join("a.log"))];
    assert_eq!(names(&discover(&inputs, false)), ["a.log"]);
}

#[test]
fn brackets_in_a_name_are_taken_as_they_are_where_the_path_exists() {
    let folder = folder_with(&["logs[1].log", "logs1.log"]);
    let inputs = [input(folder.path().join("logs[1].log"))];
    assert_eq!(names(&discover(&inputs, false)), ["logs[1].log"]);
    let pattern = [input(folder.path().join("LOGS?.*"))];
    assert_eq!(names(&discover(&pattern, false)), ["logs1.log"]);
}

#[test]
fn what_leads_to_no_file_is_one_notice_each() {
    let folder = folder_with(&["b.txt"]);
    let inputs = [
        input(folder.path().to_owned()),
        input(folder.path().join("missing.log")),
        input(folder.path().join("*.log")),
        input(folder.path().join("[.log")),
        LogInput { path: folder.path().join("*.txt"), ..LogInput::default() },
    ];
    let codes: Vec<NoticeCode> =
        discover(&inputs, false).notices.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, [NothingFound, NothingFound, NothingFound, InvalidPattern, NothingFound]);
}

#[test]
fn files_of_one_server_share_their_session_ids() {
    let folder = folder_with(&["x/a.log", "y/b.log"]);
    let with_server = |name: &str| LogInput {
        path: folder.path().join(name),
        server: Some(if name == "x" { "EX01" } else { "ex01" }.to_owned()),
        ..LogInput::default()
    };
    let found = discover(&[with_server("x"), with_server("y")], false);
    assert_eq!(found.files[0].source, found.files[1].source);
    assert_eq!(found.files[0].server.as_deref(), Some("EX01"));
}

#[cfg(unix)]
#[test]
fn a_socket_or_device_is_refused_by_name_and_what_the_shell_gives_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("a.log");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [socket, PathBuf::from("/dev/zero")] {
        let found = discover(&[input(path.clone())], false);
        assert_eq!(found.files, []);
        let [notice] = &found.notices[..] else { panic!("{:?}", found.notices) };
        assert_eq!((notice.code, notice.path.as_deref()), (OtherContent, Some(&*path)));
    }
    assert!(is_own_input(Path::new("/dev/fd/63")) && !is_own_input(Path::new("/dev/fda")));
}

#[test]
fn a_name_before_an_equals_sign_is_the_server_unless_a_file_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let existing = folder.path().join("a=b.log");
    std::fs::write(&existing, "").unwrap();
    let existing = existing.to_str().unwrap();
    for (text, server, path) in [
        ("EX01=logs/SEND*.LOG", Some("EX01"), "logs/SEND*.LOG"),
        (r"ex01.contoso.com=D:\logs", Some("ex01.contoso.com"), r"D:\logs"),
        ("EX01=a=b", Some("EX01"), "a=b"),
        (r"D:\copy\x=1\S.LOG", None, r"D:\copy\x=1\S.LOG"),
        ("logs/x=1", None, "logs/x=1"),
        ("=logs", None, "=logs"),
        ("EX01=", None, "EX01="),
        ("logs", None, "logs"),
        (existing, None, existing),
    ] {
        let input = LogInput::of_text(text.as_ref());
        assert_eq!((input.server.as_deref(), input.path.to_str()), (server, Some(path)), "{text}");
        assert!(input.wildcards);
    }
}
