//! Beside the line: what the buses do at that stop, what was said of it before, what the knowledge base says.

use super::super::evidence::evidence_brief;
use super::OperatorPage;
use super::words::{Words, words as words_of};
use crate::pages::Context;
use crate::url::encode;
use api::{AppealRow, Arrival, Departure, DeskPassages, DeskSituation, DeskThen};
use leptos::prelude::*;

/// Seconds of a minute.
const MINUTE_S: i64 = 60;
/// Nearer than this a bus is there.
const NOW_S: i64 = 45;

pub(super) fn panels(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    let line = page.field("line");
    let map = page
        .line
        .route_id
        .as_ref()
        .map_or_else(|| "/".to_owned(), |route| format!("/?route={}", encode(route)));
    view! {
        <div class="desk-side">
            <section aria-labelledby="side-now">
                <h2 id="side-now">{words.now_title}</h2>
                <div data-live="passages" class="desk-passages">{passages(context, words, page)}</div>
            </section>
            <section aria-labelledby="side-similar">
                <h2 id="side-similar">{words.similar}</h2>
                <div data-live="similar">{appeals(context, page, &page.line.similar, (words.none_similar, Some(words.join)))}</div>
            </section>
            {history(context, words, page)}
            <section aria-labelledby="side-help">
                <h2 id="side-help">{words.situations}</h2>
                <div data-live="situations">{situations(words, &page.line.situations)}</div>
            </section>
            <section aria-labelledby="side-waiting">
                <h2 id="side-waiting">{words.waiting}</h2>
                <div data-live="waiting">{waiting(words, page)}</div>
            </section>
            <p class="desk-links" data-live="links">
                <a href=map target="_blank" rel="noopener" data-key="F2">{words.k_map}<kbd>"F2"</kbd></a>
                <a href=format!("/help?q={}", encode(&line)) target="_blank" rel="noopener" data-key="F3">{words.k_help}<kbd>"F3"</kbd></a>
            </p>
        </div>
    }
    .into_any()
}

fn passages(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    if page.line.passages.is_empty() {
        return view! { <p class="hint">{words.type_more}</p> }.into_any();
    }
    let many = page.line.passages.len() > 1;
    let caller = page.read_back.language;
    let all = page.line.passages.iter().map(|p| {
        let say = (!many).then(|| say(context, words_of(caller), p)).flatten();
        stop(context, words, p, say.map(|say| (caller.tag(), say)))
    });
    all.collect_view().into_any()
}

/// What can be said to the caller at once, in the caller's language.
fn say(context: Context<'_>, words: &'static Words, at: &DeskPassages) -> Option<String> {
    let next = at.next.first()?;
    let fill = |text: &str, when: i64| {
        let minutes = ((when - context.voice.at) / MINUTE_S).max(0);
        text.replace("{r}", &next.route_short_name)
            .replace("{m}", &minutes.to_string())
            .replace("{t}", &context.voice.time(when))
    };
    Some(match next.expected {
        Some(expected) => fill(words.say_next, expected),
        None => fill(words.say_plan, next.scheduled),
    })
}

