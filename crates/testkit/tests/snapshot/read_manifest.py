#!/usr/bin/env python3
"""Reads the manifest of a snapshot by docs/formats/snapshot.md alone, and prints a line an entry.

kind, mode, owner, group, size, mtime, whether it has several names, digest or text, path; parted by tabs, the path as
hexadecimal digits.
"""

import struct
import sys

MAGIC = b"linkwright snapshot 1\n"
END_BYTES = 165


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        taken = self.data[self.at : self.at + count]
        assert len(taken) == count
        self.at += count
        return taken

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def short(self):
        return self.take(self.number("H")[0])


def attributes(data, flags):
    found = {}
    if flags & 32:
        for _ in range(data.number("H")[0]):
            name = data.short()
            found[name] = data.take(data.number("I")[0])
    return found


def frame(data, at):
    length = struct.unpack("<I", data[at : at + 4])[0]
    return data[at + 12 : at + 12 + length]


def folder(payload):
    data = Bytes(payload)
    assert data.take(1) == b"f"
    number, parent = data.number("II")
    name = data.short()
    flags, device = data.number("HQ")
    facts = data.number("IIIQqqQQ")
    attributes(data, flags)
    entries = []
    for _ in range(data.number("I")[0]):
        entry = {"name": data.short(), "kind": data.number("B")[0], "flags": data.number("H")[0]}
        if entry["kind"] == 1:
            entry["folder"] = data.number("I")[0]
            if entry["flags"] & 1024:
                data.short()
        elif entry["kind"] < 4:
            entry["facts"] = data.number("IIIQqqQQ")
            if entry["kind"] == 0:
                entry["digest"] = data.take(32).hex()
                if entry["flags"] & 1024:
                    data.short()
            if entry["kind"] == 2:
                entry["text"] = data.short()
                if entry["flags"] & 64:
                    data.short()
            entry["attributes"] = attributes(data, entry["flags"])
        entries.append(entry)
    assert data.at == len(payload)
    return number, name, facts, entries


def main():
    data = open(sys.argv[1], "rb").read()
    assert data.startswith(MAGIC)
    end = Bytes(frame(data, len(data) - END_BYTES))
    assert end.take(1) == b"e"
    index = Bytes(frame(data, end.number("Q")[0]))
    assert index.take(1) == b"i"
    places = [index.number("QQ") for _ in range(index.number("I")[0])]
    waiting = [(0, b"")]
    while waiting:
        number, path = waiting.pop()
        found, _, facts, entries = folder(frame(data, places[number][0]))
        assert found == number
        if number:
            line("d", facts, "-", "-", path)
        for entry in entries:
            below = path + b"/" + entry["name"] if path else entry["name"]
            if entry["kind"] == 1:
                waiting.append((entry["folder"], below))
            elif entry["kind"] == 0:
                several = "y" if entry["flags"] & 4 else "n"
                line("f", entry["facts"], several, entry["digest"], below)
            elif entry["kind"] == 2:
                line("l", entry["facts"], "-", entry["text"].hex(), below)
            elif entry["kind"] == 3:
                line("p", entry["facts"], "-", "-", below)


def line(kind, facts, several, what, path):
    mode, owner, group, size, modified = facts[:5]
    size = size if kind == "f" else 0
    print(kind, f"{mode:o}", owner, group, size, modified, several, what, path.hex(), sep="\t")


main()
