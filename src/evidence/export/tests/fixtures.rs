//! The same objects in every format in which they are exported.

/// Two inbound connectors, as ConvertTo-Json writes them.
pub(super) const INBOUND_JSON: &str = r#"[
  {"Name": "Inbound from Contoso", "Identity": "Inbound from Contoso", "Enabled": true,
   "ConnectorType": "OnPremises", "ConnectorSource": "HybridWizard",
   "TlsSenderCertificateName": "*.contoso.com", "SenderIPAddresses": [],
   "SenderDomains": ["smtp:*;1"], "AssociatedAcceptedDomains": {}, "RequireTls": true,
   "CloudServicesMailEnabled": true, "WhenChangedUTC": "2026-07-23T22:55:13.0000000Z"},
  {"Name": "Branch office", "Identity": "Branch office", "Enabled": false,
   "ConnectorType": "Partner", "ConnectorSource": "AdminUI", "TlsSenderCertificateName": null,
   "SenderIPAddresses": ["203.0.113.5", "198.51.100.0/24"], "SenderDomains": ["smtp:*;1"],
   "AssociatedAcceptedDomains": ["contoso.com", "fabrikam.com"], "RequireTls": "False",
   "CloudServicesMailEnabled": false, "WhenChangedUTC": "/Date(1784847313000)/"}
]"#;

/// The same as Export-Csv writes them where the lists were joined before.
pub(super) const INBOUND_CSV: &str = "#TYPE Selected.Microsoft.Exchange.Data.Directory.\
SystemConfiguration.TenantInboundConnector\r\n\
\"Name\",\"Identity\",\"Enabled\",\"ConnectorType\",\"ConnectorSource\",\"TlsSenderCertificateName\",\
\"SenderIPAddresses\",\"SenderDomains\",\"AssociatedAcceptedDomains\",\"RequireTls\",\
\"CloudServicesMailEnabled\",\"WhenChangedUTC\"\r\n\
\"Inbound from Contoso\",\"Inbound from Contoso\",\"True\",\"OnPremises\",\"HybridWizard\",\
\"*.contoso.com\",\"\",\"smtp:*;1\",\"\",\"True\",\"True\",\"7/23/2026 10:55:13 PM\"\r\n\
\"Branch office\",\"Branch office\",\"False\",\"Partner\",\"AdminUI\",\"\",\
\"203.0.113.5,198.51.100.0/24\",\"smtp:*;1\",\"contoso.com fabrikam.com\",\"False\",\"False\",\
\"7/23/2026 10:55:13 PM\"\r\n";

/// The same as Format-List shows them.
pub(super) const INBOUND_LIST: &str = "

Name                      : Inbound from Contoso
Identity                  : Inbound from Contoso
Enabled                   : True
ConnectorType             : OnPremises
ConnectorSource           : HybridWizard
TlsSenderCertificateName  : *.contoso.com
SenderIPAddresses         : {}
SenderDomains             : {smtp:*;1}
AssociatedAcceptedDomains : {}
RequireTls                : True
CloudServicesMailEnabled  : True
WhenChangedUTC            : 23.07.2026 22:55:13

Name                      : Branch office
Identity                  : Branch office
Enabled                   : False
ConnectorType             : Partner
ConnectorSource           : AdminUI
TlsSenderCertificateName  :
SenderIPAddresses         : {203.0.113.5,
                            198.51.100.0/24}
SenderDomains             : {smtp:*;1}
AssociatedAcceptedDomains : {contoso.com, fabrikam.com}
RequireTls                : False
CloudServicesMailEnabled  : False
WhenChangedUTC            : 23.07.2026 22:55:13

";

