//! Which certificates a new one takes the place of, and which places that concerns.

use crate::certificate::TlsCertificateName;
use crate::connector::{ExchangeCertificate, are_related, is_named_by};
use crate::diagnosis::literal::date;
use crate::renewal::course::Course;
use crate::renewal::new_certificate::New;
use crate::renewal::plan::PlaceKind;
use crate::renewal::stage::{Holding, Place, Sends};

/// What a new certificate takes the place of.
#[derive(Debug)]
pub(crate) struct Predecessors {
    /// Certificates in use, and those that connectors name although no server has them.
    pub certificates: Vec<ExchangeCertificate>,
    /// Why they are not certain, where they are not.
    pub doubt: Option<String>,
}

/// The certificates in use that a new one renews; with a single new one that is related to none, the
/// only one in use to Exchange Online.
pub(crate) fn predecessors(
    course: &Course,
    new: &ExchangeCertificate,
    is_only_new: bool,
) -> Predecessors {
    let mut related: Vec<ExchangeCertificate> = Vec::new();
    let mut others: Vec<ExchangeCertificate> = Vec::new();
    for place in &course.places {
        for one in in_use(course, place) {
            if one.thumbprint.is_some() && one.thumbprint == new.thumbprint {
                continue;
            }
            let list = if are_related(&one, new) { &mut related } else { &mut others };
            // What only the log shows of an unrelated one is over.
            let is_sent = place.is_eop && place.kind == PlaceKind::SendConnector;
            if (is_sent || are_related(&one, new)) && !list.iter().any(|known| is_same(known, &one))
            {
                list.push(one);
            }
        }
    }
    let sends_new = course.places.iter().any(|place| {
        place.is_eop && course.sent_by(place).iter().any(|one| one.thumbprint == new.thumbprint)
    });
    if !related.is_empty() || !is_only_new || others.is_empty() || sends_new {
        return Predecessors { certificates: related, doubt: None };
    }
    let is_one_name = others.windows(2).all(|pair| pair[0].subject == pair[1].subject);
    if is_one_name {
        return Predecessors { certificates: others, doubt: None };
    }
    let doubt = "it has neither subject nor name of one of the certificates in use, and these are \
                 several: which one it takes the place of is not known";
    Predecessors { certificates: Vec::new(), doubt: Some(doubt.to_owned()) }
}

/// What a place sends, was seen to send, or names in vain.
fn in_use(course: &Course, place: &Place) -> Vec<ExchangeCertificate> {
    let mut found = course.sent_by(place);
    if let Some(sent) = place.sent
        && !found.iter().any(|one| one.thumbprint == Some(sent))
        && let Holding::Has(one) = course.stage.find(place.server.as_deref(), Some(sent))
    {
        found.push(*one);
    }
    if found.is_empty() {
        found.extend(named(course, place));
    }
    found
}

/// What the connector of a place names, where nothing installed is known to fit.
fn named(course: &Course, place: &Place) -> Option<ExchangeCertificate> {
    let (value, _) = value_of_place(course, place)?;
    let name: TlsCertificateName = value.parse().ok()?;
    Some(ExchangeCertificate {
        issuer: Some(name.issuer.to_string()),
        subject: Some(name.subject.to_string()),
        ..ExchangeCertificate::default()
    })
}

/// TlsCertificateName of the connector of a place, and whether its blanks are uncertain.
pub(crate) fn value_of_place<'c>(course: &'c Course, place: &Place) -> Option<(&'c str, bool)> {
    match place.kind {
        PlaceKind::SendConnector => {
            let one = course.stage.send_connector(&place.connector)?;
            Some((one.tls_certificate_name.as_deref()?, one.has_uncertain_blanks))
        }
        PlaceKind::ReceiveConnector => {
            let one = course.stage.receive_connector(&place.connector)?;
            Some((one.tls_certificate_name.as_deref()?, one.has_uncertain_blanks))
        }
    }
}

fn is_same(one: &ExchangeCertificate, other: &ExchangeCertificate) -> bool {
    match (one.thumbprint, other.thumbprint) {
        (None, None) => one.is_twin_of(other),
        (one, other) => one == other,
    }
}

/// Whether a renewal concerns a place: it sends the new certificate or one before, or names it.
pub(crate) fn concerns(
    course: &Course,
    place: &Place,
    before: &[ExchangeCertificate],
    new: &ExchangeCertificate,
) -> bool {
    let is_one = |one: &ExchangeCertificate| {
        one.thumbprint == new.thumbprint || before.iter().any(|known| is_same(known, one))
    };
    let sends = course.stage.sends(place);
    if !matches!(*sends, Sends::Nothing | Sends::NotKnown) {
        return course.sent_by(place).iter().any(is_one);
    }
    match value_of_place(course, place) {
        Some((value, blanks)) => before
            .iter()
            .chain(std::iter::once(new))
            .any(|one| is_named_by(one, value, blanks) == Some(true)),
        // Chosen by name: Exchange takes the newest that has it.
        None => place.is_eop,
    }
}

/// The certificate in use that ends later than the new one, has its issuer and subject, and can be used:
/// Exchange goes on sending it.
fn ends_later(before: &[ExchangeCertificate], new: &New<'_>) -> Option<ExchangeCertificate> {
    let is_later = |one: &&ExchangeCertificate| {
        one.is_twin_of(&new.object)
            && one.not_after > new.object.not_after
            && !one.has_unusable_status()
    };
    before.iter().find(is_later).cloned()
}

/// Why the new certificate takes the place of none, in words.
pub(crate) fn kept(before: &[ExchangeCertificate], new: &New<'_>) -> Option<String> {
    let end = |one: &ExchangeCertificate| one.not_after.map(date).unwrap_or_default();
    if let Some(one) = ends_later(before, new) {
        return Some(format!(
            "{}, which is in use, has the same issuer and subject and ends later, on {}. Exchange goes \
             on sending it.",
            name_of(&one),
            end(&one)
        ));
    }
    let one = newer(before, new)?;
    Some(format!(
        "{}, which is in use, is newer and ends later, on {}. The one that was given renews nothing: is \
         it the file of the one before?",
        name_of(one),
        end(one)
    ))
}

/// The last to end of certificates in use that can be used and are all newer than the one given, in
/// beginning and end.
fn newer<'b>(before: &'b [ExchangeCertificate], new: &New<'_>) -> Option<&'b ExchangeCertificate> {
    let given = &new.object;
    let is_newer = |one: &ExchangeCertificate| {
        let ends = given.not_after.is_some() && one.not_after > given.not_after;
        let begins = given.not_before.is_some() && one.not_before > given.not_before;
        ends && begins && !one.has_unusable_status()
    };
    let last = before.iter().max_by_key(|one| one.not_after)?;
    before.iter().all(is_newer).then_some(last)
}

/// Its thumbprint, in a sentence.
pub(crate) fn name_of(one: &ExchangeCertificate) -> String {
    one.thumbprint.map_or_else(|| "a certificate".to_owned(), |thumbprint| thumbprint.to_string())
}
