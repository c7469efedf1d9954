//! A hand-made afternoon for the tests of the pages: something of every state, names as long as real ones.

use crate::page::{Language, Page, Shell};
use api::*;

pub(crate) const AT: i64 = 1_766_990_400;

pub(crate) fn shell(language: Language, path: &str) -> Shell {
    Shell {
        language,
        theme: None,
        path: path.to_owned(),
        status: status(),
        nonce: "abc".to_owned(),
        script_hash: "0123".to_owned(),
        wasm_hash: "4567".to_owned(),
        desk_script_hash: "89ab".to_owned(),
        desk_wasm_hash: "cdef".to_owned(),
        basemap: "none".to_owned(),
        register: true,
        member: None,
    }
}

pub(crate) fn status() -> Status {
    Status {
        at: AT,
        zone: "Asia/Almaty".to_owned(),
        utc_offset_s: 18_000,
        agency_name: "Көлік паркі".to_owned(),
        demo: true,
        speed: 10.0,
        warming_up: false,
        store_down: false,
        bounds: Some([76.77, 43.16, 77.03, 43.40]),
        feeds: vec![feed()],
    }
}

pub(crate) fn feed() -> Feed {
    Feed {
        feed_id: "positions".to_owned(),
        header_at: Some(AT - 12),
        received_at: Some(AT - 10),
        accepted: 1_234_567,
        rejected: [("stale".to_owned(), 120), ("duplicate".to_owned(), 3456)].into(),
        failures_in_row: 0,
        last_error: None,
        matched_share: Some(0.981),
        age_s: Some(14),
        down: false,
        newest_at: Some(AT - 14),
        trouble: None,
        alerts_only: false,
    }
}

fn direction(id: u8, headsign: &str, bunched: f32, gapped: f32, coverage: f32) -> Direction {
    Direction {
        direction_id: Some(id),
        headsign: headsign.to_owned(),
        vehicles: 6,
        scheduled_vehicles: 7,
        ghosts: u32::from(id),
        scheduled_headway_s: Some(480),
        median_headway_s: (coverage > 0.0).then_some(545),
        excess_wait_s: (coverage > 0.0).then_some(gapped * 300.0 - 15.0),
        bunched_share: (coverage > 0.0).then_some(bunched),
        gapped_share: (coverage > 0.0).then_some(gapped),
        on_time_share: Some(0.84),
        by_timetable: false,
        coverage,
    }
}

fn route(number: u32, from: &str, to: &str, trouble: f32) -> Route {
    Route {
        route_id: format!("r/{number}"),
        short_name: number.to_string(),
        long_name: format!("{from} — {to}"),
        route_type: 3,
        color: None,
        text_color: None,
        directions: vec![
            direction(0, to, 0.05, trouble, 0.97),
            direction(1, from, trouble / 2.0, 0.1, if number == 38 { 0.0 } else { 0.9 }),
        ],
    }
}

pub(crate) fn routes() -> RouteList {
    let mut routes = vec![
        route(12, "«Алматы-2» теміржол вокзалы", "Медеу мұз айдыны", 0.3),
        route(38, "Аль-Фараби даңғылы / Розыбакиев көшесі", "Рысқұлов даңғылы", 0.0),
        route(65, "Толе би – Яссауи", "мкр Думан", 0.55),
        route(79, "Жандосов көшесі (9-шы шағын аудан)", "Әуежай", 0.1),
        route(121, "Жұлдыз", "Әл-Фараби / Розыбакиев", 0.22),
        route(206, "Саина", "ВОАД", 0.05),
    ];
    for direction in &mut routes[5].directions {
        direction.by_timetable = true;
    }
    RouteList { at: AT, routes }
}

fn vehicle(number: u32, along_m: f64, status: HeadwayStatus) -> Vehicle {
    Vehicle {
        vehicle_id: format!("v{number}"),
        label: Some(format!("{number} AB 02")),
        route_id: Some("r/12".to_owned()),
        route_short_name: Some("12".to_owned()),
        direction_id: Some(0),
        trip_id: Some(format!("trip-{number}")),
        service_date: Some("20251229".to_owned()),
        headsign: Some("Медеу мұз айдыны".to_owned()),
        lat: 43.25,
        lon: 76.94,
        bearing_deg: Some(90.0),
        speed_mps: Some(6.4),
        measured_at: AT - 17,
        pattern_id: Some(3),
        along_m: Some(along_m),
        next_stop_id: Some("s5".to_owned()),
        next_stop_name: Some("Абай даңғылы".to_owned()),
        at_stop: number.is_multiple_of(2),
        schedule_deviation_s: Some(130 - number as i32),
        headway_s: (status != HeadwayStatus::Unknown).then_some(460),
        scheduled_headway_s: Some(480),
        headway_status: status,
        leader_vehicle_id: Some("v7".to_owned()),
        off_route: false,
        layover: number == 9,
        occupancy_status: Some(2),
        trip_named: number != 3,
    }
}

