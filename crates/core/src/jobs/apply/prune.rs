//! Links that are not listed any more go into quarantine, and the folders that were made for them.

use std::path::PathBuf;

use super::plan::{Making, ONLY_NAME};
use crate::jobs::drive::nearest;
use crate::jobs::folder_gone::lost_with;
use crate::jobs::known::Made;
use crate::jobs::many_links::ManyLinks;
use crate::jobs::{Refused, quarantine};
use crate::plan::{Notice, Shape, Step, Unit};

impl Making<'_> {
    pub(super) fn prune(
        &mut self,
        unlisted: &[(PathBuf, Made)],
        idle_folders: &[PathBuf],
    ) -> Result<(), Refused> {
        let around = self.own("prune");
        let mut many = ManyLinks::new(&around);
        for (path, made) in unlisted {
            if let Made::Hard { .. } = made
                && !self.names.take(&lw_fs::look::entry(path)?)?
            {
                let why = ONLY_NAME.to_owned();
                self.notices.push(Notice::LeftAlone {
                    path: path.clone(),
                    why,
                });
                continue;
            }
            let now = crate::jobs::refusal::trace_at(path)?;
            match many.remove(path, &now)? {
                None => self.counts.removed += 1,
                Some(why) => self.notices.push(Notice::LeftAlone {
                    path: path.clone(),
                    why,
                }),
            }
        }
        let (units, notices) = many.finish();
        self.units.extend(units);
        self.notices.extend(notices);
        // Those that somebody has put something into stay.
        let inner_first = idle_folders.iter().rev();
        let steps: Vec<Step> = inner_first
            .map(|folder| Step::remove_folder(folder.clone()))
            .collect();
        let not_kept = idle_folders.iter();
        self.notices
            .extend(not_kept.filter_map(|folder| lost_with(folder)));
        if let Some(outermost) = idle_folders.first() {
            let slot = quarantine::slot_for(&self.own("idle"), nearest(outermost), 0)?;
            let mut unit = Unit::plain(steps, slot);
            unit.shape = Shape::Links;
            self.units.push(unit);
        }
        Ok(())
    }
}
