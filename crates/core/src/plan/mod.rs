//! Plans as data: units of steps, what each step requires and ensures, and how it is taken back.

mod cloud_notice;
mod copy_options;
mod fact;
mod folder_facts;
mod inverse;
mod notice;
pub(crate) mod path_text;
mod snapshot;
mod step;
mod subject;
mod unit;
mod unrecorded;
mod world;

pub use cloud_notice::CloudNotice;
pub use copy_options::{CopyOptions, ReAimedCopy};
pub use fact::{Fact, State, Trace};
pub use folder_facts::{FactsChange, FactsProgress, is_alike};
pub use inverse::{InverseError, inverse_of_step};
pub use notice::{NotMended, Notice, Untouched};
pub use snapshot::{Imported, LinkRule, SnapshotSource, SnapshotWish, Standing};
pub use step::{Compared, Lasting, Step};
pub use subject::{
    Across, ApplyCounts, Copied, LinkForm, MergeCounts, RemovedLinks, Subject, TreeCounts,
};
pub use unit::{AfterFailure, Outcome, Plan, Shape, Unit};
pub use unrecorded::{Fate, Keeping, NewLink, Quarantining, Replacement, Victim};
pub use world::{Position, position};

pub use path_text::PathText;
