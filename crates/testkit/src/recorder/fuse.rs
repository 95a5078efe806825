//! The server: one folder with a few images of fixed size, over the raw protocol of `/dev/fuse`.
//!
//! Requests are answered one after the other, each before the next is read, so the order of the log is the order in
//! which the writes were answered and the flushes came. The layouts are those of `linux/fuse.h`, protocol 7.31.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::log::Pen;

/// The most that one WRITE or READ may carry.
const TRANSFER_BYTES: usize = 1024 * 1024;
const PAGE_BYTES: usize = 4096;
/// How long the kernel may rely on names and attributes: they never change.
const VALID_SECONDS: u64 = 3600;

const ROOT: u64 = 1;
/// The node of the first image; that of image N comes N later.
const FIRST_IMAGE: u64 = 2;

const IN_HEAD_BYTES: usize = 40;
const OUT_HEAD_BYTES: usize = 16;

/// What the server serves.
#[derive(Debug)]
pub struct Service {
    /// An empty folder, in which image N appears under the name N.
    pub mount_point: PathBuf,
    /// Where the log is written; must not be there yet.
    pub log: PathBuf,
    /// The files that hold the images.
    pub images: Vec<PathBuf>,
}

/// Mounts the folder, calls `ready`, and serves until it is unmounted.
///
/// Stands on `mount(2)` of the type `fuse` and on reads and writes of `/dev/fuse`. The files of the service must lie on
/// no volume that stands on this server.
pub fn serve(service: &Service, ready: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut disks = Disks {
        pen: Pen::new(&service.log)?,
        images: service
            .images
            .iter()
            .map(|path| Image::open(path))
            .collect::<io::Result<_>>()?,
    };
    let channel = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/fuse")?;
    mount(&channel, &service.mount_point)?;
    // Memory that serving takes must not wait for writing to a disk that is served. Helps under pressure only.
    let _tried = rustix::process::configure_io_flusher_behavior(true);
    ready()?;
    let mut buffer = vec![0; PAGE_BYTES + TRANSFER_BYTES];
    loop {
        let length = match (&channel).read(&mut buffer) {
            Ok(length) => length,
            Err(error) if error.raw_os_error() == Some(libc::ENODEV) => return Ok(()),
            // ENOENT: a request was withdrawn while it was read.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EINTR | libc::ENOENT)) => {
                continue;
            }
            Err(error) => return Err(error),
        };
        let request = Request(&buffer[..length]);
        if let Some(reply) = disks.answer(&request)? {
            send(&channel, request.unique(), reply)?;
        }
    }
}

fn mount(channel: &File, mount_point: &Path) -> io::Result<()> {
    let descriptor = channel.as_raw_fd();
    let options = format!("fd={descriptor},rootmode=40000,user_id=0,group_id=0");
    let options = CString::new(options)?;
    let flags = rustix::mount::MountFlags::NOSUID | rustix::mount::MountFlags::NODEV;
    rustix::mount::mount("lw-recorder", mount_point, "fuse", flags, &*options)?;
    Ok(())
}

fn send(mut channel: &File, unique: u64, reply: Reply) -> io::Result<()> {
    let (error, body) = match reply {
        Ok(body) => (0, body),
        Err(errno) => (-errno, Vec::new()),
    };
    let length = OUT_HEAD_BYTES + body.len();
    let mut message = Vec::with_capacity(length);
    message.extend((length as u32).to_ne_bytes());
    message.extend(error.to_ne_bytes());
    message.extend(unique.to_ne_bytes());
    message.extend(body);
    match channel.write(&message) {
        // ENOENT: nobody waits for it any more.
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(()),
        other => other.map(|_whole| ()),
    }
}

/// The body of an answer, or an errno.
type Reply = Result<Vec<u8>, i32>;

struct Request<'a>(&'a [u8]);

impl Request<'_> {
    fn u32(&self, at: usize) -> u32 {
        let mut number = [0; 4];
        number.copy_from_slice(&self.0[at..at + 4]);
        u32::from_ne_bytes(number)
    }

    fn u64(&self, at: usize) -> u64 {
        let mut number = [0; 8];
        number.copy_from_slice(&self.0[at..at + 8]);
        u64::from_ne_bytes(number)
    }

    fn opcode(&self) -> u32 {
        self.u32(4)
    }

    fn unique(&self) -> u64 {
        self.u64(8)
    }

    fn node(&self) -> u64 {
        self.u64(16)
    }

    fn body(&self) -> &[u8] {
        &self.0[IN_HEAD_BYTES..]
    }
}

struct Disks {
    pen: Pen,
    images: Vec<Image>,
}

struct Image {
    file: File,
    size_bytes: u64,
}

impl Image {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let size_bytes = file.metadata()?.len();
        Ok(Self { file, size_bytes })
    }
}

