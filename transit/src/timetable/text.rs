//! A feed in a few lines, for tests and examples.
//!
//! ```
//! let timetable = transit::timetable::text::timetable(
//!     "zone Asia/Almaty
//!      stop A 43.2000 76.9000 First stop
//!      stop B 43.2100 76.9000 Second stop
//!      stop C 43.2200 76.9000
//!      shape s 43.2000,76.9000 43.2100,76.9001 43.2200,76.9000
//!      service weekdays mon-fri 20260101..20261231 +20260704 -20260101
//!      route 5 type=3 First to third
//!      trip 5a route=5 service=weekdays direction=0 shape=s block=b headsign=Third : A 07:00, B -, C 07:20
//!      trip 5b route=5 service=weekdays times=12 every=00:10 : A 08:00, B 08:10+30!, C 08:20
//!      frequency 5a 10:00..12:00 00:05 exact",
//! )
//! .unwrap();
//! assert_eq!(timetable.trips.len(), 13);
//! ```
//!
//! One thing a line; blank lines and `#` comments are passed over.
//!
//! | line | meaning |
//! | --- | --- |
//! | `zone NAME` | time zone of the agency; UTC if not given |
//! | `stop ID LAT LON [NAME]` | a stop; its id is its name if none is given |
//! | `shape ID LAT,LON LAT,LON …` | a line |
//! | `service ID DAYS FIRST..LAST [+DATE] [-DATE]` | days as `mon-fri`, `sat,sun`, `daily` or `none`; dates `YYYYMMDD` |
//! | `route ID [type=N] [color=RRGGBB] [LONG NAME]` | a route; its id is its short name |
//! | `trip ID route=… [service=…] [direction=…] [shape=…] [block=…] [headsign=…] [times=N every=TIME] : STOP TIME, …` | a trip. `TIME` is `H:MM` or `H:MM:SS`, `-` for none; `+30` is a dwell in seconds after it; `!` makes a timepoint. With `times` it is copied as `ID.0`, `ID.1`, …, each `every` later. In a headsign `_` is a blank |
//! | `frequency TRIP FROM..TO HEADWAY [exact]` | a row of `frequencies.txt` |
//!
//! Without a `service` line there is one, `daily`, from 2020 to 2039, and trips that name none run on it.

use super::Timetable;
use super::load::{LoadError, LoadLimits, LoadReport};
use crate::time::format_gtfs_time;
use std::fmt::Write as _;
use std::io::Write as _;

/// Why a text is not a feed.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// A line that does not follow the notation.
    #[error("line {line} {text:?}: {reason}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// The line.
        text: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The feed that it makes is refused.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// The timetable of a text. See the module for the notation.
pub fn timetable(text: &str) -> Result<Timetable, TextError> {
    Ok(timetable_and_report(text)?.0)
}

/// The timetable of a text and what its load found.
pub fn timetable_and_report(text: &str) -> Result<(Timetable, LoadReport), TextError> {
    Ok(Timetable::from_zip(&feed(text)?, LoadLimits::default())?)
}

/// The GTFS zip of a text.
pub fn feed(text: &str) -> Result<Vec<u8>, TextError> {
    let mut files = Files::new();
    for (i, line) in text.lines().enumerate() {
        let line_text = line.trim();
        if line_text.is_empty() || line_text.starts_with('#') {
            continue;
        }
        files.line(line_text).map_err(|reason| TextError::Line {
            line: i + 1,
            text: line_text.to_owned(),
            reason,
        })?;
    }
    Ok(files.zip())
}

/// A zip of the files.
pub fn zip_of<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in files {
        // Writing to memory does not fail; a name too long for a zip would only leave its file out.
        if zip.start_file(*name, options).is_ok() {
            let _ = zip.write_all(content.as_ref());
        }
    }
    zip.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}

struct Files {
    zone: String,
    stops: String,
    shapes: String,
    calendar: String,
    dates: String,
    routes: String,
    trips: String,
    times: String,
    frequencies: String,
}

/// Why a line was not understood.
type Reason = &'static str;

