//! The 42 rules of Open311 as we read them, each by its number. What they say stands in the test.

use crate::database::{TestDatabase, on_both};
use crate::house::{API_KEY, House, NOW, Setup, answer, complaint};
use crate::open311::{GOOD, get, json_of, post, texts};
use appeals::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

on_both!(
    og_01_to_02_paths_and_types,
    og_03_to_08_text_dates_and_shapes,
    og_09_to_10_pages_and_other_sites,
    og_11_to_14_discovery,
    og_15_to_18_services,
    og_19_to_22_definitions,
    og_23_to_27_what_a_post_needs,
    og_28_to_30_what_a_post_answers,
    og_32_infrastructure_is_503,
    og_33_tokens_in_batch_mode,
    og_34_to_35_filters,
    og_36_extensions,
    og_37_to_40_requests,
    og_41_to_42_errors,
);

/// Codes that were given out: no later one may lack them.
const STABLE: [&str; 22] = [
    "long_wait",
    "did_not_come",
    "early",
    "late",
    "passed_stop",
    "left_without_waiting",
    "moved_while_boarding",
    "irregular",
    "few_buses",
    "off_route",
    "short_turn",
    "overcrowded",
    "speeding",
    "driver_conduct",
    "cold_hot_dirty",
    "fare",
    "lost_item",
    "stop_condition",
    "signal_or_crossing_request",
    "new_route",
    "more_runs",
    "other",
];

pub async fn put_in(house: &House, kind: &str) -> String {
    let mut appeal = complaint();
    appeal["kind"] = json!(kind);
    let filed = house.post("/api/v1/appeals", &appeal).send().await.unwrap();
    answer(filed).await.1["number"].as_str().unwrap().to_owned()
}

pub async fn posted(house: &House, fields: &[(&str, &str)]) -> String {
    let (status, body) = post(house, fields, "json").await;
    assert_eq!(status, 201, "{body}");
    let made: Value = serde_json::from_str(&body).unwrap();
    made[0]["service_request_id"].as_str().unwrap().to_owned()
}

fn with<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)>
where
    'static: 'a,
{
    let mut fields: Vec<(&str, &str)> = GOOD.to_vec();
    for field in &mut fields {
        if field.0 == name {
            field.1 = value;
        }
    }
    fields
}

async fn og_01_to_02_paths_and_types(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    assert_eq!(get(&house, "/open311/v2/services.json").await.1, "application/json; charset=utf-8");
    assert_eq!(get(&house, "/open311/v2/services.xml").await.1, "text/xml; charset=utf-8");
    assert_eq!(get(&house, "/open311/v2/services.csv").await.0, 404, "an unknown extension");
    assert_eq!(get(&house, "/open311/v2/services.rss").await.0, 404, "requests only have a feed");
    let xml = get(&house, "/open311/v2/services.xml").await.2;
    assert!(
        xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>") && !xml.contains("xmlns")
    );
    db
}

async fn og_03_to_08_text_dates_and_shapes(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let number = posted(&house, &GOOD).await;
    let head = house.signed("head", Role::Head).await;
    let kept = house.appeal(&head, &number).await;
    assert!(kept["text"].as_str().unwrap().contains("ә ғ қ ң ө ұ ү һ і"), "OG-03");
    assert_eq!(kept["person"]["name"], "Әсел Ғалымқызы", "OG-03");
    let one = json_of(&house, &format!("/open311/v2/requests/{number}.json")).await;
    assert!(one[0]["requested_datetime"].as_str().unwrap().ends_with("+05:00"), "OG-04");
    let zoneless = "/open311/v2/requests.json?start_date=2026-11-23T00:00:00";
    assert_eq!(get(&house, zoneless).await.0, 400, "OG-04");
    assert_eq!(get(&house, "/open311/v2/requests.json?status=").await.0, 200, "OG-05");
    assert_eq!(get(&house, "/open311/v2/services.json?jurisdiction_id=x").await.0, 404, "OG-06");
    assert!(one.is_array() && one.as_array().unwrap().len() == 1, "OG-07: one is an array of one");
    let code = "/open311/v2/services/bus.fare.json";
    let definition = json_of(&house, code).await;
    assert!(definition["attributes"][0]["values"].is_array(), "OG-07: an empty list is a list");
    assert!(one[0]["service_request_id"].is_string() && one[0]["lat"].is_f64(), "OG-08");
    assert_eq!(one[0]["zipcode"], Value::Null, "OG-08");
    db
}

