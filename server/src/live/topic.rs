//! Names of topics.

use api::live::{TILE_ZOOM, TILE_ZOOM_WIDE};
use transit::LatLon;

/// What a reader can follow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Vehicles in a tile.
    Tile(Tile),
    /// Vehicles of a route.
    Route(Box<str>),
    /// The board of a stop.
    Stop(Box<str>),
    /// Open incidents and the last hour's.
    Incidents,
    /// Clock and feeds.
    Status,
}

/// A slippy-map tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Zoom: [`TILE_ZOOM`] or [`TILE_ZOOM_WIDE`].
    pub z: u8,
    /// Column, from the date line eastward.
    pub x: u16,
    /// Row, from the north downward.
    pub y: u16,
}

/// North and south end of the map projection, degrees.
const MERCATOR_LAT_MAX: f64 = 85.051_128_78;

impl Tile {
    /// The tile of `place` at zoom `z` (at most 16); places beyond the projection count to its edge.
    pub fn of(place: LatLon, z: u8) -> Self {
        let count = f64::from(1_u32 << z);
        let lat = place.lat.clamp(-MERCATOR_LAT_MAX, MERCATOR_LAT_MAX).to_radians();
        let x = (place.lon + 180.0) / 360.0 * count;
        let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * count;
        let index = |v: f64| v.clamp(0.0, count - 1.0) as u16;
        Self { z, x: index(x), y: index(y) }
    }

    /// South, west, north and east end, degrees. A place well inside them is in this tile, and to see that is
    /// cheaper than [`Tile::of`].
    pub fn bounds(self) -> [f64; 4] {
        let count = f64::from(1_u32 << self.z);
        let lon = |x: u32| f64::from(x) / count * 360.0 - 180.0;
        let lat = |y: u32| {
            let north = std::f64::consts::PI * (1.0 - 2.0 * f64::from(y) / count);
            north.sinh().atan().to_degrees()
        };
        let (x, y) = (u32::from(self.x), u32::from(self.y));
        [lat(y + 1), lon(x), lat(y), lon(x + 1)]
    }

    /// The tile of a smaller zoom that holds this one.
    #[must_use]
    pub fn at_zoom(self, z: u8) -> Self {
        let by = self.z.saturating_sub(z);
        Self { z: self.z - by, x: self.x >> by, y: self.y >> by }
    }
}

impl Topic {
    /// Reads a topic's name; or says, for a person, why it is none.
    pub fn parse(name: &str) -> Result<Self, String> {
        match name.split_once('/') {
            None if name == "incidents" => Ok(Self::Incidents),
            None if name == "status" => Ok(Self::Status),
            Some(("route", id)) if !id.is_empty() => Ok(Self::Route(id.into())),
            Some(("stop", id)) if !id.is_empty() => Ok(Self::Stop(id.into())),
            Some(("tile", rest)) => tile(rest).map(Self::Tile).ok_or_else(|| {
                format!(
                    "a tile is tile/{{z}}/{{x}}/{{y}} with z {TILE_ZOOM} or {TILE_ZOOM_WIDE} and x, y below 2^z"
                )
            }),
            _ => Err("no such topic: there are tile/{z}/{x}/{y}, route/{route_id}, stop/{stop_id}, \
                      incidents and status"
                .to_owned()),
        }
    }
}

impl Topic {
    /// Said as a whole, each frame replacing the one before; the others are vehicles and their changes.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Stop(_) | Self::Incidents | Self::Status)
    }
}

fn tile(text: &str) -> Option<Tile> {
    let mut parts = text.split('/');
    let (z, x, y) = (parts.next()?, parts.next()?, parts.next()?);
    let tile = Tile { z: z.parse().ok()?, x: x.parse().ok()?, y: y.parse().ok()? };
    let known = (tile.z == TILE_ZOOM || tile.z == TILE_ZOOM_WIDE) && parts.next().is_none();
    (known && u32::from(tile.x.max(tile.y)) < 1 << tile.z).then_some(tile)
}

/// The topic's name.
impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tile(t) => write!(f, "tile/{}/{}/{}", t.z, t.x, t.y),
            Self::Route(id) => write!(f, "route/{id}"),
            Self::Stop(id) => write!(f, "stop/{id}"),
            Self::Incidents => f.write_str("incidents"),
            Self::Status => f.write_str("status"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_and_write_alike() {
        for name in
            ["tile/12/2923/1502", "tile/8/0/255", "route/12/a", "stop/б 1", "incidents", "status"]
        {
            assert_eq!(Topic::parse(name).unwrap().to_string(), name);
        }
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/12/1",
            "tile/12/4096/0",
            "tile/13/0/0",
            "tile/12/1/2/3",
            "tile/12/-1/0",
            "route/",
            "stop/",
            "routes",
            "incidents/1",
            // What the staff see is asked for with a session: no topic of anybody's tells it.
            "appeals",
            "appeals/fresh",
            "staff",
            "staff/fresh",
            "case/1",
        ] {
            assert!(Topic::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tiles_are_those_of_every_other_map() {
        // Almaty, checked against the formula of the OpenStreetMap wiki ("Slippy map tilenames").
        let almaty = Tile::of(LatLon::new(43.2389, 76.8897), 12);
        assert_eq!(almaty, Tile { z: 12, x: 2922, y: 1501 });
        assert_eq!(almaty.at_zoom(8), Tile::of(LatLon::new(43.2389, 76.8897), 8));
        let [south, west, north, east] = almaty.bounds();
        let inside = |lat: f64, lon: f64| Tile::of(LatLon::new(lat, lon), 12) == almaty;
        assert!(inside(south + 1e-9, west + 1e-9) && inside(north - 1e-9, east - 1e-9));
        assert!(!inside(south - 1e-9, west + 1e-9) && !inside(north - 1e-9, east + 1e-9));
        assert_eq!(Tile::of(LatLon::new(90.0, 180.0), 8), Tile { z: 8, x: 255, y: 0 });
        assert_eq!(Tile::of(LatLon::new(-90.0, -180.0), 8), Tile { z: 8, x: 0, y: 255 });
    }
}
