//! Settings of the live WebSocket, each with its unit and default.

/// Bounds on readers.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveLimits {
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once. Many people share an address (mobile networks, offices).
    pub connections_per_address: usize,
    /// Topics that are kept at once, all readers together.
    pub topics: usize,
    /// Deltas that are kept of a topic, for readers that return or are slow.
    pub ring_frames: usize,
    /// Bytes of such deltas of a topic.
    pub ring_bytes: usize,
    /// How long a topic without readers is kept, so that they can resume, publications.
    pub linger_ticks: u32,
    /// Longest message of a reader, bytes.
    pub message_bytes: usize,
    /// Messages a reader may send in a burst.
    pub messages_burst: u32,
    /// Messages a reader may send per second, after the burst.
    pub messages_per_second: f64,
    /// A message that cannot be written for so long closes the connection, seconds.
    pub write_timeout_s: u64,
    /// A reader that says nothing for so long is pinged, seconds; after twice as long it is closed.
    pub idle_s: u64,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: 64,
            topics: 20_000,
            ring_frames: 60,
            ring_bytes: 512 * 1024,
            linger_ticks: 60,
            message_bytes: 32 * 1024,
            messages_burst: 20,
            messages_per_second: 4.0,
            write_timeout_s: 20,
            idle_s: 45,
        }
    }
}
