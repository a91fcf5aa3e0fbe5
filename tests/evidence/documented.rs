//! What docs/evidence.md says is read, held against the readers.

use std::path::Path;

use eop_relay::evidence::{ExchangeObjects, recognise};

const DOCUMENT: &str = include_str!("../../docs/evidence.md");

/// The rows of the table whose header begins so.
fn rows(header: &str) -> Vec<Vec<String>> {
    let table = DOCUMENT.split_once(&format!("| {header}")).unwrap().1;
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let cells = line.trim_matches('|').split(" | ");
            cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
        })
        .collect()
}

fn story(file: &str) -> Vec<u8> {
    let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories");
    std::fs::read(stories.join(file)).unwrap()
}

/// One file of each row.
fn sample(row: &str) -> Vec<u8> {
    let head = |log: &str| format!("#Software: Microsoft Exchange Server\r\n#Log-type: {log}\r\n");
    let event = |provider: &str, id: u32| {
        format!(
            "<Events><Event><System><Provider Name='{provider}'/><EventID>{id}</EventID></System>\
             <EventData><Data>mail.adatum.com</Data><Data>9</Data></EventData></Event></Events>"
        )
    };
    let text = match row {
        "send log, receive log" => head("SMTP Receive Protocol Log"),
        "IIS log with URI Query" => {
            return include_bytes!("../fixtures/iis/ex261116.log").to_vec();
        }
        "connectors, accepted domains or certificates, exported" => {
            r#"[{"DomainName":"adatum.com","DomainType":"Authoritative"}]"#.to_owned()
        }
        "HealthChecker XML" => "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/\
             powershell/2004/04\"><Obj RefId=\"0\"><MS><S N=\"ServerName\">MX07</S><Obj N=\"\
             OSInformation\" RefId=\"1\"><MS/></Obj><Obj N=\"ExchangeInformation\" RefId=\"2\"><MS><Obj \
             N=\"ExchangeCertificates\" RefId=\"3\"><LST><Obj RefId=\"4\"><MS><S N=\"Thumbprint\">\
             0123456789ABCDEF0123456789ABCDEF01234567</S><S N=\"Subject\">CN=mail.adatum.com</S></MS>\
             </Obj></LST></Obj></MS></Obj></MS></Obj></Objs>"
            .to_owned(),
        "queues, exported" => {
            return include_bytes!("../fixtures/delivery_errors/queues.xml").to_vec();
        }
        "NDR" => return include_bytes!("../fixtures/delivery_errors/ndr.eml").to_vec(),
        "headers of a delivered message" => {
            "Received: from a\r\nX-MS-Exchange-Organization-AuthAs: Anonymous\r\n".to_owned()
        }
        "message tracking log" => head("Message Tracking Log"),
        "Application log as XML" => event("MSExchangeTransport", 12018),
        "certificate" => return story("missing-intermediate/sent.pem"),
        "CAPI2 log as XML" => event("Microsoft-Windows-CAPI2", 30),
        "log of the Hybrid Configuration Wizard" => {
            "2026.11.02 08:15:30.123         10333 [Client=UX, Thread=8] text\r\n".to_owned()
        }
        "connectivity log" => head("Transport Connectivity Log"),
        "Format-Table text" => "Name      Enabled\r\n----      -------\r\nTo M365   True\r\n".to_owned(),
        "another program's events" => event("Outlook", 45),
        "archive in an archive" => "PK\u{3}\u{4}".to_owned(),
        other => panic!("no sample of {other}"),
    };
    text.into_bytes()
}

#[test]
fn each_file_of_a_case_is_taken_for_what_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows("file | taken for |");
    assert!(rows.len() > 15);
    for row in rows {
        let path = folder.path().join("file");
        std::fs::write(&path, sample(&row[0])).unwrap();
        let found = recognise(&path);
        assert_eq!(found.kind.name(), row[1], "{}: {}", row[0], found.words);
    }
}

#[test]
fn a_date_of_each_culture_is_read() {
    let rows = rows("culture | 23 July 2027, as it is printed |");
    assert!(rows.len() > 25);
    for row in rows {
        let text = format!(
            "Thumbprint : 0123456789ABCDEF0123456789ABCDEF01234567\r\nSubject    : CN=mail.adatum.com\
             \r\nNotAfter   : {}\r\n",
            row[1]
        );
        let objects = ExchangeObjects::from_bytes("listed.txt", text.as_bytes()).unwrap();
        let end = objects.certificates[0].object.not_after.map(|time| time.to_string());
        assert_eq!(end.as_deref(), Some("2027-07-23T14:05:06.000"), "{row:?}");
    }
}
