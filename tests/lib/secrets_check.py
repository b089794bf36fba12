#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reads all memory of a process, as root, and looks for secrets: each place must be in a mapping that no core dump has ("dd" of
smaps) and that is not swapped ("lo"). Prints how many places there are, of all secrets together; fails with the place otherwise,
and when a secret is nowhere, since then the search is at fault."""
import argparse
import re
import sys

PAGE = 4096
CHUNK = 1 << 20
SHADOW = 1 << 36  # a mapping of this size that no dump has is a sanitizer's: its notes of what memory may be used, and none of that
HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)")


def mappings(pid):
    """(from, to, name, flags) of what can be read and has pages."""
    found, resident = None, 0
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as smaps:
        for line in smaps:
            head = HEAD.match(line)
            if head:
                found, resident = head, 0
            elif line.startswith("Rss:"):
                resident = int(line.split()[1])
            elif line.startswith("VmFlags:") and resident and found.group(3).startswith("r"):
                start, end, name, flags = int(found.group(1), 16), int(found.group(2), 16), found.group(4), line.split()[1:]
                is_shadow = end - start >= SHADOW and "dd" in flags
                if not is_shadow and name not in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                    yield start, end, name, flags


def present(pagemap, start, end):
    """Runs of pages that are in memory."""
    pagemap.seek(start // PAGE * 8)
    run = None
    for at in range(start, end, CHUNK):
        count = min(CHUNK, end - at) // PAGE
        entries = pagemap.read(8 * count)
        if not any(entries[7::8]):
            if run is not None:
                yield run, at
                run = None
            continue
        for i in range(count):
            is_there = entries[8 * i + 7] & 0xC0
            if is_there and run is None:
                run = at + i * PAGE
            elif not is_there and run is not None:
                yield run, at + i * PAGE
                run = None
    if run is not None:
        yield run, end


def places(pid, secret):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap:
        for start, end, name, flags in mappings(pid):
            for first, last in present(pagemap, start, end):
                tail = b""
                for at in range(first, last, CHUNK):
                    memory.seek(at)
                    try:
                        data = tail + memory.read(min(CHUNK, last - at))
                    except OSError:
                        break
                    hit = data.find(secret)
                    while hit >= 0:
                        yield at - len(tail) + hit, name, flags
                        hit = data.find(secret, hit + 1)
                    tail = data[-len(secret) + 1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pid", type=int)
    parser.add_argument("secret", nargs="+", help="hexadecimal")
    parser.add_argument("--need", default="dd,lo", help="flags of smaps that each place must have")
    options = parser.parse_args()
    count = 0
    for secret in options.secret:
        found = list(places(options.pid, bytes.fromhex(secret)))
        if not found:
            sys.exit("the secret is nowhere: the search is at fault")
        for at, name, flags in found:
            missing = [flag for flag in options.need.split(",") if flag and flag not in flags]
            if missing:
                sys.exit(f"a secret at {at:#x} in {name or 'anonymous memory'}, without {' and '.join(missing)} ({' '.join(flags)})")
        count += len(found)
    print(count)


if __name__ == "__main__":
    main()
