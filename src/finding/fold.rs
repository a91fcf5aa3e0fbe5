//! Commands in lines that a console of 80 columns shows whole.
//!
//! PowerShell's formatter breaks a longer line anywhere, and what is broken cannot be copied.

use textwrap::core::display_width;

/// The most columns of a line of a command.
pub const COMMAND_WIDTH: usize = 76;

/// The command with each line that is longer than [`COMMAND_WIDTH`] in several: a pipeline breaks
/// after a bar, a list after a comma, parameters become a table that is splatted, and a long text
/// becomes a sum. What holds a placeholder `<...>` stays one statement, since PowerShell then
/// refuses all of it. A word without a place to break stays as it is.
#[must_use]
pub fn fold(command: &str) -> String {
    let mut is_continued = false;
    let mut lines = Vec::new();
    for line in command.lines() {
        // A statement that goes on cannot have another one in its midst.
        lines.push(if is_continued { fold_list(line) } else { fold_line(line) });
        is_continued = line.trim_end().ends_with(['|', ',', '`', '+', '(', '=']);
    }
    lines.join("\n")
}

fn fold_line(line: &str) -> String {
    if display_width(line) <= COMMAND_WIDTH || line.trim_start().starts_with('#') {
        return line.to_owned();
    }
    // What another line begins or ends is no command of its own.
    let Some(statements) = split(line, ';') else { return line.to_owned() };
    let statements = statements.into_iter().map(str::trim).filter(|one| !one.is_empty());
    let folded: Vec<String> = statements.map(fold_statement).collect();
    folded.join("\n")
}

/// A line that another one goes on with: only a list of it can be broken.
fn fold_list(line: &str) -> String {
    let stage = words(line).filter(|_| display_width(line) > COMMAND_WIDTH);
    let indent = &line[..line.len() - line.trim_start().len()];
    let room = COMMAND_WIDTH.saturating_sub(indent.len());
    let broken = stage.and_then(|stage| with_broken_list(&stage, room));
    broken.map_or_else(|| line.to_owned(), |broken| format!("{indent}{broken}"))
}

fn fold_statement(statement: &str) -> String {
    let fits = display_width(statement) <= COMMAND_WIDTH;
    let Some(words) = words(statement).filter(|_| !fits) else { return statement.to_owned() };
    if words.iter().any(|word| has_placeholder(word)) {
        return continued(&words);
    }
    let stages: Vec<&[&str]> = words.split(|word| *word == "|").collect();
    let mut table = String::new();
    let mut lines = Vec::new();
    for (number, stage) in stages.iter().enumerate() {
        let (indent, bar) = (if number == 0 { "" } else { "  " }, number + 1 < stages.len());
        let room = COMMAND_WIDTH - indent.len() - if bar { 2 } else { 0 };
        let whole = stage.join(" ");
        let text = if display_width(&whole) <= room {
            whole
        } else if let Some(broken) = with_broken_list(stage, room) {
            broken
        } else if let Some((parameters, call)) = splatted(stage).filter(|_| table.is_empty()) {
            table = parameters;
            call
        } else {
            whole
        };
        lines.push(format!("{indent}{text}{}", if bar { " |" } else { "" }));
    }
    table + &lines.join("\n")
}

