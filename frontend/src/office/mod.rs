//! Parts of the pages of the register.

pub mod evidence;
