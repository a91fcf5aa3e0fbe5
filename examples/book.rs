//! The pages of the book (docs/build.sh): the chapters of docs/, and the pages that are made of the
//! help of the command, of the help of the cmdlets and of the rules, so that they cannot differ.
//! `cargo run --example book -- COMMAND FOLDER`: the path of eop-relay, and where the pages go.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eop_relay::diagnosis::{Confidence, Diagnosis, RuleDescription};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What lies outside docs/: (place in the repository, place in the book). The chapters link to the first,
/// so that their links lead somewhere wherever they are read.
const FROM_ELSEWHERE: [(&str, &str); 4] = [
    ("SECURITY.md", "security.md"),
    ("CHANGELOG.md", "changes.md"),
    ("BENCHMARKS.md", "benchmarks.md"),
    ("examples/abi", "abi"),
];
/// What is a page of its own in the book.
const RULES: (&str, &str) = ("src/diagnosis/rules/README.md", "causes/index.md");

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(command), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: book COMMAND FOLDER".into());
    };
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("docs"), &folder)?;
    lead_into_the_book(&folder, 0)?;
    for (from, to) in FROM_ELSEWHERE {
        copy(&root.join(from), &folder.join(to))?;
    }
    append(&folder.join("verdicts.md"), &table_of_verdicts(root)?)?;
    let summary = fs::read_to_string(folder.join("SUMMARY.md"))?
        .replace("<!-- commands -->", commands(&command, &folder)?.trim_end())
        .replace("<!-- cmdlets -->", cmdlets(root, &folder)?.trim_end())
        .replace("<!-- causes -->", causes(&folder)?.trim_end());
    fs::write(folder.join("SUMMARY.md"), summary)?;
    Ok(())
}

/// Copies a file, or a folder with all below it; of docs/ the pages alone.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        fs::copy(from, to)?;
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let path = entry.path();
        let is_page = path.extension().is_none_or(|known| known != "toml" && known != "sh");
        if is_page {
            copy(&path, &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Has the links of the pages, which lie `depth` folders deep, lead to pages of the book.
fn lead_into_the_book(folder: &Path, depth: usize) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            lead_into_the_book(&path, depth + 1)?;
            continue;
        }
        let up = "../".repeat(depth);
        let mut text = fs::read_to_string(&path)?;
        for (place, page) in FROM_ELSEWHERE.into_iter().chain([RULES]) {
            text = text.replace(&format!("](../{up}{place}"), &format!("]({up}{page}"));
        }
        fs::write(&path, text)?;
    }
    Ok(())
}

fn append(page: &Path, text: &str) -> Result<()> {
    let before = fs::read_to_string(page).unwrap_or_default();
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(page, format!("{before}\n{text}"))?;
    Ok(())
}

/// The entry of a page below another one.
fn entry(name: &str, page: &str) -> String {
    format!("    - [{name}]({page})\n")
}

/// The help of each sub-command stands below its chapter, if it has one.
fn commands(command: &Path, folder: &Path) -> Result<String> {
    let help = |arguments: &[&str]| -> Result<String> {
        let output = Command::new(command).args(arguments).output()?;
        Ok(String::from_utf8(output.stdout)?)
    };
    let overview = help(&["--help"])?;
    append(&folder.join("commands/README.md"), &format!("## Help\n\n```text\n{overview}```\n"))?;
    let listed = overview.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    let mut entries = String::new();
    for name in names {
        let page = format!("commands/{name}.md");
        let title = format!("eop-relay {name}");
        let path = folder.join(&page);
        let heading = if path.exists() { "## Help".to_owned() } else { format!("# {title}") };
        append(&path, &format!("{heading}\n\n```text\n{}```\n", help(&[name, "--help"])?))?;
        entries += &entry(&title, &page);
    }
    Ok(entries)
}

/// A page of the comment-based help of each cmdlet.
fn cmdlets(root: &Path, folder: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("powershell/EopRelay"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|known| known == "psm1"));
    files.sort();
    let mut entries = String::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file)?;
        let Some(help) = comment_of(&text, &name) else { continue };
        let page = format!("cmdlets/{name}.md");
        append(&folder.join(&page), &page_of_cmdlet(&name, help))?;
        entries += &entry(&name, &page);
    }
    Ok(entries)
}

