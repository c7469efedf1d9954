//! Bands of an observed against the planned headway, and the hysteresis of what is shown of a vehicle.

use super::FlowConfig;
use crate::event::HeadwayStatus;

/// The band of one observation: a function of the two numbers alone.
pub(super) fn band(config: &FlowConfig, headway_s: i32, scheduled_s: Option<i32>) -> HeadwayStatus {
    let Some(plan_s) = scheduled_s.filter(|p| *p > 0) else { return HeadwayStatus::Unknown };
    let ratio = headway_s as f32 / plan_s as f32;
    let excess = headway_s - plan_s >= config.gap_excess_min_s;
    let may_bunch = plan_s >= config.bunched_plan_min_s;
    if excess && ratio >= config.very_gapped_ratio {
        HeadwayStatus::VeryGapped
    } else if excess && ratio >= config.gapped_ratio {
        HeadwayStatus::Gapped
    } else if may_bunch
        && (ratio <= config.very_bunched_ratio || headway_s < config.very_bunched_below_s)
    {
        HeadwayStatus::VeryBunched
    } else if may_bunch && ratio <= config.bunched_ratio {
        HeadwayStatus::Bunched
    } else {
        HeadwayStatus::Even
    }
}

/// Bunched or very bunched.
pub(super) fn is_bunched(status: HeadwayStatus) -> bool {
    matches!(status, HeadwayStatus::Bunched | HeadwayStatus::VeryBunched)
}

/// Gapped or very gapped.
pub(super) fn is_gapped(status: HeadwayStatus) -> bool {
    matches!(status, HeadwayStatus::Gapped | HeadwayStatus::VeryGapped)
}

/// What is shown of a vehicle. It becomes bunched or gapped at the second observation in a row and even
/// again only when it is clearly so.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    /// What is shown.
    pub(super) status: HeadwayStatus,
    /// The last observation, not yet confirmed.
    candidate: HeadwayStatus,
}

impl Shown {
    /// Takes one observation.
    pub(super) fn observe(
        &mut self,
        config: &FlowConfig,
        headway_s: i32,
        scheduled_s: Option<i32>,
    ) {
        let seen = band(config, headway_s, scheduled_s);
        let ratio = scheduled_s.filter(|p| *p > 0).map(|p| headway_s as f32 / p as f32);
        let stays = match ratio {
            Some(r) if is_bunched(self.status) => r < config.bunched_close_ratio,
            Some(r) if is_gapped(self.status) => r > config.gapped_close_ratio,
            _ => false,
        };
        let same_kind = is_bunched(seen) && is_bunched(self.candidate)
            || is_gapped(seen) && is_gapped(self.candidate);
        self.status = match seen {
            HeadwayStatus::Unknown => HeadwayStatus::Unknown,
            HeadwayStatus::Even if stays && is_bunched(self.status) => HeadwayStatus::Bunched,
            HeadwayStatus::Even if stays => HeadwayStatus::Gapped,
            HeadwayStatus::Even => HeadwayStatus::Even,
            _ if same_kind => seen,
            _ if is_bunched(self.status) && is_bunched(seen) => seen,
            _ if is_gapped(self.status) && is_gapped(seen) => seen,
            _ => HeadwayStatus::Even,
        };
        self.candidate = seen;
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::HeadwayStatus::{Bunched, Even, Gapped, Unknown, VeryBunched, VeryGapped};
    use super::*;

    #[test]
    fn bands_have_absolute_floors() {
        let config = FlowConfig::default();
        let of = |h, p| band(&config, h, Some(p));
        assert_eq!([of(150, 600), of(151, 600), of(300, 600)], [VeryBunched, Bunched, Bunched]);
        assert_eq!([of(301, 600), of(899, 600)], [Even, Even]);
        assert_eq!([of(900, 600), of(1199, 600), of(1200, 600)], [Gapped, Gapped, VeryGapped]);
        // A plan of 3 min: twice as long is an excess of 3 min only; half of it is no bunch.
        assert_eq!([of(360, 180), of(480, 180), of(30, 180)], [Even, VeryGapped, Even]);
        // Under a minute is very bunched where anything can be.
        assert_eq!([of(59, 240), of(61, 240)], [VeryBunched, Bunched]);
        assert_eq!([band(&config, 60, None), band(&config, 60, Some(0))], [Unknown, Unknown]);
    }

    #[test]
    fn one_observation_alarms_nobody_and_the_way_back_is_longer() {
        let config = FlowConfig::default();
        let mut shown = Shown::default();
        let mut see = |h| {
            shown.observe(&config, h, Some(600));
            shown.status
        };
        assert_eq!([see(290), see(600), see(290), see(280)], [Even, Even, Even, Bunched]);
        assert_eq!([see(350), see(359), see(361)], [Bunched, Bunched, Even]);
        assert_eq!([see(950), see(960), see(850), see(830)], [Even, Gapped, Gapped, Even]);
    }
}
