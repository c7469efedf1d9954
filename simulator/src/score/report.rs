//! Tables of figures as Markdown.

use std::fmt::Write as _;

/// One section of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Heading.
    pub title: &'static str,
    /// What the columns mean, in a sentence or two.
    pub note: &'static str,
    /// Columns after the first, which names the world.
    pub head: Vec<&'static str>,
    /// Name, then a cell a column.
    pub rows: Vec<(String, Vec<String>)>,
}

impl Table {
    /// An empty table.
    pub fn new(title: &'static str, note: &'static str, head: &[&'static str]) -> Self {
        Self { title, note, head: head.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, name: &str, cells: Vec<String>) {
        self.rows.push((name.to_owned(), cells));
    }

    /// The section as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{}\n\n| world |", self.title, self.note);
        for name in &self.head {
            let _ = write!(text, " {name} |");
        }
        text.push_str("\n| --- |");
        text.push_str(&" ---: |".repeat(self.head.len()));
        text.push('\n');
        for (name, cells) in &self.rows {
            let missing = " |".repeat(self.head.len().saturating_sub(cells.len()));
            let _ = writeln!(text, "| {name} | {} |{missing}", cells.join(" | "));
        }
        text
    }
}
