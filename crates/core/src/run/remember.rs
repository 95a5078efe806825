//! Writing down what links lead to, apart from any operation.

use lw_fs::Hand;

use super::session::Session;
use crate::ledger::{Learned, LedgerError};

/// Records durably what became known of links, in place of what was known of the same links.
pub fn remember(session: &mut Session<'_>, learned: &Learned) -> Result<(), LedgerError> {
    let now_us = session.now_us();
    let mut hand = Hand::grant(session.witness);
    session.ledger.learn(&mut hand, learned, now_us)
}