/// The same as Export-Clixml writes them: lists and enumerations as objects, types by reference.
pub(super) const INBOUND_CLIXML: &str = r#"<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
  <Obj RefId="0">
    <TN RefId="0">
      <T>Deserialized.Microsoft.Exchange.Data.Directory.SystemConfiguration.TenantInboundConnector</T>
      <T>Deserialized.System.Object</T>
    </TN>
    <ToString>Inbound from Contoso</ToString>
    <Props>
      <B N="Enabled">true</B>
      <Obj N="ConnectorType" RefId="1">
        <TN RefId="1"><T>Microsoft.Exchange.Data.TenantConnectorType</T><T>System.Enum</T></TN>
        <ToString>OnPremises</ToString><I32>1</I32>
      </Obj>
      <S N="ConnectorSource">HybridWizard</S>
      <S N="TlsSenderCertificateName">*.contoso.com</S>
      <Obj N="SenderIPAddresses" RefId="2"><TN RefId="2"><T>System.Collections.ArrayList</T></TN><LST /></Obj>
      <Obj N="SenderDomains" RefId="3"><TNRef RefId="2" /><LST><S>smtp:*;1</S></LST></Obj>
      <Obj N="AssociatedAcceptedDomains" RefId="4"><TNRef RefId="2" /><LST /></Obj>
      <B N="RequireTls">true</B>
      <B N="CloudServicesMailEnabled">true</B>
      <DT N="WhenChangedUTC">2026-07-23T22:55:13Z</DT>
      <S N="Name">Inbound from Contoso</S>
      <S N="Identity">Inbound from Contoso</S>
    </Props>
    <MS><S N="PSComputerName">outlook.office365.com</S></MS>
  </Obj>
  <Obj RefId="5">
    <TNRef RefId="0" />
    <ToString>Branch office</ToString>
    <Props>
      <B N="Enabled">false</B>
      <Obj N="ConnectorType" RefId="6"><TNRef RefId="1" /><ToString>Partner</ToString><I32>2</I32></Obj>
      <S N="ConnectorSource">AdminUI</S>
      <Nil N="TlsSenderCertificateName" />
      <Obj N="SenderIPAddresses" RefId="7"><TNRef RefId="2" /><LST>
        <Obj RefId="8">
          <TN RefId="3"><T>Microsoft.Exchange.Data.IPRange</T></TN>
          <ToString>203.0.113.5</ToString><Props><S N="Expression">203.0.113.5</S></Props>
        </Obj>
        <S>198.51.100.0/24</S>
      </LST></Obj>
      <Ref N="SenderDomains" RefId="3" />
      <Obj N="AssociatedAcceptedDomains" RefId="9"><TNRef RefId="2" /><LST>
        <S>contoso.com</S><S>fabrikam.com</S>
      </LST></Obj>
      <B N="RequireTls">false</B>
      <B N="CloudServicesMailEnabled">false</B>
      <DT N="WhenChangedUTC">2026-07-24T00:55:13+02:00</DT>
      <S N="Name">Branch_x0020_office</S>
      <S N="Identity">Branch office</S>
    </Props>
  </Obj>
</Objs>"#;

/// A send connector as Export-Clixml writes it on the server.
pub(super) const SEND_CLIXML: &str = r#"<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
  <Obj RefId="0">
    <TN RefId="0">
      <T>Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig</T>
    </TN>
    <ToString>Outbound</ToString>
    <Props>
      <Obj N="SmartHosts" RefId="1"><LST>
        <Obj RefId="2">
          <ToString>contoso-com.mail.protection.outlook.com</ToString>
          <Props><B N="IsIPAddress">false</B></Props>
        </Obj>
      </LST></Obj>
      <Obj N="AddressSpaces" RefId="3"><LST>
        <Obj RefId="4"><ToString>SMTP:*;1</ToString><Props><S N="Domain">*</S></Props></Obj>
      </LST></Obj>
      <Obj N="TlsAuthLevel" RefId="5"><ToString>DomainValidation</ToString><I32>3</I32></Obj>
      <S N="TlsDomain">mail.protection.outlook.com</S>
      <B N="RequireTLS">true</B>
      <Obj N="Fqdn" RefId="6"><ToString>mail.contoso.com</ToString><Props><S N="Domain">mail.contoso.com</S></Props></Obj>
      <Obj N="TlsCertificateName" RefId="7">
        <ToString>&lt;I&gt;CN=Contoso Issuing CA, O="Contoso, Ltd"&lt;S&gt;CN=mail.contoso.com</ToString>
        <Props>
          <S N="CertificateSubject">CN=mail.contoso.com</S>
          <S N="CertificateIssuer">CN=Contoso Issuing CA, O="Contoso, Ltd"</S>
        </Props>
      </Obj>
      <Obj N="SourceTransportServers" RefId="8"><LST>
        <Obj RefId="9"><ToString>EX01</ToString><Props><S N="Name">EX01</S></Props></Obj>
        <Obj RefId="10"><ToString>EX02</ToString><Props><S N="Name">EX02</S></Props></Obj>
      </LST></Obj>
      <Obj N="MaxMessageSize" RefId="11"><ToString>35 MB (36,700,160 bytes)</ToString><Props><B N="IsUnlimited">false</B></Props></Obj>
      <B N="FrontendProxyEnabled">false</B>
      <B N="Enabled">true</B>
      <S N="Name">Outbound</S>
    </Props>
  </Obj>
</Objs>"#;