impl Files {
    fn new() -> Self {
        Self {
            zone: "UTC".to_owned(),
            stops: "stop_id,stop_name,stop_lat,stop_lon\n".to_owned(),
            shapes: "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n".to_owned(),
            calendar: "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,\
                       start_date,end_date\n"
                .to_owned(),
            dates: "service_id,date,exception_type\n".to_owned(),
            routes: "route_id,route_short_name,route_long_name,route_type,route_color\n".to_owned(),
            trips: "trip_id,route_id,service_id,direction_id,shape_id,block_id,trip_headsign\n"
                .to_owned(),
            times: "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint\n"
                .to_owned(),
            frequencies: "trip_id,start_time,end_time,headway_secs,exact_times\n".to_owned(),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), Reason> {
        let (word, rest) =
            line.split_once(char::is_whitespace).ok_or("nothing after the first word")?;
        let rest = rest.trim();
        match word {
            "zone" => rest.clone_into(&mut self.zone),
            "stop" => self.stop(rest)?,
            "shape" => self.shape(rest)?,
            "service" => self.service(rest)?,
            "route" => self.route(rest),
            "trip" => self.trip(rest)?,
            "frequency" => self.frequency(rest)?,
            _ => return Err("the first word is none of the notation"),
        }
        Ok(())
    }

    fn stop(&mut self, rest: &str) -> Result<(), Reason> {
        let mut words = rest.split_whitespace();
        let (Some(id), Some(lat), Some(lon)) = (words.next(), words.next(), words.next()) else {
            return Err("a stop needs an id, a latitude and a longitude");
        };
        let name = words.collect::<Vec<_>>().join(" ");
        let name = if name.is_empty() { id } else { &name };
        let _ = writeln!(self.stops, "{},{},{lat},{lon}", quoted(id), quoted(name));
        Ok(())
    }

    fn shape(&mut self, rest: &str) -> Result<(), Reason> {
        let mut words = rest.split_whitespace();
        let id = words.next().ok_or("a shape needs an id")?;
        for (sequence, place) in words.enumerate() {
            let (lat, lon) = place.split_once(',').ok_or("a point is LAT,LON without a blank")?;
            let _ = writeln!(self.shapes, "{},{lat},{lon},{sequence}", quoted(id));
        }
        Ok(())
    }

    fn service(&mut self, rest: &str) -> Result<(), Reason> {
        let mut words = rest.split_whitespace();
        let (Some(id), Some(days), Some(span)) = (words.next(), words.next(), words.next()) else {
            return Err("a service needs an id, days and FIRST..LAST");
        };
        let (first, last) = span.split_once("..").ok_or("the span is FIRST..LAST")?;
        let mask = weekdays(days)?;
        let flags: Vec<&str> = mask.iter().map(|runs| if *runs { "1" } else { "0" }).collect();
        let _ = writeln!(self.calendar, "{},{},{first},{last}", quoted(id), flags.join(","));
        for date in words {
            let kind = match date.as_bytes().first() {
                Some(b'+') => 1,
                Some(b'-') => 2,
                _ => return Err("a date after the span is +YYYYMMDD or -YYYYMMDD"),
            };
            let _ = writeln!(self.dates, "{},{},{kind}", quoted(id), &date[1..]);
        }
        Ok(())
    }

    fn route(&mut self, rest: &str) {
        let (id, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (mut kind, mut color, mut name) = ("3", "", Vec::new());
        for word in rest.split_whitespace() {
            match word.split_once('=') {
                Some(("type", value)) => kind = value,
                Some(("color", value)) => color = value,
                _ => name.push(word),
            }
        }
        let (id, name) = (quoted(id), quoted(&name.join(" ")));
        let _ = writeln!(self.routes, "{id},{id},{name},{kind},{color}");
    }

    fn trip(&mut self, rest: &str) -> Result<(), Reason> {
        let (head, stops) =
            rest.split_once(" : ").ok_or("a trip needs \" : \" before its stops")?;
        let mut words = head.split_whitespace();
        let id = words.next().ok_or("a trip needs an id")?;
        let mut trip = TripWords { service: "daily", copies: 1, ..TripWords::default() };
        for word in words {
            let (key, value) = word.split_once('=').ok_or("after the id come KEY=VALUE")?;
            match key {
                "route" => trip.route = value,
                "service" => trip.service = value,
                "direction" => trip.direction = value,
                "shape" => trip.shape = value,
                "block" => trip.block = value,
                "headsign" => trip.headsign = value.replace('_', " "),
                "times" => trip.copies = value.parse().map_err(|_| "times is not a number")?,
                "every" => trip.every_s = time(value).ok_or("every is not a time")?,
                _ => return Err("unknown KEY"),
            }
        }
        for copy in 0..trip.copies {
            let id = if trip.copies == 1 { id.to_owned() } else { format!("{id}.{copy}") };
            let id = quoted(&id);
            let _ = writeln!(
                self.trips,
                "{id},{},{},{},{},{},{}",
                quoted(trip.route),
                quoted(trip.service),
                trip.direction,
                quoted(trip.shape),
                quoted(trip.block),
                quoted(&trip.headsign)
            );
            for (sequence, stop) in stops.split(',').enumerate() {
                self.stop_time(&id, sequence, stop, copy * trip.every_s)?;
            }
        }
        Ok(())
    }

    fn stop_time(
        &mut self,
        trip: &str,
        sequence: usize,
        stop: &str,
        later_s: i32,
    ) -> Result<(), Reason> {
        let (stop, at) =
            stop.trim().split_once(char::is_whitespace).ok_or("a stop of a trip is ID TIME")?;
        let (at, timepoint) = at.trim().strip_suffix('!').map_or((at.trim(), ""), |at| (at, "1"));
        let (at, dwell) = at.split_once('+').unwrap_or((at, "0"));
        let dwell_s: i32 = dwell.parse().map_err(|_| "a dwell is in seconds")?;
        let (arrival, departure) = if at == "-" {
            (String::new(), String::new())
        } else {
            let at = time(at).ok_or("a time is H:MM or H:MM:SS")? + later_s;
            (format_gtfs_time(at), format_gtfs_time(at + dwell_s))
        };
        let _ = writeln!(
            self.times,
            "{trip},{arrival},{departure},{},{},{timepoint}",
            quoted(stop),
            sequence + 1
        );
        Ok(())
    }

    fn frequency(&mut self, rest: &str) -> Result<(), Reason> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let (trip, span, headway, exact) = match words.as_slice() {
            [trip, span, headway] => (trip, span, headway, 0),
            [trip, span, headway, "exact"] => (trip, span, headway, 1),
            _ => return Err("a frequency is TRIP FROM..TO HEADWAY [exact]"),
        };
        let (from, to) = span.split_once("..").ok_or("the span is FROM..TO")?;
        let (Some(from), Some(to), Some(headway_s)) = (time(from), time(to), time(headway)) else {
            return Err("a time is H:MM or H:MM:SS");
        };
        let (from, to) = (format_gtfs_time(from), format_gtfs_time(to));
        let _ = writeln!(self.frequencies, "{},{from},{to},{headway_s},{exact}", quoted(trip));
        Ok(())
    }

    fn zip(mut self) -> Vec<u8> {
        if self.calendar.lines().count() == 1 {
            self.calendar.push_str("daily,1,1,1,1,1,1,1,20200101,20391231\n");
        }
        let agency = format!(
            "agency_id,agency_name,agency_url,agency_timezone\n1,Agency,https://example.com,{}\n",
            self.zone
        );
        zip_of(&[
            ("agency.txt", agency),
            ("stops.txt", self.stops),
            ("shapes.txt", self.shapes),
            ("calendar.txt", self.calendar),
            ("calendar_dates.txt", self.dates),
            ("routes.txt", self.routes),
            ("trips.txt", self.trips),
            ("stop_times.txt", self.times),
            ("frequencies.txt", self.frequencies),
        ])
    }
}

#[derive(Default)]
struct TripWords<'a> {
    route: &'a str,
    service: &'a str,
    direction: &'a str,
    shape: &'a str,
    block: &'a str,
    headsign: String,
    copies: i32,
    every_s: i32,
}

/// `H:MM` or `H:MM:SS`.
fn time(text: &str) -> Option<i32> {
    crate::time::parse_gtfs_time(text)
        .or_else(|| crate::time::parse_gtfs_time(&format!("{text}:00")))
}

fn weekdays(text: &str) -> Result<[bool; 7], Reason> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let number = |name: &str| {
        NAMES.iter().position(|n| *n == name).ok_or("a day is mon, tue, wed, thu, fri, sat or sun")
    };
    match text {
        "daily" => return Ok([true; 7]),
        "none" => return Ok([false; 7]),
        _ => {}
    }
    let mut mask = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        (0..7).filter(|d| (first..=last).contains(d)).for_each(|d| mask[d] = true);
    }
    Ok(mask)
}

/// A field of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
