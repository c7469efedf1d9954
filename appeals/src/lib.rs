//! What people say, and the law's clocks: the pure core of the register of appeals.
//!
//! Commands come in, events or a named refusal come out; a slice of the record comes in, evidence and a
//! verdict come out. The time, randomness and all data (calendars, terms, kinds, texts) are arguments.

pub mod access;
pub mod answer;
pub mod appeal;
pub mod calendar;
pub mod case;
pub mod channel;
pub mod claim;
pub mod clock;
pub mod contact;
pub mod draft;
pub mod effect;
pub mod evidence;
pub mod ids;
pub mod journal;
pub mod kind;
pub mod knowledge;
pub mod law;
pub mod line;
pub mod mask;
pub mod measure;
pub mod number;
pub mod pattern;
pub mod plan;
pub mod positions;
pub mod rating;
pub mod record;
pub mod redact;
mod rules;
pub mod shipped;
pub mod staffing;
pub mod topic;
pub mod verdict;
pub mod words;
