//! A server with a register on a database of its own, and people who work in it.

use crate::city::City;
use crate::database::TestDatabase;
use appeals::access::Role;
use jiff::tz::TimeZone;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use server::channels::{ChannelSettings, Gazetteers, Reception};
use server::clock::Clock;
use server::evidence::Examiner;
use server::http::HttpLimits;
use server::http::office::{Channels, OfficeState, StopPlace, router};
use server::ledger::Ledger;
use server::outbox::{Outbox, Senders};
use server::plans::Plans;
use server::register::{Key, Keys, Law, Register, RegisterSettings};
use server::staff::{NewAccount, SessionLimits, Staff};
use std::net::SocketAddr;
use std::sync::Arc;

/// Monday 23 November 2026, 10:00 in Almaty.
pub const NOW: i64 = 1_795_410_000;
pub const PASSWORD: &str = "a long and quiet road";
pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
pub const API_KEY: &str = "key-of-a-program";

pub struct House {
    pub address: SocketAddr,
    pub register: Register,
    pub staff: Staff,
    pub ledger: Ledger,
    pub reception: Reception,
    pub outbox: Outbox,
    client: Client,
    pub examiner: Examiner,
    /// What the pages show beside the register, and its record.
    pub city: City,
}

pub fn limits(idle_s: i64, second_factor: bool) -> SessionLimits {
    SessionLimits { idle_s, whole_s: 12 * 3_600, second_factor }
}

/// What a house may be set up with.
pub struct Setup {
    pub channels: ChannelSettings,
    pub open311_batch: bool,
    pub api_burst: u32,
    pub request_timeout_ms: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            channels: ChannelSettings::default(),
            open311_batch: false,
            api_burst: 1_000_000,
            request_timeout_ms: HttpLimits::default().request_timeout_ms,
        }
    }
}

impl House {
    pub async fn open(db: &TestDatabase) -> Self {
        server::store::migrate(&db.url).await.unwrap();
        Self::over(&db.url, Clock::of_city(NOW, 0.001), limits(900, false)).await
    }

    /// With ways in and out.
    pub async fn with(db: &TestDatabase, channels: ChannelSettings) -> Self {
        server::store::migrate(&db.url).await.unwrap();
        let clock = Clock::of_city(NOW, 0.001);
        let setup = Setup { channels, ..Setup::default() };
        Self::over_with(&db.url, clock, limits(900, false), setup).await
    }

    pub async fn set_up(db: &TestDatabase, setup: Setup) -> Self {
        server::store::migrate(&db.url).await.unwrap();
        let clock = Clock::of_city(NOW, 0.001);
        Self::over_with(&db.url, clock, limits(900, false), setup).await
    }

    /// Over a database whose schema is up to date.
    pub async fn over(url: &str, clock: Clock, limits: SessionLimits) -> Self {
        Self::over_with(url, clock, limits, Setup::default()).await
    }

