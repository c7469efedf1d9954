//! The operator's desk in the browser: a bundle of its own, without Leptos. It asks the server for the same page
//! on each pause and swaps the parts that are marked `data-live`; so every word is rendered in one place. The
//! keys stand in the page as `data-key`, and can be switched off there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement,
    KeyboardEvent, MouseEvent, RequestInit, Response, SupportedType, UrlSearchParams, Window,
};

/// A pause in typing, ms.
const PAUSE_MS: i32 = 200;
/// What the buses do is asked anew so often while something is typed, ms.
const FRESH_MS: i32 = 15_000;
/// Where the switch of the keys is kept. Nothing of a person is.
const KEYS_KEPT: &str = "desk-keys";

/// A function that the browser calls.
type Listener = Closure<dyn FnMut(Event)>;

struct Desk {
    window: Window,
    document: Document,
    form: HtmlFormElement,
    timer: Cell<i32>,
    /// Counts questions: an answer that a later question overtook is left out.
    asked: Cell<u32>,
    /// Each call's function, kept as long as the page lives.
    kept: RefCell<Vec<Listener>>,
}

/// Called once by the page's script.
#[wasm_bindgen]
pub fn wake_desk() {
    console_error_panic_hook::set_once();
    let Some(window) = web_sys::window() else { return };
    let Some(document) = window.document() else { return };
    let form = document.get_element_by_id("desk-form").and_then(|f| f.dyn_into().ok());
    let Some(form) = form else { return };
    let desk = Rc::new(Desk {
        window,
        document,
        form,
        timer: Cell::new(0),
        asked: Cell::new(0),
        kept: RefCell::default(),
    });
    desk.listen();
    desk.keep_fresh();
    let _ = desk.form.set_attribute("data-awake", "");
}