const NAMES: [&str; 12] = [
    "«Алматы-2» теміржол вокзалы",
    "Мақатаев көшесі",
    "Көк базар",
    "Гоголь көшесі",
    "Қазақстан қонақ үйі",
    "Абай даңғылы",
    "Қазақ ұлттық техникалық университеті",
    "Сәтбаев көшесі",
    "Аль-Фараби",
    "Горный Гигант",
    "Просвещенец",
    "Медеу мұз айдыны",
];

fn pattern(direction_id: u8) -> Pattern {
    let stop = |(i, name): (usize, &&str)| PatternStop {
        stop_id: format!("s{i}"),
        stop_name: (*name).to_owned(),
        lat: 43.27 - i as f64 * 0.01,
        lon: 76.94 + i as f64 * 0.008,
        offset_m: i as f64 * 700.0 + (i % 3) as f64 * 120.0,
    };
    Pattern {
        pattern_id: 3 + u32::from(direction_id),
        route_id: "r/12".to_owned(),
        direction_id: Some(direction_id),
        headsign: "Медеу мұз айдыны".to_owned(),
        straight: direction_id == 1,
        line_e5: vec![7_694_000, 4_327_000, 8000, -10_000],
        stops: NAMES.iter().enumerate().map(stop).collect(),
    }
}

pub(crate) fn alerts() -> Vec<Alert> {
    let alert = |id: &str, active: bool| Alert {
        alert_id: format!("buses:{id}"),
        feed_id: "buses".to_owned(),
        cause: Some("construction".to_owned()),
        effect: Some("detour".to_owned()),
        severity: Some("warning".to_owned()),
        language: Some("ru".to_owned()),
        header: Some("Объезд по улице Толе би".to_owned()),
        description: active
            .then(|| "До конца ремонта автобусы идут по улице Айтеке би.".to_owned()),
        url: active.then(|| "https://agency.example/news/1".to_owned()),
        active,
        active_from: Some(AT - 86_400),
        active_until: active.then_some(AT + 86_400),
        routes: Vec::new(),
        stops: Vec::new(),
    };
    vec![alert("a1", true), alert("a2", false)]
}

pub(crate) fn route_detail() -> RouteDetail {
    use HeadwayStatus as S;
    let states = [S::Even, S::Bunched, S::VeryBunched, S::Gapped, S::VeryGapped, S::Unknown];
    let vehicles = states
        .into_iter()
        .zip([0.0, 900.0, 940.0, 3000.0, 5200.0, 7900.0])
        .enumerate()
        .map(|(i, (status, along))| vehicle(i as u32 + 4, along, status))
        .collect();
    let hour = |h: i64| RouteHour {
        hour: AT - AT.rem_euclid(3600) - h * 3600,
        direction_id: Some(0),
        scheduled: 8,
        observed: (h != 2).then_some(8 - (h as u32 % 3)),
        coverage: if h == 2 { 0.0 } else { 0.95 },
        mean_headway_s: (h != 2).then_some(470 + h as i32 * 20),
        excess_wait_s: Some(20.0),
    };
    RouteDetail {
        at: AT,
        route: route(12, "«Алматы-2» теміржол вокзалы", "Медеу мұз айдыны", 0.3),
        patterns: vec![pattern(0), pattern(1)],
        vehicles,
        hours: (0..7).rev().map(hour).collect(),
        incidents: incidents().incidents.into_iter().take(3).collect(),
        alerts: alerts(),
    }
}

pub(crate) fn stop() -> Stop {
    Stop {
        stop_id: "s6".to_owned(),
        code: Some("1406".to_owned()),
        name: "Қазақ ұлттық техникалық университеті".to_owned(),
        lat: 43.237,
        lon: 76.93,
        routes: ["12", "65", "121", "79"].map(str::to_owned).to_vec(),
    }
}

pub(crate) fn stop_detail() -> StopDetail {
    let next = |i: i64| Arrival {
        route_id: "r/12".to_owned(),
        route_short_name: "12".to_owned(),
        direction_id: Some(0),
        headsign: "Медеу мұз айдыны".to_owned(),
        trip_id: format!("t{i}"),
        scheduled: AT + i * 480,
        expected: (i < 3).then_some(AT + i * 500 + 20),
        expected_earliest: (i < 4).then_some(AT + i * 490),
        expected_latest: (i < 4).then_some(AT + i * 540 + 60),
        vehicle_id: (i < 3).then(|| format!("v{i}")),
        headway_status: if i == 1 { HeadwayStatus::Gapped } else { HeadwayStatus::Even },
    };
    let last = |i: i64| Departure {
        route_id: "r/65".to_owned(),
        route_short_name: "65".to_owned(),
        direction_id: Some(1),
        headsign: "Толе би – Яссауи".to_owned(),
        trip_id: format!("l{i}"),
        vehicle_id: format!("v{i}"),
        scheduled: AT - i * 480,
        departed: AT - i * 480 + 190 - i * 60,
        headway_s: Some(600),
        scheduled_headway_s: Some(480),
        headway_status: HeadwayStatus::Bunched,
    };
    StopDetail {
        at: AT,
        stop: stop(),
        next: (0..5).map(next).collect(),
        last: (1..5).map(last).collect(),
        alerts: alerts(),
    }
}

