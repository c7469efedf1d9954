#![allow(clippy::needless_raw_string_hashes, reason = "as expect-test writes them")]

use super::*;
use expect_test::expect;
use std::fmt::Write as _;

fn person(n: u8) -> PersonId {
    PersonId::new(1, [n; 10])
}

fn viewer(role: Role) -> Viewer {
    Viewer { role, person: Some(person(1)), org: None, revealed: false }
}

fn record() -> Sight {
    Sight {
        own: false,
        public: true,
        private: false,
        assignee: None,
        orgs: vec!["carrier-a".into()],
        taken_by: None,
    }
}

#[test]
fn what_each_role_sees_of_an_open_appeal_that_is_not_its_own() {
    let mut table = String::new();
    for role in Role::ALL {
        let mut viewer = viewer(role);
        viewer.org = (role == Role::Carrier).then(|| "carrier-a".into());
        let row: String = Field::ALL
            .iter()
            .map(|f| match visibility(&viewer, *f, &record(), 0) {
                Visibility::Full => 'F',
                Visibility::Masked => 'm',
                Visibility::Hidden => '.',
            })
            .collect();
        writeln!(table, "{row} {role:?}").unwrap();
    }
    expect![[r#"
        FFF...FF.F............ Public
        FFF...FF.F............ CitizenPin
        FFF...FF.F............ CitizenAccount
        FFFFFFFFmFFFFFmmmm.... PhoneOperator
        FFFFFFFFmFFFFFmmmm.... Consultant
        FFFFFFFFmFFFFFmmmm.... SmmOperator
        FFFFFFFFmFFFFFmmmm.mF. Handler
        FFFFF.FF.FF.F......... Carrier
        FFFFF.FF.FFFF......... Dispatcher
        FFFFFFFFmFFFFFmmmmm... Controller
        FFFFFFFFmFFFFFmmmmmmFF Supervisor
        FFFFFFFFFFFFFFFFFFFmFF Head
        FFFFF.FF.FFFF......... Analyst
        ...................... Admin
        FFFFF.FF.FFFFF.......F Auditor
        FFF...FF.F............ ApiClient
        ...................... System
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_carrier_never_learns_who_complained() {
    for org in ["carrier-a", "carrier-b"] {
        for revealed in [false, true] {
            for own in [false, true] {
                let viewer = Viewer {
                    role: Role::Carrier,
                    person: Some(person(1)),
                    org: Some(org.into()),
                    revealed,
                };
                let record = Sight {
                    own,
                    assignee: Some(person(1)),
                    taken_by: Some((person(1), 0)),
                    ..record()
                };
                for field in Field::ALL.into_iter().filter(|f| f.is_personal()) {
                    assert_eq!(visibility(&viewer, field, &record, 0), Visibility::Hidden);
                }
            }
        }
    }
    assert_eq!(may(Role::Carrier, Action::Reveal), Grant::No);
    assert_eq!(may(Role::Carrier, Action::ExportPersonal), Grant::No);
}

#[test]
fn another_carrier_sees_no_more_than_the_public() {
    let other = Viewer { org: Some("carrier-b".into()), ..viewer(Role::Carrier) };
    for field in Field::ALL {
        assert_eq!(
            visibility(&other, field, &record(), 0),
            visibility(&viewer(Role::Public), field, &record(), 0)
        );
    }
}

#[test]
fn who_took_the_call_sees_the_number_for_a_day() {
    let taken = Sight { taken_by: Some((person(1), 1_000)), ..record() };
    let operator = viewer(Role::PhoneOperator);
    let sees = |now| visibility(&operator, Field::Phone, &taken, now);
    assert_eq!(sees(1_000), Visibility::Full);
    assert_eq!(sees(1_000 + 86_400), Visibility::Full);
    assert_eq!(sees(1_000 + 86_401), Visibility::Masked);
    let with_reason = Viewer { revealed: true, ..operator.clone() };
    assert_eq!(visibility(&with_reason, Field::Phone, &taken, 200_000), Visibility::Full);
    let another = Viewer { person: Some(person(2)), ..operator };
    assert_eq!(visibility(&another, Field::Phone, &taken, 1_000), Visibility::Masked);
}

#[test]
fn the_public_sees_nothing_of_what_is_not_published_or_private() {
    for hidden in [Sight { public: false, ..record() }, Sight { private: true, ..record() }] {
        for role in [Role::Public, Role::CitizenPin, Role::CitizenAccount, Role::ApiClient] {
            for field in Field::ALL {
                assert_eq!(visibility(&viewer(role), field, &hidden, 0), Visibility::Hidden);
            }
        }
    }
}

#[test]
fn an_administrator_has_no_access_to_data_and_nobody_administers_who_works() {
    for field in Field::ALL {
        let admin = Viewer { revealed: true, ..viewer(Role::Admin) };
        assert_eq!(visibility(&admin, field, &record(), 0), Visibility::Hidden);
    }
    for role in Role::ALL {
        if role != Role::Admin {
            assert_eq!(may(role, Action::Administer), Grant::No, "{role:?}");
        }
    }
}

#[test]
fn a_reason_only_ever_shows_more() {
    for role in Role::ALL {
        for field in Field::ALL {
            let without = viewer(role);
            let with = Viewer { revealed: true, ..without.clone() };
            let (a, b) =
                (visibility(&without, field, &record(), 0), visibility(&with, field, &record(), 0));
            assert!(b >= a, "{role:?} {field:?}");
            if b > a {
                assert_eq!(may(role, Action::Reveal), Grant::Yes, "{role:?} {field:?}");
                assert_eq!(a, Visibility::Masked, "{role:?} {field:?}");
            }
        }
    }
}
