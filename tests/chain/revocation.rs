//! Revocation lists by own authorities: parts, keys, delta lists, reasons, and lists of others.

use eop_relay::chain::Rule;

use crate::support::forge::{
    self, AUTHORITY_KEY_IDENTIFIER, CRL_DISTRIBUTION_POINTS, Forge, ForgeList, PROGRAMME_ROOT,
    authority_key_identifier, distribution_point, element, sequence,
};
use crate::trust::{judge_with, server, severity};

/// The extension of a list that names its part.
fn part(url: &str) -> forge::Extension {
    ("2.5.29.28".to_owned(), true, sequence(&[&distribution_point(url)]))
}

#[test]
fn a_part_of_a_split_list_covers_the_certificates_that_name_it() {
    let (name, key) = PROGRAMME_ROOT;
    let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
    let own = "http://crl.contoso.com/7.crl";
    let points = sequence(&[&sequence(&[&distribution_point(own)])]);
    let server = server().with(CRL_DISTRIBUTION_POINTS, false, points);
    let serial = server.serial.clone();
    let list = |url: &str, serials: &[&[u8]]| {
        ForgeList::new("Issuing CA", serials).but(|list| list.extensions.push(part(url)))
    };
    let rules = |lists: &[ForgeList]| {
        let found = judge_with(&server, std::slice::from_ref(&issuer), &[], lists);
        let of_leaf = found.findings.iter().filter(|one| one.certificate == Some(0));
        let ids: Vec<Rule> = of_leaf.map(|one| one.id).collect();
        (ids.contains(&Rule::Revoked), ids.contains(&Rule::RevocationUnknown))
    };
    assert_eq!(rules(&[list(own, &[&serial])]), (true, false));
    assert_eq!(rules(&[list(own, &[])]), (false, false));
    assert_eq!(rules(&[list("http://crl.contoso.com/8.crl", &[])]), (false, true));
    assert_eq!(rules(&[list("http://crl.contoso.com/8.crl", &[&serial])]), (false, true));
}

#[test]
fn a_list_of_another_key_of_the_same_name_is_not_the_issuers() {
    let (name, key) = PROGRAMME_ROOT;
    let issuer = Forge::authority("Issuing CA", "nobody").below_listed(name, key);
    let of_key = |label: &str| {
        let key = (AUTHORITY_KEY_IDENTIFIER.to_owned(), false, authority_key_identifier(label));
        let label = label.to_owned();
        ForgeList::new("Issuing CA", &[]).but(|list| {
            list.extensions.push(key);
            list.signer = label;
        })
    };
    let issuers = [issuer];
    let own = judge_with(&server(), &issuers, &[], &[of_key("Issuing CA")]);
    assert!(severity(&own, Rule::RevocationListNotUsable).is_none());
    let mut of_leaf = own.findings.iter().filter(|one| one.certificate == Some(0));
    assert!(of_leaf.all(|one| one.id != Rule::RevocationUnknown), "{:#?}", own.findings);
    let other = judge_with(&server(), &issuers, &[], &[of_key("its former key")]);
    assert!(severity(&other, Rule::RevocationUnknown).is_some());
    assert!(severity(&other, Rule::RevocationListNotUsable).is_none());
}

/// The place of a list is compared as URIs are: scheme and host without case (RFC 5280, section 7.4).
#[test]
fn a_part_of_a_split_list_is_found_by_its_address_in_other_letters() {
    let (name, key) = PROGRAMME_ROOT;
    let issuers = [Forge::authority("Issuing CA", "nobody").below_listed(name, key)];
    let points = sequence(&[&sequence(&[&distribution_point("http://crl.contoso.com/A/7.crl")])]);
    let server = server().with(CRL_DISTRIBUTION_POINTS, false, points);
    for (url, is_found) in [
        ("HTTP://CRL.Contoso.com/A/7.crl", true),
        ("http://crl.contoso.com/a/7.crl", false),
        ("https://crl.contoso.com/A/7.crl", false),
    ] {
        let list = ForgeList::new("Issuing CA", &[&server.serial])
            .but(|list| list.extensions.push(part(url)));
        let found = judge_with(&server, &issuers, &[], &[list]);
        assert_eq!(severity(&found, Rule::Revoked).is_some(), is_found, "{url}");
    }
}

