//! Feeds that answer and say nothing of now.

use super::scene::Scene;
use std::fmt::Write as _;
use transit::Effect;
use transit::IncidentKind;
use transit::monitor::FeedTrouble;
use transit::time::format_gtfs_time;

/// A street with a bus each minute in the day, five of them on the road at once.
const BUSY: &str = "
    zone Asia/Almaty
    stop A 43.2000 76.9000
    stop B 43.2100 76.9000
    stop C 43.2200 76.9000
    route 5 type=3
    trip n route=5 direction=0 times=200 every=00:01 : A 06:00, B 06:02:30, C 06:05
";
const NIGHT: i32 = 3 * 3_600;
const DAY: i32 = 7 * 3_600;

/// A dataset and a tick each half minute, with what `positions` gives at each.
fn told(scene: &mut Scene, from: i32, to: i32, positions: impl Fn(i32) -> String) {
    let mut text = String::new();
    for now in (from..=to).step_by(30) {
        let clock = format_gtfs_time(now);
        writeln!(text, "{clock} start").unwrap();
        for line in positions(now).lines() {
            writeln!(text, "{clock} {line}").unwrap();
        }
        writeln!(text, "{clock} end\n{clock} tick").unwrap();
    }
    scene.tell(&text);
}

/// Three buses on the road, measured at `at`.
fn buses(at: i32) -> String {
    let line = |bus: i32| {
        let metres = (at + bus * 60).rem_euclid(300) * 7;
        format!("bus{bus} route=5 on=n.{} @{metres} at={}", 60 + bus, format_gtfs_time(at))
    };
    (0..3).map(line).collect::<Vec<_>>().join("\n")
}

/// Down, its trouble, the seconds of the day of its newest position and of the span observed last.
type Health = (bool, Option<FeedTrouble>, Option<i64>, Option<(i64, i64)>);

/// State of the feed as readers see it.
fn health(scene: &Scene) -> Health {
    let (feed, origin) = scene.feed();
    let span = feed.observed.map(|(from, to)| (from - origin, to - origin));
    (feed.down, feed.trouble, feed.newest_at.map(|at| at - origin), span)
}

fn opened(scene: &Scene) -> Vec<IncidentKind> {
    let opened = |e: &Effect| match e {
        Effect::IncidentOpened(incident) => Some(incident.kind),
        _ => None,
    };
    scene.effects.iter().filter_map(opened).collect()
}

#[test]
fn a_feed_that_begins_with_positions_of_an_hour_ago_is_down_and_was_never_observed() {
    let mut scene = Scene::new(BUSY);
    told(&mut scene, DAY, DAY + 60, |_| buses(DAY - 3_600));
    let newest = i64::from(DAY - 3_600);
    let (down, trouble, told_newest, _) = health(&scene);
    assert_eq!((down, trouble), (false, Some(FeedTrouble::OldPositions)), "said at once");
    assert_eq!(told_newest, Some(newest));
    told(&mut scene, DAY + 90, DAY + 600, |_| buses(DAY - 3_600));
    assert_eq!(health(&scene), (true, Some(FeedTrouble::OldPositions), Some(newest), None));
    assert_eq!(opened(&scene), [IncidentKind::FeedDown]);
    // As soon as they are new, it is up, and observed from there.
    told(&mut scene, DAY + 630, DAY + 720, buses);
    let (down, trouble, newest, span) = health(&scene);
    assert_eq!((down, trouble, newest), (false, None, Some(i64::from(DAY + 720))));
    assert_eq!(span, Some((i64::from(DAY + 630), i64::from(DAY + 720))));
}

#[test]
fn a_feed_that_repeats_its_last_positions_is_a_hole_from_the_last_new_one_on() {
    let mut scene = Scene::new(BUSY);
    told(&mut scene, DAY, DAY + 600, buses);
    assert_eq!(health(&scene).1, None);
    let last = DAY + 600;
    told(&mut scene, DAY + 630, DAY + 1_200, |_| buses(last));
    let (down, trouble, newest, span) = health(&scene);
    assert_eq!((down, trouble), (true, Some(FeedTrouble::OldPositions)));
    assert_eq!(newest, Some(i64::from(last)));
    assert_eq!(span, Some((i64::from(DAY), i64::from(last))), "the repeated ones observe nothing");
}

#[test]
fn parked_buses_at_night_are_old_positions_and_no_feed_that_is_down() {
    let mut scene = Scene::new(BUSY);
    told(&mut scene, NIGHT, NIGHT + 3_600, |_| buses(NIGHT - 3_600));
    let (down, trouble, newest, _) = health(&scene);
    assert_eq!((down, trouble), (false, Some(FeedTrouble::OldPositions)));
    assert_eq!(newest, Some(i64::from(NIGHT - 3_600)));
    assert_eq!(opened(&scene), []);
}

#[test]
fn the_first_buses_of_the_day_need_a_while_to_be_heard_and_the_night_is_no_hole() {
    let mut scene = Scene::new(BUSY);
    let first = 6 * 3_600;
    told(&mut scene, first - 3_600, first + 240, |_| buses(first - 7_200));
    assert!(!health(&scene).0);
    told(&mut scene, first + 270, first + 900, buses);
    let (down, trouble, _, span) = health(&scene);
    assert_eq!((down, trouble), (false, None));
    assert!(!opened(&scene).contains(&IncidentKind::FeedDown));
    assert_eq!(span, Some((i64::from(first - 3_600), i64::from(first + 900))));
}

#[test]
fn a_feed_that_gives_nothing_while_buses_are_due_is_no_city_without_buses() {
    let mut scene = Scene::new(BUSY);
    told(&mut scene, DAY, DAY + 300, |_| String::new());
    assert!(!health(&scene).0, "the buses may still come");
    told(&mut scene, DAY + 330, DAY + 900, |_| String::new());
    let (down, trouble, newest, _) = health(&scene);
    assert_eq!((down, trouble, newest), (true, Some(FeedTrouble::NoPositions), None));
    assert_eq!(opened(&scene), [IncidentKind::FeedDown]);
    // A feed of trip updates is not one of positions that fell silent.
    let mut scene = Scene::new(BUSY);
    told(&mut scene, DAY, DAY + 900, |_| "update trip=n.60".to_owned());
    assert_eq!(health(&scene).1, None);
}
