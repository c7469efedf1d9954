//! A city of two routes in three languages, and servers over it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use server::clock::Clock;
use server::gtfs_realtime::{Alert, EntitySelector, TimeRange, TranslatedString, Translation};
use server::http::{AppState, HttpLimits, Site, SiteSettings};
use server::live::{Hub, LiveLimits};
use server::notices::Notice;
use server::publish::RealtimeFeeds;
use server::published::{FeedNote, Published};
use server::reads::Reads;
use server::store::{Store, StoreSettings};
use server::view::TimetableViews;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tower::ServiceExt;
use transit::ids::{FeedIdx, RouteIdx, SegmentIdx, VehicleIdx};
use transit::monitor::{
    DirectionState, FeedState, IncidentState, MatchState, Recent, SegmentState, Snapshot,
    VehicleState,
};
use transit::timetable::LoadLimits;
use transit::timetable::text::zip_of;
use transit::{
    HeadwayStatus, Incident, IncidentKind, LatLon, ServiceDate, Timetable, TripInstance,
};

/// Monday 2026-01-05, 08:10 in Almaty.
pub const NOW: i64 = 1_767_582_600;

const FILES: [(&str, &str); 8] = [
    (
        "agency.txt",
        "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n1,Қала,https://example.org,Asia/Almaty,ru\n",
    ),
    (
        "stops.txt",
        "stop_id,stop_code,stop_name,stop_lat,stop_lon,location_type,parent_station\n\
        A,101,Автовокзал Сайран,43.2400,76.8800,0,\n\
        B,,Улица Берёзовая,43.2400,76.9000,0,\n\
        C,,Площадь,43.2400,76.9200,0,S\n\
        S,,Площадь (станция),43.2401,76.9201,1,\n\
        X,,Никто не ездит,43.3000,76.9500,0,\n",
    ),
    (
        "routes.txt",
        "route_id,route_short_name,route_long_name,route_type,route_color,route_text_color\n\
        r12,12,Сайран - Площадь,3,0055aa,ffffff\nr5,5,Площадь - Сайран,3,,\n",
    ),
    (
        "calendar.txt",
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
        d,1,1,1,1,1,1,1,20260101,20261231\n",
    ),
    (
        "trips.txt",
        "route_id,service_id,trip_id,trip_headsign,direction_id,shape_id\n\
        r12,d,t1,Площадь,0,s\nr12,d,t2,Площадь,0,s\nr12,d,t3,Сайран,1,\nr5,d,t4,Площадь,0,\n",
    ),
    (
        "shapes.txt",
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n\
        s,43.2400,76.8800,1\ns,43.2410,76.8900,2\ns,43.2400,76.9000,3\ns,43.2400,76.9200,4\n",
    ),
    (
        "stop_times.txt",
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n\
        t1,08:00:00,08:00:00,A,1\nt1,08:08:00,08:08:30,B,2\nt1,08:15:00,08:15:00,C,3\n\
        t2,08:10:00,08:10:00,A,1\nt2,08:18:00,08:18:30,B,2\nt2,08:25:00,08:25:00,C,3\n\
        t3,08:05:00,08:05:00,C,1\nt3,08:20:00,08:20:00,A,2\n\
        t4,08:00:00,08:00:00,B,1\nt4,08:12:00,08:12:00,C,2\n",
    ),
    (
        "translations.txt",
        "table_name,field_name,language,translation,field_value\n\
        stops,stop_name,kk,Сайран автовокзалы,Автовокзал Сайран\n\
        stops,stop_name,en,Sayran bus station,Автовокзал Сайран\n\
        trips,trip_headsign,kk,Алаң,Площадь\n\
        trips,trip_headsign,en,Square,Площадь\n",
    ),
];

/// The city's timetable, as agencies give theirs.
pub fn zip() -> Vec<u8> {
    zip_of(&FILES)
}

/// The same without some of its lines.
#[allow(dead_code, reason = "for the tests of the register")]
pub fn zip_without(trip_id: &str) -> Vec<u8> {
    let kept = |text: &str| {
        let lines = text.split_inclusive('\n');
        lines.filter(|l| !l.split(',').any(|cell| cell == trip_id)).collect::<String>()
    };
    zip_of(&FILES.map(|(name, text)| (name, kept(text))))
}

