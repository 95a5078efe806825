//! The system's numbers as classes: as POSIX has them.

pub(crate) use crate::unix::errno::kind;
