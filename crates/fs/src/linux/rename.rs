//! Renames: renameat2(2), as rustix has it for both systems.

pub(crate) use crate::unix::rename::{exchange, rename, rename_no_replace};