impl Desk {
    fn on(self: &Rc<Self>, target: &web_sys::EventTarget, name: &str, act: fn(&Rc<Self>, &Event)) {
        let desk = Rc::clone(self);
        let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| act(&desk, &event));
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        self.kept.borrow_mut().push(closure);
    }

    fn listen(self: &Rc<Self>) {
        self.on(&self.form, "input", |desk, event| {
            // What is chosen is asked at once, what is typed after a pause.
            let select = event.target().is_some_and(|t| t.has_type::<web_sys::HtmlSelectElement>());
            desk.ask_after(if select { 0 } else { PAUSE_MS });
        });
        self.on(&self.form, "submit", Self::submit);
        self.on(&self.form, "click", Self::click);
        self.on(&self.document, "keydown", |desk, event| desk.key(event));
        if let Some(label) = self.by_id("keys-switch") {
            label.set_hidden(false);
        }
        if let Some(switch) =
            self.by_id("keys-on").and_then(|e| e.dyn_into::<HtmlInputElement>().ok())
        {
            switch.set_checked(self.keys_on());
            self.on(&switch, "change", |desk, event| {
                let switch = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
                let on = switch.is_none_or(|s| s.checked());
                if let Ok(Some(storage)) = desk.window.local_storage() {
                    let _ = storage.set_item(KEYS_KEPT, if on { "on" } else { "off" });
                }
            });
        }
    }

    fn by_id(&self, id: &str) -> Option<HtmlElement> {
        self.document.get_element_by_id(id)?.dyn_into().ok()
    }

    fn keys_on(&self) -> bool {
        let storage = self.window.local_storage().ok().flatten();
        storage.and_then(|s| s.get_item(KEYS_KEPT).ok().flatten()).is_none_or(|v| v != "off")
    }

    /// Asks anew every so often while the page is seen.
    fn keep_fresh(self: &Rc<Self>) {
        let desk = Rc::clone(self);
        let closure = Closure::<dyn FnMut(Event)>::new(move |_: Event| {
            let line = desk.by_id("line").and_then(|l| l.dyn_into::<HtmlInputElement>().ok());
            if !desk.document.hidden() && line.is_some_and(|l| !l.value().is_empty()) {
                desk.ask_after(0);
            }
        });
        let call = closure.as_ref().unchecked_ref();
        let _ = self.window.set_interval_with_callback_and_timeout_and_arguments_0(call, FRESH_MS);
        self.kept.borrow_mut().push(closure);
    }

    fn ask_after(self: &Rc<Self>, ms: i32) {
        self.window.clear_timeout_with_handle(self.timer.get());
        let desk = Rc::clone(self);
        let once = Closure::once_into_js(move || {
            wasm_bindgen_futures::spawn_local(async move { desk.ask(None).await });
        });
        let call = once.unchecked_ref();
        let timer = self.window.set_timeout_with_callback_and_timeout_and_arguments_0(call, ms);
        self.timer.set(timer.unwrap_or_default());
    }

    /// `Enter` and the button "show" look; all else goes its way as a form does.
    fn submit(self: &Rc<Self>, event: &Event) {
        let submitter = js_sys::Reflect::get(event, &"submitter".into()).ok();
        let submitter = submitter.and_then(|s| s.dyn_into::<Element>().ok());
        let value = submitter.and_then(|s| s.get_attribute("value"));
        if value.is_none_or(|v| v == "look") {
            event.prevent_default();
            self.ask_after(0);
        } else {
            // What is asked now must not write over what the form does.
            self.window.clear_timeout_with_handle(self.timer.get());
            self.asked.set(self.asked.get() + 1);
        }
    }

    /// A pin, without a new page.
    fn click(self: &Rc<Self>, event: &Event) {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let on_map = target.as_ref().is_some_and(|t| t.has_attribute("data-map"));
        let unpin = target.is_some_and(|t| t.get_attribute("value").as_deref() == Some("unpin"));
        let extra = match event.dyn_ref::<MouseEvent>() {
            Some(mouse) if on_map && (mouse.client_x() != 0 || mouse.client_y() != 0) => vec![
                ("pin.x", mouse.offset_x().to_string()),
                ("pin.y", mouse.offset_y().to_string()),
            ],
            _ if unpin => vec![("do", "unpin".to_owned())],
            _ => return,
        };
        event.prevent_default();
        let desk = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move { desk.ask(Some(extra)).await });
    }

    /// The same page, with what is typed now.
    async fn ask(&self, extra: Option<Vec<(&'static str, String)>>) {
        let turn = self.asked.get() + 1;
        self.asked.set(turn);
        let answer = self.fetch(extra).await;
        if self.asked.get() != turn {
            return;
        }
        match answer {
            Ok(text) => self.swap(&text),
            Err(_) => self.state("data-offline"),
        }
    }

    async fn fetch(&self, extra: Option<Vec<(&'static str, String)>>) -> Result<String, JsValue> {
        let fields = UrlSearchParams::new()?;
        let data = FormData::new_with_form(&self.form)?;
        let pairs = js_sys::try_iter(&data)?.ok_or(JsValue::NULL)?;
        for pair in pairs {
            let pair: js_sys::Array = pair?.dyn_into()?;
            let text = |i| pair.get(i).as_string().unwrap_or_default();
            fields.append(&text(0), &text(1));
        }
        for (name, value) in extra.unwrap_or_default() {
            fields.set(name, &value);
        }
        let asked = RequestInit::new();
        asked.set_method("POST");
        asked.set_body(&fields);
        let answer = self.window.fetch_with_str_and_init("/staff/desk", &asked);
        let answer: Response = JsFuture::from(answer).await?.dyn_into()?;
        // Who was signed out is led to the form by the next page.
        if !answer.ok() || answer.redirected() {
            return Err(JsValue::NULL);
        }
        let text = JsFuture::from(answer.text()?).await?;
        text.as_string().ok_or(JsValue::NULL)
    }

    /// Puts the new parts in place of the old ones; where the keyboard was, it stays.
    fn swap(&self, text: &str) {
        let Ok(parser) = DomParser::new() else { return };
        let Ok(new) = parser.parse_from_string(text, SupportedType::TextHtml) else { return };
        let focus = self.document.active_element().map(|e| e.id()).filter(|id| !id.is_empty());
        let Ok(old) = self.document.query_selector_all("[data-live]") else { return };
        for i in 0..old.length() {
            let part = old.get(i).and_then(|n| n.dyn_into::<Element>().ok());
            let Some(part) = part else { continue };
            let name = part.get_attribute("data-live").unwrap_or_default();
            let fresh = new.query_selector(&format!("[data-live=\"{name}\"]")).ok().flatten();
            let Some(fresh) = fresh else { continue };
            part.set_class_name(&fresh.class_name());
            let inner = fresh.inner_html();
            // A field that is being typed in is not taken away from under the fingers.
            if part.inner_html() != inner && !self.types_in(&part) {
                part.set_inner_html(&inner);
            }
        }
        let lost = self.document.active_element().is_none_or(|e| e.tag_name() == "BODY");
        if let (true, Some(id)) = (lost, focus)
            && let Some(element) = self.by_id(&id)
        {
            let _ = element.focus();
        }
        self.state("data-kept");
    }

    /// An input of this part has the keyboard. A list is not typed in, nor is the small map, which takes the
    /// focus when it is clicked: they may be swapped and focused again.
    fn types_in(&self, part: &Element) -> bool {
        let Some(active) = self.document.active_element() else { return false };
        let node: &web_sys::Node = &active;
        let typed = active.dyn_ref::<HtmlInputElement>().is_some_and(|i| i.type_() != "image");
        typed && part.contains(Some(node))
    }

    fn state(&self, attribute: &str) {
        if let Some(state) = self.by_id("desk-state") {
            let text = self.form.get_attribute(attribute).unwrap_or_default();
            if state.text_content().as_deref() != Some(&text) {
                state.set_text_content(Some(&text));
            }
        }
    }

    /// What the page gives a key: a button is pressed, a link followed, a field gets the keyboard.
    fn key(&self, event: &Event) {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        if !self.keys_on() || key.repeat() {
            return;
        }
        let code = key.code();
        let function = code.strip_prefix('F').is_some_and(|n| n.parse::<u8>().is_ok());
        let name = match code.strip_prefix("Digit") {
            Some(digit) if key.alt_key() && !key.ctrl_key() => format!("Alt+{digit}"),
            _ if function && !key.alt_key() && !key.ctrl_key() && !key.meta_key() => code.clone(),
            _ => return,
        };
        let found = self.document.query_selector(&format!("[data-key=\"{name}\"]")).ok().flatten();
        let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) else { return };
        event.prevent_default();
        match element.tag_name().as_str() {
            "BUTTON" | "A" => element.click(),
            _ => {
                let _ = element.focus();
                if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                    input.select();
                }
            }
        }
    }
}