async fn og_09_to_10_pages_and_other_sites(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    for _ in 0..3 {
        put_in(&house, "fare").await;
    }
    let page = house.ask(Method::GET, "/open311/v2/requests.json?page=1&page_size=2");
    let page = page.send().await.unwrap();
    assert_eq!(page.headers()["x-total-count"], "3", "OG-09");
    assert!(page.headers()["link"].to_str().unwrap().contains("page=2"), "OG-09");
    assert_eq!(answer(page).await.1.as_array().unwrap().len(), 2, "OG-09");
    let head = house.ask(Method::HEAD, "/open311/v2/services.xml").send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap().len()), (200, 0), "OG-10");
    for (path, allowed) in [
        ("/open311/v2/requests.json", "GET, HEAD, OPTIONS, POST"),
        ("/open311/v2/services.json", "GET, HEAD, OPTIONS"),
    ] {
        let options = house.ask(Method::OPTIONS, path).send().await.unwrap();
        assert_eq!(
            (options.status().as_u16(), &options.headers()["allow"]),
            (204, &allowed.parse().unwrap())
        );
        assert_eq!(options.headers()["access-control-allow-origin"], "*", "OG-10");
    }
    db
}

async fn og_11_to_14_discovery(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let found = json_of(&house, "/open311/discovery.json").await;
    let xml = get(&house, "/open311/discovery.xml").await.2;
    assert_eq!(texts(&xml, "contact"), [found["contact"].as_str().unwrap()], "OG-11, OG-13");
    assert!(!found["key_service"].as_str().unwrap().is_empty(), "OG-12");
    let endpoint = &found["endpoints"][0];
    assert_eq!(endpoint["specification"], "http://wiki.open311.org/GeoReport_v2", "OG-12");
    assert_eq!(endpoint["type"], "production", "OG-12");
    let url = endpoint["url"].as_str().unwrap();
    let services = reqwest::get(format!("{url}/services.xml")).await.unwrap();
    assert_eq!(services.status(), 200, "OG-12: the address is where it is");
    let changeset: jiff::Timestamp = found["changeset"].as_str().unwrap().parse().unwrap();
    assert!(changeset.as_second() < NOW, "OG-13");
    // Clients keep the services until the changeset moves: who changes them moves it (CHANGESET).
    let mut all = String::new();
    for language in ["kk", "ru", "en"] {
        let list = get(&house, &format!("/open311/v2/services.json?lang={language}")).await.2;
        let one = format!("/open311/v2/services/bus.long_wait.json?lang={language}");
        all = all + &list + &get(&house, &one).await.2;
    }
    let all = appeals::journal::Hash::of(all.as_bytes()).to_string();
    let told = format!("{} {}", found["changeset"].as_str().unwrap(), &all[..16]);
    expect_test::expect!["2026-11-20T09:00:00+05:00 bc47ba50405d3f75"].assert_eq(&told);
    db
}

async fn og_15_to_18_services(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let kk = json_of(&house, "/open311/v2/services.json?lang=kk").await;
    let ru = json_of(&house, "/open311/v2/services.json?lang=ru").await;
    for (a, b) in kk.as_array().unwrap().iter().zip(ru.as_array().unwrap()) {
        for field in ["service_code", "service_name", "type"] {
            assert!(!a[field].as_str().unwrap().is_empty(), "OG-15: {field}");
        }
        assert_eq!(
            (a["metadata"].as_bool(), &a["type"]),
            (Some(true), &json!("realtime")),
            "OG-15"
        );
        assert_eq!(a["service_code"], b["service_code"], "OG-18: the same in each language");
    }
    let codes: Vec<_> = kk.as_array().unwrap().iter().map(|s| &s["service_code"]).collect();
    for stable in STABLE {
        assert!(codes.contains(&&json!(format!("bus.{stable}"))), "OG-18: {stable} is for ever");
    }
    assert_ne!(kk[0]["service_name"], ru[0]["service_name"], "OG-17");
    let said = house.ask(Method::GET, "/open311/v2/services.json").header("accept-language", "kk");
    assert_eq!(said.send().await.unwrap().headers()["content-language"], "kk", "OG-17");
    let driver = ru.as_array().unwrap().iter().find(|s| s["service_code"] == "bus.driver_conduct");
    assert!(driver.unwrap()["keywords"].as_str().unwrap().contains("private"), "OG-17");
    assert_eq!(get(&house, "/open311/v2/services.json?jurisdiction_id=no").await.0, 404, "OG-16");
    db
}

