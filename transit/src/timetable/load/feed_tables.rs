//! The rows of a feed as it gives them, for rules that ask what the feed says rather than what can be run.
//!
//! A [`Timetable`](crate::Timetable) interpolates times, leaves out trips that nobody could ride and straightens
//! missing shapes. A rule such as "`trip_id` does not exist" or "no time in `stop_times.txt`" must not see that.

use super::archive::Archive;
use super::finding::Findings;
use super::rows::Rows;
use super::{LoadError, LoadLimits};
use crate::place::LatLon;
use crate::timetable::Frequency;
use rustc_hash::FxHashMap;

/// Ids, references and times of a feed, unmended.
#[derive(Debug, Default)]
pub struct FeedTables {
    /// `agency_id` of each agency, its name where it has none.
    pub agency_ids: Vec<Box<str>>,
    /// Rows of `stops.txt`.
    pub stops: Vec<StopRow>,
    /// Rows of `trips.txt`.
    pub trips: Vec<TripRow>,
    /// Points of `shapes.txt` by shape, in sequence.
    pub shapes: Vec<Vec<LatLon>>,
    routes: FxHashMap<Box<str>, u32>,
    stop_by_id: FxHashMap<Box<str>, u32>,
    trip_by_id: FxHashMap<Box<str>, u32>,
    shape_by_id: FxHashMap<Box<str>, u32>,
    /// By trip, then by sequence.
    stop_times: Vec<StopTimeRow>,
}

/// A row of `stops.txt`.
#[derive(Clone, Debug)]
pub struct StopRow {
    /// `stop_id`.
    pub id: Box<str>,
    /// `location_type`; 0 where empty.
    pub location_type: u32,
    /// Where it is.
    pub place: Option<LatLon>,
}

/// A row of `trips.txt` with its rows of other files.
#[derive(Clone, Debug)]
pub struct TripRow {
    /// `trip_id`.
    pub id: Box<str>,
    /// `route_id`.
    pub route_id: Box<str>,
    /// `direction_id`.
    pub direction: Option<u32>,
    /// `block_id`; empty where none.
    pub block_id: Box<str>,
    /// Number of its shape in [`FeedTables::shapes`].
    pub shape: Option<u32>,
    /// Its rows of `frequencies.txt`.
    pub frequencies: Vec<Frequency>,
    times: (u32, u32),
}

/// A row of `stop_times.txt`.
#[derive(Clone, Copy, Debug)]
pub struct StopTimeRow {
    trip: u32,
    /// `stop_sequence`.
    pub sequence: u32,
    /// Number of the stop in [`FeedTables::stops`].
    pub stop: u32,
    /// `arrival_time`, seconds of the service day.
    pub arrival_s: Option<i32>,
    /// `departure_time`, seconds of the service day.
    pub departure_s: Option<i32>,
}

impl FeedTables {
    /// Reads a GTFS zip, within the same limits as a timetable. A row that cannot be read is left out: the
    /// report of [`crate::Timetable::from_zip`] says so.
    pub fn from_zip(bytes: &[u8], limits: LoadLimits) -> Result<Self, LoadError> {
        let mut findings = Findings::default();
        let mut archive = Archive::open(bytes, limits, &mut findings)?;
        let mut tables = Self::default();
        tables.read_agencies_and_routes(&mut archive, &mut findings)?;
        tables.read_stops(&mut archive, &mut findings)?;
        tables.read_trips(&mut archive, &mut findings)?;
        tables.read_stop_times(&mut archive, &mut findings)?;
        tables.read_frequencies(&mut archive, &mut findings)?;
        tables.read_shapes(&mut archive, &mut findings)?;
        Ok(tables)
    }

    /// Whether `routes.txt` has the route.
    pub fn has_route(&self, id: &str) -> bool {
        self.routes.contains_key(id)
    }

    /// Whether `agency.txt` has the agency.
    pub fn has_agency(&self, id: &str) -> bool {
        self.agency_ids.iter().any(|a| **a == *id)
    }

    /// The stop of `id`.
    pub fn stop(&self, id: &str) -> Option<&StopRow> {
        self.stop_by_id.get(id).map(|i| &self.stops[*i as usize])
    }

    /// The trip of `id`.
    pub fn trip(&self, id: &str) -> Option<&TripRow> {
        self.trip_by_id.get(id).map(|i| &self.trips[*i as usize])
    }

    /// The stop times of a trip, by sequence.
    pub fn stop_times(&self, trip: &TripRow) -> &[StopTimeRow] {
        &self.stop_times[trip.times.0 as usize..trip.times.1 as usize]
    }

    /// The points of a trip's shape; `None` if it has none.
    pub fn shape(&self, trip: &TripRow) -> Option<&[LatLon]> {
        let points = &self.shapes[trip.shape? as usize];
        (!points.is_empty()).then_some(points.as_slice())
    }

    fn read_agencies_and_routes(
        &mut self,
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        if let Some(mut rows) = Rows::open(archive, "agency.txt", findings)? {
            let (id, name) = (rows.column("agency_id"), rows.column("agency_name"));
            while rows.next(findings)? {
                let given = if rows.bytes(id).is_empty() { name } else { id };
                self.agency_ids.push(rows.text(given, findings).into());
            }
        }
        if let Some(mut rows) = Rows::open(archive, "routes.txt", findings)? {
            let id = rows.column("route_id");
            while rows.next(findings)? {
                let number = self.routes.len() as u32;
                self.routes.entry(rows.text(id, findings).into()).or_insert(number);
            }
        }
        Ok(())
    }

