//! README.md and the chapters of docs/: each `$ eop-relay ...` in them is run, and prints what stands
//! below it. `$ cd FOLDER` goes before it; `...` stands for lines that are left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and all pages below docs/.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap().replace("\r\n", "\n")
}

/// A command, the folder in which it is run, and what stands below it.
#[derive(Debug, Default)]
struct Shown {
    folder: String,
    command: String,
    lines: Vec<String>,
}

/// The commands of a page, in its indented blocks.
fn shown(text: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let (mut folder, mut is_open, mut goes_on) = (String::new(), false, false);
    for line in text.lines() {
        let Some(line) = line.strip_prefix("    ").or(line.is_empty().then_some("")) else {
            (is_open, folder) = (false, String::new());
            continue;
        };
        if let Some(path) = line.strip_prefix("$ cd ") {
            path.clone_into(&mut folder);
        } else if let Some(command) = line.strip_prefix("$ eop-relay ") {
            goes_on = command.ends_with('\\');
            let command = command.trim_end_matches('\\').to_owned();
            all.push(Shown { folder: folder.clone(), command, lines: Vec::new() });
            is_open = true;
        } else if let Some(last) = all.last_mut().filter(|_| is_open) {
            if goes_on {
                goes_on = line.ends_with('\\');
                last.command += line.trim_end_matches('\\');
            } else {
                last.lines.push(line.to_owned());
            }
        }
    }
    all
}

/// The arguments as a shell splits them: at blanks that do not stand in double quotes.
fn arguments(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// What a run prints: the answer, then what stands beside it.
fn printed(shown: &Shown) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(arguments(&shown.command))
        .current_dir(root().join(&shown.folder))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace('\\', "/");
    (output.status.code().unwrap(), text(output.stdout) + &text(output.stderr))
}

/// Each part between lines of `...` stands in what is printed, one behind the other.
fn stands_in(lines: &[String], printed: &str) -> Result<(), String> {
    let mut rest = printed;
    for part in lines.split(|line| line.trim() == "...") {
        let part = part.join("\n").replace('\\', "/");
        let part = part.trim_matches('\n');
        let found = rest.find(part).ok_or_else(|| part.to_owned())?;
        rest = &rest[found + part.len()..];
    }
    Ok(())
}

#[test]
fn what_the_pages_show_is_what_the_command_prints() {
    let mut compared = 0;
    for page in pages() {
        for shown in shown(&read(&page)) {
            let (code, printed) = printed(&shown);
            assert_ne!(code, 64, "{}: {}: {printed}", page.display(), shown.command);
            if let Err(part) = stands_in(&shown.lines, &printed) {
                panic!("{}: {}:\n{part}\n--- printed:\n{printed}", page.display(), shown.command);
            }
            compared += usize::from(shown.lines.iter().any(|line| !line.is_empty()));
        }
    }
    assert!(compared >= 5, "{compared}");
}

/// The headings of a page as GitHub and mdBook name them in links.
fn headings(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix('#').filter(|_| !is_code) {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|one| one.is_alphanumeric() || " -_".contains(*one));
            found.push(kept.map(|one| if one == ' ' { '-' } else { one }).collect());
        }
    }
    found
}

#[test]
fn every_chapter_stands_in_the_summary() {
    let summary = read(&root().join("docs/SUMMARY.md"));
    for page in pages() {
        let Ok(name) = page.strip_prefix(root().join("docs")) else { continue };
        let name = name.to_str().unwrap().replace('\\', "/");
        // The chapters of the sub-commands are listed by docs/build.sh.
        let is_listed = !name.starts_with("commands/") || name.ends_with("README.md");
        if is_listed && name != "SUMMARY.md" {
            assert!(summary.contains(&format!("]({name})")), "{name} is not in the summary");
        }
    }
}

/// Where the pages are read as they lie, such as in the project's home.
#[test]
fn every_link_leads_to_a_file_and_a_heading_of_the_repository() {
    let others =
        ["CONTRIBUTING.md", "SECURITY.md", "BENCHMARKS.md", "src/diagnosis/rules/README.md"];
    let mut followed = 0;
    for page in pages().into_iter().chain(others.map(|name| root().join(name))) {
        let text = read(&page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.starts_with("mailto") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{}: {link}", page.display());
            if !heading.is_empty() {
                let headings = headings(&read(&target));
                assert!(headings.contains(&heading.to_owned()), "{}: {link}", page.display());
            }
            followed += 1;
        }
    }
    assert!(followed >= 40, "{followed}");
}