    pub async fn over_with(url: &str, clock: Clock, limits: SessionLimits, setup: Setup) -> Self {
        let Setup { channels, open311_batch, api_burst, request_timeout_ms } = setup;
        let ledger = Ledger::open(url).await.unwrap();
        let keys = Arc::new(Keys::parse(KEY).unwrap());
        let staff = Staff::new(ledger.clone(), Arc::clone(&keys), Clock::machine(), limits);
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let law = Arc::new(Law::shipped(zone, "city").unwrap());
        let register = Register::new(ledger.clone(), keys, law, clock);
        let settings = RegisterSettings {
            api_keys: Key(format!("another, {API_KEY}")),
            file_burst: 100_000,
            open311_batch,
            ..RegisterSettings::default()
        };
        let http = HttpLimits { api_burst, request_timeout_ms, ..HttpLimits::default() };
        let stop = StopPlace { name: "Әуезов көшесі".into(), lat: 43.25, lon: 76.9 };
        let city = City::usual().await;
        let publications = city.publish.subscribe();
        let plans =
            Plans::new(ledger.clone(), publications, std::path::Path::new("no-such-folder"));
        let examiner = Examiner::new(register.clone(), city.store.clone(), plans);
        let senders = Senders::new(&channels).unwrap();
        let keys = Arc::clone(register.keys());
        let outbox = Outbox::new(ledger.clone(), keys, senders, Clock::machine());
        let reception = Reception::new(
            register.clone(),
            outbox.clone(),
            Gazetteers::new(city.site.reads().clone()),
            Clock::machine(),
            &channels.smtp.from,
        );
        let ways = Channels {
            reception: reception.clone(),
            outbox: outbox.clone(),
            settings: Arc::new(channels),
        };
        let router = router(OfficeState {
            channels: ways,
            register: register.clone(),
            staff: staff.clone(),
            stops: Arc::new(move |id: &str| (id == "s1").then(|| stop.clone())),
            evidence: Some(examiner.clone()),
            site: city.site.clone(),
            settings: Arc::new(settings),
            limits: Arc::new(http.clone()),
            clock: Clock::machine(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            server::http::serve(listener, router, &http, std::future::pending()).await;
        });
        Self {
            address,
            register,
            staff,
            ledger,
            reception,
            outbox,
            client: Client::new(),
            examiner,
            city,
        }
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    /// A POST of JSON from the server's own page.
    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.ask(Method::POST, path)
            .header("origin", format!("http://{}", self.address))
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    /// A member of staff, signed in: the cookie.
    pub async fn signed(&self, login: &str, role: Role) -> String {
        self.signed_of(login, role, None).await
    }

    pub async fn signed_of(&self, login: &str, role: Role, org: Option<&str>) -> String {
        let account = NewAccount {
            login: login.to_owned(),
            name: format!("Member {login}"),
            role,
            org: org.map(str::to_owned),
            desk: None,
            password: PASSWORD.to_owned(),
        };
        self.staff.add(account).await.unwrap();
        let sign_in = json!({"login": login, "password": PASSWORD});
        let response = self.post("/api/v1/staff/sign-in", &sign_in).send().await.unwrap();
        assert_eq!(response.status(), 200, "{login}");
        cookie_of(&response)
    }

    /// A command that must be done; the appeal as the actor sees it then.
    pub async fn command(&self, cookie: &str, number: &str, mut command: Value) -> Value {
        let appeal = self.appeal(cookie, number).await;
        command["version"] = appeal["version"].clone();
        let path = format!("/api/v1/staff/appeals/{number}/commands");
        let response = self.post(&path, &command).header("cookie", cookie).send().await.unwrap();
        let (status, body) = answer(response).await;
        assert_eq!(status, 200, "{command}: {body}");
        body
    }

    /// A page as somebody sees it, with its status.
    pub async fn try_page(&self, cookie: &str, path: &str) -> (u16, String) {
        let asked = self.ask(Method::GET, path).header("accept-language", "ru");
        let response = asked.header("cookie", cookie).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    pub async fn page(&self, cookie: &str, path: &str) -> String {
        let (status, page) = self.try_page(cookie, path).await;
        assert_eq!(status, 200, "{path}: {page}");
        page
    }

    /// A form of a page; redirects are followed.
    pub async fn form(
        &self,
        cookie: &str,
        path: &str,
        fields: &[(impl AsRef<str>, impl AsRef<str>)],
    ) -> (u16, String) {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(n, v)| format!("{}={}", n.as_ref(), frontend::encode(v.as_ref())))
            .collect();
        let asked = self
            .ask(Method::POST, path)
            .header("origin", format!("http://{}", self.address))
            .header("accept-language", "ru")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie)
            .body(pairs.join("&"));
        let response = asked.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// A form of the page of an appeal, with the version that the page holds unless another is given.
    pub async fn try_act(
        &self,
        cookie: &str,
        number: &str,
        fields: &[(&str, &str)],
    ) -> (u16, String) {
        let version = self.appeal(cookie, number).await["version"].to_string();
        let mut all = vec![("version", version.as_str())];
        all.extend(fields);
        self.form(cookie, &format!("/staff/appeals/{number}"), &all).await
    }

    pub async fn act(&self, cookie: &str, number: &str, fields: &[(&str, &str)]) {
        let (status, page) = self.try_act(cookie, number, fields).await;
        assert_eq!(status, 200, "{fields:?}: {page}");
    }

    /// A form of the page of a case, with its version.
    pub async fn with_version(
        &self,
        cookie: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Vec<(String, String)> {
        let page = self.page(cookie, path).await;
        let at = page.find("name=\"version\" value=\"").map_or(0, |at| at + 22);
        let version: String = page[at..].chars().take_while(char::is_ascii_digit).collect();
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        std::iter::once(("version".to_owned(), version)).chain(fields).collect()
    }

    pub async fn act_on(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let all = self.with_version(cookie, path, fields).await;
        let (status, page) = self.form(cookie, path, &all).await;
        assert_eq!(status, 200, "{fields:?}: {page}");
        page
    }

    pub async fn appeal(&self, cookie: &str, number: &str) -> Value {
        let path = format!("/api/v1/staff/appeals/{number}");
        let response = self.ask(Method::GET, &path).header("cookie", cookie).send().await.unwrap();
        let (status, body) = answer(response).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

pub fn cookie_of(response: &reqwest::Response) -> String {
    let set = response.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

pub async fn answer(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, body)
}

/// What a citizen says.
pub fn complaint() -> Value {
    json!({
        "kind": "long_wait",
        "text": "Сорок минут ждал автобус",
        "language": "ru",
        "claim": {"route_id": "92", "stop_id": "s1", "event_at": NOW - 3_600, "wait_s": 2_400},
        "person": {"name": "Айдос Тестов", "phone": "+7 701 000 11 22", "email": "aidos@example.kz"}
    })
}
