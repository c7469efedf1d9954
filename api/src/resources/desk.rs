//! The desk of those who take calls: what one line says, and what the record and the register say to it.

use super::{AppealRow, Arrival, Departure, Incident, Stop};
use serde::{Deserialize, Serialize};

wire! {
    /// `GET /api/v1/staff/line?q=`.
    pub struct DeskLine {
        /// When.
        pub at: i64,
        /// Kinds and topics that the words fit, the best first.
        pub about: Vec<DeskChoice>,
        /// Route.
        pub route_id: Option<String>,
        /// `route_short_name`.
        pub route_short_name: Option<String>,
        /// The place that is named, as the timetable calls it.
        pub place: Option<String>,
        /// Other places that may be meant.
        pub other_places: Vec<String>,
        /// Its stop, where only one can be meant.
        pub stop_id: Option<String>,
        /// Stops that can be meant, those of the route first.
        pub stops: Vec<DeskChoice>,
        /// When it happened, epoch seconds; the middle of a longer time.
        pub event_at: Option<i64>,
        /// The time is about right only.
        pub event_about: bool,
        /// Seconds waited, as the person says.
        pub wait_s: Option<i64>,
        /// A place on the ground, degrees.
        pub lat: Option<f64>,
        /// Degrees.
        pub lon: Option<f64>,
        /// What was not understood.
        pub rest: String,
        /// What the buses do and did there.
        pub passages: Vec<DeskPassages>,
        /// Situations of the knowledge base that fit.
        pub situations: Vec<DeskSituation>,
        /// Appeals of the last day that may be of the same: newest first.
        pub similar: Vec<AppealRow>,
    }

    /// A choice with its name.
    pub struct DeskChoice {
        /// Code or id.
        pub code: String,
        /// Name in the reader's language.
        pub name: String,
    }

    /// A situation of the knowledge base.
    pub struct DeskSituation {
        /// Id, for `/help/{id}`.
        pub id: String,
        /// A question in plain words.
        pub title: String,
        /// The answer.
        pub answer: String,
    }

    /// What the buses do and did at one stop.
    pub struct DeskPassages {
        /// The stop.
        pub stop: Stop,
        /// Where its buses of the route go.
        pub headsign: Option<String>,
        /// What comes, at most a few.
        pub next: Vec<Arrival>,
        /// What left lately, the newest first.
        pub last: Vec<Departure>,
        /// What passed around the time that the person says; `null` where no time is said or it is now.
        pub then: Option<DeskThen>,
        /// Open incidents of the route or at the stop.
        pub incidents: Vec<Incident>,
        /// A feed is down: what is not seen here may well drive.
        pub feed_down: bool,
        /// No stop was said: this one, about the middle of the line, stands for all.
        pub stands_for_line: bool,
        /// What the record says of what is said, as far as it is known now; `null` where too little is said, or its
        /// kind is nothing that buses show.
        pub evidence: Option<DeskEvidence>,
    }

    /// What the record says while the person is on the line: nothing is frozen, and nobody stands for it.
    pub struct DeskEvidence {
        /// `confirmed`, `partly_confirmed`, … as of an appeal.
        pub finding: String,
        /// Reason codes, in order.
        pub reasons: Vec<String>,
        /// How sure the machine is, 0..1.
        pub confidence: f64,
        /// The time in question is not over, or may still be reported.
        pub preliminary: bool,
        /// Looked at from then …
        pub from: i64,
        /// … to then.
        pub to: i64,
        /// No bus came for at least so long, seconds.
        pub gap_s: Option<i64>,
        /// From then …
        pub gap_from: Option<i64>,
        /// … to then.
        pub gap_to: Option<i64>,
        /// Planned mean headway, seconds.
        pub scheduled_headway_s: Option<i64>,
        /// Runs of the route that the plan has pass then.
        pub runs_planned: u32,
        /// Of them, those that were seen to pass.
        pub runs_driven: u32,
    }

    /// What passed a stop around a time.
    pub struct DeskThen {
        /// From then …
        pub from: i64,
        /// … to then.
        pub to: i64,
        /// Passages on the record, in order.
        pub passed: Vec<DeskPassed>,
        /// There is no record to look into.
        pub unreadable: bool,
    }

    /// A bus that passed.
    pub struct DeskPassed {
        /// When.
        pub at: i64,
        /// Plan.
        pub scheduled: i64,
        /// `route_short_name`.
        pub route_short_name: String,
        /// Vehicle.
        pub vehicle_id: String,
        /// Seconds since the one before it in this list.
        pub gap_s: Option<i64>,
    }

    /// `GET /api/v1/help?q=`.
    pub struct HelpList {
        /// The best first; without a question all.
        pub situations: Vec<HelpSituation>,
    }

    /// A life situation of the knowledge base, in the reader's language.
    pub struct HelpSituation {
        /// Id, for `/help/{id}`.
        pub id: String,
        /// Its theme.
        pub theme: String,
        /// A question in plain words.
        pub title: String,
        /// The answer.
        pub answer: String,
        /// What to do, in order.
        pub steps: Vec<String>,
        /// What to bring.
        pub documents: Vec<String>,
        /// A page of ours that helps.
        pub page: Option<String>,
    }
}
