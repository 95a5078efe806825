//! What Windows lets this process do with links. Elsewhere there is nothing to ask: links are made by whoever may write.

/// What Windows lets this process do with links, and how it is set; all of it `None` on other systems.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights {
    /// Whether Developer Mode is on, in which anyone may make symbolic links.
    pub has_developer_mode: Option<bool>,
    /// Whether the process holds the privilege to make symbolic links (`SeCreateSymbolicLinkPrivilege`).
    pub holds_link_privilege: Option<bool>,
    /// Whether the process runs as administrator, with all that this gives.
    pub is_elevated: Option<bool>,
    /// Which symbolic links are followed (SymlinkEvaluation); junctions always are.
    pub follows: Option<Evaluation>,
    /// Whether programs that say they can may use paths of more than 260 letters; lw does not depend on it.
    pub has_long_paths: Option<bool>,
    /// Whether the system keeps this process from passing junctions that ordinary users made (Redirection Guard).
    pub is_guarded: Option<bool>,
}

/// Which symbolic links Windows follows, by where the link is and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// On this computer, to this computer.
    pub local_to_local: bool,
    /// On this computer, to a share.
    pub local_to_remote: bool,
    /// On a share, to this computer.
    pub remote_to_local: bool,
    /// On a share, to a share.
    pub remote_to_remote: bool,
}

impl Rights {
    /// Returns whether symbolic links may be made, as far as rights go; `None` where there is no such right.
    pub fn may_make_symbolic_links(&self) -> Option<bool> {
        match (self.has_developer_mode, self.holds_link_privilege) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, None) => None,
            _ => Some(false),
        }
    }
}

/// Returns what this process may do with links.
///
/// Stands on the process's token, `GetProcessMitigationPolicy` and the registry, which anyone may read.
pub fn rights() -> Rights {
    #[cfg(windows)]
    return crate::sys::user::rights();
    #[cfg(not(windows))]
    return Rights::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_two_is_enough() {
        let may = |has_developer_mode, holds_link_privilege| {
            Rights {
                has_developer_mode,
                holds_link_privilege,
                ..Rights::default()
            }
            .may_make_symbolic_links()
        };
        assert_eq!(may(Some(true), Some(false)), Some(true));
        assert_eq!(may(Some(false), Some(true)), Some(true));
        assert_eq!(may(Some(false), Some(false)), Some(false));
        assert_eq!(may(None, None), None);
    }

    #[test]
    fn there_is_something_to_tell_on_windows_alone() {
        let found = rights();
        assert_eq!(found.is_elevated.is_some(), cfg!(windows), "{found:?}");
        assert_eq!(found.may_make_symbolic_links().is_some(), cfg!(windows));
        assert_eq!(found.follows.is_some(), cfg!(windows));
    }
}