impl Disks {
    /// Returns the answer, if one is due; fails where going on would make the log untrue.
    fn answer(&mut self, request: &Request<'_>) -> io::Result<Option<Reply>> {
        const LOOKUP: u32 = 1;
        const FORGET: u32 = 2;
        const GETATTR: u32 = 3;
        const OPEN: u32 = 14;
        const READ: u32 = 15;
        const WRITE: u32 = 16;
        const STATFS: u32 = 17;
        const RELEASE: u32 = 18;
        const FSYNC: u32 = 20;
        const INIT: u32 = 26;
        const INTERRUPT: u32 = 36;
        const DESTROY: u32 = 38;
        const BATCH_FORGET: u32 = 42;
        Ok(Some(match request.opcode() {
            INIT => Ok(welcome()),
            LOOKUP => self.look_up(request),
            GETATTR => self.attributes(request.node()).map(|attributes| {
                let mut body = Vec::new();
                body.extend(VALID_SECONDS.to_ne_bytes());
                body.extend([0; 8]);
                body.extend(attributes);
                body
            }),
            OPEN => self.image(request.node()).map(|_image| {
                // Every read and write of the file comes here at once, whatever is cached.
                const DIRECT_IO: u32 = 1;
                let mut body = vec![0; 8];
                body.extend(DIRECT_IO.to_ne_bytes());
                body.extend([0; 4]);
                body
            }),
            READ => self.read(request),
            WRITE => self.write(request)?,
            FSYNC => self.flush(request)?,
            STATFS => Ok(vec![0; 80]),
            RELEASE => Ok(Vec::new()),
            // Nobody waits for an answer to these. Whatever might be interrupted is answered at once anyway.
            FORGET | BATCH_FORGET | INTERRUPT | DESTROY => return Ok(None),
            // Discards and the zeroing of ranges (FALLOCATE) are among the rest: the block layer then writes zeros.
            _ => Err(libc::ENOSYS),
        }))
    }

    fn image(&self, node: u64) -> Result<(usize, &Image), i32> {
        let number = node.checked_sub(FIRST_IMAGE).ok_or(libc::EISDIR)?;
        let number = usize::try_from(number).map_err(|_| libc::ENOENT)?;
        let image = self.images.get(number).ok_or(libc::ENOENT)?;
        Ok((number, image))
    }

    fn look_up(&self, request: &Request<'_>) -> Reply {
        let name = request.body().strip_suffix(&[0]).unwrap_or_default();
        let number: u64 = std::str::from_utf8(name)
            .ok()
            .and_then(|name| name.parse().ok())
            .ok_or(libc::ENOENT)?;
        let node = FIRST_IMAGE + number;
        let attributes = self.attributes(node)?;
        let mut body = Vec::new();
        for word in [node, 0, VALID_SECONDS, VALID_SECONDS, 0] {
            body.extend(word.to_ne_bytes());
        }
        body.extend(attributes);
        Ok(body)
    }

    fn attributes(&self, node: u64) -> Reply {
        let (mode, size_bytes) = match node {
            ROOT => (libc::S_IFDIR | 0o700, 0),
            _ => (libc::S_IFREG | 0o600, self.image(node)?.1.size_bytes),
        };
        let mut body = Vec::new();
        // Number, size, blocks, and three times.
        for word in [node, size_bytes, size_bytes / 512, 0, 0, 0] {
            body.extend(word.to_ne_bytes());
        }
        // Fractions of the times, mode, names, owner, group, device, block size, flags.
        for word in [0, 0, 0, mode, 1, 0, 0, 0, PAGE_BYTES as u32, 0] {
            body.extend(word.to_ne_bytes());
        }
        Ok(body)
    }

    fn read(&self, request: &Request<'_>) -> Reply {
        let (_, image) = self.image(request.node())?;
        let offset = request.u64(IN_HEAD_BYTES + 8);
        let wanted = u64::from(request.u32(IN_HEAD_BYTES + 16));
        let length = wanted.min(image.size_bytes.saturating_sub(offset));
        let mut body = vec![0; length as usize];
        match image.file.read_exact_at(&mut body, offset) {
            Ok(()) => Ok(body),
            Err(_) => Err(libc::EIO),
        }
    }

    fn write(&mut self, request: &Request<'_>) -> io::Result<Reply> {
        const IN_BYTES: usize = 40;
        let (number, image) = match self.image(request.node()) {
            Ok(found) => found,
            Err(errno) => return Ok(Err(errno)),
        };
        let offset = request.u64(IN_HEAD_BYTES + 8);
        let length = request.u32(IN_HEAD_BYTES + 16);
        let bytes = &request.body()[IN_BYTES..IN_BYTES + length as usize];
        if offset + u64::from(length) > image.size_bytes {
            return Ok(Err(libc::ENOSPC));
        }
        image.file.write_all_at(bytes, offset)?;
        self.pen.write(number, offset, bytes)?;
        let mut body = length.to_ne_bytes().to_vec();
        body.extend([0; 4]);
        Ok(Ok(body))
    }

    fn flush(&mut self, request: &Request<'_>) -> io::Result<Reply> {
        match self.image(request.node()) {
            Ok((number, _)) => self.pen.flush(number)?,
            Err(errno) => return Ok(Err(errno)),
        }
        Ok(Ok(Vec::new()))
    }
}

/// The answer to INIT. Without ASYNC_DIO the block device waits for the answer to each write before it sends the next.
fn welcome() -> Vec<u8> {
    const VERSION: [u32; 2] = [7, 31];
    const BIG_WRITES: u32 = 1 << 5;
    const MAX_PAGES: u32 = 1 << 22;
    let mut body = Vec::new();
    for word in [VERSION[0], VERSION[1], TRANSFER_BYTES as u32] {
        body.extend(word.to_ne_bytes());
    }
    body.extend((BIG_WRITES | MAX_PAGES).to_ne_bytes());
    // How many requests may wait in the background, and from how many on it is crowded.
    for word in [16_u16, 12] {
        body.extend(word.to_ne_bytes());
    }
    // The longest write, and the grain of times.
    for word in [TRANSFER_BYTES as u32, 1] {
        body.extend(word.to_ne_bytes());
    }
    body.extend(((TRANSFER_BYTES / PAGE_BYTES) as u16).to_ne_bytes());
    body.resize(64, 0);
    body
}
