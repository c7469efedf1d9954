//! Index newtypes. Hot paths address the timetable and the fleet by index, never by string.

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a `usize`, to address a slice.
            #[inline]
            pub const fn get(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            #[inline]
            fn from(index: usize) -> Self {
                Self(index as u32)
            }
        }
    };
}

index!(
    /// A route of `routes.txt`.
    RouteIdx
);
index!(
    /// A stop, platform or station of `stops.txt`.
    StopIdx
);
index!(
    /// A distinct (route, direction, stop sequence, shape).
    PatternIdx
);
index!(
    /// A trip of `trips.txt`.
    TripIdx
);
index!(
    /// A `service_id` of `calendar.txt` or `calendar_dates.txt`.
    ServiceIdx
);
index!(
    /// A `block_id`: trips driven one after another by the same vehicle.
    BlockIdx
);
index!(
    /// The stretch between two consecutive stops, shared by all routes that run it.
    SegmentIdx
);
index!(
    /// A distinct shape polyline.
    ShapeIdx
);
index!(
    /// A vehicle known to the `Monitor`: one (feed, vehicle id).
    VehicleIdx
);
index!(
    /// A configured realtime feed.
    FeedIdx
);
