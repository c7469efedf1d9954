//! A dense table whose copies share what did not change: the writer keeps one, every snapshot another.

use std::sync::Arc;

/// Slots of a chunk. After a snapshot the first write to a chunk copies so many pointers, each write to a slot that
/// slot; a snapshot copies one pointer a chunk.
const CHUNK: usize = 16;

/// The slots that are copied together.
type Chunk<T> = Arc<[Option<Arc<T>>; CHUNK]>;

/// A growable table, cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<T> {
    chunks: Vec<Option<Chunk<T>>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Clone + Default> Shelf<T> {
    /// What stands at `index`, if anything was ever written there.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.as_ref()?.get(index % CHUNK)?.as_deref()
    }

    /// Every index that was ever written lies before this.
    pub(crate) fn end(&self) -> usize {
        self.chunks.len() * CHUNK
    }

    /// The slot at `index`, to be written. Copies it first when a snapshot holds it too.
    pub(crate) fn slot(&mut self, index: usize) -> &mut T {
        let chunk = index / CHUNK;
        if chunk >= self.chunks.len() {
            self.chunks.resize(chunk + 1, None);
        }
        let empty = || Arc::new(std::array::from_fn(|_| None));
        let chunk = self.chunks[chunk].get_or_insert_with(empty);
        Arc::make_mut(Arc::make_mut(chunk)[index % CHUNK].get_or_insert_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_saw() {
        let mut shelf = Shelf::<Vec<u8>>::default();
        shelf.slot(70).push(1);
        let copy = shelf.clone();
        shelf.slot(70).push(2);
        shelf.slot(3).push(9);
        assert_eq!(copy.get(70), Some(&vec![1]));
        assert_eq!(copy.get(3), None);
        assert_eq!(copy.get(100_000), None);
        assert_eq!(shelf.get(70), Some(&vec![1, 2]));
        assert_eq!(shelf.get(3), Some(&vec![9]));
    }
}
