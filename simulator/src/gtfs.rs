//! Writing GTFS: tables to text, texts to a zip.

use std::io::Write;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

/// A file of a feed.
pub(crate) struct Table {
    name: &'static str,
    text: String,
}

impl Table {
    pub fn new(name: &'static str, columns: &[&str]) -> Self {
        let mut table = Self { name, text: String::new() };
        table.row(columns);
        table
    }

    /// Adds a row; fields are quoted where RFC 4180 wants it.
    pub fn row(&mut self, fields: &[&str]) {
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            if field.contains([',', '"', '\n', '\r']) {
                self.text.push('"');
                self.text.push_str(&field.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(field);
            }
        }
        self.text.push('\n');
    }

    /// Name and bytes.
    pub fn file(self) -> (String, Vec<u8>) {
        (self.name.to_owned(), self.text.into_bytes())
    }
}

/// Files as a zip, always with the same bytes for the same files. `small` packs them; else they are
/// stored, for one who reads them at once.
pub fn zip(files: &[(String, Vec<u8>)], small: bool) -> Result<Vec<u8>, ZipError> {
    let method =
        if small { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(zip::DateTime::default());
    let size: usize = files.iter().map(|f| f.1.len() + 256).sum();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::with_capacity(size)));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        let mut t = Table::new("x.txt", &["a", "b"]);
        t.row(&["one, two", "say \"hi\""]);
        assert_eq!(t.file().1, b"a,b\n\"one, two\",\"say \"\"hi\"\"\"\n");
    }
}
