//! Signing in: a plain form.

use crate::page::Language;
use crate::pages::Context;
use crate::url::encode;
use leptos::prelude::*;

/// Texts in Kazakh, Russian and English.
struct Words {
    sign_in: &'static str,
    note: &'static str,
    login: &'static str,
    password: &'static str,
    code: &'static str,
    wrong: &'static str,
    wait: &'static str,
    kept: &'static str,
    signed_in: &'static str,
    go_on: &'static str,
    leave: &'static str,
}

const KK: Words = Words {
    sign_in: "Қызметкерлердің кіруі",
    note: "Өтініш беру үшін кірудің қажеті жоқ.",
    login: "Логин",
    password: "Құпиясөз",
    code: "Бір реттік код",
    wrong: "Логин, құпиясөз немесе код қате.",
    wait: "Тым көп әрекет. Сәл күтіп, қайталаңыз.",
    kept: "Сеанс аяқталды. Терген мәтініңіз осында сақталған: кіріп, жалғастырыңыз.",
    signed_in: "Кірдіңіз",
    go_on: "Терілгенмен жалғастыру",
    leave: "Терілгенді тастап, бетке өту",
};

const RU: Words = Words {
    sign_in: "Вход для сотрудников",
    note: "Чтобы подать обращение, входить не нужно.",
    login: "Логин",
    password: "Пароль",
    code: "Одноразовый код",
    wrong: "Неверный логин, пароль или код.",
    wait: "Слишком много попыток. Подождите и попробуйте снова.",
    kept: "Сеанс окончен. Набранное сохранено на этой странице: войдите и продолжите.",
    signed_in: "Вы вошли",
    go_on: "Продолжить с набранным",
    leave: "Перейти на страницу без набранного",
};

const EN: Words = Words {
    sign_in: "Sign in, staff",
    note: "To file an appeal you need not sign in.",
    login: "Login",
    password: "Password",
    code: "One-time code",
    wrong: "Login, password or code is wrong.",
    wait: "Too many tries. Wait a little and try again.",
    kept: "The session is over. What you typed is kept on this page: sign in and go on.",
    signed_in: "You are signed in",
    go_on: "Go on with what was typed",
    leave: "To the page without it",
};

const fn words(language: Language) -> &'static Words {
    match language {
        Language::Kk => &KK,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

/// Why signing in did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInFault {
    /// Something of it is wrong; what, is not said.
    Wrong,
    /// Too many tries.
    Wait,
}

/// A form that was sent when the session was over already: nothing of it is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptForm {
    /// Where it was sent to.
    pub path: String,
    /// What it held.
    pub fields: Vec<(String, String)>,
}

/// Before the name of a kept field.
pub const KEPT_FIELD: &str = "kept.";
/// The name of the field that says where the form was sent to.
pub const KEPT_PATH: &str = "kept-path";

fn hidden(kept: &KeptForm, prefix: &str) -> AnyView {
    let fields = kept.fields.iter().map(|(name, value)| {
        view! { <input type="hidden" name=format!("{prefix}{name}") value=value.clone()/> }
    });
    fields.collect_view().into_any()
}

/// Who signed in goes on with the form that was kept.
pub(super) fn go_on(context: Context<'_>, kept: &KeptForm) -> (String, AnyView) {
    let words = words(context.shell.language);
    let page = kept.path.clone();
    let main = view! {
        <h1>{words.signed_in}</h1>
        <form class="form narrow" method="post" action=kept.path.clone()>
            {hidden(kept, "")}
            <button type="submit" class="primary" autofocus=true>{words.go_on}</button>
        </form>
        <p><a href=page>{words.leave}</a></p>
    };
    (words.signed_in.to_owned(), main.into_any())
}

/// Title and content.
pub(super) fn page(
    context: Context<'_>,
    fault: Option<SignInFault>,
    kept: Option<&KeptForm>,
) -> (String, AnyView) {
    let words = words(context.shell.language);
    let action = kept.map_or_else(
        || context.shell.path.clone(),
        |kept| format!("/staff/sign-in?next={}", encode(&kept.path)),
    );
    let held = kept.map(|kept| {
        view! {
            <input type="hidden" name=KEPT_PATH value=kept.path.clone()/>
            {hidden(kept, KEPT_FIELD)}
        }
    });
    let told = kept.map(|_| view! { <p role="status" class="done">{words.kept}</p> });
    let fault = fault.map(|fault| {
        let text = if fault == SignInFault::Wrong { words.wrong } else { words.wait };
        view! { <p role="alert" class="fault">{text}</p> }
    });
    let main = view! {
        <h1>{words.sign_in}</h1>
        <p class="sub">{words.note}</p>
        {told}
        {fault}
        <form class="form narrow" method="post" action=action>
            {held}
            <div class="field">
                <label for="login">{words.login}</label>
                <input id="login" name="login" autocomplete="username" required=true maxlength="64"/>
            </div>
            <div class="field">
                <label for="password">{words.password}</label>
                <input
                    id="password" name="password" type="password" autocomplete="current-password"
                    required=true maxlength="128"
                />
            </div>
            <div class="field">
                <label for="code">{words.code}</label>
                <input
                    id="code" name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="10"
                />
            </div>
            <button type="submit" class="primary">{words.sign_in}</button>
        </form>
    };
    (words.sign_in.to_owned(), main.into_any())
}