async fn og_19_to_22_definitions(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let definition = json_of(&house, "/open311/v2/services/bus.long_wait.json?lang=en").await;
    assert_eq!(definition["service_code"], "bus.long_wait", "OG-19");
    let attributes = definition["attributes"].as_array().unwrap();
    let types = ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"];
    for (i, a) in attributes.iter().enumerate() {
        assert!(types.contains(&a["datatype"].as_str().unwrap()), "OG-20");
        assert_eq!(a["order"], json!(i + 1), "OG-20");
    }
    let codes: Vec<_> = attributes.iter().map(|a| a["code"].as_str().unwrap()).collect();
    for code in ["ROUTE", "DIRECTION", "VEHICLE", "EVENT_TIME", "ON_VEHICLE", "TRIP", "INFO"] {
        assert!(codes.contains(&code), "OG-22: {code}");
    }
    assert_eq!(get(&house, "/open311/v2/services/nothing.xml").await.0, 404, "OG-21");
    let (status, body) = post(&house, &with("attribute[ROUTE]", ""), "json").await;
    assert!(status == 400 && body.contains("ROUTE required"), "OG-22: two of three: {body}");
    db
}

async fn og_23_to_27_what_a_post_needs(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    assert_eq!(post(&house, &with("api_key", "wrong"), "xml").await.0, 403, "OG-23");
    let query = format!("/open311/v2/requests.json?api_key={API_KEY}");
    let in_query = house.ask(Method::POST, &query).body("service_code=bus.fare");
    let in_query = in_query.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(in_query.send().await.unwrap().status(), 403, "OG-23: never in the address");
    assert_eq!(post(&house, &with("address_id", ""), "json").await.0, 400, "OG-24");
    let far = [&with("address_id", "")[..], &[("lat", "55.7"), ("long", "37.6")]].concat();
    assert_eq!(post(&house, &far, "json").await.0, 400, "OG-24: outside the area");
    let near = [&with("address_id", "")[..], &[("lat", "43.24"), ("long", "76.89")]].concat();
    let near = [&near[..], &[("attribute[VEHICLE]", "123 AB 02")]].concat();
    assert_eq!(post(&house, &near, "json").await.0, 201, "OG-24");
    let (status, body) = post(&house, &with("address_id", "stop:none"), "json").await;
    assert!(status == 400 && body.contains("address_id"), "OG-25: {body}");
    let street = "пр. Абая, 10 (напротив «рынка»)";
    let by_words = [&with("address_id", "")[..], &[("address_string", street)]].concat();
    let by_words = [&by_words[..], &[("attribute[VEHICLE]", "123 AB 02")]].concat();
    let number = posted(&house, &by_words).await;
    let head = house.signed("first-head", Role::Head).await;
    assert_eq!(house.appeal(&head, &number).await["claim"]["address"], street, "OG-25");
    let lines = with("description", "первая\nвторая <b>не HTML</b>");
    let number = posted(&house, &lines).await;
    let kept = house.appeal(&head, &number).await["text"].clone();
    assert_eq!(kept, "первая\nвторая <b>не HTML</b>", "OG-26");
    let number = posted(&house, &[&GOOD[..], &[("phone", "+77010001122")]].concat()).await;
    let head = house.signed("head", Role::Head).await;
    assert_eq!(house.appeal(&head, &number).await["person"]["phone"], "+77010001122", "OG-26");
    assert_eq!(
        post(&house, &with("description", &"ж".repeat(4_001)), "json").await.0,
        400,
        "OG-26"
    );
    for (name, value) in
        [("attribute[NO]", "1"), ("attribute[DIRECTION]", "9"), ("attribute[]", "x")]
    {
        let fields = [&GOOD[..], &[(name, value)]].concat();
        assert_eq!(post(&house, &fields, "json").await.0, 400, "OG-27: {name}");
    }
    let several = [&GOOD[..], &[("attribute[DIRECTION][]", "1")]].concat();
    assert_eq!(post(&house, &several, "json").await.0, 201, "OG-27");
    db
}

async fn og_28_to_30_what_a_post_answers(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let (_, xml) = post(&house, &GOOD, "xml").await;
    assert_eq!(texts(&xml, "service_request_id").len(), 1, "OG-28");
    assert!(texts(&xml, "token").is_empty(), "OG-28: one or the other");
    assert_eq!(texts(&xml, "service_notice"), ["2026-12-14"], "OG-28");
    let body = format!("api_key={API_KEY}&service_code=bus.fare&address_string=x&description=y");
    let again = async |key: &str| {
        let post = house.ask(Method::POST, "/open311/v2/requests.json").body(body.clone());
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        post.header("idempotency-key", key).send().await.unwrap()
    };
    let first = again("k").await;
    assert_eq!(first.status(), 201, "OG-29");
    let location = first.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(get(&house, &location).await.0, 200, "OG-29");
    assert_eq!(answer(first).await, answer(again("k").await).await, "OG-30");
    db
}

