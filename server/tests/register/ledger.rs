//! Writes that share a transaction: each is whole or nothing, whatever becomes of the others.

use crate::database::{TestDatabase, on_both};
use server::ledger::{Ledger, LedgerError, Statement};

on_both!(a_conflict_takes_back_its_own_write_only);

fn insert(key: String) -> Statement {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)";
    Statement::new(sql, vec![key.into(), "x".into()])
}

async fn a_conflict_takes_back_its_own_write_only(db: TestDatabase) -> TestDatabase {
    server::store::migrate(&db.url).await.unwrap();
    let ledger = Ledger::open(&db.url).await.unwrap();
    for round in 0..5 {
        // Every third wants what only one can have.
        let writes = (0..30).map(|n| {
            let second = if n % 3 == 0 { "shared".to_owned() } else { format!("{n}-b") };
            let statements = vec![
                insert(format!("{round}/{n}-a")),
                insert(format!("{round}/{second}")),
                Statement::new("DELETE FROM meta WHERE key = $1", vec!["none".into()]).optional(),
            ];
            ledger.write(statements)
        });
        let done = futures_util::future::join_all(writes).await;
        let refused = done.iter().filter(|d| d.is_err()).count();
        assert_eq!(refused, 9, "{done:?}");
        assert!(done.iter().all(|d| matches!(d, Ok(()) | Err(LedgerError::Conflict(1)))));
        for (n, done) in done.iter().enumerate() {
            let sql = "SELECT value FROM meta WHERE key = $1";
            let key = format!("{round}/{n}-a");
            let row = ledger.row::<(String,)>(sql, vec![key.into()]).await.unwrap();
            assert_eq!(row.is_some(), done.is_ok(), "{n}: whole or nothing");
        }
    }
    let nothing = Statement::new("DELETE FROM meta WHERE key = $1", vec!["none".into()]);
    let alone = ledger.write(vec![insert("alone".into()), nothing]).await;
    assert!(matches!(alone, Err(LedgerError::Conflict(1))), "what must change and did not");
    let sql = "SELECT value FROM meta WHERE key = 'alone'";
    assert!(ledger.row::<(String,)>(sql, Vec::new()).await.unwrap().is_none());
    db
}
