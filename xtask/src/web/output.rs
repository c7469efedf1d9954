//! Writes files, compresses them, and leaves alone what is already right.

use anyhow::{Context, Result};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Smaller files are not worth a second copy: an answer's head is as long.
const COMPRESS_MIN_BYTES: usize = 512;
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW_BITS: i32 = 22;
/// Files that are compressed already.
const PACKED: [&str; 4] = ["woff2", "png", "pmtiles", "webp"];

/// Where the site's files go, and what was done.
#[derive(Debug)]
pub struct Output {
    compress: bool,
    written: usize,
    kept: usize,
}

impl Output {
    /// `compress`: a `.br` and a `.gz` stand beside each file.
    pub fn new(compress: bool) -> Self {
        Self { compress, written: 0, kept: 0 }
    }

    /// What was done, in words.
    pub fn summary(&self) -> String {
        format!("{} files written, {} already right", self.written, self.kept)
    }

    /// Makes `path` hold `data`.
    pub fn write(&mut self, path: &Path, data: &[u8]) -> Result<()> {
        let packed = path.extension().is_some_and(|e| PACKED.iter().any(|p| e == *p));
        let compress = self.compress && !packed && data.len() >= COMPRESS_MIN_BYTES;
        let same = fs::read(path).is_ok_and(|old| old == data);
        let copies = [beside(path, "br"), beside(path, "gz")];
        if same && (!compress || copies.iter().all(|copy| copy.exists())) {
            self.kept += 1;
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        if !same {
            // First the copies: a server that prefers them must never send yesterday's.
            for copy in &copies {
                if copy.exists() {
                    fs::remove_file(copy)?;
                }
            }
            fs::write(path, data).with_context(|| path.display().to_string())?;
        }
        if compress {
            let (br, gz) = (brotli(data)?, gzip(data)?);
            eprintln!(
                "{}: {} bytes, gzip {}, brotli {}",
                path.display(),
                data.len(),
                gz.len(),
                br.len()
            );
            fs::write(&copies[0], br)?;
            fs::write(&copies[1], gz)?;
        }
        self.written += 1;
        Ok(())
    }

    /// Copies a folder and what is in it.
    pub fn copy_folder(&mut self, from: &Path, to: &Path) -> Result<()> {
        let mut entries = fs::read_dir(from)
            .with_context(|| from.display().to_string())?
            .collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (path, to) = (entry.path(), to.join(entry.file_name()));
            if entry.file_type()?.is_dir() {
                self.copy_folder(&path, &to)?;
            } else {
                self.write(&to, &fs::read(&path).with_context(|| path.display().to_string())?)?;
            }
        }
        Ok(())
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn gzip(data: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data)?;
    Ok(encoder.finish()?)
}

fn brotli(data: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &data[..], &mut out, &parameters)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("jolda-xtask-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        dir
    }

    #[test]
    fn a_file_that_is_right_is_left_alone() {
        let dir = folder("kept");
        let (path, data) = (dir.join("a.css"), b"body{color:red}".repeat(100));
        let mut output = Output::new(true);
        output.write(&path, &data).unwrap();
        output.write(&path, &data).unwrap();
        assert_eq!((output.written, output.kept), (1, 1));
        let mut plain = Vec::new();
        let br = fs::read(dir.join("a.css.br")).unwrap();
        brotli::BrotliDecompress(&mut &br[..], &mut plain).unwrap();
        assert_eq!(plain, data);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn an_old_copy_does_not_outlive_its_file() {
        let dir = folder("stale");
        let path = dir.join("a.css");
        Output::new(true).write(&path, &b"old old old ".repeat(100)).unwrap();
        Output::new(false).write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(!dir.join("a.css.br").exists() && !dir.join("a.css.gz").exists());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_packed_file_is_not_packed_again() {
        let dir = folder("packed");
        Output::new(true).write(&dir.join("a.woff2"), &[7; 4096]).unwrap();
        assert!(!dir.join("a.woff2.br").exists());
        fs::remove_dir_all(dir).unwrap();
    }
}
