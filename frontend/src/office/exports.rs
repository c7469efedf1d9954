//! Exports of personal data: who asked and why, who allowed it, when it was taken.

use super::texts::texts;
use crate::pages::Context;
use crate::url::encode;
use leptos::prelude::*;

/// An export.
#[derive(Clone, Debug)]
pub struct ExportLine {
    /// Which.
    pub id: String,
    /// Who asked.
    pub who: String,
    /// When, epoch seconds.
    pub asked_at: i64,
    /// Why.
    pub reason: String,
    /// First and last day.
    pub span: (String, String),
    /// Who allowed it.
    pub allowed_by: Option<String>,
    /// When it was taken.
    pub taken_at: Option<i64>,
    /// The reader may allow it.
    pub may_allow: bool,
    /// The reader may take it.
    pub may_take: bool,
}

/// What the page is made of.
#[derive(Clone, Debug)]
pub struct ExportsPage {
    /// The newest first.
    pub lines: Vec<ExportLine>,
    /// The reader needs nobody to allow it.
    pub allows: bool,
    /// The last reason said too little.
    pub too_short: bool,
}

texts! {
    title: "Жеке деректерді шығару", "Выгрузка персональных данных", "Exports of personal data";
    back: "Шолуға", "К обзору", "To the overview";
    note: "Әр сұрау, рұқсат және жүктеу журналға жазылады. Файл бір рет, рұқсаттан кейін бір тәулік ішінде беріледі.", "Каждый запрос, разрешение и скачивание пишутся в журнал. Файл отдаётся один раз, в течение суток после разрешения.", "Every request, permission and download is logged. The file is given once, within a day of the permission.";
    of_head: "Рұқсатты басшы береді.", "Разрешает руководитель.", "The head allows it.";
    reason: "Не үшін керек", "Зачем нужно", "What it is needed for";
    days: "Соңғы күндер", "За последние дни", "Of the last days";
    ask: "Сұрау", "Запросить", "Ask for it";
    too_short: "Себебін толығырақ жазыңыз.", "Напишите причину подробнее.", "Say more about the reason.";
    none: "Шығарулар болған жоқ.", "Выгрузок не было.", "There were none.";
    who: "Кім", "Кто", "Who";
    span: "Кезең", "Период", "Period";
    state: "Күйі", "Состояние", "State";
    waits: "рұқсат күтуде", "ждёт разрешения", "waits for permission";
    allowed: "рұқсат берді:", "разрешено:", "allowed by";
    taken: "алынды", "получено", "taken";
    allow: "Рұқсат беру", "Разрешить", "Allow";
    take: "CSV алу", "Получить CSV", "Take the CSV";
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &ExportsPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    let rows = page.lines.iter().map(|line| row(context, line)).collect_view();
    let fault =
        page.too_short.then(|| view! { <p role="alert" class="fault">{words.too_short}</p> });
    let main = view! {
        <p class="sub"><a href="/staff/overview">"← "{words.back}</a></p>
        <h1>{words.title}</h1>
        <p class="note">{words.note}{(!page.allows).then(|| format!(" {}", words.of_head))}</p>
        {fault}
        <form class="form narrow" method="post" action="/staff/exports">
            <div class="field">
                <label for="reason">{words.reason}</label>
                <input id="reason" name="reason" required=true minlength="5" maxlength="300" autocomplete="off"/>
            </div>
            <div class="field">
                <label for="days">{words.days}</label>
                <input id="days" name="days" type="number" min="1" max="366" value="28"/>
            </div>
            <button type="submit" class="primary">{words.ask}</button>
        </form>
        {page.lines.is_empty().then(|| view! { <p class="empty">{words.none}</p> })}
        <table class="queue" hidden=page.lines.is_empty()>
            <thead><tr>
                <th scope="col">{words.who}</th><th scope="col">{words.span}</th>
                <th scope="col">{words.reason}</th><th scope="col">{words.state}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    (words.title.to_owned(), main.into_any())
}

fn row(context: Context<'_>, line: &ExportLine) -> AnyView {
    let words = words(context.shell.language);
    let state = match (&line.allowed_by, line.taken_at) {
        (_, Some(at)) => format!("{} {}", words.taken, context.voice.date_time(at)),
        (Some(who), None) => format!("{} {who}", words.allowed),
        (None, None) => words.waits.to_owned(),
    };
    let form = |what: &str, name: &'static str| {
        let action = format!("/staff/exports/{}/{what}", encode(&line.id));
        view! { <form class="form" method="post" action=action><button type="submit">{name}</button></form> }
    };
    view! {
        <tr>
            <th scope="row">{line.who.clone()}<small class="block">{context.voice.date_time(line.asked_at)}</small></th>
            <td>{line.span.0.clone()}" – "{line.span.1.clone()}</td>
            <td>{line.reason.clone()}</td>
            <td>
                {state}
                {line.may_allow.then(|| form("allow", words.allow))}
                {line.may_take.then(|| form("take", words.take))}
            </td>
        </tr>
    }
    .into_any()
}
