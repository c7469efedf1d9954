//! How many people a desk needs: Erlang C, and the forecast of contacts.

/// Erlang C for calls that wait: A. K. Erlang, 1917. `None` when the desk drowns (`agents` ≤ load).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Offered load, erlang.
    pub load_erlang: f64,
    /// Probability of waiting at all, 0..1.
    pub wait_share: f64,
    /// Mean wait of all calls, seconds.
    pub mean_wait_s: f64,
    handling_s: f64,
    agents: u32,
}

/// Most agents that are tried.
const AGENTS_MAX: u32 = 500;

impl Service {
    /// Of `agents` who each handle a call in `handling_s` seconds, at `calls_per_hour`.
    pub fn new(calls_per_hour: f64, handling_s: f64, agents: u32) -> Option<Self> {
        let load = calls_per_hour * handling_s / 3_600.0;
        let n = f64::from(agents);
        if !load.is_finite() || load < 0.0 || agents > AGENTS_MAX || load >= n {
            return None;
        }
        // Erlang B by recursion, which does not overflow.
        let mut blocked = 1.0;
        for k in 1..=agents {
            blocked = load * blocked / (f64::from(k) + load * blocked);
        }
        let wait_share = n * blocked / (n - load * (1.0 - blocked));
        let mean_wait_s = wait_share * handling_s / (n - load);
        Some(Self { load_erlang: load, wait_share, mean_wait_s, handling_s, agents })
    }

    /// Share of calls answered within `seconds`, 0..1.
    pub fn answered_within(&self, seconds: f64) -> f64 {
        let drain = (f64::from(self.agents) - self.load_erlang) / self.handling_s;
        1.0 - self.wait_share * (-drain * seconds).exp()
    }
}

/// What a desk promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promise {
    /// Share of calls, 0..1.
    pub share: f64,
    /// … answered within, seconds.
    pub within_s: f64,
}

impl Default for Promise {
    /// 80 % in 20 s.
    fn default() -> Self {
        Self { share: 0.8, within_s: 20.0 }
    }
}

/// The fewest agents who keep a promise; `None` beyond [`AGENTS_MAX`].
pub fn agents_needed(calls_per_hour: f64, handling_s: f64, promise: Promise) -> Option<u32> {
    (1..=AGENTS_MAX).find(|agents| {
        Service::new(calls_per_hour, handling_s, *agents)
            .is_some_and(|s| s.answered_within(promise.within_s) >= promise.share)
    })
}

/// Slots of a week.
pub const WEEK_SLOTS: usize = 7 * 48;

/// Contacts of each half hour of the week to come, from those of the weeks before (oldest first, each a
/// multiple of [`WEEK_SLOTS`], Monday 00:00 first): the mean of the same half hour, weighted to newer weeks,
/// times the level of the last week against the weeks before it.
pub fn forecast(history: &[f64]) -> Option<Vec<f64>> {
    if history.is_empty() || !history.len().is_multiple_of(WEEK_SLOTS) {
        return None;
    }
    let weeks: Vec<&[f64]> = history.chunks(WEEK_SLOTS).collect();
    let weight = |i: usize| LEARNING.powi((weeks.len() - 1 - i) as i32);
    let sum: f64 = (0..weeks.len()).map(weight).sum();
    let total = |week: &[f64]| week.iter().sum::<f64>();
    let smooth: f64 =
        weeks.iter().enumerate().map(|(i, w)| weight(i) * total(w)).sum::<f64>() / sum;
    let last = weeks.last().map_or(0.0, |w| total(w));
    let level = if smooth > 0.0 { (last / smooth).clamp(LEVEL.0, LEVEL.1) } else { 1.0 };
    let slot = |s: usize| {
        weeks.iter().enumerate().map(|(i, w)| weight(i) * w[s]).sum::<f64>() / sum * level
    };
    Some((0..WEEK_SLOTS).map(slot).collect())
}

/// Weight of a week against the one after it.
const LEARNING: f64 = 0.7;
/// The level moves by no more than this in a week.
const LEVEL: (f64, f64) = (0.7, 1.4);

/// Mean absolute error of a forecast against what came, as a share of what came; `None` when nothing came.
pub fn forecast_error(forecast: &[f64], came: &[f64]) -> Option<f64> {
    let total: f64 = came.iter().sum();
    let off: f64 = forecast.iter().zip(came).map(|(f, c)| (f - c).abs()).sum();
    (total > 0.0).then(|| off / total)
}

