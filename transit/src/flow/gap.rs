//! Too long without a vehicle, seen where riders wait: at the stops between a run and whoever comes next,
//! also when nobody does.

use super::FlowConfig;
use super::VehicleFacts;
use super::band::{band, is_gapped};
use super::coverage::Coverage;
use super::headway::{Headways, Passage};
use super::incident::{Book, Key, blank};
use super::layout::{Layout, NONE};
use super::plan::Plan;
use super::track::{Spacing, Tracks};
use super::tracking::Tracking;
use crate::event::{Effect, IncidentKind};
use crate::ids::PatternIdx;
use crate::predict::next_of_block;
use crate::time::EpochS;
use crate::timetable::{Timetable, TripInstance};
use std::collections::BTreeMap;
use std::ops::Range;

/// Looks in a row at which a gap must stand before it is an incident, and be gone before it is none.
const LOOKS: u8 = 2;

/// Where the timetable is judged, so many planned passages in a row that nobody made are a gap.
const MISSED_MIN: usize = 2;

/// No bus is so many times faster than its plan.
const HASTE: f64 = 1.5;

/// A vehicle that went silent at its terminal may have left for so long, seconds.
const SILENT_LAYOVER_S: EpochS = 900;

/// The widest place of the gap behind a run.
#[derive(Clone, Copy, Debug)]
struct Wide {
    place: u32,
    since: EpochS,
    ratio: f32,
    /// Wide enough to open an incident; else only to keep it open.
    opens: bool,
}

/// Gaps that may become incidents.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps {
    next_look: EpochS,
    /// How new the data of the last look were.
    seen_until: Option<EpochS>,
    /// (direction, run) with the looks at which its gap stood.
    standing: BTreeMap<(u32, TripInstance), u8>,
    /// Open gaps with the looks at which they were not found.
    gone: BTreeMap<(u32, TripInstance), u8>,
    /// By place: the last look at which a vehicle may have passed it unseen.
    unsure_at: Vec<EpochS>,
}

/// What the detector looks at.
pub(super) struct View<'a> {
    pub(super) config: &'a FlowConfig,
    pub(super) now: EpochS,
    pub(super) timetable: &'a Timetable,
    pub(super) layout: &'a Layout,
    pub(super) coverage: &'a Coverage,
    pub(super) tracking: &'a Tracking,
    pub(super) tracks: &'a Tracks,
    pub(super) headways: &'a Headways,
    pub(super) vehicles: &'a [VehicleFacts],
    /// By direction: judged by the timetable.
    pub(super) by_timetable: &'a dyn Fn(u32) -> bool,
}