/// The city's timetable.
pub fn timetable() -> Arc<Timetable> {
    Arc::new(Timetable::from_zip(&zip(), LoadLimits::default()).unwrap().0)
}

/// A vehicle without a trip.
pub fn vehicle(number: u32, lat: f64, lon: f64, measured_at: i64) -> VehicleState {
    VehicleState {
        vehicle: VehicleIdx(number),
        feed: FeedIdx(0),
        vehicle_id: format!("bus-{number}").into(),
        label: None,
        place: LatLon::new(lat, lon),
        bearing_deg: Some(90.0),
        speed_mps: Some(6.0),
        measured_at,
        matched: None,
        route: None,
        off_route: false,
        layover: false,
        occupancy_status: None,
    }
}

/// The same on a trip, `along_m` from its start.
pub fn on_trip(
    timetable: &Timetable,
    vehicle: VehicleState,
    trip: &str,
    along_m: f64,
) -> VehicleState {
    let trip = timetable.trip_by_id(trip).unwrap();
    let pattern = timetable.trip(trip).pattern;
    let next = timetable.pattern(pattern).stop_offsets_m.iter().position(|o| *o > along_m);
    let instance = TripInstance {
        service_date: ServiceDate::parse("20260105").unwrap(),
        trip,
        start_s: timetable.stop_times(trip)[0].departure_s,
    };
    let matched = MatchState {
        instance,
        pattern,
        along_m,
        next_stop_position: next.unwrap_or(0) as u16,
        at_stop: false,
        schedule_deviation_s: Some(60),
        headway_s: Some(300),
        scheduled_headway_s: Some(600),
        headway_status: HeadwayStatus::Bunched,
        leader: None,
        trip_named: true,
    };
    let route = Some(timetable.pattern(pattern).route);
    let place = timetable.shape_of(pattern).at(along_m);
    VehicleState { matched: Some(matched), route, place, ..vehicle }
}

/// A publication.
pub fn published(
    timetable: &Arc<Timetable>,
    (epoch, tick): (u32, u32),
    at: i64,
    vehicles: Vec<VehicleState>,
) -> Arc<Published> {
    let snapshot = Snapshot {
        at,
        timetable: Arc::clone(timetable),
        vehicles,
        directions: vec![DirectionState {
            route: RouteIdx(0),
            direction: Some(0),
            vehicles: 1,
            scheduled_vehicles: 2,
            ghosts: Vec::new(),
            scheduled_headway_s: Some(600),
            median_headway_s: Some(540),
            excess_wait_s: Some(12.5),
            bunched_share: Some(0.25),
            gapped_share: Some(0.0),
            on_time_share: None,
            by_timetable: false,
            coverage: 0.75,
        }],
        segments: vec![SegmentState {
            segment: SegmentIdx(0),
            scheduled_vph: 6.0,
            observed_vph: Some(4.0),
            coverage: 0.75,
        }],
        incidents: vec![IncidentState {
            incident: Incident {
                number: 7,
                kind: IncidentKind::Gap,
                route: Some(RouteIdx(0)),
                direction: Some(0),
                stop: timetable.stop_by_id("A"),
                vehicle: None,
                instance: None,
                feed: None,
                opened_at: at - 90,
                closed_at: None,
                value: 1_260.0,
            },
            suppressed: false,
        }],
        feeds: vec![FeedState { accepted: 10, age_s: Some(12), ..FeedState::default() }],
        recent: Recent::default(),
    };
    Arc::new(Published {
        snapshot: Arc::new(snapshot),
        epoch,
        start: "s1".into(),
        tick,
        speed: 1.0,
        demo: false,
        warming_up: false,
        store_down: false,
        feeds: vec![FeedNote::new("buses".into(), false)],
        notices: notices(),
    })
}