/// One statement over several lines, whatever its words are.
fn continued(words: &[&str]) -> String {
    let mut lines = vec![String::new()];
    for word in words {
        let line = lines.last_mut().map_or(0, |line| display_width(line));
        // A blank before the word, and a blank and the mark of continuation behind it.
        if line > 2 && line + display_width(word) + 3 > COMMAND_WIDTH {
            lines.push("  ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.trim_start().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(" `\n")
}

/// `Format-List A,B,C` and the like, the list in several lines.
fn with_broken_list(stage: &[&str], room: usize) -> Option<String> {
    let [name, list] = stage else { return None };
    let elements = elements(list);
    let is_list = elements.len() > 1;
    is_list.then(|| format!("{name} {}", filled(&elements, room, display_width(name) + 1)))
}

/// Elements of a list, broken after commas; `used` columns of the first line are taken.
fn filled(elements: &[&str], room: usize, used: usize) -> String {
    let mut text = String::new();
    let mut column = used;
    for (number, element) in elements.iter().enumerate() {
        let comma = usize::from(number + 1 < elements.len());
        if number > 0 && column + display_width(element) + comma > room {
            text.push_str("\n    ");
            column = 4;
        }
        text.push_str(element);
        column += display_width(element) + comma;
        if comma > 0 {
            text.push(',');
        }
    }
    text
}

/// The statement that puts the named parameters into a table, and the command with that table;
/// `None` for what is no cmdlet, or has operators.
fn splatted(stage: &[&str]) -> Option<(String, String)> {
    if !stage.first().is_some_and(|name| is_cmdlet(name)) {
        return None;
    }
    let first = stage.iter().position(|word| is_parameter(word)).filter(|first| *first > 0)?;
    let (call, mut rest) = stage.split_at(first);
    let mut table = String::from("$with = @{\n");
    while let [parameter, others @ ..] = rest {
        let (name, attached) = parameter
            .trim_start_matches('-')
            .split_once(':')
            .map_or((parameter.trim_start_matches('-'), None), |(name, value)| (name, Some(value)));
        let has_value =
            attached.is_none() && others.first().is_some_and(|next| !is_parameter(next));
        let value = match (attached, others) {
            (Some(value), _) => value,
            (None, [value, ..]) if has_value => value,
            (None, _) => "$true",
        };
        rest = &others[usize::from(has_value)..];
        // A second value would be an argument without a name.
        if rest.first().is_some_and(|next| !is_parameter(next)) {
            return None;
        }
        let head = format!("  {name} = ");
        table.push_str(&head);
        table.push_str(&expression(value, display_width(&head)));
        table.push('\n');
    }
    table.push_str("}\n");
    Some((table, format!("{} @with", call.join(" "))))
}

/// Whether a word is Verb-Noun: a program would be given the table in words of its own.
fn is_cmdlet(word: &str) -> bool {
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    word.split_once('-').is_some_and(|(verb, noun)| is_word(verb) && is_word(noun))
        // Its conditions are operators in the shape of parameters.
        && word != "Where-Object"
}

fn is_parameter(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// An argument as an expression, which knows no text without quotes; `used` columns of the first
/// line are taken.
fn expression(argument: &str, used: usize) -> String {
    let quoted: Vec<String> = elements(argument)
        .into_iter()
        .map(|element| {
            let is_expression = element.starts_with(['\'', '"', '$', '(', '@', '{', '['])
                || element.parse::<u32>().is_ok();
            if is_expression { element.to_owned() } else { format!("'{element}'") }
        })
        .collect();
    match quoted.as_slice() {
        [text] if used + display_width(text) > COMMAND_WIDTH => sum(text, used),
        [text] => text.clone(),
        list => {
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            filled(&list, COMMAND_WIDTH, used)
        }
    }
}

/// A text in single quotes as a sum of shorter ones; `used` columns of the first line are taken.
fn sum(text: &str, used: usize) -> String {
    // Two quotes, and a blank and a plus.
    const AROUND: usize = 4;
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let Some(inner) = inner else { return text.to_owned() };
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let mut limit = COMMAND_WIDTH.saturating_sub(used + AROUND);
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        let mut piece = character.to_string();
        // A quote within the text is doubled; the two stay together.
        if is_quote(character)
            && let Some(second) = characters.next_if(|next| is_quote(*next))
        {
            piece.push(second);
        }
        if !part.is_empty() && display_width(&part) + display_width(&piece) > limit {
            parts.push(std::mem::take(&mut part));
            limit = COMMAND_WIDTH - 4 - AROUND;
        }
        part.push_str(&piece);
    }
    parts.push(part);
    let quoted: Vec<String> = parts.iter().map(|part| format!("'{part}'")).collect();
    quoted.join(" +\n    ")
}

/// Whether PowerShell reads the character like the plain single quote.
fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}')
}

/// The words of a line; those in quotes, brackets and placeholders hold blanks. `None` where one of
/// these does not end in the line.
fn words(line: &str) -> Option<Vec<&str>> {
    split(line, ' ').map(|words| words.into_iter().filter(|word| !word.is_empty()).collect())
}

/// The elements of a list.
fn elements(list: &str) -> Vec<&str> {
    split(list, ',').unwrap_or_else(|| vec![list])
}

/// The parts of a text between separators that stand outside of quotes, brackets and placeholders.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut open: Vec<char> = Vec::new();
    let mut start = 0;
    for (place, character) in text.char_indices() {
        match (open.last(), character) {
            (Some('\''), c) if is_quote(c) => _ = open.pop(),
            (Some('"'), '"') => _ = open.pop(),
            (Some('\'' | '"'), _) => {}
            (_, c) if is_quote(c) => open.push('\''),
            (_, '"') => open.push('"'),
            (_, '(' | '{' | '[' | '<') => open.push(character),
            (Some('('), ')') | (Some('{'), '}') | (Some('['), ']') | (Some('<'), '>') => {
                _ = open.pop();
            }
            (None, c) if c == separator => {
                parts.push(&text[start..place]);
                start = place + separator.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    open.is_empty().then_some(parts)
}

/// Whether a word holds `<...>` outside of quotes.
fn has_placeholder(word: &str) -> bool {
    let mut quote = false;
    word.chars().any(|character| {
        quote ^= is_quote(character);
        character == '<' && !quote
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_command_folds_where_powershell_reads_on() {
        let cases = [
            (
                "Set-InboundConnector -Identity 'Inbound from HQ' -TlsSenderCertificateName '*.contoso.com'",
                "$with = @{\n  Identity = 'Inbound from HQ'\n  TlsSenderCertificateName = '*.contoso.com'\n}\n\
                 Set-InboundConnector @with",
            ),
            (
                "Enable-ExchangeCertificate -Server 'EX01' -Thumbprint '2468ACE013579BDF2468ACE013579BDF2468ACE0' -Services SMTP -Confirm:$false -Force",
                "$with = @{\n  Server = 'EX01'\n  Thumbprint = '2468ACE013579BDF2468ACE013579BDF2468ACE0'\n  \
                 Services = 'SMTP'\n  Confirm = $false\n  Force = $true\n}\nEnable-ExchangeCertificate @with",
            ),
            (
                "Get-InboundConnector | Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,SenderIPAddresses,WhenChangedUTC",
                "Get-InboundConnector |\n  Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,\n    \
                 SenderIPAddresses,WhenChangedUTC",
            ),
            (
                "Get-ExchangeCertificate -Server 'EX01' -Thumbprint '5F3020DEC29308DB4F0D76972C1AA85202503280' | Format-List NotBefore,Status",
                "$with = @{\n  Server = 'EX01'\n  Thumbprint = '5F3020DEC29308DB4F0D76972C1AA85202503280'\n}\n\
                 Get-ExchangeCertificate @with |\n  Format-List NotBefore,Status",
            ),
            (
                "Set-SendConnector 'Outbound to Office 365' -TlsCertificateName '<I>CN=Fourth Coffee TLS CA 1, O=Fourth Coffee Trust, C=US<S>CN=mail.contoso.com, O=Contoso Ltd, L=Oslo, C=NO'",
                "$with = @{\n  TlsCertificateName = '<I>CN=Fourth Coffee TLS CA 1, O=Fourth Coffee Tru' +\n    \
                 'st, C=US<S>CN=mail.contoso.com, O=Contoso Ltd, L=Oslo, C=NO'\n}\n\
                 Set-SendConnector 'Outbound to Office 365' @with",
            ),
            (
                "Set-SendConnector 'Outbound to Office 365' -TlsCertificateName <'<I>issuer<S>subject' of the certificate>",
                "Set-SendConnector 'Outbound to Office 365' -TlsCertificateName `\n  \
                 <'<I>issuer<S>subject' of the certificate>",
            ),
        ];
        for (command, expected) in cases {
            assert_eq!(fold(command), expected);
            assert!(
                expected.lines().all(|line| display_width(line) <= COMMAND_WIDTH),
                "{expected}"
            );
        }
    }

    #[test]
    fn a_doubled_quote_is_never_parted() {
        let name = "o''".repeat(60);
        let folded = fold(&format!("Set-SendConnector 'A' -Comment '{name}'"));
        let sum = folded.split_once("Comment = ").unwrap().1.split_once("\n}").unwrap().0;
        let parts: Vec<&str> = sum.split(" +\n    ").collect();
        assert!(parts.len() > 2, "{folded}");
        let inner = |part: &&str| part[1..part.len() - 1].to_owned();
        assert_eq!(parts.iter().map(inner).collect::<String>(), name);
        assert!(parts.iter().all(|part| inner(part).matches('\'').count() % 2 == 0), "{folded}");
    }

    #[test]
    fn what_fits_or_does_not_end_in_its_line_stays_as_it_is() {
        let long = "x".repeat(80);
        let open = format!("Get-ItemProperty ('HKLM:\\{long}\\' +");
        let program = format!("certutil -addstore CA {long}.cer");
        let condition = format!("Where-Object Name -eq '{long}'");
        let comment = format!("# Get-Queue -Filter {long}");
        let stage = format!("Get-Queue |\n  Set-Queue -Comment '{long}'");
        for command in
            ["Get-Queue", "a\nb", &open, &long, &program, &condition, &comment, &stage, ""]
        {
            assert_eq!(fold(command), command);
        }
    }

    #[test]
    fn a_list_in_a_line_that_another_one_goes_on_with_is_broken() {
        let names = "Name,ConnectorType,SenderDomains,RestrictDomains*,SenderIPAddresses,Tls*";
        let folded = fold(&format!("Get-InboundConnector |\n  Format-List {names}"));
        let expected = "Get-InboundConnector |\n  Format-List Name,ConnectorType,SenderDomains,\
                        RestrictDomains*,\n    SenderIPAddresses,Tls*";
        assert_eq!(folded, expected);
        assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn each_statement_of_a_line_folds_by_itself() {
        let name = "x".repeat(50);
        let folded =
            fold(&format!("Get-Queue -Filter '{name}'; Set-Queue -Identity '{name}' -Force;"));
        let splatted =
            format!("$with = @{{\n  Identity = '{name}'\n  Force = $true\n}}\nSet-Queue @with");
        assert_eq!(folded, format!("Get-Queue -Filter '{name}'\n{splatted}"));
    }
}