impl Gaps {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { unsure_at: vec![EpochS::MIN; layout.places.len()], ..Self::default() }
    }

    /// A new timetable: what stands goes on standing.
    pub(super) fn carried(
        &self,
        layout: &Layout,
        direction: impl Fn(u32) -> Option<u32>,
        run: impl Fn(TripInstance) -> Option<TripInstance>,
    ) -> Self {
        let moved = |looks: &BTreeMap<(u32, TripInstance), u8>| {
            let one = |(key, looks): (&(u32, TripInstance), &u8)| {
                Some(((direction(key.0)?, run(key.1)?), *looks))
            };
            looks.iter().filter_map(one).collect()
        };
        Self {
            next_look: self.next_look,
            seen_until: self.seen_until,
            standing: moved(&self.standing),
            gone: moved(&self.gone),
            ..Self::new(layout)
        }
    }

    /// Opens and closes `Gap`.
    pub(super) fn detect(
        &mut self,
        view: &View<'_>,
        plan: &mut Plan,
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        Self::close_blind(view, book, effects);
        // Without newer data nothing is seen that was not seen before, least of all that nobody came.
        let data_until = view.coverage.data_until();
        if view.now < self.next_look || data_until == self.seen_until {
            return;
        }
        self.seen_until = data_until;
        self.next_look = view.now + view.config.gap_look_every_s;
        self.mark_unsure(view);
        let mut wide: BTreeMap<(u32, TripInstance), Wide> = BTreeMap::new();
        for (i, direction) in view.layout.directions.iter().enumerate() {
            let muted =
                view.tracking.is_muted(view.config, view.coverage, view.now, direction.route);
            if !muted && view.tracking.misses_count(view.config, view.now, direction.route) {
                self.look_along(view, i as u32, plan, book, &mut wide);
            }
        }
        self.look_at_followers(view, plan, book, &mut wide);
        self.close_gone(view, &wide, book, effects);
        self.standing.retain(|key, _| wide.contains_key(key));
        for ((direction, run), gap) in wide {
            self.judge(view, (direction, run), gap, book, effects);
        }
    }

    fn is_muted(view: &View<'_>, direction: u32) -> bool {
        let route = view.layout.directions[direction as usize].route;
        view.tracking.is_muted(view.config, view.coverage, view.now, route)
    }

    /// Whether a vehicle comes is not known while the feed is down: its gaps end where the data do.
    fn close_blind(view: &View<'_>, book: &mut Book, effects: &mut Vec<Effect>) {
        for key in book.keys() {
            let Key::Gap(direction, _) = key else { continue };
            let route = view.layout.directions[direction as usize].route;
            if view.tracking.is_down(view.config, view.coverage, view.now, route) {
                let feeds = view.tracking.feeds(view.config, view.now, route);
                let until = feeds.map(|f| view.coverage.observed_until(view.now, f)).min();
                book.close(key, until.unwrap_or(view.now), effects);
            }
        }
    }

    /// Where a vehicle may have passed without a visit there is no gap to be seen: as far on as one that went silent,
    /// or left its line, may have come, and between the last visit of one and the place where it is.
    fn mark_unsure(&mut self, view: &View<'_>) {
        for track in &view.tracks.rows {
            let (Some(fact), age_s) = (track.fact, view.now - track.fixed_at) else { continue };
            let Some((run, pattern)) = fact.matched else { continue };
            // One that went silent at the terminal has switched off, or left.
            let patience_s =
                if fact.layover { SILENT_LAYOVER_S } else { view.config.silent_shadow_s };
            if age_s > patience_s || track.run != Some((run, pattern)) {
                continue;
            }
            let stops = view.timetable.pattern(pattern).stops.len();
            let next = usize::from(fact.next_stop_position).min(stops);
            let silent = age_s > view.config.alarm_age_max_s;
            let from = track.last_position().map_or(0, |p| usize::from(p) + 1);
            let until = if silent || fact.off_route_m.is_some() {
                reach(view, run, track.last_stop().map(|l| (l.position, l.at))).clamp(next, stops)
            } else {
                next
            };
            self.mark(view, pattern, from..until);
            // By now it may be on the run that follows.
            let due = |run: &TripInstance| view.timetable.span(*run).0 <= view.now;
            let after = silent.then(|| next_of_block(view.timetable, run)).flatten().filter(due);
            if let Some(after) = after {
                let until = reach(view, after, Some((0, view.timetable.span(after).0)));
                self.mark(view, view.timetable.trip(after.trip).pattern, 0..until);
            }
        }
    }

    fn mark(&mut self, view: &View<'_>, pattern: PatternIdx, positions: Range<usize>) {
        for position in positions {
            let place = view.layout.place_at(pattern, position);
            if place != NONE {
                self.unsure_at[place as usize] = view.now;
            }
        }
    }

    /// Finds the gaps of a direction, each at its widest place.
    fn look_along(
        &self,
        view: &View<'_>,
        direction: u32,
        plan: &mut Plan,
        book: &Book,
        wide: &mut BTreeMap<(u32, TripInstance), Wide>,
    ) {
        let way = &view.layout.directions[direction as usize];
        let by_timetable = (view.by_timetable)(direction);
        // Somebody may have passed since the last reports.
        let feeds = view.tracking.feeds(view.config, view.now, way.route);
        let lag_s = feeds.map(|f| view.coverage.report_s(f)).max().unwrap_or(0);
        for place in way.places.clone() {
            let Some(last) = view.headways.latest(place) else { continue };
            let gap_s = view.now - lag_s - last.at;
            let terminal = view.layout.places[place as usize].terminal;
            let unsure = self.unsure_at[place as usize] == view.now;
            let is_open = book.is_open(Key::Gap(direction, last.instance));
            if unsure && is_open && !terminal {
                // Whether it is gone will be known when the vehicle speaks again.
                let since = last.at + lag_s;
                let kept = Wide { place, since, ratio: 0.0, opens: false };
                wide.entry((direction, last.instance)).or_insert(kept);
            }
            if terminal || unsure || gap_s <= EpochS::from(view.config.gap_excess_min_s) {
                continue;
            }
            let Some(plan_s) = open_plan_s(view, plan, place, last) else { continue };
            let ratio = gap_s as f32 / plan_s.max(1) as f32;
            let excess = gap_s - EpochS::from(plan_s) >= EpochS::from(view.config.gap_excess_min_s);
            let opens = if by_timetable {
                let until = view.now - lag_s - view.config.late_max_s;
                let on = (view.timetable, view.layout);
                plan.overdue(view.config, on, place, (last.at, until)) >= MISSED_MIN
            } else {
                excess && ratio >= view.config.gapped_ratio
            };
            let stays = is_open && ratio > view.config.gapped_close_ratio;
            if !opens && !stays {
                continue;
            }
            let found = Wide { place, since: last.at + lag_s, ratio, opens };
            let widest = wide.entry((direction, last.instance)).or_insert(found);
            if (found.opens, found.ratio) > (widest.opens, widest.ratio) {
                *widest = found;
            }
        }
    }

    /// A gap goes along with the vehicle behind it, also between stops that it has and has not reached.
    fn look_at_followers(
        &self,
        view: &View<'_>,
        plan: &mut Plan,
        book: &Book,
        wide: &mut BTreeMap<(u32, TripInstance), Wide>,
    ) {
        for fact in view.vehicles {
            let (Some((_, pattern)), Some(track)) = (fact.matched, view.tracks.get(fact.vehicle))
            else {
                continue;
            };
            let Some(spacing) = track.spacing.filter(|_| is_gapped(track.status())) else {
                continue;
            };
            let direction = view.layout.direction_of(pattern) as u32;
            let key = (direction, spacing.leader_run);
            // The leader may be one that went silent.
            let unsure = self.unsure_at[spacing.place as usize] == view.now;
            let opens = !(view.by_timetable)(direction)
                && !unsure
                && !Self::is_muted(view, direction)
                && view.tracks.may_alarm(view.config, view.timetable, view.now, fact)
                && is_wide(view, plan, &spacing);
            if opens || book.is_open(Key::Gap(key.0, key.1)) {
                let ratio = spacing.now_s as f32 / spacing.scheduled_s.unwrap_or(1).max(1) as f32;
                let since = view.now - EpochS::from(spacing.now_s);
                let found = Wide { place: spacing.place, since, ratio, opens };
                wide.entry(key).or_insert(found);
            }
        }
    }

    /// Closes the incidents of gaps that are gone.
    fn close_gone(
        &mut self,
        view: &View<'_>,
        wide: &BTreeMap<(u32, TripInstance), Wide>,
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        for key in book.keys() {
            let Key::Gap(direction, run) = key else { continue };
            if wide.contains_key(&(direction, run)) {
                self.gone.remove(&(direction, run));
            } else if !Self::is_muted(view, direction) {
                let looks = self.gone.entry((direction, run)).or_insert(0);
                *looks += 1;
                if *looks >= LOOKS {
                    book.close(key, view.now, effects);
                }
            }
        }
        self.gone.retain(|(direction, run), _| book.is_open(Key::Gap(*direction, *run)));
    }

    fn judge(
        &mut self,
        view: &View<'_>,
        (direction, run): (u32, TripInstance),
        gap: Wide,
        book: &mut Book,
        effects: &mut Vec<Effect>,
    ) {
        let value = (view.now - gap.since) as f64;
        if let Some(open) = book.get_mut(Key::Gap(direction, run)) {
            open.value = open.value.max(value);
            return;
        }
        if !gap.opens {
            return;
        }
        let looks = self.standing.entry((direction, run)).or_insert(0);
        *looks += 1;
        if *looks < LOOKS {
            return;
        }
        self.standing.remove(&(direction, run));
        let way = &view.layout.directions[direction as usize];
        let stop = view.layout.places[gap.place as usize].stop;
        let mut incident = blank(IncidentKind::Gap, view.now);
        incident.route = Some(way.route);
        incident.direction = way.sense;
        incident.stop = Some(stop);
        incident.value = value;
        if let Some(fact) = next_to_come(view, direction, gap.place) {
            incident.vehicle = Some(fact.vehicle);
            incident.instance = fact.matched.map(|m| m.0);
        }
        book.open(view.config, |_| Key::Gap(direction, run), incident, effects);
    }
}