/// A list that was given and does not cover the certificate is no list that was not given.
#[test]
fn a_list_that_says_nothing_of_the_certificate_is_named_with_the_reason() {
    let (name, key) = PROGRAMME_ROOT;
    let issuers = [Forge::authority("Issuing CA", "nobody").below_listed(name, key)];
    let server = server();
    let own: &[&[u8]] = &[&server.serial];
    let scope =
        |field: u8| ("2.5.29.28".to_owned(), true, sequence(&[&element(0x80 | field, [0xFF])]));
    let list = || ForgeList::new("Issuing CA", own);
    let of_other_key =
        (AUTHORITY_KEY_IDENTIFIER.to_owned(), false, authority_key_identifier("its former key"));
    let elsewhere = "http://crl.contoso.com/8.crl";
    for (list, rule, words) in [
        (
            list().but(|list| list.extensions.push(part(elsewhere))),
            Rule::RevocationUnknown,
            "it is of a distribution point that the certificate does not name",
        ),
        (
            list().but(|list| list.extensions.push(of_other_key)),
            Rule::RevocationUnknown,
            "it is of another key of the issuer's name",
        ),
        (
            list().but(|list| list.extensions.push(scope(2))),
            Rule::RevocationUnknown,
            "it covers authorities alone",
        ),
        (
            list().but(|list| list.next_update = Some("20261101000000Z".to_owned())),
            Rule::RevocationListNotUsable,
            "it is out of date; it lists the certificate as revoked",
        ),
        (
            list().but(|list| "somebody else".clone_into(&mut list.signer)),
            Rule::RevocationListNotUsable,
            "its signature is not that of the issuer",
        ),
    ] {
        let found = judge_with(&server, &issuers, &[], &[list]);
        assert!(severity(&found, Rule::Revoked).is_none());
        let of_leaf = found.findings.iter().find(|one| one.id == rule);
        let message = &of_leaf.unwrap_or_else(|| panic!("{words}: {:#?}", found.findings)).message;
        assert!(message.ends_with(words), "{message}");
    }
}

#[test]
fn a_delta_list_has_the_last_word_beside_its_base() {
    let (name, key) = PROGRAMME_ROOT;
    let issuers = [Forge::authority("Issuing CA", "nobody").below_listed(name, key)];
    let serial = server().serial;
    let own: &[&[u8]] = &[&serial];
    let list = |serials: &[&[u8]], number: u8, base: Option<u8>| {
        ForgeList::new("Issuing CA", serials).but(|list| {
            list.extensions[0].2 = element(0x02, [number]);
            let indicator = base.map(|base| ("2.5.29.27".to_owned(), true, element(0x02, [base])));
            list.extensions.extend(indicator);
        })
    };
    let removal = |number, base| list(own, number, Some(base)).but(|list| list.is_removal = true);
    let judge = |lists: &[ForgeList]| {
        let found = judge_with(&server(), &issuers, &[], lists);
        let is_unused = severity(&found, Rule::DeltaListNotUsed).is_some();
        (severity(&found, Rule::Revoked).is_some(), is_unused)
    };
    // Revoked since the base, and no more since the base.
    assert_eq!(judge(&[list(&[], 5, None), list(own, 6, Some(5))]), (true, false));
    assert_eq!(judge(&[list(&[], 5, None), list(own, 7, Some(3))]), (true, false));
    assert_eq!(judge(&[list(own, 5, None), removal(6, 5)]), (false, false));
    assert_eq!(judge(&[list(own, 5, None), list(&[], 6, Some(5))]), (true, false));
    // The newest of several decides.
    assert_eq!(judge(&[list(&[], 5, None), removal(7, 5), list(own, 6, Some(5))]), (false, false));
    // A delta of a later base, an old one, and one alone say nothing, which is reported.
    assert_eq!(judge(&[list(&[], 5, None), list(own, 7, Some(6))]), (false, true));
    assert_eq!(judge(&[list(&[], 5, None), list(own, 5, Some(4))]), (false, true));
    assert_eq!(judge(&[list(own, 6, Some(5))]), (false, true));
    let late =
        || list(own, 6, Some(5)).but(|list| list.next_update = Some("20260201000000Z".to_owned()));
    assert_eq!(judge(&[list(&[], 5, None), late()]), (false, true));
    // What such a list says of the certificate is named, but for one that its issuer did not sign.
    let forged = list(own, 6, Some(5)).but(|list| list.signer = "nobody".to_owned());
    for (delta, lists_it) in [
        (late(), true),
        (list(own, 7, Some(6)), true),
        (list(&[], 7, Some(6)), false),
        (removal(7, 6), false),
        (forged, false),
    ] {
        let found = judge_with(&server(), &issuers, &[], &[list(&[], 5, None), delta]);
        let unused = found.findings.iter().find(|one| one.id == Rule::DeltaListNotUsed).unwrap();
        let named = unused.message.ends_with("it lists the certificate as revoked");
        assert_eq!(named, lists_it, "{}", unused.message);
    }
}

