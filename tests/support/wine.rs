//! The library for Windows, and Wine to run programs over it. Where something is missing, one line
//! says what is not tested.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::{assert_success, root, say};

const WINE: &str = "/usr/lib/wine/wine64";
/// What hangs is ended, and fails.
const LONGEST_RUN: Duration = Duration::from_secs(180);
const COMPILER: &str = "x86_64-w64-mingw32-gcc";
const OBJDUMP: &str = "x86_64-w64-mingw32-objdump";
const SYSTEM: [&str; 10] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// The DLL and the command, in a folder like `bin` of the module: built by the project's script,
/// taken from its cache, or those of the folder that `EOP_RELAY_WINDOWS` names. `None` where they
/// cannot be built here.
pub fn bin() -> Option<&'static Path> {
    static BIN: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let bin = tmp("windows-bin");
        let folder = bin.join("win-x64");
        if let Some(shipped) = env::var_os("EOP_RELAY_WINDOWS").map(PathBuf::from) {
            fs::create_dir_all(&folder).unwrap();
            for name in ["eop_relay.dll", "eop-relay.exe"] {
                fs::copy(shipped.join(name), folder.join(name)).unwrap();
            }
            return Some(bin);
        }
        if !is_there(COMPILER) || !(is_there("/usr/bin/rustc") || is_there("rustup")) {
            say("Windows tests not run: no Rust or no C compiler for x86_64-pc-windows-gnu");
            return None;
        }
        let script = root().join("build/windows.sh");
        let output = Command::new(script).arg("--quick").arg(&folder).output().unwrap();
        assert_success("build/windows.sh", &output);
        Some(bin)
    });
    BIN.as_deref()
}

/// The command.
pub fn command() -> Option<PathBuf> {
    Some(bin()?.join("win-x64/eop-relay.exe"))
}

/// The DLL itself.
pub fn library() -> Option<PathBuf> {
    Some(bin()?.join("win-x64/eop_relay.dll"))
}

/// What objdump says of a file's imports and exports; `None` without objdump.
pub fn private_headers(file: &Path) -> Option<String> {
    let Ok(output) = Command::new(OBJDUMP).arg("-p").arg(file).output() else {
        say(&format!("imports and exports of {} not compared: no {OBJDUMP}", file.display()));
        return None;
    };
    assert_success("objdump", &output);
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The DLLs that a file imports and a Windows Server 2016 may lack.
pub fn foreign_imports(file: &Path) -> Option<Vec<String>> {
    let headers = private_headers(file)?;
    let imported: Vec<String> = headers
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_ascii_lowercase)
        .collect();
    assert!(imported.iter().any(|name| name == "kernel32.dll"), "{imported:?}");
    // api-ms-win-* are parts of the same.
    let is_system = |name: &str| SYSTEM.contains(&name) || name.starts_with("api-ms-win-");
    Some(imported.into_iter().filter(|name| !is_system(name)).collect())
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
        let is_ready = wine.prefix.join("ready");
        if !is_ready.exists() {
            wine.set_up();
            fs::write(is_ready, "").unwrap();
        }
        Some(wine)
    });
    PREPARED.as_ref()
}

impl Wine {
    fn set_up(&self) {
        let mut boot = self.command("wineboot");
        // Without Wine's own .NET and browser, which it would offer to download.
        boot.arg("--init").env("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=d");
        assert_success("wineboot", &output_of(&mut boot));
        // Wine 8 says that it is Windows 7, which Rust and the module do not run on.
        let key = [r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"];
        assert_success("reg", &output_of(self.command("reg").arg("add").args(key)));
        // The registry is written when the last process has gone.
        let server = Path::new(WINE).with_file_name("wineserver");
        let _ = self.environment(Command::new(server)).arg("-w").status();
    }

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
            .env("WINEDLLOVERRIDES", "winemenubuilder.exe,winedbg.exe=d")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("DISPLAY")
            .env_remove("LD_LIBRARY_PATH");
        command
    }

    /// What a program prints on a console of 80 columns, and how the console's line ends with its exit
    /// code; `keys` are pressed once something stands there. `None` without script(1), which is the terminal.
    #[cfg(unix)]
    pub fn on_console(
        &self,
        program: &Path,
        arguments: &[&str],
        keys: &[u8],
    ) -> Option<(String, i32)> {
        use std::io::Write as _;

        if !is_there("script") {
            say("the console of Windows is not tested: no script (Debian: bsdutils)");
            return None;
        }
        let quoted = |word: &str| format!("'{}'", word.replace('\'', r"'\''"));
        let words = [WINE, program.to_str().unwrap()].into_iter().chain(arguments.iter().copied());
        let line = words.map(quoted).collect::<Vec<_>>().join(" ");
        let shown = tempfile::NamedTempFile::new().unwrap();
        let mut script = self.environment(Command::new("script"));
        script.args(["-qefc", &format!("stty cols 80 rows 25; exec {line}"), "/dev/null"]);
        let mut child = script
            .env("SHELL", "/bin/sh")
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(shown.reopen().unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut terminal = child.stdin.take().unwrap();
        let started = Instant::now();
        let is_late = || started.elapsed() > LONGEST_RUN;
        let is_there_yet =
            || fs::read(shown.path()).unwrap().windows(9).any(|bytes| bytes == b"eop-relay");
        if !keys.is_empty() {
            while !is_there_yet() && !is_late() {
                std::thread::sleep(Duration::from_millis(20));
            }
            terminal.write_all(keys).unwrap();
            terminal.flush().unwrap();
        }
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if is_late() => child.kill().unwrap(),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let text = String::from_utf8(fs::read(shown.path()).unwrap()).unwrap();
        Some((without_escapes(&text), status.code().unwrap_or(-1)))
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

/// Runs a command of Wine. Its output goes to files: Wine's services inherit it and live on, so that
/// the end of a pipe never comes.
pub fn output_of(command: &mut Command) -> Output {
    let [mut stdout, mut stderr] = [(); 2].map(|()| tempfile::tempfile().unwrap());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().unwrap())
        .stderr(stderr.try_clone().unwrap())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > LONGEST_RUN {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let read = |file: &mut fs::File| {
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    };
    Output { status, stdout: read(&mut stdout), stderr: read(&mut stderr) }
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

/// What stands on a terminal in the end: without what moves its cursor and colours it, and of a line that
/// was written several times the last.
#[cfg(unix)]
fn without_escapes(text: &str) -> String {
    let mut written = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1B}' {
            characters.next();
            characters.find(char::is_ascii_alphabetic);
        } else {
            written.push(character);
        }
    }
    let last = |line: &str| line.trim_end_matches('\r').rsplit('\r').next().map(str::to_owned);
    written.lines().filter_map(last).collect::<Vec<_>>().join("\n")
}

fn compile(arguments: &[&OsStr], target: &Path) {
    let output = Command::new(COMPILER).args(arguments).arg("-o").arg(target).output().unwrap();
    assert_success(COMPILER, &output);
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
