//! What is found of a renewal beside its steps.

use crate::connector::{CertificateServices, ExchangeCertificate};
use crate::renewal::course::Course;
use crate::renewal::plan::{NewCertificate, PlaceKind, RenewalNote, RenewalPlace};
use crate::renewal::stage::{Holding, Place};

/// What is found beside the steps.
#[derive(Default)]
pub(crate) struct Found {
    pub certificates: Vec<NewCertificate>,
    pub places: Vec<RenewalPlace>,
    /// The places of each row of `places`, in the course.
    pub rows: Vec<Place>,
    /// Why mail would be refused.
    pub refusals: Vec<String>,
    /// Why it is not known whether mail passes with a new certificate at all.
    pub doubts: Vec<String>,
    /// What is not known.
    pub reasons: Vec<String>,
    /// Why certificates in use stay what they are.
    pub kept: Vec<String>,
    /// Certificates in use that are revoked.
    pub revoked: Vec<String>,
    /// Whether a connector has to be changed.
    pub sets_connectors: bool,
    pub notes: Vec<RenewalNote>,
}

impl Found {
    /// Adds the rows of the places that a new certificate concerns, as they are before the first step.
    pub fn add_rows(&mut self, course: &Course, concerned: &[Place], new: &ExchangeCertificate) {
        for place in concerned {
            let holding = course.stage.find(place.server.as_deref(), new.thumbprint);
            let (has_new, has_private_key, services) = match holding {
                Holding::NotKnown => (None, None, None),
                Holding::Lacks => (Some(false), None, None),
                Holding::Has(one) => (Some(true), one.has_private_key, one.services),
            };
            self.places.push(RenewalPlace {
                kind: place.kind,
                connector: place.connector.clone(),
                server: place.server.clone(),
                is_eop: (place.kind == PlaceKind::SendConnector).then_some(place.is_eop),
                now: course.stage.sends(place).thumbprint().map(|one| one.to_string()),
                has_new,
                has_private_key,
                is_enabled: services.map(|services| services.contains(CertificateServices::SMTP)),
                afterwards: None,
            });
            self.rows.push(place.clone());
        }
    }
}
