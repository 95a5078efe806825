//! Reparse points: what is decoded is encoded and decoded again as the same, and so are target texts.

use lw_fs::reparse::{BUFFER_LIMIT_BYTES, ReparsePoint, Target, WideText};

/// Takes a reparse buffer, a target text as Linux has it, or one as Windows has it.
pub(super) fn holds(bytes: &[u8]) {
    buffer(bytes);
    if let Some(text) = WideText::from_wtf8(bytes) {
        assert_eq!(WideText::from_wtf8(&text.to_wtf8()), Some(text.clone()));
        target_text(&text);
    }
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
    let text = WideText::new(units.collect());
    assert_eq!(text.to_le_bytes(), bytes[..bytes.len() / 2 * 2]);
    assert_eq!(WideText::from_wtf8(&text.to_wtf8()), Some(text.clone()));
    target_text(&text);
}

fn buffer(bytes: &[u8]) {
    let Ok(point) = ReparsePoint::decode(bytes) else {
        return;
    };
    assert!(bytes.len() <= BUFFER_LIMIT_BYTES);
    assert_eq!(point.tag().0.to_le_bytes(), bytes[..4]);
    assert_eq!(point.is_link(), point.target().is_some());
    // Names that overlap have no room beside each other.
    let Ok(encoded) = point.encode() else {
        assert!(point.is_link() && bytes.len() > BUFFER_LIMIT_BYTES / 4);
        return;
    };
    assert!(encoded.len() <= BUFFER_LIMIT_BYTES);
    let again = ReparsePoint::decode(&encoded).unwrap();
    assert_eq!(again.target(), point.target());
    assert_eq!(again.tag(), point.tag());
    // Only an empty name is filled in.
    let is_filled_in = match &point {
        ReparsePoint::MountPoint(names) | ReparsePoint::SymbolicLink { names, .. } => {
            names.print.is_empty()
        }
        _ => false,
    };
    assert!(is_filled_in || again == point, "{again:?} {point:?}");
    assert!(!again.has_empty_print_name());
    assert_eq!(again.encode().as_ref(), Ok(&encoded));
    if let Some(target) = point.target() {
        assert_eq!(target.is_relative(), again.target().unwrap().is_relative());
        assert!(!target.shown().is_empty());
    }
}

/// What is made of a text is the same after all ways that it can go: as a link, and as it is shown.
fn target_text(text: &WideText) {
    let Ok(target) = Target::from_wide(text) else {
        return;
    };
    // A text with a marker of the kernel in front is taken as it is, and shown without it: then it is worked out, once.
    let shown = Target::from_wide(&target.shown()).unwrap();
    assert_eq!(Target::from_wide(&shown.shown()).as_ref(), Ok(&shown));
    let without_slashes: Vec<u16> = text.units().iter().map(backslash).collect();
    let markers = [r"\\", r"\??\"].map(WideText::from);
    let is_marked = markers
        .iter()
        .any(|marker| without_slashes.starts_with(marker.units()));
    assert!(is_marked || shown == target);
    let links = [
        Some(ReparsePoint::symbolic_link(&target)),
        ReparsePoint::junction(&target).ok(),
    ];
    for point in links.into_iter().flatten() {
        assert_eq!(point.target().as_ref(), Some(&target));
        assert!(!point.has_empty_print_name());
        if let Ok(encoded) = point.encode() {
            assert_eq!(ReparsePoint::decode(&encoded), Ok(point));
        }
    }
}

/// Windows takes both for one.
fn backslash(unit: &u16) -> u16 {
    match *unit {
        0x2f => 0x5c,
        other => other,
    }
}
