//! What readers may ask: the live picture, joined with the record.

use crate::published::Publications;
use crate::view::{Language, TimetableViews, View};
use std::sync::Arc;

/// The live picture and the record.
#[derive(Clone, Debug)]
pub struct Reads {
    publications: Publications,
    timetables: Arc<TimetableViews>,
}

impl Reads {
    /// Reads of what `publications` shows.
    pub fn new(publications: Publications, timetables: Arc<TimetableViews>) -> Self {
        Self { publications, timetables }
    }

    /// The newest picture, in a language.
    pub fn view(&self, language: Language) -> View {
        let published = Arc::clone(&self.publications.borrow());
        let fixed = self.timetables.of(&published.snapshot.timetable);
        View { published, fixed, language }
    }
}
