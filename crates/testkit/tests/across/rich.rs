//! A tree with one of everything that a volume can hold.

/// How much of an attribute every pair of volumes can hold, in bytes: ext4 gives all of a file's together one block.
pub const SMALL_ATTRIBUTE_BYTES: usize = 600;

/// What only xfs and btrfs hold.
pub const LARGE_ATTRIBUTE_BYTES: usize = 12_000;

/// Names, kinds, contents and links.
const CONTENT: &str = r#"
    umask 022
    mkdir -p tree/a/b/c tree/a/closed tree/names tree/sizes tree/sparse tree/acl/inner tree/nothing-in-it tree/shared-by-all
    cd tree
    # One file with names in four folders, and one with two.
    printf 'shared' > a/one; ln a/one a/b/two; ln a/one a/b/c/three; ln a/one names/four
    printf 'pair' > sizes/pair; ln sizes/pair a/pair
    ln -s ../a/one names/inside; mkfifo a/pipe
    ln -s nowhere/at/all a/dangling; ln -s /nowhere/at/all a/absolute-dangling; ln -s /etc/hostname a/absolute
    ln -s . a/b/itself; ln -s "$(printf 'odd\n\351 text')" a/odd-text; ln -s "$(printf 'd/%.0s' $(seq 500))" a/long-text
    : > a/empty; : > a/closed/empty-too; printf 'closed' > a/closed/file
    for name in "$(printf 'line\nbreak')" 'quote"s' "apostrophe's" "$(printf 'latin-\351-1')" '-dash' ' blanks ' '*' \
        '$HOME' 'back\slash' 'manifest' 'building' 'lw-hop-1' "$(printf 'tab\tand\033escape')" \
        "$(printf '%0255d' 0)" "$(head -c 255 /dev/zero | tr '\0' '\377')"; do
        printf 'content of %s' "$name" > "names/$name"
    done
    mkdir "names/$(printf 'folder\n\377')"; printf 'in' > "names/$(printf 'folder\n\377')/in"
    for size in 1 65535 65536 65537 1048575 1048576 1048577; do head -c $size /dev/urandom > sizes/$size; done
    # Data at odd places between holes.
    byte() { printf 'x' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
    truncate -s 40000001 sparse/odd
    for at in 4095 65535 65536 1000003 10485759 30000000; do byte sparse/odd $at; done
    printf 'head' > sparse/ends-in-a-hole; truncate -s 5000000 sparse/ends-in-a-hole
    truncate -s 3000000 sparse/begins-with-a-hole; printf 'tail' >> sparse/begins-with-a-hole
    truncate -s 7654321 sparse/hole-only
    head -c 300000 /dev/zero > sparse/zeros-on-the-disk
    printf 'ten bytes.' > sparse/more-room-than-size; fallocate --keep-size -l 400000 sparse/more-room-than-size
    fallocate -l 200001 sparse/unwritten; byte sparse/unwritten 150000
    : > sparse/room-but-empty; fallocate --keep-size -l 100000 sparse/room-but-empty
    # What has no access list of its own must not get one from its folder.
    printf 'list' > acl/file; printf 'none' > acl/inner/before; mkdir acl/inner/folder-before
"#;

/// Owners, modes, access lists, attributes, flags, times: in an order in which none undoes another.
const MARKS: &str = r#"
    chown 1234:5678 a/b sizes/1 a/one; chown 0:5678 acl/inner; chown 4294967294:4294967293 sizes/65535
    chown -h 77:88 a/dangling names/inside a/pipe; chown -h 4321:0 a/long-text; chown 99 a/empty
    for mode in 4755 2755 1644 6711 7777 0000 0111 0444; do printf $mode > a/mode-$mode; chown 12:34 a/mode-$mode; chmod $mode a/mode-$mode; done
    chown 12:34 shared-by-all; chmod 3777 shared-by-all; chmod 2750 a/b/c; chmod 0622 a/pipe; chmod 0000 a/empty a/closed
    chmod 0640 acl/inner/before; chmod 0710 nothing-in-it
    if setfacl -m u:1234:rwx,g:5678:r-x,m::r-x acl/file 2>&-; then
        setfacl -m u:1:--x,d:u:1234:rwx,d:g:5678:r-x,d:o::--- acl/inner
        setfacl -d -m u:7:r-- nothing-in-it
        printf 'inherits' > acl/inner/after; mkdir acl/inner/folder-after
    fi
    value() { head -c $1 /dev/zero | tr '\0' v; }
    setfattr -n user.large -v "$(value LARGE)" sizes/1; setfattr -n user.empty -v "" a/one
    setfattr -n user.binary -v 0x00ff000a0d names; setfattr -n user.colour -v blue .; setfattr -n user.colour -v red a/closed
    for n in 1 2 3 4 5 6 7 8 9 10 11 12; do setfattr -n user.many.$n -v $n sizes/65537; done
    setfattr -n "user.$(printf 'n\303\266n')" -v x sizes/65536; setfattr -n trusted.lw -v x a/pair
    # CAP_NET_RAW, permitted and effective, as capabilities(7) keeps it.
    setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 a/mode-0111
    # Not every volume has all of them.
    for flags in d A S dA dS; do
        printf $flags > a/flags-$flags; mkdir sizes/flags-$flags; printf 'plain' > sizes/flags-$flags/plain
        chattr +$flags a/flags-$flags sizes/flags-$flags 2>&- || :
    done
    touch -d 1955-11-05T06:15:00.123456789Z sizes/1; touch -d 1969-12-31T23:59:59.999999999Z sizes/65536
    touch -d 2099-12-31T23:59:59.000000001Z sizes/65537; touch -d 2038-01-19T03:14:08.5Z a/empty sparse/odd
    touch -d 2001-02-03T04:05:06.700000000Z a/one acl/file a/pair; touch -d 1901-12-14T00:00:00Z sizes/1048576
    touch -h -c -d 1960-01-01T00:00:00.25Z a/dangling; touch -h -c -d 2050-01-01T00:00:00.75Z names/inside a/pipe
    touch -d 1970-01-01T00:00:00Z names/*lash; touch -d 1999-09-09T09:09:09.090909090Z names/*break a/b/c a/b
    touch -d 2077-07-07T07:07:07.777777777Z a/closed acl/inner nothing-in-it; touch -d 1950-05-05T05:05:05.555555555Z names
    touch -d 2021-02-03T04:05:06.789012345Z .
"#;

/// Returns the shell script that makes it, with an attribute of that size in it.
pub fn rich_tree(attribute_bytes: usize) -> String {
    format!("{CONTENT}{MARKS}").replace("LARGE", &attribute_bytes.to_string())
}

/// The files whose room on the disk is compared.
pub const SPARSE: [&str; 8] = [
    "odd",
    "ends-in-a-hole",
    "begins-with-a-hole",
    "hole-only",
    "zeros-on-the-disk",
    "more-room-than-size",
    "unwritten",
    "room-but-empty",
];
