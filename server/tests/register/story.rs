//! Kamenskoye plato, rush hour, too few buses: from appeals by three channels to the answer in the cabinet, over
//! buses that a simulated city drove before and after its timetable was reinforced.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, answer, complaint};
use appeals::access::Role;
use appeals::effect::{Metric, Outcome};
use serde_json::json;
use server::engine::Watch;
use server::evidence::Examiner;
use server::plans::Plans;
use server::published::Published;
use server::store::Store;
use simulator::city::{KAMENSKOYE, Measure, demo_world, network};
use simulator::{World, WorldConfig};
use std::sync::Arc;
use transit::ids::FeedIdx;
use transit::timetable::load::LoadLimits;
use transit::{MonitorConfig, Timetable};

on_both!(more_buses_to_kamenskoye_plato_and_everybody_who_appealed_is_told,);

const DAY_S: i64 = 86_400;
/// 00:00 of the Monday of [`NOW`].
const MONDAY: i64 = NOW - 10 * 3_600;
/// Routes that are driven: that of the story, and such as nothing is done for.
const DRIVEN: [&str; 6] = [KAMENSKOYE, "12", "37", "65", "92", "98"];
/// Seconds between two datasets.
const DATASET_S: i64 = 40;

/// The demo city with a part of its routes.
fn timetable(measure: Option<Measure>) -> Arc<Timetable> {
    let mut city = network(measure).unwrap();
    city.routes.retain(|r| DRIVEN.contains(&r.id.as_str()));
    let zip = simulator::gtfs::zip(&city.files(), false).unwrap();
    Arc::new(Timetable::from_zip(&zip, LoadLimits::default()).unwrap().0)
}

/// Drives the rush hour of some days, counted from the Monday, into the record; somewhat longer, so that the
/// last hour is closed.
async fn drive(store: &Store, timetable: &Arc<Timetable>, days: &[i64]) -> Watch {
    let feeds = vec!["almaty".to_owned()];
    let config = MonitorConfig::default();
    let mut watch = Watch::new(Arc::clone(timetable), config, feeds, "story".to_owned());
    for day in days {
        let world = WorldConfig { seed: 143 + day.unsigned_abs(), ..demo_world(timetable) };
        let (from, to) =
            (MONDAY + day * DAY_S + 5 * 3_600, MONDAY + day * DAY_S + 10 * 3_600 + 1_200);
        let mut world = World::new(Arc::clone(timetable), world, from);
        let mut now = from;
        while now < to {
            now += DATASET_S;
            world.advance(now);
            watch.positions(now, FeedIdx(0), world.reports(FeedIdx(0)));
            watch.tick(now);
        }
        store.writer().send_when_ready(watch.take_batch()).await.unwrap();
    }
    store.writer().flush().await.unwrap();
    watch
}

/// The stop of the route where people of the plato board: some stops after the upper terminus.
fn stop_of(timetable: &Timetable) -> String {
    let of_route = timetable.patterns.iter().filter(|p| {
        let route: &str = &timetable.route(p.route).id;
        route == KAMENSKOYE
    });
    let down = of_route.max_by_key(|p| p.direction).unwrap();
    timetable.stop(down.stops[2]).id.to_string()
}

