//! The lines of the map: patterns, segments, the whole network.

use crate::city::City;
use expect_test::expect;

#[tokio::test]
async fn lines_are_differences_and_segments_are_their_stretches() {
    let city = City::usual().await;
    let pattern = city.json("/api/v1/patterns/0").await;
    let line = &pattern["line_e5"];
    assert_eq!(*line, serde_json::json!([7_688_000, 4_324_000, 1000, 100, 1000, -100, 2000, 0]));
    let segment = city.json("/api/v1/segments/B/C?lang=kk").await;
    let line = &segment["segment"]["line_e5"];
    assert_eq!(*line, serde_json::json!([7_690_000, 4_324_000, 2000, 0]));
    assert_eq!(segment["segment"]["routes"], serde_json::json!(["12", "5"]));
    let list = city.json("/api/v1/segments").await;
    assert_eq!(list["segments"][0]["observed_vph"], 4.0);
    let table = city.text("/api/v1/segments?format=csv&lang=en").await;
    expect![[r#"
        at,from_stop_id,to_stop_id,from_stop_name,to_stop_name,routes,scheduled_vph,observed_vph,coverage
        1767582600,A,B,Sayran bus station,Улица Берёзовая,12,6.0,4.0,0.75
    "#]].assert_eq(&table);
}

#[tokio::test]
async fn the_network_is_the_timetable_s_whatever_runs_now() {
    let city = City::usual().await;
    let ends = async |path: &str| -> Vec<String> {
        let network = city.json(path).await;
        let lines = network["lines"].as_array().unwrap().clone();
        let end = |l: &serde_json::Value, name: &str| l[name].as_str().unwrap().to_owned();
        lines.iter().map(|l| end(l, "from_stop_id") + &end(l, "to_stop_id")).collect()
    };
    let seen = city.json("/api/v1/segments").await;
    assert_eq!(seen["segments"].as_array().unwrap().len(), 1);
    assert_eq!(ends("/api/v1/network").await, ["AB", "BC", "CA"]);
    assert_eq!(ends("/api/v1/network?route_id=r5").await, ["BC"]);
    let between = "bbox=76.905,43.23,76.915,43.25";
    let crossing = ends(&format!("/api/v1/network?{between}")).await;
    assert_eq!(crossing, ["BC", "CA"], "a stretch that only crosses the box is in it");
    let some = city.json("/api/v1/network?limit=1").await;
    assert!(some["more"] == true && some["lines"].as_array().unwrap().len() == 1);
}
