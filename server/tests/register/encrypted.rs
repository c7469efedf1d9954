//! Mail over TLS, to a real server with a certificate of its own.

use crate::database::{TestDatabase, on_both};
use crate::house::{House, answer, complaint};
use crate::outgoing::{MailServer, by_mail};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use server::channels::{ChannelSettings, SmtpTls};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

on_both!(
    mail_goes_out_encrypted_to_a_server_that_is_who_it_says,
    mail_goes_to_nobody_whose_certificate_is_not_trusted,
);

/// An authority of the city's own, written to `authority`, and a mail server that it knows as `name`.
fn certified(name: &str, authority: &Path) -> TlsAcceptor {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(authority, issuer.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn by_tls(port: u16, tls: SmtpTls, authority: Option<&Path>) -> ChannelSettings {
    let mut channels = by_mail(port);
    channels.smtp.host = "localhost".into();
    channels.smtp.tls = tls;
    channels.smtp.ca_file = authority.map(Path::to_owned);
    channels
}

async fn file_one(house: &House) {
    let mut appeal = complaint();
    appeal["reply_by"] = json!("email");
    let filed = house.post("/api/v1/appeals", &appeal).send().await.unwrap();
    assert_eq!(answer(filed).await.0, 201);
    house.outbox.pass().await.unwrap();
}

async fn mail_goes_out_encrypted_to_a_server_that_is_who_it_says(db: TestDatabase) -> TestDatabase {
    let authority = db.dir.path().join("authority.pem");
    for (tls, from_the_first) in [(SmtpTls::Starttls, false), (SmtpTls::Tls, true)] {
        let acceptor = certified("localhost", &authority);
        let (server, port) = MailServer::start_with(Some(acceptor), from_the_first).await;
        let house = House::with(&db, by_tls(port, tls, Some(&authority))).await;
        file_one(&house).await;
        assert_eq!(server.texts().len(), 1, "{tls:?}: {}", server.told());
        let told = server.told();
        if tls == SmtpTls::Starttls {
            let open = told.split("(TLS)").next().unwrap();
            assert!(!open.contains("AUTH") && !open.contains("MAIL"), "before TLS: {told}");
        }
        assert!(told.contains("AUTH PLAIN"), "{told}");
    }
    db
}

async fn mail_goes_to_nobody_whose_certificate_is_not_trusted(db: TestDatabase) -> TestDatabase {
    let (authority, other) = (db.dir.path().join("a.pem"), db.dir.path().join("b.pem"));
    let ways = [(SmtpTls::Starttls, false), (SmtpTls::Tls, true)];
    for (tls, from_the_first) in ways {
        // Nobody's, another authority's, and of another name.
        for (name, trusted) in
            [("localhost", None), ("localhost", Some(&other)), ("mail.example", Some(&authority))]
        {
            certified("localhost", &other);
            let acceptor = certified(name, &authority);
            let (server, port) = MailServer::start_with(Some(acceptor), from_the_first).await;
            let settings = by_tls(port, tls, trusted.map(std::path::PathBuf::as_path));
            let house = House::with(&db, settings).await;
            file_one(&house).await;
            let told = server.told();
            assert!(server.texts().is_empty() && !told.contains("AUTH"), "{name}: {told}");
            let sql = "SELECT state FROM outbox WHERE state <> 'queued'";
            let given_up = house.ledger.rows::<(String,)>(sql, Vec::new()).await.unwrap();
            assert!(given_up.is_empty(), "it waits for a certificate that is right");
        }
    }
    db
}
