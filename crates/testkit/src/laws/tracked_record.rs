//! What is remembered of links: what is understood is written and read again as the same, file handles too.

use lw_core::ledger::Tracked;

/// Takes the path of a link, a NUL, and the record of it.
pub(super) fn holds(bytes: &[u8]) {
    let (link, record) = super::parted(bytes);
    let Ok(record) = std::str::from_utf8(record) else {
        return;
    };
    let Some(tracked) = Tracked::from_record(link, record) else {
        return;
    };
    assert_eq!(lw_fs::path_bytes(&tracked.link), link);
    for path in [&tracked.link, &tracked.target, &tracked.mount_point] {
        assert!(path.is_absolute(), "{path:?}");
    }
    let written = serde_json::to_string(&tracked).unwrap();
    assert_eq!(Tracked::from_record(link, &written), Some(tracked));
}
