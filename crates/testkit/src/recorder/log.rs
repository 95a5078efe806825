//! The log of a recording: every write and every flush of all devices, in the order they came.

use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;

/// Kind, device, offset and length in front of the bytes of each event.
const HEAD_BYTES: usize = 1 + 1 + 8 + 4;

const WRITE: u8 = b'w';
const FLUSH: u8 = b'f';

/// A log that is being written.
#[derive(Debug)]
pub(super) struct Pen(File);

impl Pen {
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        File::create_new(path).map(Self)
    }

    pub(super) fn write(&mut self, device: usize, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.note(WRITE, device, offset, bytes)
    }

    pub(super) fn flush(&mut self, device: usize) -> io::Result<()> {
        self.note(FLUSH, device, 0, &[])
    }

    fn note(&mut self, kind: u8, device: usize, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let device = u8::try_from(device).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let mut record = Vec::with_capacity(HEAD_BYTES + bytes.len());
        record.extend([kind, device]);
        record.extend(offset.to_le_bytes());
        record.extend(length.to_le_bytes());
        record.extend(bytes);
        self.0.write_all(&record)
    }
}

/// A log that was read; its events are numbered from 0 in the order they came, over all devices.
#[derive(Debug)]
pub struct Log {
    bytes: Vec<u8>,
    events: Vec<Event>,
}

/// What a device was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) device: usize,
    pub(super) deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// The bytes stand in this part of the log.
    Write { offset: u64, bytes: Range<usize> },
    /// All writes of this device that were answered before are on the disk.
    Flush,
}

/// Bytes and where they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Place on the device, in bytes.
    pub offset: u64,
    /// What is written there.
    pub bytes: &'a [u8],
}

impl Log {
    /// Reads what stands in the file at `path`; an event that is being written at this moment does not count.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let mut events = Vec::new();
        let mut at = 0;
        while let Some((event, end)) = event_at(&bytes, at)? {
            events.push(event);
            at = end;
        }
        Ok(Self { bytes, events })
    }

    /// Returns the number of events, which is also the number that the next one will have.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the number of devices.
    pub fn devices(&self) -> usize {
        let last = self.events.iter().map(|event| event.device).max();
        last.map_or(0, |last| last + 1)
    }

    /// Returns the numbers of the flushes among the events in `part`.
    pub fn flushes(&self, part: Range<usize>) -> Vec<usize> {
        part.filter(|at| self.events[*at].deed == Deed::Flush)
            .collect()
    }

    /// Returns the numbers of the writes among the events in `part`.
    pub fn writes(&self, part: Range<usize>) -> Vec<usize> {
        part.filter(|at| self.events[*at].deed != Deed::Flush)
            .collect()
    }

    /// Returns the writes to `device` among the events in `part`, in order.
    pub fn pieces(&self, device: usize, part: Range<usize>) -> Vec<Piece<'_>> {
        let pieces = self.events[part]
            .iter()
            .filter_map(|event| match &event.deed {
                Deed::Write { offset, bytes } if event.device == device => Some(Piece {
                    offset: *offset,
                    bytes: &self.bytes[bytes.clone()],
                }),
                _ => None,
            });
        pieces.collect()
    }

    /// Returns the number of the last flush of `device` before event `at`, or 0: what came before it is on the disk.
    pub fn durable_until(&self, device: usize, at: usize) -> usize {
        self.events[..at]
            .iter()
            .rposition(|event| event.device == device && event.deed == Deed::Flush)
            .unwrap_or(0)
    }
}

fn event_at(bytes: &[u8], at: usize) -> io::Result<Option<(Event, usize)>> {
    let Some(head) = bytes.get(at..at + HEAD_BYTES) else {
        return Ok(None);
    };
    let number = |part: &[u8]| {
        part.iter()
            .rev()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let start = at + HEAD_BYTES;
    let end = start + usize::try_from(number(&head[10..])).map_err(io::Error::other)?;
    if end > bytes.len() {
        return Ok(None);
    }
    let deed = match head[0] {
        WRITE => Deed::Write {
            offset: number(&head[2..10]),
            bytes: start..end,
        },
        FLUSH => Deed::Flush,
        other => return Err(io::Error::other(format!("no event begins with {other}"))),
    };
    let device = usize::from(head[1]);
    Ok(Some((Event { device, deed }, end)))
}
