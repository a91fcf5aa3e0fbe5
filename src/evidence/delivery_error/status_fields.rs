//! The delivery-status part of a report (RFC 3464): groups of fields, the first about the message,
//! each further one about a recipient.

/// One field, unfolded, with the place of its line in the part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StatusField {
    pub name: String,
    pub value: String,
    /// Lines before it.
    pub lines_before: u64,
}

/// A group of fields.
pub(super) type Group = Vec<StatusField>;

/// The groups of a part; what is no field is passed over.
pub(super) fn read(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut group = Group::new();
    for (lines_before, line) in (0..).zip(text.lines()) {
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(std::mem::take(&mut group));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some(last) = group.last_mut() {
                last.value.push(' ');
                last.value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            group.push(StatusField { name, value, lines_before });
        }
    }
    groups.extend((!group.is_empty()).then_some(group));
    groups
}

/// The value of the field with that name, without the type before a semicolon (`dns; host`,
/// `smtp; 550 ...`, `rfc822; address`), and its line.
pub(super) fn value<'g>(group: &'g [StatusField], name: &str) -> Option<(&'g str, u64)> {
    let field = group.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
    let value = match field.value.split_once(';') {
        Some((kind, rest))
            if kind.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '-') =>
        {
            rest.trim()
        }
        _ => field.value.as_str(),
    };
    (!value.is_empty()).then_some((value, field.lines_before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_unfolded_and_types_taken_off() {
        let text = "Reporting-MTA: dns;MX1.tailspintoys.com\r\n\r\n\r\nFinal-Recipient: RFC822; \
            <a@b.example>\r\nDiagnostic-Code: smtp;550 5.7.64 TenantAttribution;\r\n Relay Access \
            Denied\r\nnonsense\r\n";
        let groups = read(text);
        assert_eq!(groups.len(), 2);
        assert_eq!(value(&groups[0], "reporting-mta"), Some(("MX1.tailspintoys.com", 0)));
        assert_eq!(
            value(&groups[1], "Diagnostic-Code"),
            Some(("550 5.7.64 TenantAttribution; Relay Access Denied", 4))
        );
        assert_eq!(value(&groups[1], "Action"), None);
    }
}