async fn og_32_infrastructure_is_503(mut db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    db.cut().await;
    let response = house.ask(Method::POST, "/open311/v2/requests.json");
    let response = response
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("api_key={API_KEY}&service_code=bus.fare&address_string=x&description=y"));
    let response = response.send().await.unwrap();
    assert!(response.headers().contains_key("retry-after"));
    let (status, errors) = answer(response).await;
    assert_eq!((status, &errors[0]["code"]), (503, &json!(503)));
    db.mend().await;
    db
}

async fn og_33_tokens_in_batch_mode(db: TestDatabase) -> TestDatabase {
    let house = House::set_up(&db, Setup { open311_batch: true, ..Setup::default() }).await;
    let services = json_of(&house, "/open311/v2/services.json").await;
    assert_eq!(services[0]["type"], "batch");
    let made: Value = serde_json::from_str(&post(&house, &GOOD, "json").await.1).unwrap();
    assert_eq!(made[0].get("service_request_id"), None);
    let token = made[0]["token"].as_str().unwrap();
    let found = json_of(&house, &format!("/open311/v2/tokens/{token}.json")).await;
    assert_eq!(found[0]["token"], token);
    let number = found[0]["service_request_id"].as_str().unwrap();
    assert_eq!(get(&house, &format!("/open311/v2/requests/{number}.json")).await.0, 200);
    assert_eq!(get(&house, "/open311/v2/tokens/guess.xml").await.0, 404);
    db
}

async fn og_34_to_35_filters(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let first = put_in(&house, "fare").await;
    put_in(&house, "long_wait").await;
    let count = async |query: &str| {
        json_of(&house, &format!("/open311/v2/requests.json?{query}"))
            .await
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        count(&format!("service_request_id={first}&service_code=bus.late")).await,
        1,
        "OG-34"
    );
    assert_eq!(count("service_code=bus.fare&status=open").await, 1, "OG-34");
    let status =
        async |query: &str| get(&house, &format!("/open311/v2/requests.xml?{query}")).await.0;
    let span =
        |from: &str, to: &str| format!("start_date={from}T00:00:00Z&end_date={to}T00:00:00Z");
    assert_eq!(status(&span("2026-08-01", "2026-10-30")).await, 200, "OG-35: 90 days");
    assert_eq!(status(&span("2026-08-01", "2026-10-31")).await, 400, "OG-35: 91 days");
    assert_eq!(status(&span("2026-11-02", "2026-11-01")).await, 400, "OG-35");
    assert_eq!(status("status=pending").await, 400, "OG-35");
    assert_eq!(status("service_code=bus.nothing").await, 404, "OG-34");
    db
}

async fn og_36_extensions(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let number = put_in(&house, "fare").await;
    let plain = json_of(&house, "/open311/v2/requests.json").await;
    for foreign in ["attributes", "extended_attributes", "notes"] {
        assert_eq!(plain[0].get(foreign), None, "plain output has no foreign field");
    }
    let more = json_of(&house, "/open311/v2/requests.json?extensions=true").await;
    assert_eq!(more[0]["extended_attributes"]["channel"], "web");
    assert_eq!(more[0]["attributes"][0], json!({"code": "ROUTE", "value": "92"}));
    assert_eq!(more[0]["notes"][0]["type"], "registered");
    let (_, _, xml) = get(&house, "/open311/v2/requests.xml?extensions=true").await;
    assert_eq!(texts(&xml, "channel"), ["web"]);
    let count = async |query: &str| {
        json_of(&house, &format!("/open311/v2/requests.json?{query}"))
            .await
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("updated_after=2026-11-23T00:00:00Z").await, 1);
    assert_eq!(count("updated_after=2026-11-24T00:00:00Z").await, 0);
    assert_eq!(count("updated_before=2026-11-23T00:00:00Z").await, 0);
    assert_eq!(count("lat=43.2501&long=76.9").await, 1);
    assert_eq!(count("lat=43.26&long=76.9&radius=1000").await, 0);
    assert_eq!(count("lat=43.26&long=76.9&radius=1200").await, 1);
    for wrong in ["lat=43.25", "lat=x&long=76.9", "lat=43&long=76.9&radius=-1"] {
        let path = format!("/open311/v2/requests.json?{wrong}");
        assert_eq!(get(&house, &path).await.0, 400, "{wrong}");
    }
    let feed = house.ask(Method::GET, "/open311/v2/requests.rss").send().await.unwrap();
    assert_eq!(feed.headers()["content-type"], "application/rss+xml; charset=utf-8");
    let feed = feed.text().await.unwrap();
    assert!(
        feed.contains(&number) && feed.contains("<pubDate>Mon, 23 Nov 2026 05:00:00 +0000"),
        "{feed}"
    );
    assert!(!feed.contains("Сорок минут") && !feed.contains("Тестов"));
    db
}

