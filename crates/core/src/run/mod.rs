//! The one maker of a hand: carries plans out, goes back, settles what was interrupted, purges.

mod carry_out;
mod description;
mod elsewhere;
mod go_back;
mod keep_settings;
mod looked;
mod one_unit;
mod perform;
mod probe;
mod purge;
mod ran;
mod record;
mod remember;
mod scratch;
mod session;
mod settle;
mod side_by_side;
mod slot;
mod snapshot;
mod unrecorded;

pub use carry_out::{Report, RunError, Unfinished, run};
pub use description::{Displaced, described, displaced, is_our_description, unrecorded_below};
pub(crate) use elsewhere::ELSEWHERE;
pub use elsewhere::noted_quarantines;
pub use keep_settings::{keep, keep_drives};
pub use perform::Failure;
pub use probe::probe;
pub use purge::{Purged, StageEnding, purge, remove_stages};
pub use remember::remember;
pub use scratch::{Scratch, ScratchError};
pub use session::{Context, Session, open};
pub use settle::{Ending, Scope, Settled, UnitEnding, accept, settle};
pub use slot::KeptFolder;
pub(crate) use slot::item_numbered;
pub use snapshot::{ForgetError, Forgotten, Going, forget, mend};
pub use unrecorded::{ReplaceError, create, replace};