/// A desk at an hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    /// Which.
    pub id: crate::ids::DeskId,
    /// People who sit there.
    pub agents: u32,
    /// Forecast contacts an hour.
    pub calls_per_hour: f64,
    /// Mean time of one, seconds.
    pub handling_s: f64,
}

/// "Move so many from here to there."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// From which desk.
    pub from: crate::ids::DeskId,
    /// To which desk.
    pub to: crate::ids::DeskId,
    /// How many.
    pub agents: u32,
}

/// Moves that bring desks to their promise from desks that keep theirs without those people: the desk that
/// lacks most first. What cannot be met stays unmet.
pub fn moves(desks: &[Desk], promise: Promise) -> Vec<Move> {
    let balance = |d: &Desk| {
        let needed = agents_needed(d.calls_per_hour, d.handling_s, promise).unwrap_or(AGENTS_MAX);
        i64::from(d.agents) - i64::from(needed)
    };
    let mut spare: Vec<(i64, &Desk)> = desks.iter().map(|d| (balance(d), d)).collect();
    spare.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.id.cmp(&y.id)));
    let (mut lack, mut rest): (Vec<_>, Vec<_>) = spare.into_iter().partition(|(b, _)| *b < 0);
    rest.reverse();
    let mut moves = Vec::new();
    for (missing, to) in &mut lack {
        for (over, from) in &mut rest {
            let agents = (-*missing).min(*over);
            if agents > 0 {
                moves.push(Move {
                    from: from.id.clone(),
                    to: to.id.clone(),
                    agents: agents as u32,
                });
                *missing += agents;
                *over -= agents;
            }
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `reference/appeals.md` §6.6: 390 calls a day, 12 % in the peak hour, 210 s each.
    #[test]
    fn the_published_vector_of_erlang_c() {
        let calls = 390.0 * 0.12;
        for (agents, wait, within, asa) in
            [(4, 0.4019, 0.644, 66.5), (5, 0.1746, 0.859, 16.1), (6, 0.0681, 0.950, f64::NAN)]
        {
            let service = Service::new(calls, 210.0, agents).unwrap();
            assert!((service.load_erlang - 2.73).abs() < 1e-9);
            assert!((service.wait_share - wait).abs() < 5e-5, "{agents} {service:?}");
            assert!((service.answered_within(20.0) - within).abs() < 5e-4, "{agents}");
            assert!(asa.is_nan() || (service.mean_wait_s - asa).abs() < 0.06, "{service:?}");
        }
        assert_eq!(agents_needed(calls, 210.0, Promise::default()), Some(5));
        assert_eq!(Service::new(calls, 210.0, 2), None, "the desk drowns");
        assert_eq!(agents_needed(0.0, 210.0, Promise::default()), Some(1));
    }

    #[test]
    fn people_go_from_where_they_are_spare_to_where_they_lack() {
        let desk = |id: &str, agents, calls_per_hour| Desk {
            id: id.into(),
            agents,
            calls_per_hour,
            handling_s: 210.0,
        };
        let desks = [desk("phone", 3, 46.8), desk("web", 6, 10.0), desk("stops", 2, 10.0)];
        let moves = moves(&desks, Promise::default());
        assert_eq!(moves, [Move { from: "web".into(), to: "phone".into(), agents: 2 }]);
    }

    #[test]
    fn a_forecast_follows_the_week_and_its_level() {
        let mut history = Vec::new();
        for week in 0..4 {
            for slot in 0..WEEK_SLOTS {
                let busy = if slot % 48 == 16 { 10.0 } else { 1.0 };
                history.push(busy * if week == 3 { 1.2 } else { 1.0 });
            }
        }
        let forecast = forecast(&history).unwrap();
        assert!(forecast[16] > 9.0 * forecast[17], "the peak stays where it is");
        assert!((forecast[16] - 12.0).abs() < 0.3, "{}", forecast[16]);
        assert_eq!(super::forecast(&history[1..]), None);
        let error = forecast_error(&forecast, &history[3 * WEEK_SLOTS..]).unwrap();
        assert!(error < 0.05, "{error}");
    }
}