#[expect(clippy::too_many_lines, reason = "a story is told from its beginning to its end")]
async fn more_buses_to_kamenskoye_plato_and_everybody_who_appealed_is_told(
    db: TestDatabase,
) -> TestDatabase {
    let house = House::open(&db).await;
    let operator = house.signed("operator", Role::PhoneOperator).await;
    let handler = house.signed("handler", Role::Handler).await;
    let head = house.signed("head", Role::Head).await;
    let store = house.city.store.clone();

    // Two weeks of thin service; the page and the evidence know its timetable.
    let thin = timetable(None);
    let before: Vec<i64> = (-14_i64..0).filter(|d| d.rem_euclid(7) < 5).collect();
    let watch = drive(&store, &thin, &before).await;
    let old = Arc::clone(&house.city.publish.borrow());
    let snapshot = Arc::new(watch.snapshot(NOW));
    house.city.publish.send_replace(Arc::new(Published { snapshot, ..(*old).clone() }));

    // Appeals by three channels, each with its number and clock.
    let stop = stop_of(&thin);
    let mut appeals = Vec::new();
    for (n, channel) in ["phone", "web", "whatsapp", "phone"].into_iter().enumerate() {
        let mut appeal = complaint();
        appeal["kind"] = json!("few_buses");
        appeal["channel"] = json!(channel);
        let at = MONDAY - (3 + n as i64 % 3) * DAY_S + 8 * 3_600;
        appeal["claim"] = json!({"route_id": KAMENSKOYE, "stop_id": stop, "event_at": at});
        appeal["person"]["phone"] = json!(format!("+7 700 000 00 0{n}"));
        let public = channel == "web";
        let path = if public { "/api/v1/appeals" } else { "/api/v1/staff/appeals" };
        let post = house.post(path, &appeal).header("cookie", &operator).send().await.unwrap();
        let (status, filed) = answer(post).await;
        assert_eq!(status, 201, "{filed}");
        let text = |name: &str| filed[name].as_str().unwrap().to_owned();
        appeals.push((text("number"), text("pin")));
    }

    // Evidence, from the record of the simulated mornings.
    let nowhere = std::path::Path::new("no-such-folder");
    let plans = Plans::new(house.ledger.clone(), house.city.publish.subscribe(), nowhere);
    let examiner = Examiner::new(house.register.clone(), store.clone(), plans);
    for (number, _) in &appeals {
        let id = house.register.id_of(number.parse().unwrap()).await.unwrap();
        assert!(examiner.attach(id).await.unwrap().is_some(), "{number} has evidence");
    }
    let finding = house.appeal(&handler, &appeals[0].0).await["finding"].clone();
    assert!(finding.is_string(), "{finding}");
    println!("the record says of too few buses: {finding}");

    // One case of all, one investigation, four answers with a promise.
    let numbers: Vec<&str> = appeals.iter().map(|a| a.0.as_str()).collect();
    let numbers = numbers.join(" ");
    let confirm =
        [("command", "confirm"), ("appeals", numbers.as_str()), ("title", "Каменское плато")];
    house.form(&handler, "/staff/cases", &confirm).await;
    let case = house.register.cases().await.unwrap().remove(0).case;
    assert_eq!((case.appeals.len(), case.scope.stops[0].as_str()), (4, stop.as_str()));
    let path = format!("/staff/cases/{}", frontend::encode(&case.number.to_string()));
    let promise = [
        ("command", "promise"),
        ("kind", "timetable_change"),
        ("text", "Автобусы в часы пик будут ходить каждые 8 минут"),
        ("headway_min", "8"),
        ("due_on", "2026-12-23"),
    ];
    house.act_on(&handler, &path, &promise).await;
    let answers = [("command", "answer_all"), ("ru", "Обращение № {number}: добавим рейсы.")];
    house.act_on(&handler, &path, &answers).await;
    house.act_on(&head, &path, &[("command", "approve_all")]).await;
    let sent = house.act_on(&handler, &path, &[("command", "send_all")]).await;
    assert!(sent.contains("<strong>4</strong>"), "{sent}");

    // The reinforced timetable is driven; the study says what it did.
    let measure = house.register.case(case.number).await.unwrap().case.measures[0].id.to_string();
    let done = [
        ("command", "measure_done"),
        ("measure", measure.as_str()),
        ("on", "2026-11-23"),
        ("proof", "Новая версия расписания"),
    ];
    house.act_on(&handler, &path, &done).await;
    let reinforced = timetable(Some(Measure::KamenskoyeReinforced));
    let after: Vec<i64> = (1_i64..15).filter(|d| d.rem_euclid(7) < 5).collect();
    drive(&store, &reinforced, &after).await;
    let study = [("command", "study"), ("days", "14"), ("washout", "0")];
    house.act_on(&handler, &path, &study).await;
    let case = house.register.case(case.number).await.unwrap().case;
    for metric in [Metric::HeadwayMeanS, Metric::RunsDriven] {
        let effect = case.effects.iter().find(|e| e.metric == metric).unwrap();
        println!("{metric:?}: {:?}", effect.study);
        assert_eq!(effect.study.outcome(metric), Outcome::Better, "{:?}", effect.study);
    }

    // Everybody who appealed reads it by number and PIN.
    let words = house.register.effect_words(&case);
    let tell = [("command", "tell_all"), ("ru", words.ru.as_str()), ("kk", words.kk.as_str())];
    assert!(house.act_on(&handler, &path, &tell).await.contains("<strong>4</strong>"));
    for (number, pin) in &appeals {
        let key = json!({"number": number, "pin": pin});
        let stage = house.post("/api/v1/appeals/status", &key).send().await.unwrap();
        let (_, stage) = answer(stage).await;
        assert_eq!(stage["status"], "answered");
        assert!(stage["answer"]["body"].as_str().unwrap().contains(number));
        assert!(stage["told"][0]["text"].as_str().unwrap().contains("Средний интервал"), "{stage}");
    }
    db
}
