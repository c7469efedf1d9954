//! R-trees over stops and shape pieces.

use crate::ids::{ShapeIdx, StopIdx};
use crate::place::LatLon;

/// R-trees over what does not move.
#[derive(Debug, Default)]
pub struct SpatialIndex {}

/// A piece of a shape near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearPiece {
    /// The shape.
    pub shape: ShapeIdx,
    /// The piece, between points `piece` and `piece + 1`.
    pub piece: u32,
    /// Metres from the place.
    pub distance_m: f64,
}

impl SpatialIndex {
    /// Stops within `radius_m`, nearest first, at most `limit`.
    pub fn stops_near(&self, _place: LatLon, _radius_m: f64, _limit: usize) -> Vec<(StopIdx, f64)> {
        todo!("timetable room")
    }

    /// Shape pieces within `radius_m`, nearest first, at most one for each shape and stretch.
    pub fn pieces_near(&self, _place: LatLon, _radius_m: f64) -> Vec<NearPiece> {
        todo!("timetable room")
    }

    /// Stops within the box, at most `limit`.
    pub fn stops_in(
        &self,
        _south_west: LatLon,
        _north_east: LatLon,
        _limit: usize,
    ) -> Vec<StopIdx> {
        todo!("timetable room")
    }
}
