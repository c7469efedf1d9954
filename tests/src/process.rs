//! The real binary as a child process.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longest wait for the server to be ready: an unoptimised build on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Longest wait for it to stop: open requests get 5 s, the database 10.
const STOPPED_WITHIN: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(100);

/// A running `jolda`; it is killed when dropped.
#[derive(Debug)]
pub struct Jolda {
    child: Child,
    /// Its own address, `http://127.0.0.1:port`.
    pub base: String,
    client: reqwest::Client,
}

/// The binary: `JOLDA_BIN`, else what cargo built last. `None` when there is none: the test must say so
/// and skip.
pub fn binary() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("JOLDA_BIN") {
        return Some(path.into());
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    ["release/jolda", "debug/jolda"].iter().map(|p| target.join(p)).find(|p| p.is_file())
}

/// A port that nobody listens on just now.
///
/// # Errors
/// When the machine has none.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Jolda {
    /// Starts `jolda ARGS… --listen 127.0.0.1:PORT` in `dir` and waits until it is ready.
    ///
    /// # Errors
    /// When there is no binary, it ends at once, or it is not ready in time.
    pub async fn start(binary: &Path, args: &[&str], dir: &Path) -> Result<Self> {
        let port = free_port()?;
        let log = std::fs::File::create(dir.join("jolda.log"))?;
        let child = Command::new(binary)
            .args(args)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        let mut jolda = Self { child, base: format!("http://127.0.0.1:{port}"), client };
        jolda.wait_ready(dir).await?;
        Ok(jolda)
    }

    async fn wait_ready(&mut self, dir: &Path) -> Result<()> {
        let mut waited = Duration::ZERO;
        while waited < READY_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(dir.join("jolda.log")).unwrap_or_default();
                bail!("jolda ended with {status}:\n{log}");
            }
            let url = format!("{}/readyz", self.base);
            if self.client.get(&url).send().await.is_ok_and(|r| r.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(STEP).await;
            waited += STEP;
        }
        let log = std::fs::read_to_string(dir.join("jolda.log")).unwrap_or_default();
        bail!("jolda was not ready within {READY_WITHIN:?}:\n{log}")
    }

    /// GETs a path and reads JSON.
    ///
    /// # Errors
    /// When there is no answer, it is not a success, or not JSON.
    pub async fn json(&self, path: &str) -> Result<serde_json::Value> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path} answered {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("{path} is not JSON: {text}"))
    }

    /// GETs a path whatever its status.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, path: &str) -> Result<reqwest::Response> {
        Ok(self.client.get(format!("{}{path}", self.base)).send().await?)
    }

    /// Asks `path` until `holds`, for at most `within`.
    ///
    /// # Errors
    /// When it does not hold in time; the last answer is in the message.
    pub async fn until(
        &self,
        path: &str,
        within: Duration,
        holds: impl Fn(&serde_json::Value) -> bool,
    ) -> Result<serde_json::Value> {
        let mut waited = Duration::ZERO;
        loop {
            let last = self.json(path).await;
            if let Ok(value) = &last
                && holds(value)
            {
                return last;
            }
            if waited >= within {
                bail!("{path} did not come to hold within {within:?}; last: {last:?}");
            }
            tokio::time::sleep(STEP).await;
            waited += STEP;
        }
    }

    /// kill -9.
    ///
    /// # Errors
    /// When the process cannot be killed.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, as a service manager gives it; waits until the process has ended.
    ///
    /// # Errors
    /// When it does not end in time, or not well.
    pub async fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let mut waited = Duration::ZERO;
        loop {
            if let Some(status) = self.child.try_wait()? {
                anyhow::ensure!(status.success(), "jolda ended with {status}");
                return Ok(());
            }
            anyhow::ensure!(
                waited < STOPPED_WITHIN,
                "jolda did not stop within {STOPPED_WITHIN:?}"
            );
            tokio::time::sleep(STEP).await;
            waited += STEP;
        }
    }

    /// Memory in use, bytes (`VmRSS`); `None` where the system does not tell.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
    }
}

impl Jolda {
    /// CPU time so far, user and system, seconds; `None` where the system does not tell.
    pub fn cpu_s(&self) -> Option<f64> {
        // Of every Linux on the machines that this is run on.
        const TICKS_PER_S: f64 = 100.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // The name, in brackets, may hold blanks.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let ticks = |n: usize| fields.get(n)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS_PER_S)
    }
}

impl Drop for Jolda {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