#[test]
fn lists_of_some_reasons_cover_a_certificate_only_together() {
    let (name, key) = PROGRAMME_ROOT;
    let issuers = [Forge::authority("Issuing CA", "nobody").below_listed(name, key)];
    let of_reasons = |bits: [u8; 2]| {
        let value = sequence(&[&element(0x83, [&[7][..], &bits].concat())]);
        let scope = ("2.5.29.28".to_owned(), true, value);
        ForgeList::new("Issuing CA", &[]).but(|list| list.extensions.push(scope))
    };
    let of_leaf = |lists: &[ForgeList]| {
        let found = judge_with(&server(), &issuers, &[], lists);
        let of_leaf = found.findings.iter().filter(|one| one.certificate == Some(0));
        of_leaf.filter(|one| one.id == Rule::RevocationListNotUsable).count()
    };
    let (some, others) = (of_reasons([0x60, 0]), of_reasons([0x1F, 0x80]));
    assert_eq!(of_leaf(&[some, others]), 0);
    assert_eq!(of_leaf(&[of_reasons([0x60, 0])]), 1);
}

/// issuingDistributionPoint of an indirect list.
fn indirect() -> forge::Extension {
    ("2.5.29.28".to_owned(), true, sequence(&[&element(0x84, [0xFF])]))
}

#[test]
fn an_indirect_list_covers_the_certificates_that_name_its_issuer() {
    let (name, key) = PROGRAMME_ROOT;
    let issuers = [
        Forge::authority("Issuing CA", "nobody").below_listed(name, key),
        Forge::authority("List CA", "Issuing CA"),
    ];
    let directory = |of: &str| element(0xA4, forge::name(of));
    let point = sequence(&[&sequence(&[&element(0xA2, directory("List CA"))])]);
    let pointing = server().with(CRL_DISTRIBUTION_POINTS, false, point);
    let serial = server().serial;
    let list = |entry_issuer: Option<&str>| {
        ForgeList::new("List CA", &[&serial]).but(|list| {
            list.entry_issuer = entry_issuer.map(str::to_owned);
            list.extensions.push(indirect());
        })
    };
    let rules = |server: &Forge, list: ForgeList| {
        let found = judge_with(server, &issuers, &[], &[list]);
        let of_leaf = found.findings.iter().filter(|one| one.certificate == Some(0));
        let ids: Vec<Rule> = of_leaf.map(|one| one.id).collect();
        [Rule::Revoked, Rule::RevocationUnknown, Rule::RevocationListNotUsable]
            .map(|rule| ids.contains(&rule))
    };
    assert_eq!(rules(&pointing, list(Some("Issuing CA"))), [true, false, false]);
    // The same serial number of another issuer, be it the list's own.
    assert_eq!(rules(&pointing, list(Some("Other CA"))), [false, false, false]);
    assert_eq!(rules(&pointing, list(None)), [false, false, false]);
    // Nobody asked that authority, or it does not speak for others.
    assert_eq!(rules(&server(), list(Some("Issuing CA"))), [false, true, false]);
    let plain = list(None).but(|list| list.extensions.truncate(1));
    assert_eq!(rules(&pointing, plain), [false, true, false]);
    let own = list(Some("Issuing CA")).but(|list| {
        "Issuing CA".clone_into(&mut list.issuer);
        "Issuing CA".clone_into(&mut list.signer);
        list.extensions.truncate(1);
    });
    assert_eq!(rules(&pointing, own), [false, false, true]);
}
