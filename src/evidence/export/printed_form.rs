//! Text in which PowerShell shows objects, and from which they cannot be read again.

use std::fmt;

/// How objects are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintedForm {
    /// Format-Table.
    Table,
    /// Format-Custom.
    Custom,
    /// ConvertTo-Html.
    Html,
    /// ConvertTo-Xml.
    Xml,
    /// The layout of Format-List or Format-Table, exported in place of the objects.
    Layout,
}

/// A property of every object that a Format- cmdlet emits.
const LAYOUT_MARK: &str = "ClassId2e4f51ef21dd47e99d3c952918aff9cd";

impl PrintedForm {
    /// Recognises the form by the beginning of a text; `None` for other texts.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        const LOOKED_AT: usize = 4096;
        let beginning: String = text.trim_start().chars().take(LOOKED_AT).collect();
        let lower = beginning.to_ascii_lowercase();
        let lines: Vec<&str> = beginning.lines().collect();
        if beginning.contains(LAYOUT_MARK) {
            Some(Self::Layout)
        } else if lower.starts_with('<') && lower.contains("<html") {
            Some(Self::Html)
        } else if lower.starts_with("<?xml") && lower.contains("<objects>") {
            Some(Self::Xml)
        } else if lines.windows(2).any(|pair| is_class(pair[0], pair[1])) {
            Some(Self::Custom)
        } else if lines.windows(2).any(|pair| is_header(pair[0], pair[1])) {
            Some(Self::Table)
        } else {
            None
        }
    }
}

/// `class PSCustomObject` and an opening brace.
fn is_class(line: &str, next: &str) -> bool {
    line.starts_with("class ") && next.trim() == "{"
}

/// Names of columns, and hyphens under each; long names go on in further lines.
fn is_header(names: &str, rule: &str) -> bool {
    let rule = rule.trim_end();
    let is_rule = rule.contains("--") && rule.chars().all(|c| matches!(c, '-' | ' '));
    let columns = rule.split_whitespace().count();
    let is_alone = columns == 1 && names.trim().len() == rule.trim().len();
    is_rule && !names.trim().is_empty() && (columns > 1 || is_alone)
}

impl fmt::Display for PrintedForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Table => {
                "is a table (Format-Table), which cuts values and leaves out columns without a word: \
                 export the objects with | Export-Clixml FILE, or show them with | Format-List *"
            }
            Self::Custom => {
                "is text of Format-Custom: export the objects with | Export-Clixml FILE, or show them \
                 with | Format-List *"
            }
            Self::Html => {
                "is a page (ConvertTo-Html): export the objects with | Export-Clixml FILE"
            }
            Self::Xml => {
                "is XML of ConvertTo-Xml, which holds texts in place of values: export the objects \
                 with | Export-Clixml FILE"
            }
            Self::Layout => {
                "holds the layout of Format-List or Format-Table in place of the objects: export \
                 again without | Format-List (fl, ft) before the Export- cmdlet"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_and_not_exported_is_known_by_its_form() {
        for (text, expected) in [
            ("\n\nThumbprint Services\n---------- --------\n0123 SMTP\n", Some(PrintedForm::Table)),
            (
                "Name          Enabled\n----          -------\nOutbound         True\n",
                Some(PrintedForm::Table),
            ),
            (
                "\n\nName      Enabled TlsCertifi\n                  cateName\n\
                 ----      ------- ----------\nOutbound     True <I>CN=Cont\n",
                Some(PrintedForm::Table),
            ),
            ("\nclass SendConnector\n{\n  Name = Outbound\n}\n", Some(PrintedForm::Custom)),
            ("<!DOCTYPE html>\n<html><table></table></html>", Some(PrintedForm::Html)),
            ("<?xml version=\"1.0\"?>\n<Objects>\n  <Object/>", Some(PrintedForm::Xml)),
            (
                "\"ClassId2e4f51ef21dd47e99d3c952918aff9cd\",\"pageHeaderEntry\"\n",
                Some(PrintedForm::Layout),
            ),
            ("Name : Outbound\nComment : a\n", None),
            ("-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----", None),
            ("<Objs Version=\"1.1.0.1\"></Objs>", None),
        ] {
            assert_eq!(PrintedForm::of(text), expected, "{text}");
        }
    }
}
