//! Which topics a view needs.

use super::{
    View,
    line::within,
    maths::{asinh, tan},
};
use api::live::{Subscription, TILE_ZOOM, TILE_ZOOM_WIDE, TOPICS_MAX};
use std::fmt::Write;

/// Beside the tiles, every map follows the clock and the feeds' health.
pub(crate) const STATUS: &str = "status";
/// Below this zoom a street's tiles would be too many and a bus a speck.
const WIDE_BELOW_ZOOM: f64 = 9.0;
const LATITUDE_MAX: f64 = 85.0511;

/// The topics of a view: its tiles, and [`STATUS`]. Of a view with too many tiles the wide ones, of a view
/// of half the world the middle.
pub(crate) fn of_view(view: &View) -> Vec<String> {
    let mut tiles = if view.zoom < WIDE_BELOW_ZOOM { Vec::new() } else { tiles(view, TILE_ZOOM) };
    if tiles.is_empty() {
        tiles = self::tiles(view, TILE_ZOOM_WIDE);
    }
    tiles.push(STATUS.to_owned());
    tiles
}

/// [`api::live::ClientMessage::Subscribe`] as JSON. Written by hand: a tile's name needs no escape, and a
/// library for JSON weighs more than the movement of all buses.
pub(crate) fn words(topics: &[Subscription]) -> String {
    let mut words = String::from("{\"type\":\"subscribe\",\"topics\":[");
    for (i, Subscription { topic, cursor }) in topics.iter().enumerate() {
        words.push_str(if i == 0 { "{\"topic\":\"" } else { ",{\"topic\":\"" });
        words.push_str(topic);
        words.push('"');
        if let Some(cursor) = cursor {
            let _ =
                write!(words, ",\"cursor\":{{\"epoch\":{},\"seq\":{}}}", cursor.epoch, cursor.seq);
        }
        words.push('}');
    }
    words.push_str("]}");
    words
}

/// Tiles at a zoom; none when they are more than a reader may have.
fn tiles(view: &View, zoom: u8) -> Vec<String> {
    let (left, top) = tile(view.west, view.north, zoom);
    let (right, bottom) = tile(view.east, view.south, zoom);
    let (columns, rows) = ((right - left + 1) as usize, (bottom - top + 1) as usize);
    if columns.saturating_mul(rows) >= TOPICS_MAX {
        return if zoom == TILE_ZOOM_WIDE { middle(view) } else { Vec::new() };
    }
    let row = |y: i64| (left..=right).map(move |x| format!("tile/{zoom}/{x}/{y}"));
    (top..=bottom).flat_map(row).collect()
}

fn middle(view: &View) -> Vec<String> {
    let zoom = TILE_ZOOM_WIDE;
    let (x, y) =
        tile(f64::midpoint(view.west, view.east), f64::midpoint(view.south, view.north), zoom);
    (-4..=4)
        .flat_map(|dy| (-4..=4).map(move |dx| format!("tile/{zoom}/{}/{}", x + dx, y + dy)))
        .collect()
}

/// The slippy-map tile of a place.
fn tile(lon: f64, lat: f64, zoom: u8) -> (i64, i64) {
    let n = f64::from(1_u32 << zoom);
    let lat = within(lat, -LATITUDE_MAX, LATITUDE_MAX).to_radians();
    let x = (lon + 180.0) / 360.0 * n;
    let y = (1.0 - asinh(tan(lat)) / std::f64::consts::PI) / 2.0 * n;
    let clamp = |v: f64| (v.floor() as i64).clamp(0, n as i64 - 1);
    (clamp(x), clamp(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(west: f64, south: f64, east: f64, north: f64, zoom: f64) -> View {
        View { west, south, east, north, zoom }
    }

    #[test]
    fn tiles_are_those_of_every_slippy_map() {
        assert_eq!(tile(76.91, 43.25, 12), (2923, 1501));
        assert_eq!(tile(-180.0, 85.1, 12), (0, 0));
        assert_eq!(tile(180.0, -85.1, 12), (4095, 4095));
    }

    #[test]
    fn a_street_has_few_topics_and_a_city_some() {
        let street = of_view(&view(76.90, 43.24, 76.91, 43.25, 15.0));
        assert!(
            street.iter().any(|t| t == "tile/12/2923/1501") && street.iter().any(|t| t == STATUS)
        );
        assert!(street.len() <= 3, "{street:?}");
        let city = of_view(&view(76.7, 43.1, 77.1, 43.4, 10.5));
        assert!(city.len() > 10 && city.len() <= TOPICS_MAX, "{}", city.len());
        assert!(city.iter().all(|t| t.starts_with("tile/12/") || t == STATUS));
    }

    #[test]
    fn the_words_are_those_of_the_protocol() {
        use api::live::{ClientMessage, Cursor};
        let of = |topic: &str, cursor| Subscription { topic: topic.to_owned(), cursor };
        let cursor = Some(Cursor { epoch: u32::MAX, seq: 7 });
        for topics in [vec![], vec![of("status", None), of("tile/12/2923/1501", cursor)]] {
            let said: ClientMessage = serde_json::from_str(&words(&topics)).unwrap();
            assert_eq!(said, ClientMessage::Subscribe { topics });
        }
    }

    #[test]
    fn a_wide_view_never_asks_for_more_than_a_reader_may_have() {
        for (zoom, span) in [(8.0, 4.0), (9.5, 10.0), (4.0, 60.0), (0.0, 360.0)] {
            let topics = of_view(&view(-span / 2.0, -span / 4.0, span / 2.0, span / 4.0, zoom));
            assert!(topics.len() > 1 && topics.len() <= TOPICS_MAX, "{zoom}: {}", topics.len());
            assert!(topics.iter().all(|t| t.starts_with("tile/8/") || t == STATUS), "{zoom}");
        }
    }
}