/// Of route 12 a detour that holds, in three languages; of stop B what will be; of all what is over.
fn notices() -> Arc<[Notice]> {
    let alert = |texts: &[(&str, &str)], from: i64, until: i64, whom: EntitySelector| Alert {
        active_period: vec![TimeRange { start: Some(from as u64), end: Some(until as u64) }],
        informed_entity: vec![whom],
        effect: Some(4),
        header_text: Some(TranslatedString {
            translation: texts
                .iter()
                .map(|(language, text)| Translation {
                    text: Some((*text).to_owned()),
                    language: (!language.is_empty()).then(|| (*language).to_owned()),
                })
                .collect(),
        }),
        ..Alert::default()
    };
    let route = EntitySelector { route_id: Some("r12".into()), ..EntitySelector::default() };
    let stop = EntitySelector { stop_id: Some("B".into()), ..EntitySelector::default() };
    let all = EntitySelector { agency_id: Some("any".into()), ..EntitySelector::default() };
    let detour = [("en", "A <b>detour</b>"), ("ru", "Объезд"), ("", "Umweg")];
    [
        ("a1", alert(&detour, NOW - 600, NOW + 600, route)),
        ("a2", alert(&[("pl", "Przystanek")], NOW + 3_600, NOW + 7_200, stop)),
        ("a3", alert(&[("en", "Over")], NOW - 600, NOW - 300, all)),
    ]
    .iter()
    .map(|(id, alert)| Notice::of(FeedIdx(0), Some(id), alert))
    .collect()
}

/// Three vehicles: two on trips, one not known where.
pub fn fleet(timetable: &Timetable) -> Vec<VehicleState> {
    vec![
        on_trip(timetable, vehicle(1, 0.0, 0.0, NOW - 15), "t1", 900.0),
        on_trip(timetable, vehicle(4, 0.0, 0.0, NOW - 20), "t4", 100.0),
        vehicle(9, 43.25, 76.95, NOW - 200),
    ]
}

/// A server over the city.
pub struct City {
    pub router: Router,
    pub timetable: Arc<Timetable>,
    pub publish: watch::Sender<Arc<Published>>,
    pub hub: Arc<Hub>,
    pub store: Store,
    #[allow(dead_code, reason = "for the tests of the register")]
    pub site: Site,
    /// Holds the record while the city is open.
    _folder: tempfile::TempDir,
}

/// Limits and settings of a server.
#[derive(Default)]
pub struct Settings {
    pub http: HttpLimits,
    pub live: LiveLimits,
    pub site: SiteSettings,
}

impl City {
    pub async fn open(settings: Settings) -> Self {
        let timetable = timetable();
        let first = published(&timetable, (1, 1), NOW, fleet(&timetable));
        let (publish, publications) = watch::channel(first);
        let views = Arc::new(TimetableViews::default());
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("city.sqlite").display());
        let store = Store::open(&url, StoreSettings::default()).await.unwrap();
        let hub = Hub::new(publications.clone(), Arc::clone(&views), settings.live);
        tokio::spawn(Arc::clone(&hub).run());
        let metrics = Arc::clone(&hub);
        let clock = Clock::of_city(NOW, 1.0);
        let realtime = RealtimeFeeds::new(publications.clone(), clock, Arc::default());
        let reads = Reads::new(publications, views, store.clone());
        let site = Site::new(reads.clone(), settings.site, true);
        let state = AppState {
            reads,
            realtime: Arc::new(realtime),
            site: site.clone(),
            limits: Arc::new(settings.http),
            clock,
            metrics: vec![Arc::new(move |out: &mut String| metrics.write_metrics(out))],
        };
        let router = server::http::router(state, server::live::router(Arc::clone(&hub)));
        Self { router, timetable, publish, hub, store, site, _folder: folder }
    }

    pub async fn usual() -> Self {
        Self::open(Settings::default()).await
    }

    /// One request.
    pub async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// One GET.
    pub async fn get(&self, path: &str) -> Response<Body> {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// One GET, as text; the status must be 200.
    pub async fn text(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        body(response).await
    }

    /// One GET, as JSON; the status must be 200.
    pub async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    /// Serves on a free port.
    pub async fn serve(&self) -> SocketAddr {
        self.serve_within(HttpLimits::default()).await
    }

    /// Serves on a free port, within limits.
    pub async fn serve_within(&self, limits: HttpLimits) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = self.router.clone();
        tokio::spawn(async move {
            server::http::serve(listener, router, &limits, std::future::pending()).await;
        });
        address
    }
}

/// The body of an answer, as text.
pub async fn body(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
