//! Signing in.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, NOW, PASSWORD, answer, complaint, cookie_of, limits};
use appeals::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use server::clock::Clock;
use server::staff::{NewAccount, StaffError};

on_both!(
    a_second_factor_is_asked_for_and_works_once,
    sessions_end_when_idle_signed_out_or_disabled,
    what_was_typed_outlives_the_session,
    wrong_passwords_cost_time_and_say_nothing,
    the_pages_work_without_a_script,
    accounts_are_made_by_the_command,
);

fn account(login: &str, password: &str) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        name: "Somebody".to_owned(),
        role: Role::Handler,
        org: None,
        desk: None,
        password: password.to_owned(),
    }
}

async fn me(house: &House, cookie: &str) -> (u16, Value) {
    let request = house.ask(Method::GET, "/api/v1/staff/me").header("cookie", cookie);
    answer(request.send().await.unwrap()).await
}

async fn a_second_factor_is_asked_for_and_works_once(db: TestDatabase) -> TestDatabase {
    server::store::migrate(&db.url).await.unwrap();
    let house = House::over(&db.url, Clock::of_city(NOW, 1.0), limits(900, true)).await;
    house.staff.add(account("aida", PASSWORD)).await.unwrap();
    let sign_in = async |code: &str| {
        let body = json!({"login": "Aida ", "password": PASSWORD, "code": code});
        house.post("/api/v1/staff/sign-in", &body).send().await.unwrap()
    };
    assert_eq!(sign_in("").await.status(), 401, "no factor is set up yet");
    let (secret, url) = house.staff.new_totp("aida").await.unwrap();
    assert!(url.starts_with("otpauth://totp/Jolda:aida?secret="));
    let secret = totp_rs::Secret::try_from_base32(&secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let code = totp.generate(Clock::machine().now() as u64).to_string();
    assert_eq!(sign_in("000000").await.status(), 401);
    let right = sign_in(&code).await;
    assert_eq!(right.status(), 200);
    let set = right.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["__Host-jolda=", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(me(&house, &cookie_of(&right)).await.1["login"], "aida");
    assert_eq!(sign_in(&code).await.status(), 401, "a code works once");
    db
}

async fn sessions_end_when_idle_signed_out_or_disabled(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let first = house.signed("first", Role::Handler).await;
    let second = house.signed("second", Role::Handler).await;
    assert_eq!(me(&house, &first).await.0, 200);
    house.staff.set_disabled("first", true).await.unwrap();
    assert_eq!(me(&house, &first).await.0, 401, "at once");
    house.staff.set_disabled("first", false).await.unwrap();
    assert_eq!(me(&house, &first).await.0, 401, "an ended session stays ended");
    let out = house.post("/api/v1/staff/sign-out", &json!({})).header("cookie", &second);
    assert_eq!(out.send().await.unwrap().status(), 204);
    assert_eq!(me(&house, &second).await.0, 401);
    // A house in which a session lasts no second.
    let short = House::over(&db.url, Clock::of_city(NOW, 1.0), limits(0, false)).await;
    let third = short.signed("third", Role::Handler).await;
    assert_eq!(me(&short, &third).await.0, 401);
    assert!(house.staff.audit_holds().await.unwrap());
    db
}

async fn what_was_typed_outlives_the_session(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    let cookie = house.signed("handler", Role::Handler).await;
    let post = house.post("/api/v1/appeals", &complaint()).send().await.unwrap();
    let number = answer(post).await.1["number"].as_str().unwrap().to_owned();
    let path = format!("/staff/appeals/{number}");
    let note = "Звонил в парк: <обещали> проверить & перезвонить";
    let typed = [("command", "note"), ("version", "1"), ("seq", "0"), ("text", note)];
    house
        .post("/api/v1/staff/sign-out", &json!({}))
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    let (status, page) = house.form(&cookie, &path, &typed).await;
    assert_eq!(status, 401, "{page}");
    assert!(page.contains("&lt;обещали") && page.contains("name=\"kept.text\""), "{page}");
    // A wrong password loses nothing either.
    let kept = |password: &'static str| {
        let mut fields =
            vec![("login", "handler"), ("password", password), ("kept-path", path.as_str())];
        let names = ["kept.command", "kept.version", "kept.seq", "kept.text"];
        fields.extend(names.into_iter().zip(typed.map(|t| t.1)));
        fields.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect::<Vec<_>>()
    };
    let (status, page) = house.form("", "/staff/sign-in", &kept("wrong")).await;
    assert!(status == 401 && page.contains("name=\"kept.text\""), "{page}");
    let (status, page) = house.form("", "/staff/sign-in", &kept(PASSWORD)).await;
    assert!(status == 200 && page.contains(&format!("action=\"{path}\"")), "{status}: {page}");
    assert!(page.contains("name=\"text\"") && page.contains("&lt;обещали"), "{page}");
    // Nobody is sent on to somewhere else, nor does another page's form come back.
    let mut away = kept(PASSWORD);
    "https://evil.example/".clone_into(&mut away[2].1);
    let (_, page) = house.form("", "/staff/sign-in", &away).await;
    assert!(!page.contains("evil.example"), "{page}");
    let strange = house
        .ask(Method::POST, &path)
        .header("origin", "http://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("command=note&text=made+up");
    let strange = strange.send().await.unwrap();
    assert!(!strange.text().await.unwrap().contains("made up"));
    db
}

async fn wrong_passwords_cost_time_and_say_nothing(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    for weak in ["short", "aaaaaaaaaaaaaaa", "password1234", "bolat-bolat-1", "qwertyqwerty"] {
        let refused = house.staff.add(account("bolat-bolat", weak)).await;
        assert!(matches!(refused, Err(StaffError::Password)), "{weak}");
    }
    house.staff.add(account("bolat", PASSWORD)).await.unwrap();
    assert!(matches!(house.staff.add(account("BOLAT", PASSWORD)).await, Err(StaffError::Taken)));
    let sign_in = async |login: &str, password: &str| {
        let body = json!({"login": login, "password": password});
        answer(house.post("/api/v1/staff/sign-in", &body).send().await.unwrap()).await
    };
    let wrong = sign_in("bolat", "not the password").await;
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong, sign_in("nobody", "not the password").await);
    // Each wrong one costs more time than the one before.
    let mut tries = 0;
    let wait_s = loop {
        let body = json!({"login": "bolat", "password": "not the password"});
        let response = house.post("/api/v1/staff/sign-in", &body).send().await.unwrap();
        if response.status() == 429 {
            break response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
        }
        tries += 1;
        assert!(tries < 12, "never slowed");
    };
    assert_eq!(sign_in("bolat", PASSWORD).await.0, 429, "the right one waits as well");
    house.staff.add(account("carla", PASSWORD)).await.unwrap();
    assert_eq!(sign_in("carla", PASSWORD).await.0, 200, "nobody else waits");
    tokio::time::sleep(std::time::Duration::from_secs(wait_s)).await;
    assert_eq!(sign_in("bolat", PASSWORD).await.0, 200, "nobody is locked out");
    db
}

async fn the_pages_work_without_a_script(db: TestDatabase) -> TestDatabase {
    let house = House::open(&db).await;
    house.staff.add(account("aida", PASSWORD)).await.unwrap();
    for (language, word) in [("kk", "Құпиясөз"), ("ru", "Пароль"), ("en", "Password")]
    {
        let path = format!("/staff/sign-in?lang={language}");
        let page = house.ask(Method::GET, &path).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(word) && page.contains("method=\"post\""), "{page}");
        assert!(
            page.contains(&format!("lang=\"{language}\"")) && !page.contains("<script"),
            "{page}"
        );
    }
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = format!("http://{}", house.address);
    let send_to = async |path: &str, password: &str| {
        let body = format!("login=aida&password={}&code=", password.replace(' ', "+"));
        let request = client.post(format!("{url}{path}")).header("origin", &url);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    };
    let send = async |password: &str| send_to("/staff/sign-in?lang=ru", password).await;
    let wrong = send("not the password").await;
    assert_eq!(wrong.status(), 401);
    assert!(wrong.text().await.unwrap().contains("Неверный логин, пароль или код."));
    let right = send(PASSWORD).await;
    assert_eq!(
        (right.status().as_u16(), &right.headers()["location"]),
        (303, &"/staff".parse().unwrap())
    );
    let queue = client.get(format!("{url}/staff")).send().await.unwrap();
    assert_eq!(queue.status(), 303, "who is not signed in is led to the form");
    assert_eq!(queue.headers()["location"], "/staff/sign-in?next=%2Fstaff");
    for (asked, led) in
        [("/staff/appeals/1?a=b", "/staff/appeals/1?a=b"), ("//x.example/", "/staff")]
    {
        let path = format!("/staff/sign-in?next={}", frontend::encode(asked));
        assert_eq!(send_to(&path, PASSWORD).await.headers()["location"], led);
    }
    let filed = house.post("/api/v1/appeals", &crate::house::complaint()).send().await.unwrap();
    let (_, filed) = answer(filed).await;
    let request = client.get(format!("{url}/staff?lang=kk")).header("cookie", cookie_of(&right));
    let page = request.send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains(filed["number"].as_str().unwrap()) && page.contains("Тіркелді"),
        "{page}"
    );
    db
}