fn stop(
    context: Context<'_>,
    words: &'static Words,
    at: &DeskPassages,
    say: Option<(&'static str, String)>,
) -> AnyView {
    let next = at.next.iter().map(|a| arrival(context, words, a)).collect_view();
    let last = at.last.iter().map(|d| departure(context, words, d)).collect_view();
    let none =
        |empty: bool, text: &'static str| empty.then(|| view! { <li class="hint">{text}</li> });
    let incidents = at.incidents.iter().map(|i| {
        let place = i.stop_name.clone().unwrap_or_default();
        let kind = context.voice.text.kind(i.kind);
        view! {
            <li class="desk-incident">
                {kind}" "{i.route_short_name.clone().unwrap_or_default()}" "{place}" · "{context.voice.time(i.opened_at)}
            </li>
        }
    });
    view! {
        <article class="desk-stop">
            <h3>
                <a href=format!("/stops/{}", encode(&at.stop.stop_id)) target="_blank" rel="noopener">{at.stop.name.clone()}</a>
                {at.headsign.clone().map(|h| view! { <small>" → "{h}</small> })}
            </h3>
            {at.stands_for_line.then(|| view! { <p class="hint">{words.whole_line}</p> })}
            {at.feed_down.then(|| view! { <p class="fault">{words.feed_down}</p> })}
            {say.map(|(lang, say)| view! { <p class="desk-say"><q lang=lang>{say}</q></p> })}
            <div class="desk-board">
                <div><h4>{words.next}</h4><ul>{next}{none(at.next.is_empty(), words.none_next)}</ul></div>
                <div><h4>{words.last}</h4><ul>{last}{none(at.last.is_empty(), words.none_last)}</ul></div>
            </div>
            <ul>{incidents.collect_view()}</ul>
            {at.evidence.as_ref().map(|e| view! { <div class="desk-evidence">{evidence_brief(context.voice, e)}</div> })}
            {at.then.as_ref().map(|t| then(context, words, t))}
        </article>
    }
    .into_any()
}

fn arrival(context: Context<'_>, words: &'static Words, a: &Arrival) -> AnyView {
    let voice = context.voice;
    let when = a.expected.unwrap_or(a.scheduled);
    let left = when - voice.at;
    let how = if left < NOW_S {
        words.now.to_owned()
    } else {
        words.in_min.replace("{}", &(left / MINUTE_S).max(1).to_string())
    };
    let basis = if a.expected.is_some() { words.expected } else { words.only_plan };
    view! {
        <li>
            <b class="desk-route">{a.route_short_name.clone()}</b>
            <span class="desk-when">{how}</span>
            <span>{voice.time(when)}</span>
            <small>{basis}" · "{words.planned}" "{voice.time(a.scheduled)}</small>
        </li>
    }
    .into_any()
}

fn departure(context: Context<'_>, words: &'static Words, d: &Departure) -> AnyView {
    let voice = context.voice;
    let minutes = ((voice.at - d.departed) / MINUTE_S).max(0);
    let gap = d.headway_s.map(|h| {
        let plan = d
            .scheduled_headway_s
            .map(|s| format!(" / {} {}", words.planned, crate::format::stopwatch(s.into())));
        format!(
            " · {} {}{}",
            words.gap,
            crate::format::stopwatch(h.into()),
            plan.unwrap_or_default()
        )
    });
    view! {
        <li>
            <b class="desk-route">{d.route_short_name.clone()}</b>
            <span class="desk-when">{words.ago_min.replace("{}", &minutes.to_string())}</span>
            <span>{voice.time(d.departed)}</span>
            <small>{words.planned}" "{voice.time(d.scheduled)}{gap}</small>
        </li>
    }
    .into_any()
}

fn then(context: Context<'_>, words: &'static Words, then: &DeskThen) -> AnyView {
    let voice = context.voice;
    let span = format!("{}–{}", voice.time(then.from), voice.time(then.to));
    let biggest = then.passed.iter().filter_map(|p| p.gap_s).max();
    let passed = then.passed.iter().map(|p| {
        view! {
            <li>
                <b class="desk-route">{p.route_short_name.clone()}</b>
                <span>{voice.time(p.at)}</span>
                <small>{words.planned}" "{voice.time(p.scheduled)}</small>
                {p.gap_s.map(|g| view! { <small>" · "{words.gap}" "{crate::format::stopwatch(g)}</small> })}
            </li>
        }
    });
    let note = match (then.unreadable, then.passed.is_empty()) {
        (true, _) => Some(words.then_unreadable),
        (_, true) => Some(words.then_none),
        _ => None,
    };
    view! {
        <h4>{words.then_title}" "{span}</h4>
        {note.map(|n| view! { <p class="hint">{n}</p> })}
        {biggest.map(|g| view! { <p>{words.biggest_gap}": "<b>{crate::format::stopwatch(g)}</b></p> })}
        <ul class="desk-then">{passed.collect_view()}</ul>
    }
    .into_any()
}

fn appeals(
    context: Context<'_>,
    page: &OperatorPage,
    rows: &[AppealRow],
    (none, join): (&'static str, Option<&'static str>),
) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="hint">{none}</p> }.into_any();
    }
    let rows = rows.iter().enumerate().map(|(n, row)| {
        let at = row.event_at.unwrap_or(row.registered_at);
        // The likest has the key; the others are pressed.
        let key = (n == 0).then_some("F9");
        let join = join.map(|join| {
            view! {
                <button type="submit" form="desk-form" name="do" value=format!("join:{}", row.number) class="plain" data-key=key>
                    {join}<span class="sr">": "{row.number.clone()}</span>{key.map(|key| view! { <kbd>{key}</kbd> })}
                </button>
            }
        });
        view! {
            <li>
                <b>{row.number.clone()}</b>
                <span>{page.name(&row.kind)}</span>
                <small>{page.name(&row.status)}" · "{context.voice.date_time(at)}</small>
                {join}
            </li>
        }
    });
    view! { <ul class="desk-appeals">{rows.collect_view()}</ul> }.into_any()
}

fn history(context: Context<'_>, words: &'static Words, page: &OperatorPage) -> AnyView {
    let rows = page.history.as_ref();
    view! {
        <section data-live="history" class="desk-history" class:none=rows.is_none()>
            <h2>{words.history}</h2>
            {page.same_before.then(|| view! { <p class="desk-warn">{words.same_before}</p> })}
            {rows.map(|rows| appeals(context, page, rows, (words.none_history, None)))}
        </section>
    }
    .into_any()
}

fn situations(words: &'static Words, found: &[DeskSituation]) -> AnyView {
    if found.is_empty() {
        return view! { <p class="hint">{words.none_situations}</p> }.into_any();
    }
    let found = found.iter().map(|s| {
        view! {
            <li>
                <h3><a href=format!("/help/{}", s.id) target="_blank" rel="noopener">{s.title.clone()}</a></h3>
                <p>{s.answer.clone()}</p>
                <button type="submit" form="desk-form" name="do" value=format!("consult:{}", s.id) class="plain">
                    {words.answered_by}<span class="sr">": "{s.title.clone()}</span>
                </button>
            </li>
        }
    });
    view! { <ul class="desk-situations">{found.collect_view()}</ul> }.into_any()
}

fn waiting(words: &'static Words, page: &OperatorPage) -> AnyView {
    if page.waiting.is_empty() {
        return view! { <p class="hint">{words.none_waiting}</p> }.into_any();
    }
    let rows = page.waiting.iter().map(|w| {
        view! {
            <li>
                <form method="post" action="/staff/desk">
                    <input type="hidden" name="contact" value=w.contact.clone()/>
                    <p>
                        <b>{w.desk.clone()}</b>" · "{words.waits}" "{crate::format::stopwatch(w.waits_s)}
                        <br/>{w.line.clone()}
                        {(!w.note.is_empty()).then(|| view! { <br/><q>{w.note.clone()}</q> })}
                    </p>
                    <button type="submit" name="do" value="take" class="button">{words.take}</button>
                </form>
            </li>
        }
    });
    view! { <ul class="desk-waiting">{rows.collect_view()}</ul> }.into_any()
}
