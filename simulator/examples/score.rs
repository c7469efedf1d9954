#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::print_stdout)]
use simulator::score::*;
use simulator::*;
use std::sync::Arc;
use transit::timetable::LoadLimits;
use transit::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&a[1]).unwrap();
    let (tt, _) = Timetable::from_zip(&bytes, LoadLimits::default()).unwrap();
    let tt = Arc::new(tt);
    let date = ServiceDate::parse(&a[2]).unwrap();
    let from_h: f64 = a[3].parse().unwrap();
    let hours: f64 = a[4].parse().unwrap();
    let naming = a.get(5).map_or("trip", |s| s);
    let mut config = WorldConfig::default();
    for kv in a.iter().skip(6) {
        let (k, v) = kv.split_once('=').unwrap();
        match k {
            "seed" => config.seed = v.parse().unwrap(),
            "noise" => config.gps.white_m = v.parse().unwrap(),
            "drift" => config.gps.drift_m = v.parse().unwrap(),
            "interval" => config.feed.interval_s = v.parse().unwrap(),
            "wrong" => config.feed.wrong_trip_share = v.parse().unwrap(),
            "bare" => config.gps.bare_share = v.parse().unwrap(),
            _ => panic!(),
        }
    }
    config.feed.naming = match naming {
        "trip" => TripNaming::Trip,
        "routedir" => TripNaming::RouteAndDirection,
        "route" => TripNaming::Route,
        _ => TripNaming::Nothing,
    };
    let start = tt.origin(date) + (from_h * 3600.0) as i64;
    let mut world = World::new(Arc::clone(&tt), config, start - 3600);
    let mut monitor = Monitor::new(Arc::clone(&tt), MonitorConfig::default());
    let end = start + (hours * 3600.0) as i64;
    let t0 = std::time::Instant::now();
    let watched = watch(&mut world, &mut monitor, end, 10);
    let dt = t0.elapsed();
    let s = score_visits(&watched, start - 1800, end - 600);
    println!(
        "positions {} in {:?}; true {} found {:.4} twice {} invented {}",
        watched.positions,
        dt,
        s.true_visits,
        s.found_share(),
        s.twice,
        s.invented
    );
    println!(
        "outside: median {} p95 {} within15 {:.4}",
        quantile(&s.outside_s, 0.5),
        quantile(&s.outside_s, 0.95),
        share_within(&s.outside_s, 15.0)
    );
    println!(
        "arrival: median {} p90 {} | departure median {} p90 {} | claim {:.3}",
        quantile(&s.arrival_s, 0.5),
        quantile(&s.arrival_s, 0.9),
        quantile(&s.departure_s, 0.5),
        quantile(&s.departure_s, 0.9),
        s.claim_share()
    );
    // errors
    let mut concluded = std::collections::BTreeMap::new();
    let mut u = vec![];
    for e in &watched.effects {
        if let Effect::Visit(v) = e {
            concluded.insert((v.instance, v.stop_position), *v);
            u.push(v.uncertainty_s as f64);
        }
    }
    u.sort_by(f64::total_cmp);
    println!("uncertainty median {:.1} p90 {:.1}", quantile(&u, 0.5), quantile(&u, 0.9));
    let (mut sa, mut na, mut sd, mut nd) = (0i64, 0i64, 0i64, 0i64);
    let mut missing = std::collections::BTreeMap::new();
    let mut gone = std::collections::BTreeMap::<_, (usize, usize)>::new();
    let mut hours = std::collections::BTreeMap::<i64, (usize, usize)>::new();
    let _ = &mut hours;
    let mut mid = [0usize; 3];
    let (mut dwell, mut dn) = (0i64, 0i64);
    for t in &watched.truth.visits {
        if t.arrival < start - 1800 || t.arrival >= end - 600 {
            continue;
        }
        let n = tt.pattern(tt.trip(t.instance.trip).pattern).stops.len() as u16;
        let kind = if t.stop_position == 0 {
            0
        } else if t.stop_position + 1 == n {
            2
        } else {
            1
        };
        match concluded.get(&(t.instance, t.stop_position)) {
            None => {
                mid[kind] += 1;
                *missing.entry(t.instance).or_insert(0usize) += 1;
                let g = gone.entry(t.instance).or_default();
                g.0 += 1;
                g.1 = n as usize;
            }
            Some(v) => {
                if kind == 1 {
                    if let Some(x) = v.arrival {
                        sa += x - t.arrival;
                        na += 1;
                    }
                    if let Some(x) = v.departure {
                        sd += x - t.departure;
                        nd += 1;
                    }
                    dwell += t.departure - t.arrival;
                    dn += 1;
                }
            }
        }
    }
    println!(
        "bias arrival {:.2} departure {:.2} true dwell {:.1}; missing first {} mid {} last {}; runs with missing {}",
        sa as f64 / na.max(1) as f64,
        sd as f64 / nd.max(1) as f64,
        dwell as f64 / dn.max(1) as f64,
        mid[0],
        mid[1],
        mid[2],
        missing.len()
    );
    let mut worst: Vec<_> = gone.iter().map(|(k, v)| (v.0, v.1, *k)).collect();
    worst.sort_by(|a, b| b.cmp(a));
    for (n, of, k) in worst.iter().take(12) {
        let pos: Vec<u16> = watched
            .truth
            .visits
            .iter()
            .filter(|t| t.instance == *k && !concluded.contains_key(&(t.instance, t.stop_position)))
            .map(|t| t.stop_position)
            .collect();
        println!(
            "  missing {n}/{of} of {} start {} loop {} positions {:?}",
            tt.trip(k.trip).id,
            time::format_gtfs_time(k.start_s),
            {
                let p = tt.pattern(tt.trip(k.trip).pattern);
                p.stops.first() == p.stops.last()
            },
            &pos[..pos.len().min(12)]
        );
    }
    let mut bad: Vec<_> = watched
        .truth
        .visits
        .iter()
        .filter_map(|t| {
            let v = concluded.get(&(t.instance, t.stop_position))?;
            let p = v.departure.or(v.arrival)?;
            let o = (t.arrival - p).max(p - t.departure).max(0);
            (o > 15).then_some((o, t.instance, t.stop_position, *v, t.arrival, t.departure))
        })
        .collect();
    bad.sort_by_key(|b| -b.0);
    println!("{} worse than 15 s", bad.len());
    for k in [0, 10, 50, 100, 200, 400] {
        if let Some((o, i, k, v, ta, td)) = bad.get(k) {
            let n = tt.pattern(tt.trip(i.trip).pattern).stops.len();
            println!(
                "  {o}s at {k}/{n} of {} true {ta}..{td} said {:?}..{:?} ±{:.0}",
                tt.trip(i.trip).id,
                v.arrival.map(|a| a - ta),
                v.departure.map(|a| a - td),
                v.uncertainty_s
            );
        }
    }
}
