//! Signing in: a plain form.

use crate::page::Language;
use crate::pages::Context;
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
}

const KK: Words = Words {
    sign_in: "Қызметкерлердің кіруі",
    note: "Өтініш беру үшін кірудің қажеті жоқ.",
    login: "Логин",
    password: "Құпиясөз",
    code: "Бір реттік код",
    wrong: "Логин, құпиясөз немесе код қате.",
    wait: "Тым көп әрекет. Сәл күтіп, қайталаңыз.",
};

const RU: Words = Words {
    sign_in: "Вход для сотрудников",
    note: "Чтобы подать обращение, входить не нужно.",
    login: "Логин",
    password: "Пароль",
    code: "Одноразовый код",
    wrong: "Неверный логин, пароль или код.",
    wait: "Слишком много попыток. Подождите и попробуйте снова.",
};

const EN: Words = Words {
    sign_in: "Sign in, staff",
    note: "To file an appeal you need not sign in.",
    login: "Login",
    password: "Password",
    code: "One-time code",
    wrong: "Login, password or code is wrong.",
    wait: "Too many tries. Wait a little and try again.",
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

/// Title and content.
pub(super) fn page(context: Context<'_>, fault: Option<SignInFault>) -> (String, AnyView) {
    let words = words(context.shell.language);
    let fault = fault.map(|fault| {
        let text = if fault == SignInFault::Wrong { words.wrong } else { words.wait };
        view! { <p role="alert" class="fault">{text}</p> }
    });
    let main = view! {
        <h1>{words.sign_in}</h1>
        <p class="sub">{words.note}</p>
        {fault}
        <form class="form narrow" method="post" action=context.shell.path.clone()>
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
