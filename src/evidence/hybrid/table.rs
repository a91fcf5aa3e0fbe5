//! The tables of the log: `Name | Equals | Actual | Expected` of connectors, and plain ones.

use super::change::HybridObjectType;
use crate::evidence::export::parse_bool;

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
    /// The line of its first row, counted from that of the entry.
    pub(super) line: u64,
}

/// A row: a property, what the wizard found and, in comparisons, what it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) actual: String,
    /// What it wants, where that is something else.
    pub(super) wanted: Option<String>,
}

/// The tables of an entry, and how many of their rows cannot be read, with the line of the first.
pub(super) fn tables(text: &str) -> (Vec<Table>, Option<(u64, u64)>) {
    let mut reader = TableReader::default();
    for (number, line) in (0..).zip(text.lines()) {
        reader.line(number, line.trim());
    }
    reader.end_table();
    (reader.tables, reader.unread)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    #[default]
    Nothing,
    Title,
    Rows,
}

#[derive(Default)]
struct TableReader {
    tables: Vec<Table>,
    current: Table,
    expected: Expected,
    /// Where the columns of the header part, in characters.
    borders: Vec<usize>,
    unread: Option<(u64, u64)>,
}

impl TableReader {
    fn line(&mut self, number: u64, line: &str) {
        if is_rule(line, '=') {
            self.end_table();
            self.expected = Expected::Title;
        } else if is_rule(line, '-') {
            if self.expected == Expected::Title {
                self.expected = Expected::Rows;
            }
        } else if line.contains('|') {
            self.row(number, line);
        } else if self.expected == Expected::Title && !line.is_empty() {
            line.clone_into(&mut self.current.title);
        }
    }

    fn row(&mut self, number: u64, line: &str) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let is_header = match cells.as_slice() {
            [_, equals, actual, expected] => {
                equals.eq_ignore_ascii_case("Equals")
                    && actual.eq_ignore_ascii_case("Actual")
                    && expected.eq_ignore_ascii_case("Expected")
            }
            _ => false,
        };
        if is_header {
            self.borders = borders(line);
            return;
        }
        let row = match cells.as_slice() {
            // In a comparison it is a row that was cut.
            [name, value] if self.borders.is_empty() => {
                Some(Row { name: (*name).to_owned(), actual: (*value).to_owned(), wanted: None })
            }
            [name, equals, actual, expected] => compared(name, equals, actual, expected),
            [_, _, _, ..] => self.by_borders(line),
            _ => None,
        };
        match row.filter(|row| !row.name.is_empty()) {
            Some(row) => {
                if self.current.rows.is_empty() {
                    self.current.line = number;
                }
                self.current.rows.push(row);
            }
            None => {
                self.unread =
                    self.unread.map_or(Some((1, number)), |(n, first)| Some((n + 1, first)));
            }
        }
    }

    /// Splits a row whose values hold vertical bars where the header does.
    fn by_borders(&self, line: &str) -> Option<Row> {
        let own = borders(line);
        let [first, second, third] = *self.borders.as_slice() else { return None };
        if ![first, second, third].iter().all(|border| own.contains(border)) {
            return None;
        }
        let cell = |from: usize, to: usize| -> String {
            let cell: String = line.chars().skip(from).take(to.saturating_sub(from)).collect();
            cell.trim().to_owned()
        };
        let name = cell(0, first);
        let equals = cell(first + 1, second);
        compared(&name, &equals, &cell(second + 1, third), &cell(third + 1, usize::MAX))
    }

    fn end_table(&mut self) {
        self.expected = Expected::Nothing;
        self.borders.clear();
        let table = std::mem::take(&mut self.current);
        if !table.rows.is_empty() {
            self.tables.push(table);
        }
    }
}

fn compared(name: &str, equals: &str, actual: &str, expected: &str) -> Option<Row> {
    let is_equal = parse_bool(equals)?;
    Some(Row {
        name: name.to_owned(),
        actual: actual.to_owned(),
        wanted: (!is_equal).then(|| expected.to_owned()),
    })
}

