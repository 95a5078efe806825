//! Plans as data: units of steps, what each step requires and ensures, and how it is taken back.

mod fact;
mod inverse;
mod path_text;
mod step;
mod subject;
mod unit;
mod world;

pub use fact::{Fact, State, Trace};
pub use inverse::{InverseError, inverse_of_step};
pub use step::{Compared, CopyOptions, Lasting, ReAimedCopy, Step};
pub use subject::{Across, MergeCounts, NotMended, Notice, RemovedLinks, Subject, TreeCounts};
pub use unit::{Outcome, Plan, Shape, Unit};
pub use world::{Position, position};

pub use path_text::PathText;