/// The first stop position that a vehicle cannot have reached yet since it left one, at its fastest.
fn reach(view: &View<'_>, run: TripInstance, left: Option<(u16, EpochS)>) -> usize {
    let times = view.timetable.stop_times(run.trip);
    let Some((at, time)) = left.and_then(|(p, at)| Some((at, times.get(usize::from(p))?))) else {
        return times.len();
    };
    let driven_s = (view.now - at).max(0) as f64 * HASTE;
    times.partition_point(|t| f64::from(t.arrival_s - time.departure_s) <= driven_s)
}

/// Also against the thinner of two plans between which the service changes.
fn is_wide(view: &View<'_>, plan: &mut Plan, spacing: &Spacing) -> bool {
    let on = (view.timetable, view.layout);
    let plan_s = plan.thinner_s(view.config, on, spacing.place, spacing.at);
    is_gapped(band(view.config, spacing.now_s, plan_s))
}

/// The headway that riders have to expect at the place, if a gap can be seen there at all.
fn open_plan_s(view: &View<'_>, plan: &mut Plan, place: u32, last: Passage) -> Option<i32> {
    let span = (last.at, view.now);
    let on = (view.timetable, view.layout);
    let plan_s = plan.open_headway_s(view.config, on, place, span)?;
    let direction = view.layout.places[place as usize].direction;
    let route = view.layout.directions[direction as usize].route;
    let hole = view.tracking.hole_between(view.config, view.coverage, view.now, route, span);
    (!hole && !plan_breaks(view, plan, place, span)).then_some(plan_s)
}

fn plan_breaks(view: &View<'_>, plan: &mut Plan, place: u32, span: (EpochS, EpochS)) -> bool {
    plan.break_between(view.config, (view.timetable, view.layout), place, span)
}

/// The vehicle of the direction that is nearest before the place.
fn next_to_come<'a>(view: &View<'a>, direction: u32, place: u32) -> Option<&'a VehicleFacts> {
    let stop = view.layout.places[place as usize].stop;
    let stops_away = |fact: &VehicleFacts| {
        let (_, pattern) = fact.matched.filter(|_| !fact.layover)?;
        if view.layout.direction_of(pattern) as u32 != direction {
            return None;
        }
        let stops = &view.timetable.pattern(pattern).stops;
        stops.iter().skip(usize::from(fact.next_stop_position)).position(|s| *s == stop)
    };
    let ahead = view.vehicles.iter().filter_map(|f| Some((stops_away(f)?, f)));
    ahead.min_by_key(|(away, f)| (*away, f.vehicle)).map(|(_, f)| f)
}