fn borders(line: &str) -> Vec<usize> {
    let places = line.chars().enumerate();
    places.filter(|(_, next)| *next == '|').map(|(place, _)| place).collect()
}

fn is_rule(line: &str, mark: char) -> bool {
    line.len() >= 8 && line.chars().all(|next| next == mark)
}

impl Table {
    /// What it is a table of: by its title, else by properties that only one kind has.
    pub(super) fn object_type(&self) -> Option<HybridObjectType> {
        use HybridObjectType as T;
        let title = self.title.to_ascii_lowercase().replace(' ', "");
        let by_title = [
            ("inboundconnector", T::InboundConnector),
            ("outboundconnector", T::OutboundConnector),
            ("sendconnector", T::SendConnector),
            ("receiveconnector", T::ReceiveConnector),
            ("remotedomain", T::RemoteDomain),
            ("hybridconfiguration", T::HybridConfiguration),
        ];
        let has = |names: &[&str]| {
            let named = |row: &Row| names.iter().any(|name| row.name.eq_ignore_ascii_case(name));
            self.rows.iter().any(named)
        };
        let by_property: [(&[&str], HybridObjectType); 5] = [
            (&["TlsSenderCertificateName", "SenderIPAddresses"], T::InboundConnector),
            (&["RouteAllMessagesViaOnPremises", "IsTransportRuleScoped"], T::OutboundConnector),
            (&["ReceivingTransportServers", "SendingTransportServers"], T::HybridConfiguration),
            (&["Bindings", "RemoteIPRanges", "TlsDomainCapabilities"], T::ReceiveConnector),
            (&["AddressSpaces", "SourceTransportServers"], T::SendConnector),
        ];
        let titled = by_title.iter().find(|(name, _)| title.contains(name)).map(|(_, kind)| *kind);
        titled.or_else(|| by_property.iter().find(|(names, _)| has(names)).map(|(_, kind)| *kind))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: &str = "==========================";
    const LINE: &str = "--------------------------";

    #[test]
    fn a_comparison_tells_what_was_found_and_what_was_wanted() {
        let text = format!(
            "\n   {RULE}\n   Standard Inbound Connector\n   {LINE}\n   Name      | Equals | Actual \
             | Expected\n   {LINE}\n   Name      | True   | Inbound | Inbound\n   TLSSender | False \
             \x20|        | *.contoso.com\n   Comment   | True   | a | b  | a | b\n   cut | Tr\n   {RULE}\n"
        );
        let (found, unread) = tables(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "Standard Inbound Connector");
        assert_eq!(found[0].object_type(), Some(HybridObjectType::InboundConnector));
        let rows: Vec<(&str, &str, Option<&str>)> = found[0]
            .rows
            .iter()
            .map(|row| (row.name.as_str(), row.actual.as_str(), row.wanted.as_deref()))
            .collect();
        assert_eq!(
            rows,
            [
                ("Name", "Inbound", None),
                ("TLSSender", "", Some("*.contoso.com")),
                ("Comment", "a | b", None)
            ]
        );
        assert_eq!(unread.map(|(count, _)| count), Some(1));
    }

    #[test]
    fn values_with_bars_are_split_where_the_header_is() {
        let text = "Name    | Equals | Actual | Expected\nComment | False  | a | b  | c | d\n";
        let (found, unread) = tables(text);
        assert_eq!(unread, None);
        assert_eq!(found[0].rows[0].actual, "a | b");
        assert_eq!(found[0].rows[0].wanted.as_deref(), Some("c | d"));
    }

    #[test]
    fn a_table_without_title_is_known_by_its_properties() {
        let text = "TlsSenderCertificateName|True|x|x\nSenderIPAddresses|True||\n";
        let (found, _) = tables(text);
        assert_eq!(found[0].object_type(), Some(HybridObjectType::InboundConnector));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[-=|A-Z \n\u{e9}]{0,200}") {
            let _ = tables(&text);
        }
    }
}
