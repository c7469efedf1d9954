//! Ids. Those that we give are UUIDv7, made of the time and of randomness that the caller brings; those of
//! the feed and of the city's own lists are strings, so that a record outlives the timetable and the list.

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// An id of ours from the time, milliseconds since the epoch, and 80 random bits (74 of them are used).
fn version_7(at_ms: u64, random: [u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(at_ms, &random).into_uuid()
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id: UUIDv7 of `at_ms`, milliseconds since the epoch, and random bits.
            pub fn new(at_ms: u64, random: [u8; 10]) -> Self {
                Self(version_7(at_ms, random))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

macro_rules! code {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

id! {
    /// One call, visit, chat or letter.
    ContactId;
    /// One who appeals.
    ApplicantId;
    /// The legal unit.
    AppealId;
    /// The problem behind many appeals.
    CaseId;
    /// One frozen piece of evidence.
    EvidenceId;
    /// A promise to mend a case.
    MeasureId;
    /// A study of what a measure did.
    EffectId;
    /// A member of staff, or an account of a citizen.
    PersonId;
}

code! {
    /// A desk: a queue that people work off.
    DeskId;
    /// An organisation: a department of the city, a carrier, the police.
    OrgId;
    /// A topic of the city's tree of topics.
    TopicId;
    /// `route_id`.
    RouteId;
    /// `stop_id`.
    StopId;
    /// `trip_id`.
    TripId;
    /// `vehicle.id` of the feed.
    VehicleId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_their_time_and_read_back() {
        let early = AppealId::new(1_000, [255; 10]);
        let late = AppealId::new(2_000, [0; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<AppealId>().unwrap(), early);
        assert_eq!(early.0.get_version_num(), 7);
        assert_ne!(AppealId::new(1_000, [1; 10]), early);
    }
}