pub(crate) fn vehicle_detail() -> VehicleDetail {
    let stop = |(i, name): (usize, &&str)| {
        let plan = AT - 900 + i as i64 * 180;
        let past = i < 5;
        TripStop {
            stop_id: format!("s{i}"),
            stop_name: (*name).to_owned(),
            stop_sequence: i as u32 + 1,
            offset_m: i as f64 * 700.0,
            scheduled_arrival: plan,
            scheduled_departure: plan + 20,
            arrival: past.then_some(plan + 60),
            departure: past.then_some(plan + 85),
            expected_arrival: (!past && i < 11).then_some(plan + 100),
            expected_earliest: (!past && i < 11).then_some(plan + 60),
            expected_latest: (!past && i < 11).then_some(plan + 190),
            headway_s: past.then_some(430),
        }
    };
    VehicleDetail {
        at: AT,
        vehicle: vehicle(3, 3000.0, HeadwayStatus::VeryGapped),
        stops: NAMES.iter().enumerate().map(stop).collect(),
    }
}

pub(crate) fn segment_detail() -> SegmentDetail {
    let segment = Segment {
        from_stop_id: "s5".to_owned(),
        to_stop_id: "s6".to_owned(),
        from_stop_name: NAMES[5].to_owned(),
        to_stop_name: NAMES[6].to_owned(),
        routes: ["12", "65", "121"].map(str::to_owned).to_vec(),
        scheduled_vph: 34.5,
        observed_vph: Some(28.0),
        coverage: 0.92,
        line_e5: vec![7_694_000, 4_327_000, 8000, -10_000],
    };
    let hour = |h: i64, route_id: Option<&str>| SegmentHour {
        hour: AT - AT.rem_euclid(3600) - h * 3600,
        route_id: route_id.map(str::to_owned),
        route_short_name: route_id.map(|_| "12".to_owned()),
        scheduled_vph: 30.0,
        observed_vph: (h != 3).then_some(21.5 + h as f32),
        coverage: if h == 3 { 0.0 } else { 0.9 },
    };
    let hours = (0..6).rev().flat_map(|h| [hour(h, None), hour(h, Some("r/12"))]).collect();
    SegmentDetail { at: AT, segment, hours }
}

pub(crate) fn incidents() -> IncidentList {
    use IncidentKind as K;
    let incident = |(i, kind): (usize, K)| Incident {
        incident_id: format!("i{i}"),
        kind,
        route_id: (kind != K::FeedDown).then(|| "r/12".to_owned()),
        route_short_name: (kind != K::FeedDown).then(|| "12".to_owned()),
        direction_id: Some(0),
        stop_id: matches!(kind, K::Gap | K::Ghost | K::Bunching).then(|| "s6".to_owned()),
        stop_name: matches!(kind, K::Gap | K::Ghost | K::Bunching).then(|| NAMES[6].to_owned()),
        vehicle_id: matches!(kind, K::Bunching | K::OffRoute).then(|| "v7".to_owned()),
        trip_id: None,
        feed_id: (kind == K::FeedDown).then(|| "positions".to_owned()),
        opened_at: AT - 400 * (i as i64 + 1),
        closed_at: (i == 3).then_some(AT - 200),
        value: 1234.0,
        suppressed: i == 1,
        lat: None,
        lon: None,
    };
    let kinds = [K::Gap, K::Bunching, K::Ghost, K::OffRoute, K::FeedDown];
    IncidentList { at: AT, incidents: kinds.into_iter().enumerate().map(incident).collect() }
}

pub(crate) fn search() -> SearchResult {
    let hit = |kind: &str, id: &str, name: &str, detail: &str| SearchHit {
        kind: kind.to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        lat: None,
        lon: None,
    };
    SearchResult {
        hits: vec![
            hit("route", "r/12", "12", "«Алматы-2» теміржол вокзалы — Медеу мұз айдыны"),
            hit("stop", "s6", NAMES[6], "12, 65, 121"),
            hit("vehicle", "v7", "7 AB 02", "12"),
        ],
        more: true,
    }
}

/// Every page, with its address.
pub(crate) fn pages() -> Vec<(&'static str, Page)> {
    let problem = Problem {
        kind: "/problems/not-found".to_owned(),
        title: "Not found".to_owned(),
        status: 404,
        detail: "There is no stop «x».".to_owned(),
    };
    vec![
        ("/", Page::Map(Box::new(routes()))),
        ("/routes", Page::Routes(Box::new(routes()))),
        ("/routes/12", Page::Route(Box::new(route_detail()))),
        ("/stops", Page::Stops(Box::new(StopList { at: AT, stops: vec![stop()], more: false }))),
        ("/stops/s6", Page::Stop(Box::new(stop_detail()))),
        ("/vehicles/v3", Page::Vehicle(Box::new(vehicle_detail()))),
        ("/segments/s5/s6", Page::Segment(Box::new(segment_detail()))),
        ("/incidents", Page::Incidents(Box::new(incidents()))),
        ("/feeds", Page::Feeds),
        ("/search", Page::Search { query: "12".to_owned(), result: Box::new(search()) }),
        ("/nowhere", Page::Error(problem)),
    ]
}
