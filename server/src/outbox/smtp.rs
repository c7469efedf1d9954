//! E-mail by SMTP.

use super::letter::Letter;
use super::senders::{SEND_LIMIT, SendError};
use crate::ways::{SmtpSettings, SmtpTls};
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// RFC 3834, 5: a machine sends this, so that no machine answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// Of the settings; nothing is connected yet.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SendError> {
        let senseless = |e: &dyn std::fmt::Display| SendError::Never(format!("channels.smtp: {e}"));
        let from: Mailbox = settings.from.parse().map_err(|e| senseless(&e))?;
        let host = &settings.host;
        let tls = || -> Result<TlsParameters, SendError> {
            let mut tls = TlsParameters::builder(host.clone());
            if let Some(path) = &settings.ca_file {
                let pem = std::fs::read(path).map_err(|e| senseless(&e))?;
                let authority = Certificate::from_pem(&pem).map_err(|e| senseless(&e))?;
                tls = tls.add_root_certificate(authority);
            }
            tls.build().map_err(|e| senseless(&e))
        };
        let tls = match settings.tls {
            SmtpTls::Starttls => Tls::Required(tls()?),
            SmtpTls::Tls => Tls::Wrapper(tls()?),
            SmtpTls::None => Tls::None,
        };
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.clone()).tls(tls);
        let mut builder = builder.port(settings.port).timeout(Some(SEND_LIMIT));
        if !settings.user.is_empty() {
            let credentials = Credentials::new(settings.user.clone(), settings.password.0.clone());
            builder = builder.credentials(credentials);
        }
        let domain = from.email.domain().to_owned();
        Ok(Self { transport: builder.build(), from, domain })
    }

    /// Sends. The Message-ID is the letter's own, the same at each try: who gets it twice can tell.
    pub async fn send(&self, id: &str, letter: &Letter) -> Result<Option<String>, SendError> {
        let never = |e: &dyn std::fmt::Display| SendError::Never(e.to_string());
        let to: Mailbox = letter.to.parse().map_err(|_| never(&"the address is none"))?;
        let message_id = format!("<{}@{}>", id.replace('/', "."), self.domain);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.clone())
            .message_id(Some(message_id.clone()))
            .header(header::ContentType::TEXT_PLAIN)
            .header(AutoSubmitted);
        if let Some(before) = &letter.in_reply_to {
            builder = builder.in_reply_to(before.clone()).references(before.clone());
        }
        let message = builder.body(letter.text()).map_err(|e| never(&e))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(Some(message_id)),
            Err(error) if error.is_permanent() => Err(never(&error)),
            Err(error) => Err(SendError::Later(error.to_string(), None)),
        }
    }
}
