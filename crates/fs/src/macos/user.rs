//! Users and rights: as POSIX has them.

pub(crate) use crate::unix::user::{effective_user_id, may_write};
