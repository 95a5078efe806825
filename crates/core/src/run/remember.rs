//! Writing down what links lead to, apart from any operation.

use std::path::PathBuf;

use lw_fs::Hand;

use super::session::Session;
use crate::ledger::{LedgerError, Tracked};

/// Records durably what links lead to, in place of what was known of the same links.
pub fn remember(session: &mut Session<'_>, links: &[Tracked]) -> Result<(), LedgerError> {
    let now_us = session.now_us();
    let mut hand = Hand::grant(session.witness);
    session.ledger.track(&mut hand, links, now_us)
}

/// Forgets durably what is known of these links.
pub fn forget(session: &mut Session<'_>, links: &[PathBuf]) -> Result<(), LedgerError> {
    let mut hand = Hand::grant(session.witness);
    session.ledger.forget_tracked(&mut hand, links)
}
