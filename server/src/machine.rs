//! What the machine tells of this process.

/// Most memory that this process ever used, bytes (`VmHWM`); `None` where the system does not tell.
pub fn peak_rss_bytes() -> Option<u64> {
    status_kib("VmHWM:").map(|kib| kib * 1024)
}

/// Memory in use, bytes (`VmRSS`); `None` where the system does not tell.
pub fn rss_bytes() -> Option<u64> {
    status_kib("VmRSS:").map(|kib| kib * 1024)
}

/// Memory that the machine can still give, bytes (`MemAvailable`).
pub fn available_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    field_kib(&text, "MemAvailable:").map(|kib| kib * 1024)
}

fn status_kib(field: &str) -> Option<u64> {
    field_kib(&std::fs::read_to_string("/proc/self/status").ok()?, field)
}

fn field_kib(text: &str, field: &str) -> Option<u64> {
    text.lines().find_map(|l| l.strip_prefix(field))?.split_whitespace().next()?.parse().ok()
}
