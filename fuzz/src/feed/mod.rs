//! The decoder's own files, without the server around them: a fuzzer is built in seconds this way.

#[path = "../../../server/src/feed/dataset.rs"]
pub mod dataset;
#[path = "../../../server/src/feed/decode.rs"]
pub mod decode;
#[path = "../../../server/src/feed/entity.rs"]
mod entity;
