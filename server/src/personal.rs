//! What says who speaks. At rest it is always sealed.

use serde::{Deserialize, Serialize};

/// What says who speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Personal {
    /// Name.
    pub name: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Individual identification number.
    pub iin: Option<String>,
    /// Chat of a messenger that knows people by chats.
    pub chat: Option<String>,
}

impl Personal {
    /// Without blanks around and without what is empty.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let trim =
            |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        Self {
            name: trim(self.name),
            phone: trim(self.phone),
            email: trim(self.email),
            address: trim(self.address),
            iin: trim(self.iin),
            chat: trim(self.chat),
        }
    }

    /// Nothing is known of who speaks.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