    fn read_stops(
        &mut self,
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        let Some(mut rows) = Rows::open(archive, "stops.txt", findings)? else { return Ok(()) };
        let [id, lat, lon, kind] =
            ["stop_id", "stop_lat", "stop_lon", "location_type"].map(|c| rows.column(c));
        while rows.next(findings)? {
            let place = rows.number(lat, findings).zip(rows.number(lon, findings));
            let row = StopRow {
                id: rows.text(id, findings).into(),
                location_type: rows.whole(kind, findings).unwrap_or(0),
                place: place.map(|(lat, lon)| LatLon::new(lat, lon)),
            };
            self.stop_by_id.insert(row.id.clone(), self.stops.len() as u32);
            self.stops.push(row);
        }
        Ok(())
    }

    fn read_trips(
        &mut self,
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        let Some(mut rows) = Rows::open(archive, "trips.txt", findings)? else { return Ok(()) };
        let [id, route, direction, block, shape] =
            ["trip_id", "route_id", "direction_id", "block_id", "shape_id"].map(|c| rows.column(c));
        while rows.next(findings)? {
            let shape_id = rows.text(shape, findings);
            let next = self.shape_by_id.len() as u32;
            let shape = (!shape_id.is_empty())
                .then(|| *self.shape_by_id.entry(shape_id.into()).or_insert(next));
            let row = TripRow {
                id: rows.text(id, findings).into(),
                route_id: rows.text(route, findings).into(),
                direction: rows.whole(direction, findings),
                block_id: rows.text(block, findings).into(),
                shape,
                frequencies: Vec::new(),
                times: (0, 0),
            };
            self.trip_by_id.insert(row.id.clone(), self.trips.len() as u32);
            self.trips.push(row);
        }
        Ok(())
    }

    fn read_stop_times(
        &mut self,
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        let Some(mut rows) = Rows::open(archive, "stop_times.txt", findings)? else {
            return Ok(());
        };
        let [trip, stop, sequence, arrival, departure] =
            ["trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"]
                .map(|c| rows.column(c));
        let mut last: Option<u32> = None;
        while rows.next(findings)? {
            let id = rows.text(trip, findings);
            let same = last.filter(|t| *self.trips[*t as usize].id == *id);
            let Some(trip) = same.or_else(|| self.trip_by_id.get(id).copied()) else { continue };
            last = Some(trip);
            let stop = self.stop_by_id.get(rows.text(stop, findings)).copied();
            let sequence = rows.whole(sequence, findings);
            let (Some(stop), Some(sequence)) = (stop, sequence) else { continue };
            self.stop_times.push(StopTimeRow {
                trip,
                sequence,
                stop,
                arrival_s: rows.time(arrival, findings),
                departure_s: rows.time(departure, findings),
            });
        }
        let key = |r: &StopTimeRow| (r.trip, r.sequence);
        if !self.stop_times.is_sorted_by_key(key) {
            self.stop_times.sort_by_key(key);
        }
        let mut from = 0;
        for of_trip in self.stop_times.chunk_by(|a, b| a.trip == b.trip) {
            let to = from + of_trip.len() as u32;
            self.trips[of_trip[0].trip as usize].times = (from, to);
            from = to;
        }
        Ok(())
    }

    fn read_frequencies(
        &mut self,
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        let Some(mut rows) = Rows::open(archive, "frequencies.txt", findings)? else {
            return Ok(());
        };
        let [trip, start, end, headway, exact] =
            ["trip_id", "start_time", "end_time", "headway_secs", "exact_times"]
                .map(|c| rows.column(c));
        while rows.next(findings)? {
            let trip = self.trip_by_id.get(rows.text(trip, findings)).copied();
            let times = rows.time(start, findings).zip(rows.time(end, findings));
            let headway = rows.whole(headway, findings).filter(|h| *h > 0);
            let (Some(trip), Some((start_s, end_s)), Some(headway)) = (trip, times, headway) else {
                continue;
            };
            self.trips[trip as usize].frequencies.push(Frequency {
                start_s,
                end_s,
                headway_s: i32::try_from(headway).unwrap_or(i32::MAX),
                exact: rows.bytes(exact) == b"1",
            });
        }
        Ok(())
    }

    fn read_shapes(
        &mut self,
        archive: &mut Archive<'_>,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        self.shapes = vec![Vec::new(); self.shape_by_id.len()];
        let Some(mut rows) = Rows::open(archive, "shapes.txt", findings)? else { return Ok(()) };
        let [id, lat, lon, sequence] =
            ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
                .map(|c| rows.column(c));
        let mut points: Vec<(u32, u32, LatLon)> = Vec::new();
        while rows.next(findings)? {
            let next = self.shape_by_id.len() as u32;
            let shape = *self.shape_by_id.entry(rows.text(id, findings).into()).or_insert(next);
            let place = rows.number(lat, findings).zip(rows.number(lon, findings));
            let (Some((lat, lon)), Some(sequence)) = (place, rows.whole(sequence, findings)) else {
                continue;
            };
            points.push((shape, sequence, LatLon::new(lat, lon)));
        }
        points.sort_by_key(|p| (p.0, p.1));
        // Shapes that no trip uses count too: they are part of the area that the feed covers.
        self.shapes.resize(self.shape_by_id.len(), Vec::new());
        for (shape, _, place) in points {
            self.shapes[shape as usize].push(place);
        }
        Ok(())
    }
}