/// The same as the module hands it over: every member through `[string]`.
pub(super) const SEND_JSON: &str = r#"{"PSTypeNames": ["Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig"],
"Name": "Outbound", "SmartHosts": "contoso-com.mail.protection.outlook.com", "AddressSpaces": "SMTP:*;1",
"TlsAuthLevel": "DomainValidation", "TlsDomain": "mail.protection.outlook.com", "RequireTLS": "True",
"Fqdn": "mail.contoso.com",
"TlsCertificateName": "<I>CN=Contoso Issuing CA, O=\"Contoso, Ltd\"<S>CN=mail.contoso.com",
"SourceTransportServers": "EX01 EX02", "MaxMessageSize": "35 MB (36,700,160 bytes)",
"FrontendProxyEnabled": "False", "Enabled": "True"}"#;

/// The same as ConvertTo-Json writes the live object.
pub(super) const SEND_DEEP_JSON: &str = r#"{"Name": "Outbound",
"SmartHosts": [{"Address": {"IPAddressToString": "0.0.0.0"}, "IsIPAddress": false,
  "Domain": "contoso-com.mail.protection.outlook.com"}],
"AddressSpaces": ["SMTP:*;1"], "TlsAuthLevel": {"value": 3, "Value": "DomainValidation"},
"TlsDomain": "mail.protection.outlook.com", "RequireTLS": true,
"Fqdn": {"Domain": "mail.contoso.com"},
"TlsCertificateName": {"CertificateSubject": "CN=mail.contoso.com",
  "CertificateIssuer": "CN=Contoso Issuing CA, O=\"Contoso, Ltd\""},
"SourceTransportServers": {"value": ["EX01", "EX02"], "Count": 2},
"MaxMessageSize": {"IsUnlimited": false, "Value": "35 MB (36,700,160 bytes)"},
"FrontendProxyEnabled": false, "Enabled": true}"#;

/// The DER of a certificate for mail.contoso.com and *.contoso.com, made for these tests.
pub(super) const CERTIFICATE_BASE64: &str = "\
    MIIDcjCCAlqgAwIBAgIFAKGyw9QwDQYJKoZIhvcNAQELBQAwRjELMAkGA1UEBhMCTk8xFTATBgNVBAoMDENvbnRvc28s\
    IEx0ZDEgMB4GA1UEAwwXQ29udG9zbyBUZXN0IElzc3VpbmcgQ0EwHhcNMjYxMTIxMjMyNDIxWhcNMjcxMTIxMjMyNDIx\
    WjA/MQswCQYDVQQGEwJOTzEVMBMGA1UECgwMQ29udG9zbywgTHRkMRkwFwYDVQQDDBBtYWlsLmNvbnRvc28uY29tMIIB\
    IjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtdw9mKPsXPETVn3MKfBY5M6ufahlGACp5LF7jbCconrMYIArNbbg\
    6aTve/fqnW4bCFonHQaP/7DSj8LTo24zBhxvfwjFxsfYFH+xDg52PX52VBA+O4KnIqZP/isaQj9gLxiJor7Bwi31n+iE\
    KKtdqVpCjdd6npYoxBEER6V3bGWC+lZWu+D6boXa4DzjmajCS5eRUC6T8FFGD+YWX6bpeCvvfDi/HUYrLH8cQTtvZyRK\
    agLKojAEVT+DT2uRhXc9HlWbvy+7oJEDMYu1+yWwa3fKXRzTf58PH7DQr66b0dOUXy+x/zP5ibSKx0sjNyZG00dQVS7u\
    Hpry8nqJCkORLQIDAQABo24wbDAqBgNVHREEIzAhghBtYWlsLmNvbnRvc28uY29tgg0qLmNvbnRvc28uY29tMB0GA1Ud\
    DgQWBBQNhC5a6xzESjiZq/EKExx6LL78JDAfBgNVHSMEGDAWgBQMsX2tKhLvS7jp3ax2Fa9QIJh/dzANBgkqhkiG9w0B\
    AQsFAAOCAQEAaA6rlOcaBr4fiKYXxxSDgJdE8wMOMezaMhUQnCwTXYLy9qt8vhFjtN6Wg/s2Qy4cG15YfRqWIsACDlAk\
    vHkH9gpwbw16RL1D8ehcFhDxMtdnXlD8LAzF74Xr5z0KOQ15JnJYmd6FDumtOnqZy8bW/YQL+JL8tql+R4lYkZJgUO3u\
    AtNve/CCJ3WpLX4U9AAzDe+whqL5W7M5IeM7Jgt4/6zSW6ZaECr88J5XcwCHNja/yrrnu0/JSWJSSo+jWM6lqXnXW8Iw\
    sGPfLkdicPsOqkgZtmjSLsledvA5kPsZOWbDCvnjE/NB4KC0GZljYBD2Ci8rBRlQwqNRlPWQB/5OUQ==";