async fn accounts_are_made_by_the_command(db: TestDatabase) -> TestDatabase {
    use std::io::Write as _;
    let user = |args: &[&str], input: &str| {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_jolda"))
            .args(["user", "--database-url", &db.url, "--log", "error"])
            .args(args)
            .env("JOLDA_REGISTER__KEY", crate::house::KEY)
            .env("JOLDA_DATA_DIR", db.dir.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // A command that asks for nothing has gone before it could read.
        let _ = writeln!(child.stdin.take().unwrap(), "{input}");
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let add = ["add", "dana", "--name", "Demo person", "--role", "head"];
    let (done, said) = user(&add, PASSWORD);
    assert!(done && said.contains("otpauth://totp/Jolda:dana?secret="), "{said}");
    assert!(!user(&add, PASSWORD).0, "the login is taken");
    assert!(!user(&["add", "ermek", "--name", "x", "--role", "king"], PASSWORD).0);
    assert!(!user(&["add", "ermek", "--name", "x", "--role", "head"], "short").0);
    assert_eq!(user(&["list"], "").1, "dana\thead\tactive\ttotp\tDemo person\n");
    assert!(user(&["disable", "dana"], "").0);
    assert!(user(&["list"], "").1.contains("\tdisabled\t"));
    assert!(user(&["reset", "dana"], "another long and quiet road").0);
    assert!(user(&["totp", "dana"], "").1.contains("otpauth"));
    assert!(!user(&["disable", "nobody"], "").0);
    db
}
