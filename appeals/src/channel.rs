//! By which way an appeal comes. All are under the same control: a channel never changes the queue or the
//! due date, only how sure we are who speaks and how we can answer.

use serde::{Deserialize, Serialize};

/// How sure we are who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityStrength {
    /// Not at all.
    None,
    /// A telephone number that answered.
    Phone,
    /// An account of ours.
    Account,
    /// The state's sign-in or an electronic signature.
    State,
}

macro_rules! channels {
    ($($(#[$doc:meta])* $name:ident => $text:literal, $identity:ident, $reply:literal;)+) => {
        /// A way in.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Channel {
            $($(#[$doc])* $name,)+
        }

        impl Channel {
            /// Every channel.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name on the wire: snake case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// How sure the channel by itself makes us of who speaks.
            #[allow(clippy::match_same_arms, reason = "one table")]
            pub const fn identity(self) -> IdentityStrength {
                match self { $(Self::$name => IdentityStrength::$identity,)+ }
            }

            /// An answer can go back by the same way.
            #[allow(clippy::match_same_arms, reason = "one table")]
            pub const fn can_reply(self) -> bool {
                match self { $(Self::$name => $reply,)+ }
            }
        }
    };
}

channels! {
    /// A call.
    Phone => "phone", Phone, true;
    /// A visit to the reception desk.
    WalkIn => "walk_in", State, false;
    /// WhatsApp.
    Whatsapp => "whatsapp", Phone, true;
    /// Telegram.
    Telegram => "telegram", None, true;
    /// Instagram.
    Instagram => "instagram", None, true;
    /// Facebook.
    Facebook => "facebook", None, true;
    /// The web form.
    Web => "web", None, false;
    /// The mobile page or app.
    Mobile => "mobile", None, false;
    /// E-mail.
    Email => "email", None, true;
    /// A letter on paper.
    Paper => "paper", State, false;
    /// Brought over from the state's register of appeals.
    EotinishImport => "eotinish_import", State, false;
    /// Open311 GeoReport.
    Open311 => "open311", None, false;
    /// The code at a stop.
    StopQr => "stop_qr", None, false;
    /// The code in a vehicle.
    VehicleQr => "vehicle_qr", None, false;
    /// A dispatcher's own observation.
    Dispatcher => "dispatcher", Account, false;
    /// An inspector's.
    FieldInspector => "field_inspector", Account, false;
    /// Found in the press or in social networks.
    MediaMonitoring => "media_monitoring", None, false;
}

impl Channel {
    /// For how long after the person's last message a free answer may go out, seconds; `None`: for ever.
    /// WhatsApp's customer service window is 24 hours, Meta's for the other two as well.
    pub const fn reply_window_s(self) -> Option<i64> {
        match self {
            Self::Whatsapp | Self::Instagram | Self::Facebook => Some(86_400),
            _ => None,
        }
    }

    /// Largest attachment, bytes: ours, or the messenger's where that is less (WhatsApp pictures: 5 MB).
    pub const fn attachment_bytes_max(self) -> u64 {
        match self {
            Self::Whatsapp => 5 * 1024 * 1024,
            _ => 10 * 1024 * 1024,
        }
    }

    /// The channel of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_record() {
        for channel in Channel::ALL {
            let json = serde_json::to_string(channel).unwrap();
            assert_eq!(json, format!("\"{}\"", channel.name()));
            assert_eq!(Channel::parse(channel.name()), Some(*channel));
        }
        assert_eq!(Channel::ALL.len(), 17);
    }
}
