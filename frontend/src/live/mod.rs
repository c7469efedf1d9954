//! What the live map knows, and how its buses move. Pure: bytes and instants in, places out; the sockets
//! and the drawing stand in `console::browser`.

pub(crate) mod fleet;
pub(crate) mod frames;
pub(crate) mod glide;
pub(crate) mod line;
pub(crate) mod maths;
pub(crate) mod topics;

/// What the map shows, degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct View {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
    pub zoom: f64,
}

impl View {
    /// Whether a place is in view, or so near to it that it soon may be.
    pub fn is_near(&self, lon: f64, lat: f64) -> bool {
        let (dx, dy) = ((self.east - self.west) * 0.2, (self.north - self.south) * 0.2);
        (self.west - dx..=self.east + dx).contains(&lon)
            && (self.south - dy..=self.north + dy).contains(&lat)
    }
}
