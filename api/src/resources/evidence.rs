//! What the record of the buses says of an appeal.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire! {
    /// `GET /api/v1/staff/appeals/{number}/evidence`, `POST /api/v1/appeals/evidence`: the newest evidence, as far
    /// as the asker may see it.
    pub struct AppealEvidence {
        /// The appeal's number.
        pub number: String,
        /// The city's now, epoch seconds.
        pub at: i64,
        /// Seconds that the agency's zone is ahead of UTC.
        pub utc_offset_s: i32,
        /// Evidence is on its way: this is what there was before, or nothing.
        pub pending: bool,
        /// What was found; null: nothing was computed yet, or `not_kept`.
        pub found: Option<EvidenceFound>,
        /// Something was found, and what it was found from is not kept here: an appeal that was brought in from
        /// elsewhere.
        pub not_kept: bool,
        /// All evidence of the appeal, newest first.
        pub versions: Vec<EvidenceVersion>,
    }

    /// One frozen piece of evidence.
    pub struct EvidenceVersion {
        /// Its id.
        pub evidence_id: String,
        /// When it was computed, epoch seconds.
        pub computed_at: i64,
        /// SHA-256 of its content, 64 hexadecimal digits.
        pub digest: String,
        /// What the machine found; null to those who see no verdict.
        pub finding: Option<String>,
        /// 0..1.
        pub confidence: Option<f64>,
        /// The evidence that it takes the place of.
        pub supersedes: Option<String>,
    }

    /// What was found.
    pub struct EvidenceFound {
        /// Id of the evidence.
        pub evidence_id: String,
        /// When it was computed, epoch seconds.
        pub computed_at: i64,
        /// SHA-256 of its content, 64 hexadecimal digits.
        pub digest: String,
        /// Of the program's way of finding.
        pub engine_version: u32,
        /// Kind of the appeal.
        pub kind: String,
        /// Rule by which it was judged.
        pub rule: String,
        /// Version of the rule's parameters.
        pub rule_version: u32,
        /// The rule's parameters, by name, units last.
        pub params: BTreeMap<String, f64>,
        /// The timetable's version.
        pub timetable: String,
        /// The record was known up to then, epoch seconds.
        pub known_until: i64,
        /// What happened then is not over, or may still be reported: it is computed again at `again_at`.
        pub preliminary: bool,
        /// When it is computed again, epoch seconds.
        pub again_at: Option<i64>,
        /// From when on it is final, epoch seconds: until then buses of that time are under way, and whether one
        /// passed the stop is known when it is seen farther on. Null where it is final.
        pub final_at: Option<i64>,
        /// Route in question.
        pub route_id: Option<String>,
        /// The number on the bus.
        pub route_short_name: Option<String>,
        /// Direction.
        pub direction_id: Option<u8>,
        /// Where it goes.
        pub headsign: Option<String>,
        /// Stop in question.
        pub stop_id: Option<String>,
        /// Its name.
        pub stop_name: Option<String>,
        /// The time in question, epoch seconds; null: none, or many days.
        pub event_at: Option<i64>,
        /// Seconds waited, as the person says.
        pub wait_s: Option<i64>,
        /// Null to those who see no verdict, and to the applicant until a person has signed it.
        pub verdict: Option<EvidenceVerdict>,
        /// Figures of the rule, by name, units last.
        pub figures: BTreeMap<String, f64>,
        /// Spans that were looked at: one, or one a day.
        pub windows: Vec<EvidenceWindow>,
        /// Drawn: the window that tells most. Null where nothing can be drawn.
        pub picture: Option<EvidencePicture>,
    }

    /// What follows of what was found.
    pub struct EvidenceVerdict {
        /// `confirmed`, `partly_confirmed`, `not_confirmed`, `contradicted`, `undetermined_no_data`,
        /// `undetermined_not_measurable`: the signed one where a person signed, else the machine's.
        pub finding: String,
        /// What the machine found.
        pub machine: String,
        /// A person stands for it.
        pub signed: bool,
        /// Reason codes, in order.
        pub reasons: Vec<String>,
        /// How sure the machine is.
        pub confidence: EvidenceConfidence,
    }

    /// The product of four shares, each 0..1.
    pub struct EvidenceConfidence {
        /// Of what should be on the record, how much is.
        pub coverage: f64,
        /// How well the time is known.
        pub time: f64,
        /// That the right vehicle is meant.
        pub candidate: f64,
        /// That the sensors can tell.
        pub sensor: f64,
        /// The product.
        pub value: f64,
    }

    /// One span that was looked at.
    pub struct EvidenceWindow {
        /// From then, epoch seconds …
        pub from: i64,
        /// … to then.
        pub to: i64,
        /// Planned passages of the stop, by time.
        pub planned: Vec<PlannedPassage>,
        /// Passages of the stop, by time: those within, the last before, the first after.
        pub passages: Vec<ObservedPassage>,
        /// The longest gap that touches the span.
        pub gap: Option<PassageGap>,
        /// Planned mean headway, seconds.
        pub scheduled_headway_s: Option<i64>,
        /// What one who came at the time in question should have waited, seconds.
        pub scheduled_wait_s: Option<i64>,
        /// What they did wait, seconds; null: not known.
        pub wait_s: Option<i64>,
        /// Vehicles that may be meant, the likeliest first, at most five; empty to those who see no vehicle.
        pub candidates: Vec<VehicleCandidate>,
        /// One of them is certain (0.8 or more).
        pub candidate_certain: bool,
        /// Runs of the route that the plan has here.
        pub runs_planned: u32,
        /// Of them, those that came.
        pub runs_driven: u32,
        /// Of them, those that did not come.
        pub runs_missing: u32,
        /// How much of what should be on the record is.
        pub coverage: EvidenceCoverage,
        /// SHA-256 of the slice of the record, 64 hexadecimal digits.
        pub inputs_digest: String,
    }

    /// Shares, 0..1.
    pub struct EvidenceCoverage {
        /// Of the planned runs of the whole feed, of so many anything was seen.
        pub fleet: f64,
        /// Of the planned visits of the route, so many are on the record.
        pub route: f64,
        /// Of the span, so much was observed.
        pub observed: f64,
    }

    /// A planned passage of the stop.
    pub struct PlannedPassage {
        /// Trip.
        pub trip_id: String,
        /// When, epoch seconds.
        pub at: i64,
        /// `passed`, `unknown`, `not_reached`, `not_driven`, `canceled`.
        pub fate: String,
    }

    /// A passage of the stop.
    pub struct ObservedPassage {
        /// `seen`; `between`: the run was seen before and after; `possible`: it may have come by unseen.
        pub certainty: String,
        /// Trip.
        pub trip_id: String,
        /// Vehicle; null: not known, or not for the asker's eyes.
        pub vehicle_id: Option<String>,
        /// When, at best knowledge, epoch seconds …
        pub at: i64,
        /// … not before …
        pub earliest: i64,
        /// … and not after.
        pub latest: i64,
        /// Planned, epoch seconds.
        pub scheduled: i64,
        /// Seconds late; negative: early. Null where the passage or the run is inferred.
        pub schedule_deviation_s: Option<i64>,
    }

    /// A gap between passages, known from both sides.
    pub struct PassageGap {
        /// No bus came for at least so long, seconds …
        pub at_least_s: i64,
        /// … from then, epoch seconds …
        pub sure_from: i64,
        /// … to then.
        pub sure_to: i64,
        /// … and for at most so long, seconds; null: not known.
        pub at_most_s: Option<i64>,
    }

    /// A vehicle that may be meant.
    pub struct VehicleCandidate {
        /// Which.
        pub vehicle_id: String,
        /// When it passed, epoch seconds.
        pub at: i64,
        /// How likely it is the one, 0..1.
        pub probability: f64,
    }

    /// What is drawn of one window: the route's stops against time.
    pub struct EvidencePicture {
        /// From then, epoch seconds …
        pub from: i64,
        /// … to then.
        pub to: i64,
        /// The window within it, epoch seconds …
        pub window_from: i64,
        /// … to.
        pub window_to: i64,
        /// Stops of the route in order.
        pub stops: Vec<PictureStop>,
        /// Planned runs.
        pub planned: Vec<PictureRun>,
        /// Observed runs.
        pub observed: Vec<PictureRun>,
        /// Spans in which nothing was observed: from, to, epoch seconds.
        pub holes: Vec<(i64, i64)>,
        /// The route's line: lon, lat, lon, lat, …, degrees × 1e5, each a difference to the one before.
        pub line_e5: Vec<i32>,
        /// Where the vehicle was that is likeliest meant, as far as positions were looked at: written like the line.
        pub positions_e5: Vec<i32>,
    }

    /// A stop on the way of the route.
    pub struct PictureStop {
        /// Stop.
        pub stop_id: String,
        /// Its name.
        pub stop_name: String,
        /// Metres along the route's line.
        pub offset_m: f64,
        /// Degrees north; null: not known.
        pub lat: Option<f64>,
        /// Degrees east.
        pub lon: Option<f64>,
        /// The stop in question.
        pub here: bool,
    }

    /// A run in the picture.
    pub struct PictureRun {
        /// Trip.
        pub trip_id: String,
        /// Vehicle of an observed one; null: not for the asker's eyes.
        pub vehicle_id: Option<String>,
        /// Of a planned one, what became of it at the stop in question: see `PlannedPassage`.
        pub fate: Option<String>,
        /// Index of the stop, and when, epoch seconds: in order.
        pub points: Vec<(u32, i64)>,
    }

    /// `POST /api/v1/staff/appeals/{number}/evidence/verify`: computed once more.
    pub struct EvidenceCheck {
        /// The appeal's number.
        pub number: String,
        /// Which evidence.
        pub evidence_id: String,
        /// The digest that it was sealed with.
        pub digest: String,
        /// The content is what was sealed.
        pub intact: bool,
        /// The same inputs give the same bytes.
        pub recomputes: bool,
        /// The record's rows are still those of the inputs: `same`, `more` (later data came), `gone` (rows are not
        /// kept any more), `differs`, or `unknown` (the timetable of that day is not there).
        pub record: String,
    }
}
