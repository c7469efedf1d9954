//! The page of the desk, out of what was heard and done.

use super::super::Office;
use super::super::pages::names;
use super::super::signed::Signed;
use super::doing::Doing;
use super::hear::{self, Heard};
use super::pin::{Frame, NEAR_M_PER_PX};
use crate::http::asked::Asked;
use crate::problem::ProblemResponse;
use crate::register::Asked as Wanted;
use crate::view::{Language as Reader, View};
use api::{AppealRow, DeskChoice};
use appeals::words::Language;
use frontend::office::OperatorPage;
use frontend::office::operator::{Choices, Day, MAP_WIDTH, MapView, ReadBack, Waiting};
use transit::{EpochS, LatLon};

/// Appeals of a telephone.
const HISTORY_MAX: u32 = 5;
/// An appeal about the same is looked for so far back, seconds.
const SAME_S: EpochS = 7 * 86_400;

/// Makes it.
pub async fn page(
    office: &Office,
    signed: &Signed,
    asked: &Asked,
    doing: Doing<'_>,
) -> Result<OperatorPage, ProblemResponse> {
    let language = doing.reader();
    let view = office.site.reads().view(asked.language);
    let heard = super::known(office, asked, &doing.form, language).await?;
    let history = match &doing.phone_hash {
        Some(hash) => Some(history(office, hash.clone()).await?),
        None => None,
    };
    let same_before = history.as_ref().is_some_and(|rows| same_before(office, rows, &heard));
    let law = office.register.law();
    let map = map_view(&view, &doing, &heard);
    let spoken = doing.form.language(language);
    Ok(OperatorPage {
        contact: doing.contact.to_string(),
        seq: doing.form.seq(),
        read_back: read_back(office, &heard, spoken),
        fields: doing.form.0,
        choices: choices(office, &view, language),
        day: day(office, signed).await?,
        waiting: waiting(office, signed, language).await?,
        history,
        same_before,
        done: doing.done,
        fault: doing.fault,
        names: names(law.kinds(), language),
        map,
        chips: heard.chips,
        line: heard.line,
    })
}

async fn history(office: &Office, hash: String) -> Result<Vec<AppealRow>, ProblemResponse> {
    let wanted = Wanted { phone_hash: Some(hash), ..Wanted::default() };
    Ok(super::rows(office.register.newest(&wanted, HISTORY_MAX).await?))
}

/// The same telephone spoke of the same kind on the same route or at the same stop lately.
fn same_before(office: &Office, rows: &[AppealRow], heard: &Heard) -> bool {
    let kind = heard.kind_and_topic(office.register.law()).0.code();
    let (route, stop) = (&heard.line.route_id, &heard.line.stop_id);
    let since = office.register.now() - SAME_S;
    let same = |mine: &Option<String>, row: &Option<String>| mine.is_some() && mine == row;
    heard.about.is_some()
        && rows.iter().any(|row| {
            let place = same(route, &row.route_id) || same(stop, &row.stop_id);
            row.kind == kind && row.registered_at >= since && place
        })
}

fn choices(office: &Office, view: &View, language: Language) -> Choices {
    let law = office.register.law();
    let choice =
        |code: &str, name: &str| DeskChoice { code: code.to_owned(), name: name.to_owned() };
    let timetable = view.timetable();
    let mut routes: Vec<DeskChoice> = (0..timetable.routes.len())
        .map(|i| choice(&timetable.routes[i].id, view.route_name(i.into())))
        .collect();
    // 5 before 12 before 12a.
    let order = |name: &str| {
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse::<u32>().unwrap_or(u32::MAX), name.to_owned())
    };
    routes.sort_by_key(|r| order(&r.name));
    let topics = law.topics();
    let groups = topics.groups().iter().map(|group| {
        let own = topics.all().iter().filter(|t| t.group == group.id);
        let own = own.map(|t| choice(t.id.as_str(), t.name.of(language))).collect();
        (group.name.of(language).to_owned(), own)
    });
    let kinds = law.kinds().entries().iter();
    Choices {
        routes,
        kinds: kinds.map(|e| choice(e.code.code(), e.name.of(language))).collect(),
        topics: groups.collect(),
        desks: topics.desks().iter().map(|d| choice(d.id.as_str(), d.name.of(language))).collect(),
    }
}

async fn day(office: &Office, signed: &Signed) -> Result<Day, ProblemResponse> {
    let (now, zone) = (office.register.now(), &office.register.law().office().zone);
    let midnight = jiff::Timestamp::from_second(now)
        .ok()
        .and_then(|t| t.to_zoned(zone.clone()).start_of_day().ok())
        .map_or(now, |z| z.timestamp().as_second());
    let day = office.register.day_of(signed.0.person, midnight).await?;
    Ok(Day {
        contacts: day.contacts,
        consulted: day.consulted,
        appeals: day.appeals,
        handed_over: day.handed_over,
        mean_handle_s: day.mean_handle_s,
    })
}

/// What waits for the operator's own desk; for one without a desk, all that waits.
async fn waiting(
    office: &Office,
    signed: &Signed,
    language: Language,
) -> Result<Vec<Waiting>, ProblemResponse> {
    let now = office.register.now();
    let topics = office.register.law().topics();
    let waiting = office.register.waiting(signed.0.desk.as_deref()).await?;
    let shown = waiting.into_iter().map(|w| {
        let field = |name: &str| w.draft.0.get(name).cloned().unwrap_or_default();
        let desk = topics.desk(&w.to_desk).map(|d| d.name.of(language).to_owned());
        Waiting {
            contact: w.id.to_string(),
            desk: desk.unwrap_or(w.to_desk),
            waits_s: now - w.at,
            line: field("line"),
            note: field("note"),
        }
    });
    Ok(shown.collect())
}

/// In the caller's language.
fn read_back(office: &Office, heard: &Heard, language: Language) -> ReadBack {
    let (reader, frontend) = match language {
        Language::Kk => (Reader::Kk, frontend::page::Language::Kk),
        Language::Ru => (Reader::Ru, frontend::page::Language::Ru),
        Language::En => (Reader::En, frontend::page::Language::En),
    };
    let view = office.site.reads().view(reader);
    let timetable = view.timetable();
    let stop = heard.claim.stop.as_ref().and_then(|s| timetable.stop_by_id(s.as_str()));
    let stop = stop.or(heard.stops.first().copied());
    let law = office.register.law();
    ReadBack {
        language: frontend,
        what: heard.about.as_ref().map(|a| hear::name(a, law, language)),
        route: heard.line.route_short_name.clone(),
        stop: stop.map(|s| view.translated(&timetable.stop(s).name).to_owned()),
        address: heard.claim.address.clone(),
    }
}

/// As it was looked at while a pin stands; else near what is named, else the whole city.
fn map_view(view: &View, doing: &Doing<'_>, heard: &Heard) -> MapView {
    let pin = hear::pin(&doing.form).map(|p| (p.lat, p.lon));
    let kept = Frame::parse(doing.form.get("view")).filter(|_| pin.is_some());
    let near = heard.line.lat.zip(heard.line.lon);
    let near = near.map(|(lat, lon)| Frame::new(LatLon::new(lat, lon), NEAR_M_PER_PX));
    let whole = hear::middle(view)
        .map(|(middle, span_m)| Frame::new(middle, span_m / f64::from(MAP_WIDTH)));
    let frame = kept.or(near).or(whole);
    MapView { view: frame.map(|f| f.text()).unwrap_or_default(), pin }
}
