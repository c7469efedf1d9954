//! E-mail, RFC 5322: what a person wrote, and what machines wrote.

use super::Inbound;
use crate::register::Attachment;
use appeals::channel::Channel;
use appeals::number::AppealNumber;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _};

/// Largest message, bytes.
pub const MAIL_BYTES_MAX: usize = 40 * 1024 * 1024;
/// Longest text that is taken over, characters; the register keeps 4,000 of it with the subject.
const TEXT_CHARS_MAX: usize = 3_500;
/// Longest subject, characters.
const SUBJECT_CHARS_MAX: usize = 300;

/// What came.
#[derive(Debug)]
pub enum Mail {
    /// A person wrote.
    Letter(Box<Letter>),
    /// A message of ours did not arrive: its Message-ID, and why.
    Bounce(Option<String>, String),
    /// A machine wrote, or it cannot be read.
    Nothing(&'static str),
}

/// What a person wrote.
#[derive(Debug)]
pub struct Letter {
    /// As a message.
    pub inbound: Inbound,
    /// The number in its subject.
    pub number: Option<AppealNumber>,
    /// Without the subject and without what it quotes.
    pub answer: String,
}

/// Reads a message. `own`: our own address, whose mail is a loop.
pub fn read(bytes: &[u8], own: &str) -> Mail {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Mail::Nothing("it cannot be read");
    };
    let sender = message.from().and_then(|f| f.first()).and_then(|a| a.address.as_deref());
    let sender = sender.unwrap_or_default().trim().to_lowercase();
    if is_report(&message)
        || ["mailer-daemon@", "postmaster@"].iter().any(|p| sender.starts_with(p))
    {
        return match no_failure(&message) {
            Some(why) => Mail::Nothing(why),
            None => bounce(&message),
        };
    }
    if let Some(why) = by_machine(&message) {
        return Mail::Nothing(why);
    }
    if !sender.contains('@') || address_in(own) == sender {
        return Mail::Nothing("it comes from nobody, or from ourselves");
    }
    Mail::Letter(Box::new(letter(&message, bytes, &sender)))
}

/// The address of `Name <address>`, in small letters.
fn address_in(own: &str) -> String {
    let address = own.rsplit_once('<').map_or(own, |(_, rest)| rest);
    address.trim().trim_end_matches('>').to_lowercase()
}

/// Why a report tells of no failure: that somebody read the message (RFC 8098), or that it arrived or only takes
/// longer (RFC 3464, 2.3.3). A report without such fields is the old kind, which tells of failures only.
fn no_failure(message: &Message<'_>) -> Option<&'static str> {
    let kind = message.content_type().and_then(|t| t.attribute("report-type"));
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("delivery-status")) {
        return Some("it reports something else than a failure");
    }
    let is_status = |part: &&MessagePart<'_>| {
        part.content_type().is_some_and(|t| {
            t.ctype().eq_ignore_ascii_case("message")
                && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case("delivery-status"))
        })
    };
    let mut other = None;
    for part in message.parts.iter().filter(is_status) {
        for line in String::from_utf8_lossy(part.contents()).lines() {
            let Some((name, action)) = line.split_once(':') else { continue };
            if !name.trim().eq_ignore_ascii_case("action") {
                continue;
            }
            if action.trim().eq_ignore_ascii_case("failed") {
                return None;
            }
            other = Some("the message arrived, or may yet");
        }
    }
    other
}

fn header<'a>(message: &'a Message<'_>, name: &'static str) -> Option<&'a str> {
    message.header_raw(name).map(str::trim)
}

fn is_report(message: &Message<'_>) -> bool {
    message.content_type().is_some_and(|t| {
        t.ctype().eq_ignore_ascii_case("multipart")
            && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case("report"))
    })
}

/// RFC 3834 and the customs before it.
fn by_machine(message: &Message<'_>) -> Option<&'static str> {
    let auto = header(message, "Auto-Submitted").is_some_and(|v| !v.eq_ignore_ascii_case("no"));
    if auto {
        return Some("it was submitted by a machine");
    }
    let precedence = header(message, "Precedence").unwrap_or_default().to_lowercase();
    if ["bulk", "junk", "list", "auto_reply", "auto-reply"].contains(&precedence.as_str()) {
        return Some("it is bulk mail");
    }
    let marks =
        ["X-Autoreply", "X-Autorespond", "X-Auto-Response-For", "List-Id", "List-Unsubscribe"];
    if marks.iter().any(|m| header(message, m).is_some()) {
        return Some("it is an automatic reply or a list");
    }
    if header(message, "Return-Path") == Some("<>") {
        return Some("it wants no answer");
    }
    None
}

/// The Message-ID of ours that a report names.
fn bounce(message: &Message<'_>) -> Mail {
    let inner = message.attachments().find_map(|part| part.message().and_then(Message::message_id));
    let named = inner.map(|id| format!("<{id}>")).or_else(|| {
        let parts = message.parts.iter().filter_map(|p| p.text_contents());
        parts.flat_map(str::lines).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("message-id").then(|| value.trim().to_owned())
        })
    });
    let words = message.subject().unwrap_or("undeliverable").chars().take(200).collect();
    Mail::Bounce(named, words)
}

