//! The library for Windows, and Wine to run programs over it. Where something is missing, one line
//! says what is not tested.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::support::{assert_success, root, say};

const WINE: &str = "/usr/lib/wine/wine64";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// The DLL, built by the project's script or taken from its cache, in a folder like `bin` of the
/// module; `None` where it cannot be built here.
pub fn bin() -> Option<&'static Path> {
    static BIN: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        if !is_there(COMPILER) || !(is_there("/usr/bin/rustc") || is_there("rustup")) {
            say("Windows tests not run: no Rust or no C compiler for x86_64-pc-windows-gnu");
            return None;
        }
        let bin = tmp("windows-bin");
        let library = bin.join("win-x64/eop_relay.dll");
        let script = root().join("powershell/build-windows.sh");
        let output = Command::new(script).arg(&library).output().unwrap();
        assert_success("powershell/build-windows.sh", &output);
        Some(bin)
    });
    BIN.as_deref()
}

/// The DLL itself.
pub fn library() -> Option<PathBuf> {
    Some(bin()?.join("win-x64/eop_relay.dll"))
}

/// A prefix of its own in which Windows programs can run.
pub struct Wine {
    prefix: PathBuf,
}

/// Wine with an empty machine and the library's missing neighbour; `None` without Wine.
pub fn wine() -> Option<&'static Wine> {
    static PREPARED: LazyLock<Option<Wine>> = LazyLock::new(|| {
        let bin = bin()?;
        if !Path::new(WINE).exists() {
            say("Windows tests not run: no wine64");
            return None;
        }
        let neighbour = bin.join("win-x64/bcryptprimitives.dll");
        if !neighbour.exists() {
            let source = root().join("tests/c/windows/bcryptprimitives.c");
            compile(
                &[OsStr::new("-shared"), source.as_os_str(), "-ladvapi32".as_ref()],
                &neighbour,
            );
        }
        let wine = Wine { prefix: tmp("wine") };
        if !wine.prefix.join("system.reg").exists() {
            assert_success("wineboot", &wine.command("wineboot").arg("--init").output().unwrap());
            // The registry is written when the last process has gone.
            let server = Path::new(WINE).with_file_name("wineserver");
            let _ = wine.environment(Command::new(server)).arg("-w").status();
        }
        Some(wine)
    });
    PREPARED.as_ref()
}

impl Wine {
    /// A program to run, in the project's folder.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.environment(Command::new(WINE));
        command.arg(program).current_dir(root());
        command
    }

    /// Sets what makes Wine this one, quiet and without windows.
    pub fn environment(&self, mut command: Command) -> Command {
        command
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=d")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("DISPLAY")
            .env_remove("LD_LIBRARY_PATH");
        command
    }

    /// Offers a folder as `\\localhost\NAME`.
    #[cfg(unix)]
    pub fn share(&self, name: &str, folder: &Path) {
        let host = self.prefix.join("dosdevices/unc/localhost");
        fs::create_dir_all(&host).unwrap();
        let link = host.join(name);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(folder, link).unwrap();
    }
}

/// A C program for Windows beside the library; `None` where it cannot be built here.
pub fn program(source: &str) -> Option<PathBuf> {
    let library = library()?;
    let source = root().join("tests/c").join(source).with_extension("c");
    let name = source.file_name().unwrap();
    let program = library.with_file_name(name).with_extension("exe");
    let include = root().join("include");
    let arguments: Vec<&OsStr> = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-I"]
        .iter()
        .map(AsRef::as_ref)
        .chain([include.as_os_str(), source.as_os_str(), library.as_os_str()])
        .chain(["-lcrypt32", "-ladvapi32", "-lshell32"].iter().map(AsRef::as_ref))
        .collect();
    compile(&arguments, &program);
    Some(program)
}

/// The path of a file as Windows programs under Wine see it.
pub fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

/// A folder of its own that stays between runs.
pub fn tmp(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The text of an output, without what Windows programs put before and into it: a byte order mark
/// (.NET writes one where standard output is UTF-8) and carriage returns.
pub fn text(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n")
}

fn compile(arguments: &[&OsStr], target: &Path) {
    let output = Command::new(COMPILER).args(arguments).arg("-o").arg(target).output().unwrap();
    assert_success(COMPILER, &output);
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
