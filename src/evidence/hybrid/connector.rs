//! The last known state of a connector, and what it is in place of an exported one.

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;

use super::change::{HybridObjectType, HybridSide, text_of};
use crate::connector::{InboundConnector, SendConnector};
use crate::evidence::export::{
    Dates, Parsed, Properties, PropertyBag, Value, inbound_connector, send_connector,
};
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// An object as the logs of the wizard last report it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HybridConnector {
    /// The kind of object.
    pub object_type: HybridObjectType,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub side: HybridSide,
    /// The time of the newest report of it; `None` where the log does not say.
    pub as_of: Option<Timestamp>,
    /// Whether that time is known to be UTC; else it is taken as UTC.
    pub is_time_zone_known: bool,
    /// Properties that the wizard set out to change, and whose change the log does not show: they
    /// are left out.
    pub unsettled: Vec<String>,
    /// The properties that are known.
    #[serde(serialize_with = "as_texts")]
    pub properties: Vec<(String, Value)>,
    /// The file with the newest report.
    pub log_path: String,
    /// The line where it does, from 1.
    pub line: u64,
}

fn as_texts<S: Serializer>(
    properties: &[(String, Value)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(properties.len()))?;
    for (name, value) in properties {
        map.serialize_entry(name, &text_of(value))?;
    }
    map.end()
}

impl HybridConnector {
    /// A property; `None` where it is not known.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Value> {
        let named = |(known, _): &&(String, Value)| known.eq_ignore_ascii_case(name);
        self.properties.iter().find(named).map(|(_, value)| value)
    }

    /// A property as text; `None` where it is empty or not known.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.property(name).and_then(text_of)
    }

    /// How many complete days the state is old at that time; `None` where its time is not known.
    #[must_use]
    pub fn age_days(&self, at: Timestamp) -> Option<i64> {
        Some((at.ticks() - self.as_of?.ticks()).max(0) / TICKS_PER_DAY)
    }

    /// The connector, read as an exported one is; `None` for other objects.
    #[must_use]
    pub fn to_inbound_connector(&self) -> Option<InboundConnector> {
        (self.object_type == HybridObjectType::InboundConnector).then(|| {
            inbound_connector(&mut Properties::new(
                &self.bag(),
                &mut Parsed::default(),
                &Dates::invariant(),
            ))
        })
    }

    /// The connector, read as an exported one is; `None` for other objects.
    #[must_use]
    pub fn to_send_connector(&self) -> Option<SendConnector> {
        (self.object_type == HybridObjectType::SendConnector).then(|| {
            send_connector(&mut Properties::new(
                &self.bag(),
                &mut Parsed::default(),
                &Dates::invariant(),
            ))
        })
    }

    fn bag(&self) -> PropertyBag {
        let named = [("Name".to_owned(), Value::text(&self.name))];
        let properties = named.iter().chain(&self.properties);
        PropertyBag {
            properties: properties
                .map(|(name, value)| (name.as_str().into(), value.clone()))
                .collect(),
            ..PropertyBag::default()
        }
    }
}