/// The first comment that has a synopsis; a file without a cmdlet has none.
fn comment_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once("<#")?;
    let (comment, _) = rest.split_once("#>")?;
    (name.contains('-') && comment.contains(".SYNOPSIS")).then_some(comment)
}

fn page_of_cmdlet(name: &str, help: &str) -> String {
    let mut page = format!("# {name}\n");
    let mut body: Vec<&str> = Vec::new();
    let mut heading = String::new();
    let finish = |page: &mut String, heading: &str, body: &mut Vec<&str>| {
        let text = body.join("\n");
        let text = text.trim_matches('\n');
        let _ = match heading {
            "" => Ok(()),
            "Example" => {
                let (code, words) = text.split_once("\n\n").unwrap_or((text, ""));
                write!(page, "\n## {heading}\n\n```powershell\n{code}\n```\n\n{}\n", escaped(words))
            }
            "Synopsis" => write!(page, "\n{}\n", escaped(text)),
            _ => write!(page, "\n## {heading}\n\n{}\n", escaped(text)),
        };
        body.clear();
    };
    for line in help.lines() {
        let line = line.strip_prefix("    ").unwrap_or(line);
        let keyword = line.strip_prefix('.').filter(|word| word.starts_with(char::is_uppercase));
        let Some(keyword) = keyword else {
            body.push(line);
            continue;
        };
        finish(&mut page, &heading, &mut body);
        heading = if let Some(("PARAMETER", parameter)) = keyword.split_once(' ') {
            format!("-{}", parameter.trim())
        } else {
            let (first, rest) = keyword.split_at(1);
            first.to_owned() + &rest.to_lowercase()
        };
    }
    finish(&mut page, &heading, &mut body);
    page
}

/// Text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A page of each rule: what `eop-relay explain --cause` prints.
fn causes(folder: &Path) -> Result<String> {
    let mut entries = String::new();
    let mut index =
        "# Causes\n\nOf several that apply, the first one is the cause of the report.\n\n"
            .to_owned();
    let mut is_deciding = true;
    for rule in Diagnosis::descriptions() {
        if is_deciding && rule.verdict.is_none() {
            is_deciding = false;
            index += "\nWhat stands beside the cause:\n\n";
        }
        let name = rule.id.name();
        writeln!(index, "- [{name}]({name}.md): {}", escaped(rule.text.says))?;
        append(&folder.join(format!("causes/{name}.md")), &page_of_cause(&rule)?)?;
        entries += &entry(name, &format!("causes/{name}.md"));
    }
    append(&folder.join("causes/index.md"), &index)?;
    Ok(entries)
}

fn page_of_cause(rule: &RuleDescription) -> Result<String> {
    let text = rule.text;
    let mut page = format!("# {}\n\n{}\n", rule.id.name(), escaped(text.says));
    let sections = [
        ("Why", text.why),
        ("What it looks like", text.example),
        ("What helps", text.helps),
        ("How sure it is", text.certainty),
    ];
    for (heading, words) in sections.into_iter().filter(|(_, words)| !words.is_empty()) {
        write!(page, "\n## {heading}\n\n{}\n", escaped(words))?;
    }
    let verdict = rule.verdict.map_or("none: it stands beside the cause", |verdict| verdict.name());
    let severity = rule.severity.map_or("none: no fault is found", |severity| severity.name());
    let basis = match rule.confidence {
        Confidence::Documented => "documented",
        Confidence::Observed => "observed",
        Confidence::Inferred => "inferred",
        Confidence::Uncertain => "open",
    };
    page += "\n| | |\n|---|---|\n";
    writeln!(page, "| Verdict, where it is the cause | {verdict} |")?;
    writeln!(page, "| Severity | {severity} |")?;
    writeln!(page, "| Rests on what is | {basis} |")?;
    if !rule.unless.is_empty() {
        let others = rule.unless.iter().map(|id| format!("[{0}]({0}.md)", id.name()));
        writeln!(page, "| Not where | {} |", others.collect::<Vec<_>>().join(", "))?;
    }
    writeln!(page, "| Sources | {} |", escaped(text.sources))?;
    Ok(page)
}

/// The table of verdicts as it is committed, from its first heading of second order on.
fn table_of_verdicts(root: &Path) -> Result<String> {
    let table = fs::read_to_string(root.join("src/diagnosis/rules/README.md"))?;
    let start = table.find("\n## ").ok_or("the table of verdicts has no heading")?;
    Ok(table[start..].to_owned())
}
