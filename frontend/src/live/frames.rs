//! Frames as they come over the socket.

use api::live::Frame;

/// A frame is a whole tile at most; more than this is no frame of ours.
const FRAME_BYTES_MAX: usize = 16 << 20;
const LENGTH_BYTES: usize = 4;

/// The frames of one binary message, or nothing if it is not of this protocol: then the two sides were
/// built from different sources, and the page must be loaded anew.
pub(crate) fn split(message: &[u8]) -> Option<Vec<Frame>> {
    let mut frames = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let (length, after) = rest.split_at_checked(LENGTH_BYTES)?;
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        if length > FRAME_BYTES_MAX {
            return None;
        }
        let (frame, after) = after.split_at_checked(length)?;
        frames.push(postcard::from_bytes(frame).ok()?);
        rest = after;
    }
    Some(frames)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::live::{Body, Cursor};

    fn frame(seq: u32) -> Frame {
        Frame {
            topic: "status".into(),
            cursor: Cursor { epoch: 7, seq },
            at: 100,
            body: Body::Heartbeat,
        }
    }

    fn message(frames: &[Frame]) -> Vec<u8> {
        let mut out = Vec::new();
        for frame in frames {
            let bytes = postcard::to_allocvec(frame).unwrap();
            out.extend((bytes.len() as u32).to_le_bytes());
            out.extend(bytes);
        }
        out
    }

    #[test]
    fn a_message_holds_any_number_of_frames() {
        let frames = [frame(1), frame(2)];
        assert_eq!(split(&message(&frames)).unwrap(), frames);
        assert_eq!(split(&[]).unwrap(), []);
    }

    #[test]
    fn what_is_no_frame_is_refused_whole() {
        let mut cut = message(&[frame(1)]);
        cut.pop();
        assert!(split(&cut).is_none());
        assert!(split(&[1, 0]).is_none());
        assert!(split(&u32::MAX.to_le_bytes()).is_none());
        assert!(split(&[1, 0, 0, 0, 255]).is_none());
    }
}