fn letter(message: &Message<'_>, bytes: &[u8], sender: &str) -> Letter {
    let subject: String = message.subject().unwrap_or_default().trim().to_owned();
    let subject: String = subject.chars().take(SUBJECT_CHARS_MAX).collect();
    let text = message.body_text(0).unwrap_or_default();
    let answer: String = own_words(&text).chars().take(TEXT_CHARS_MAX).collect();
    let name = message.from().and_then(|f| f.first()).and_then(|a| a.name.as_deref());
    let mut files = Vec::new();
    let mut left = Vec::new();
    for part in message.attachments() {
        let called = part.attachment_name().unwrap_or("file");
        let file = Attachment::new(called, part.contents().to_vec());
        if let Err(why) = file.and_then(|file| Attachment::add(&mut files, file)) {
            left.push(format!("[{called}: {why}]"));
        }
    }
    let words = [subject.as_str(), answer.as_str()].into_iter().filter(|w| !w.is_empty());
    let mut text = words.collect::<Vec<_>>().join("\n");
    for note in left.into_iter().take(5) {
        text = text + "\n" + &note.chars().take(100).collect::<String>();
    }
    // Without an id of its own the bytes are its name.
    let message_id = message
        .message_id()
        .map_or_else(|| format!("sha256:{}", appeals::journal::Hash::of(bytes)), str::to_owned);
    let number = number_in(&subject);
    Letter {
        inbound: Inbound {
            channel: Channel::Email,
            in_reply_to: message.message_id().map(|id| format!("<{id}>")),
            message_id,
            sender: sender.to_owned(),
            name: name.map(str::to_owned),
            email: Some(sender.to_owned()),
            text,
            files,
            ..Inbound::default()
        },
        number,
        answer,
    }
}

/// `… [26-000001-9] …`: the check digit must be right.
fn number_in(subject: &str) -> Option<AppealNumber> {
    let is_part = |c: char| c.is_ascii_digit() || c == '-';
    subject.split(|c| !is_part(c)).filter(|w| w.len() >= 9).find_map(|w| w.parse().ok())
}

/// What the person wrote themselves: without quoted lines and what stands under "… wrote:".
fn own_words(text: &str) -> String {
    let begins_quote = |line: &str| {
        let line = line.trim();
        let ends = ["wrote:", "написал:", "написала:", "пишет:", "жазды:"];
        ends.iter().any(|e| line.ends_with(e))
            || line.starts_with("-----Original Message")
            || line.starts_with("-----Исходное сообщение")
            || line == "-- "
    };
    let lines = text.lines().take_while(|l| !begins_quote(l) && *l != "-- ");
    let own: Vec<&str> = lines.filter(|l| !l.trim_start().starts_with('>')).collect();
    let own = own.join("\n").trim().to_owned();
    if own.is_empty() { text.trim().to_owned() } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(head: &str, body: &str) -> Mail {
        let text = format!(
            "From: =?utf-8?B?0JDQudC00L7RgQ==?= <A@b.kz>\r\nMessage-ID: <m1@b.kz>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n{head}\r\n\r\n{body}"
        );
        read(text.as_bytes(), "City <city@c.kz>")
    }

    #[test]
    fn a_letter_of_a_person_is_read_with_its_number_and_own_words() {
        let body = "Всё ещё ждём\r\n\r\n23.11.2026, City написал:\r\n> Ответ\r\n";
        let Mail::Letter(letter) = of("Subject: Re: Обращение [26-000001-9]", body) else {
            panic!()
        };
        assert_eq!(letter.number.map(|n| n.to_string()).as_deref(), Some("26-000001-9"));
        assert_eq!(letter.answer, "Всё ещё ждём");
        assert_eq!(letter.inbound.name.as_deref(), Some("Айдос"));
        assert_eq!(
            (letter.inbound.sender.as_str(), letter.inbound.message_id.as_str()),
            ("a@b.kz", "m1@b.kz")
        );
        let Mail::Letter(letter) = of("Subject: [26-000001-8]", "x") else { panic!() };
        assert_eq!(letter.number, None, "a wrong check digit is no number");
    }

    #[test]
    fn machines_make_no_appeals() {
        for head in [
            "Auto-Submitted: auto-replied",
            "Precedence: bulk",
            "X-Autoreply: yes",
            "List-Id: <news.example>",
            "Return-Path: <>",
        ] {
            assert!(matches!(of(head, "Я в отпуске"), Mail::Nothing(_)), "{head}");
        }
        assert!(matches!(of("Auto-Submitted: no", "Не приехал"), Mail::Letter(_)));
        let loop_ = b"From: city@c.kz\r\nSubject: x\r\n\r\ny";
        assert!(matches!(read(loop_, "City <city@c.kz>"), Mail::Nothing(_)));
        assert!(matches!(read(b"", "c"), Mail::Nothing(_)));
    }

    #[test]
    fn a_bounce_names_the_message_that_did_not_arrive() {
        let report = "From: MAILER-DAEMON@mx.kz\r\nSubject: Undelivered\r\n\
            Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: city@c.kz\r\nMessage-ID: <a.1@c.kz>\r\n\
            Subject: y\r\n\r\nz\r\n--b--\r\n";
        match read(report.as_bytes(), "city@c.kz") {
            Mail::Bounce(Some(id), words) => {
                assert_eq!((id.as_str(), words.as_str()), ("<a.1@c.kz>", "Undelivered"));
            }
            other => panic!("{other:?}"),
        }
    }
}
