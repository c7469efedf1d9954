//! Where vehicles were, gathered into pieces of some minutes: what evidence looks at beside the visits.

use crate::record::TrackRow;
use crate::track::{TrackFix, append};
use transit::EpochS;
use transit::ids::VehicleIdx;

/// A piece is no longer than about this, seconds: what a crash loses, and what evidence waits for.
const PIECE_S: EpochS = 300;
/// Pieces of different vehicles differ by up to so much, seconds: not all are written in one tick.
const SPREAD_S: EpochS = 120;
/// Positions of a piece at most.
const FIXES_MAX: usize = 150;
/// A clock that was ahead by more than this has been set right, seconds.
const SET_BACK_S: EpochS = 3_600;
/// Pieces of vehicles that fell silent are looked for once in so many seconds.
const LOOK_S: EpochS = 60;

/// A vehicle's piece in the making.
#[derive(Debug, Default)]
struct Piece {
    from_at: EpochS,
    last: Option<TrackFix>,
    count: usize,
    body: String,
    /// The newest position told of this vehicle, in whichever piece.
    newest: EpochS,
}

impl Piece {
    fn closed(&mut self, vehicle_id: &str) -> Option<TrackRow> {
        let last = self.last.take()?;
        self.count = 0;
        Some(TrackRow {
            vehicle_id: vehicle_id.to_owned(),
            from_at: self.from_at,
            to_at: last.at,
            body: std::mem::take(&mut self.body),
        })
    }
}

/// The pieces of all vehicles, by index.
#[derive(Debug, Default)]
pub struct Tracks {
    pieces: Vec<Piece>,
    looked_at: Option<EpochS>,
}

/// Longest piece of a vehicle, seconds.
fn longest_s(vehicle: VehicleIdx) -> EpochS {
    PIECE_S - SPREAD_S / 2 + (vehicle.get() as EpochS * 37) % SPREAD_S
}

impl Tracks {
    /// Notes a position, unless it is no newer than the last; gives the piece before, if it is full.
    pub fn note(&mut self, vehicle: VehicleIdx, id: &str, fix: TrackFix) -> Option<TrackRow> {
        if self.pieces.len() <= vehicle.get() {
            self.pieces.resize_with(vehicle.get() + 1, Piece::default);
        }
        let piece = self.pieces.get_mut(vehicle.get())?;
        let set_back = piece.newest - fix.at > SET_BACK_S;
        if fix.at <= piece.newest && !set_back {
            return None;
        }
        let long = fix.at - piece.from_at > longest_s(vehicle);
        let full = piece.last.is_some() && (long || set_back || piece.count >= FIXES_MAX);
        let row = if full { piece.closed(id) } else { None };
        if piece.last.is_none() {
            piece.from_at = fix.at;
        }
        append(&mut piece.body, piece.from_at, piece.last.as_ref(), &fix);
        (piece.last, piece.newest) = (Some(fix), fix.at);
        piece.count += 1;
        row
    }

    /// Pieces of vehicles that fell silent; `id` names them.
    pub fn close_old<'a>(
        &mut self,
        now: EpochS,
        id: impl Fn(VehicleIdx) -> &'a str,
        rows: &mut Vec<TrackRow>,
    ) {
        if self.looked_at.is_some_and(|at| (0..LOOK_S).contains(&(now - at))) {
            return;
        }
        self.looked_at = Some(now);
        for (i, piece) in self.pieces.iter_mut().enumerate() {
            let vehicle = VehicleIdx::from(i);
            if now - piece.from_at > longest_s(vehicle) {
                rows.extend(piece.closed(id(vehicle)));
            }
        }
    }

    /// All pieces, however short.
    pub fn close_all<'a>(&mut self, id: impl Fn(VehicleIdx) -> &'a str, rows: &mut Vec<TrackRow>) {
        for (i, piece) in self.pieces.iter_mut().enumerate() {
            rows.extend(piece.closed(id(VehicleIdx::from(i))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::fixes;

    fn fix(at: EpochS) -> TrackFix {
        TrackFix { at, lat_e5: at as i32, lon_e5: 7, speed_dmps: Some(50), occupancy: None }
    }

    #[test]
    fn nothing_is_lost_or_told_twice() {
        let (mut tracks, mut rows) = (Tracks::default(), Vec::new());
        let vehicle = VehicleIdx::from(3);
        for at in (1_000..3_000).step_by(10) {
            rows.extend(tracks.note(vehicle, "a", fix(at)));
            assert_eq!(tracks.note(vehicle, "a", fix(at)), None, "a repeated one");
            assert_eq!(tracks.note(vehicle, "a", fix(at - 5)), None, "an older one");
        }
        tracks.close_all(|_| "a", &mut rows);
        let all: Vec<EpochS> =
            rows.iter().flat_map(|r| fixes(r.from_at, &r.body)).map(|f| f.at).collect();
        assert_eq!(all, (1_000..3_000).step_by(10).collect::<Vec<_>>());
        assert!(rows.iter().all(|r| r.to_at - r.from_at <= PIECE_S + SPREAD_S / 2), "{rows:?}");
        assert!(rows.len() > 4);
    }

    #[test]
    fn a_vehicle_that_fell_silent_is_told_all_the_same() {
        let (mut tracks, mut rows) = (Tracks::default(), Vec::new());
        assert_eq!(tracks.note(VehicleIdx::from(0), "a", fix(1_000)), None);
        tracks.close_old(1_060, |_| "a", &mut rows);
        assert_eq!(rows, [], "it may go on");
        tracks.close_old(1_500, |_| "a", &mut rows);
        assert_eq!((rows.len(), rows[0].from_at, rows[0].to_at), (1, 1_000, 1_000));
        tracks.close_all(|_| "a", &mut rows);
        assert_eq!(rows.len(), 1);
    }
}