async fn og_37_to_40_requests(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let near = [&with("address_id", "")[..], &[("lat", "43.24001"), ("long", "76.89002")]].concat();
    let near = [&near[..], &[("attribute[VEHICLE]", "123")]].concat();
    let number = posted(&house, &near).await;
    let one = json_of(&house, &format!("/open311/v2/requests/{number}.json")).await;
    let mut fields: Vec<_> = one[0].as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    let standard = [
        "address",
        "address_id",
        "agency_responsible",
        "description",
        "expected_datetime",
        "lat",
        "long",
        "media_url",
        "requested_datetime",
        "service_code",
        "service_name",
        "service_notice",
        "service_request_id",
        "status",
        "status_notes",
        "updated_datetime",
        "zipcode",
    ];
    assert_eq!(fields, standard, "OG-37");
    assert!(one[0]["agency_responsible"].is_string(), "OG-37");
    let text = one.to_string();
    assert!(!text.contains("43.24") && one[0]["description"].is_null(), "OG-38: {text}");
    assert_eq!(get(&house, "/open311/v2/requests/26-000777-7.xml").await.0, 404, "OG-39");
    assert_eq!(one, json_of(&house, "/open311/v2/requests.json").await, "OG-40");
    db
}

async fn og_41_to_42_errors(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let (_, body) = post(&house, &[("api_key", API_KEY)], "json").await;
    let errors: Value = serde_json::from_str(&body).unwrap();
    assert!(errors.as_array().unwrap().len() >= 2 && errors[0]["code"] == 400, "OG-41: {errors}");
    let (_, body) = post(&house, &[("api_key", "no")], "xml").await;
    assert_eq!(texts(&body, "code"), ["403"], "OG-41");
    for (language, words) in [
        ("kk", "service_code bus.x белгісіз"),
        ("ru", "service_code bus.x: такой услуги нет"),
        ("en", "service_code bus.x is not known"),
    ] {
        let path = format!("/open311/v2/services/bus.x.json?lang={language}");
        let (_, _, errors) = get(&house, &path).await;
        let errors: Value = serde_json::from_str(&errors).unwrap();
        assert_eq!(errors[0]["description"], words, "OG-41: users read it");
    }
    let put = house.ask(Method::PUT, "/open311/v2/requests.json").send().await.unwrap();
    assert!(put.headers()["allow"].to_str().unwrap().contains("POST"));
    let (status, errors) = answer(put).await;
    assert_eq!((status, &errors[0]["code"]), (405, &json!(405)), "OG-42");
    let kind = house.ask(Method::POST, "/open311/v2/requests.json").body("{}");
    let kind = kind.header("content-type", "application/json").send().await.unwrap();
    assert_eq!(answer(kind).await.1[0]["code"], 415, "OG-42");
    let big = house.ask(Method::POST, "/open311/v2/requests.json").body("x".repeat(300 << 10));
    let big = big.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(answer(big).await.1[0]["code"], 413, "OG-42");
    let long = format!("/open311/v2/requests.json?x={}", "y".repeat(5_000));
    let long = house.ask(Method::GET, &long).send().await.unwrap();
    assert_eq!(answer(long).await.1[0]["code"], 414, "OG-42: what the guard refuses as well");
    let tight = House::set_up(&db, Setup { api_burst: 2, ..Setup::default() }).await;
    let asks = (0..40).map(|_| tight.ask(Method::GET, "/open311/v2/services.json").send());
    let answers = futures_util::future::join_all(asks).await;
    let refused = answers.into_iter().map(Result::unwrap).find(|r| r.status() == 429).unwrap();
    assert!(refused.headers().contains_key("retry-after"), "OG-42");
    assert_eq!(answer(refused).await.1[0]["code"], 429, "OG-42");
    db
}
