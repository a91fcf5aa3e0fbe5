//! What a decision rests on.

use std::net::IpAddr;

use crate::connector::accepted_domain::AcceptedDomains;
use crate::connector::assessment::ShownCertificate;
use crate::connector::inbound_connector::InboundConnector;
use crate::connector::mail_from::MailFrom;

/// What EOP knows of a server and a message, as far as it is known here.
#[derive(Clone, Copy, Debug)]
pub struct AttributionRequest<'a> {
    /// The certificate shown in TLS.
    pub certificate: &'a ShownCertificate,
    /// The connecting address; private ones count as not known.
    pub address: Option<IpAddr>,
    /// The envelope sender.
    pub mail_from: &'a MailFrom,
    /// The inbound connectors of the tenant; `None` if they were not given.
    pub connectors: Option<&'a [InboundConnector]>,
    /// The accepted domains of the tenant; `None` if they were not given.
    pub accepted_domains: Option<&'a AcceptedDomains>,
}
