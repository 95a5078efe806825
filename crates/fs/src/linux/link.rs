//! Links: as POSIX has them.

pub(crate) use crate::unix::link::{
    create_hard_link, create_symlink, read_link, read_link_at, unlink,
};
