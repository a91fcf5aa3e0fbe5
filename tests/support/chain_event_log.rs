//! A CAPI2 log of any size, as `wevtutil qe ... /f:xml` exports it: one event a line, no root.

use std::io::{self, Write};

/// Validations of a server that sends mail: mostly healthy, a partial chain each thousandth time.
/// Each is events 11 and 30, with chains of three certificates. Returns the bytes written.
pub fn write_log(output: &mut impl Write, least_bytes: u64) -> io::Result<u64> {
    let mut written = 0;
    let mut number = 0_u64;
    while written < least_bytes {
        number += 1;
        let is_partial = number.is_multiple_of(1000);
        for text in validation(number, is_partial) {
            output.write_all(text.as_bytes())?;
            written += text.len() as u64;
        }
    }
    Ok(written)
}

fn validation(number: u64, is_partial: bool) -> [String; 2] {
    let certificate = |of: u64, name: &str| {
        format!("<Certificate fileRef=\"{of:040X}.cer\" subjectName=\"{name}\" />")
    };
    let leaf = certificate(number % 40, "mail.contoso.com");
    let element = |certificate: &str| {
        format!(
            "<ChainElement>{certificate}<SignatureAlgorithm oid=\"1.2.840.113549.1.1.11\" \
             hashName=\"SHA256\" publicKeyName=\"RSA\" /><TrustStatus><ErrorStatus value=\"0\" />\
             <InfoStatus value=\"102\" CERT_TRUST_HAS_KEY_MATCH_ISSUER=\"true\" /></TrustStatus>\
             <ApplicationUsage><Usage oid=\"1.3.6.1.5.5.7.3.1\" name=\"Server Authentication\" />\
             </ApplicationUsage><RevocationInfo><RevocationResult value=\"0\" /></RevocationInfo>\
             </ChainElement>"
        )
    };
    let (status, result, index) =
        if is_partial { ("10000", "800B0109", -1) } else { ("0", "0", -1) };
    let others = if is_partial {
        String::new()
    } else {
        element(&certificate(41, "Issuing CA")) + &element(&certificate(42, "Root CA"))
    };
    let aux = |sequence: u64| {
        format!(
            "<EventAuxInfo ProcessName=\"lsass.exe\" /><CorrelationAuxInfo \
             TaskId=\"{{00000000-0000-4000-8000-{number:012X}}}\" SeqNumber=\"{sequence}\" />"
        )
    };
    let chain_ref = format!("{{00000000-0000-4000-9000-{number:012X}}}");
    let chain = format!(
        "<CertGetCertificateChain>{leaf}<Flags value=\"0\" /><CertificateChain \
         chainRef=\"{chain_ref}\"><TrustStatus><ErrorStatus value=\"{status}\" /><InfoStatus \
         value=\"100\" /></TrustStatus>{}{others}</CertificateChain>{}<Result \
         value=\"0\" /></CertGetCertificateChain>",
        element(&leaf),
        aux(1),
    );
    let policy = format!(
        "<CertVerifyCertificateChainPolicy><Policy type=\"CERT_CHAIN_POLICY_SSL\" constant=\"4\" \
         />{leaf}<CertificateChain chainRef=\"{chain_ref}\" /><Flags value=\"0\" />\
         <SSLAdditionalPolicyInfo authType=\"server\" /><Status chainIndex=\"0\" \
         elementIndex=\"{index}\" />{}<Result value=\"{result}\" />\
         </CertVerifyCertificateChainPolicy>",
        aux(2),
    );
    [event(11, number * 2 - 1, number, &chain), event(30, number * 2, number, &policy)]
}

fn event(id: u32, record: u64, seconds: u64, body: &str) -> String {
    let (day, second) = (1 + seconds / 86_400 % 28, seconds % 86_400);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
         Name='Microsoft-Windows-CAPI2' Guid='{{5bbca4a8-b209-48dc-a8c7-b23d3e5216fb}}'/><EventID>\
         {id}</EventID><Version>0</Version><Level>0</Level><Task>{id}</Task><Opcode>2</Opcode>\
         <Keywords>0x4000000000000003</Keywords><TimeCreated SystemTime='2026-11-{day:02}T{hour:02}:\
         {minute:02}:{:02}.1234567Z'/><EventRecordID>{record}</EventRecordID><Correlation/><Execution \
         ProcessID='696' ThreadID='1996'/><Channel>Microsoft-Windows-CAPI2/Operational</Channel>\
         <Computer>EX01.contoso.com</Computer><Security UserID='S-1-5-18'/></System><UserData>{body}\
         </UserData></Event>\r\n",
        second % 60,
    )
}
