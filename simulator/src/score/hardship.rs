//! Worlds in which the feed's names fail: of another vehicle, another run, another day, another timetable, or
//! none at all; and silences in which a bus passes stops.

use super::trial::{Look, Trial, judged_by};
use crate::config::{FeedManner, TripNaming, WorldConfig};
use crate::worlds::{self, DATE, Kind, WorldsError};
use transit::EpochS;

/// Share of runs, or of pairs of runs, that are misnamed.
const SHARE: f64 = 0.1;
/// The whole feed is silent so often, and for so long, seconds.
const SILENT_EVERY_S: EpochS = 900;
const SILENT_S: EpochS = 240;
/// Holes are laid out over so long, seconds.
const SILENT_WITHIN_S: EpochS = 5 * 3_600;

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hardship {
    /// One run in ten goes under the trip id of the run before or after it, which another bus drives too.
    Neighbour,
    /// One run in ten goes under the trip that its vehicle drove before.
    Stale,
    /// One pair of successive runs in ten goes under exchanged names.
    Swapped,
    /// Every trip is said to be of yesterday.
    Yesterday,
    /// The timetable has other trip ids than the feed.
    OtherVersion,
    /// Nothing is named but the vehicle.
    Nothing,
    /// The same, where ten lines share a terminal and its street.
    NothingAtSharedTerminal,
    /// One run in ten goes under the vehicle's last trip, where ten lines share a terminal.
    StaleAtSharedTerminal,
    /// The feed is silent for four minutes in every quarter of an hour.
    Silence,
}

impl Hardship {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Neighbour,
        Self::Stale,
        Self::Swapped,
        Self::Yesterday,
        Self::OtherVersion,
        Self::Nothing,
        Self::NothingAtSharedTerminal,
        Self::StaleAtSharedTerminal,
        Self::Silence,
    ];

    fn kind(self) -> Kind {
        match self {
            Self::NothingAtSharedTerminal | Self::StaleAtSharedTerminal => Kind::SharedTerminal,
            _ => Kind::DenseCity,
        }
    }

    fn feed(self, feed: FeedManner, from: EpochS) -> FeedManner {
        match self {
            Self::Neighbour => FeedManner { neighbour_trip_share: SHARE, ..feed },
            Self::Stale | Self::StaleAtSharedTerminal => {
                FeedManner { stale_trip_share: SHARE, ..feed }
            }
            Self::Swapped => FeedManner { swapped_trip_share: SHARE, ..feed },
            Self::Yesterday => FeedManner { dated_yesterday: true, ..feed },
            Self::OtherVersion => feed,
            Self::Nothing | Self::NothingAtSharedTerminal => {
                FeedManner { naming: TripNaming::Nothing, ..feed }
            }
            Self::Silence => {
                let begins =
                    (0..SILENT_WITHIN_S / SILENT_EVERY_S).map(|k| from + k * SILENT_EVERY_S);
                FeedManner { holes: begins.map(|at| (at, at + SILENT_S)).collect(), ..feed }
            }
        }
    }
}

/// Watches a usual day's world with a hardship over a window of the service day (seconds).
pub fn hard(
    hardship: Hardship,
    seed: u64,
    seconds: (EpochS, EpochS),
    look: Look<'_>,
) -> Result<Trial, WorldsError> {
    let kind = hardship.kind();
    let (timetable, config) = worlds::generate(kind, seed)?;
    let from = timetable.origin(DATE) + seconds.0;
    let config = WorldConfig { feed: hardship.feed(config.feed.clone(), from), ..config };
    let known = match hardship {
        Hardship::OtherVersion => worlds::renamed(kind, seed)?,
        _ => timetable.clone(),
    };
    let world = (format!("{hardship:?} {seed}"), timetable, config);
    Ok(judged_by(known, world, DATE, seconds, (&mut |_, _| Vec::new(), look)))
}
