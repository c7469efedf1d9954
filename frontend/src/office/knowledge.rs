//! The knowledge base, open to the public: life situations, what to say, what to do, what to bring.

use crate::page::Language;
use crate::pages::Context;
use api::HelpSituation;
use leptos::prelude::*;

/// `/help` and `/help/{id}`.
#[derive(Clone, Debug)]
pub enum HelpPage {
    /// All situations by theme, or those that fit.
    List {
        /// What was asked.
        query: String,
        /// In the order of the base, or the best first.
        situations: Vec<HelpSituation>,
    },
    /// One, with its neighbours of the theme.
    One {
        /// The situation.
        situation: HelpSituation,
        /// Id and title.
        others: Vec<(String, String)>,
    },
}

struct Words {
    title: &'static str,
    intro: &'static str,
    search: &'static str,
    find: &'static str,
    none: &'static str,
    all: &'static str,
    steps: &'static str,
    documents: &'static str,
    no_documents: &'static str,
    see: &'static str,
    others: &'static str,
}

const KK: Words = Words {
    title: "Анықтама",
    intro: "Автобуспен жүретіндердің жиі сұрақтары: не айту, не істеу, қандай құжат керек.",
    search: "Сұрағыңыз, өз сөзіңізбен",
    find: "Іздеу",
    none: "Мұндай жағдай табылмады. Басқаша жазып көріңіз немесе тізімді қараңыз.",
    all: "Барлық жағдайлар",
    steps: "Не істеу керек",
    documents: "Құжаттар",
    no_documents: "Құжат қажет емес.",
    see: "Бетті ашу",
    others: "Осы тақырыпта",
};

const RU: Words = Words {
    title: "Справка",
    intro: "Частые вопросы тех, кто ездит на автобусе: что ответить, что сделать, какие нужны документы.",
    search: "Ваш вопрос своими словами",
    find: "Найти",
    none: "Такой ситуации нет. Напишите иначе или посмотрите список.",
    all: "Все ситуации",
    steps: "Что сделать",
    documents: "Документы",
    no_documents: "Документы не нужны.",
    see: "Открыть страницу",
    others: "По этой теме",
};

const EN: Words = Words {
    title: "Help",
    intro: "What people who take the bus often ask: the answer, what to do, which documents to bring.",
    search: "Your question in your own words",
    find: "Find",
    none: "No such situation is known. Put it otherwise, or look through the list.",
    all: "All situations",
    steps: "What to do",
    documents: "Documents",
    no_documents: "No documents are needed.",
    see: "Open the page",
    others: "On the same theme",
};

const fn words(language: Language) -> &'static Words {
    match language {
        Language::Kk => &KK,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

/// What the way to it is called.
pub(crate) const fn link_name(language: Language) -> &'static str {
    words(language).title
}

/// Title and content.
pub(super) fn page(context: Context<'_>, page: &HelpPage) -> (String, AnyView) {
    let words = words(context.shell.language);
    match page {
        HelpPage::List { query, situations } => {
            (words.title.to_owned(), list(words, query, situations))
        }
        HelpPage::One { situation, others } => {
            (situation.title.clone(), one(words, situation, others))
        }
    }
}

fn list(words: &'static Words, query: &str, situations: &[HelpSituation]) -> AnyView {
    let mut themes: Vec<(String, Vec<AnyView>)> = Vec::new();
    for s in situations {
        let item = view! {
            <li><a href=format!("/help/{}", s.id)>{s.title.clone()}</a><p>{s.answer.clone()}</p></li>
        };
        match themes.last_mut().filter(|(theme, _)| *theme == s.theme) {
            Some((_, items)) => items.push(item.into_any()),
            None => themes.push((s.theme.clone(), vec![item.into_any()])),
        }
    }
    let none = themes.is_empty().then(|| view! { <p class="empty">{words.none}</p> });
    let asked = !query.is_empty();
    let themes = themes.into_iter().map(|(theme, items)| {
        view! { <section><h2>{theme}</h2><ul class="help-list">{items}</ul></section> }
    });
    view! {
        <h1>{words.title}</h1>
        <p class="sub">{words.intro}</p>
        <form class="controls" action="/help" method="get" role="search" aria-label=words.search>
            <label class="grow"><span class="sr">{words.search}</span>
                <input type="search" name="q" value=query.to_owned() placeholder=words.search maxlength="200"/>
            </label>
            <button type="submit" class="button">{words.find}</button>
        </form>
        {none}
        <div class="help">{themes.collect_view()}</div>
        {asked.then(|| view! { <p><a href="/help">{words.all}</a></p> })}
    }
    .into_any()
}

fn one(words: &'static Words, s: &HelpSituation, others: &[(String, String)]) -> AnyView {
    let item = |text: &String| view! { <li>{text.clone()}</li> };
    let steps = (!s.steps.is_empty()).then(|| {
        view! { <h2>{words.steps}</h2><ol>{s.steps.iter().map(item).collect_view()}</ol> }
    });
    let documents = if s.documents.is_empty() {
        view! { <p>{words.no_documents}</p> }.into_any()
    } else {
        view! { <ul>{s.documents.iter().map(item).collect_view()}</ul> }.into_any()
    };
    let others = others.iter().map(|(id, title)| {
        view! { <li><a href=format!("/help/{id}")>{title.clone()}</a></li> }
    });
    view! {
        <p><a href="/help">{words.title}</a>" · "{s.theme.clone()}</p>
        <h1>{s.title.clone()}</h1>
        <p class="help-answer">{s.answer.clone()}</p>
        {s.page.clone().map(|p| view! { <p><a class="button" href=p>{words.see}</a></p> })}
        {steps}
        <h2>{words.documents}</h2>
        {documents}
        <h2>{words.others}</h2>
        <ul>{others.collect_view()}</ul>
    }
    .into_any()
}
