# SPDX-License-Identifier: BSD-3-Clause
"""Rules about rooms: what each may include and call, and that no call goes up inside one."""
import re

import objects
from tree import room_of, without_comments

# System headers by where they may appear; what no line names is refused in the rooms.
PURE_ROOMS = {"base", "telem", "wire", "crypt", "ike"}
PURE_HEADERS = {"assert.h", "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h",
                "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h"}
BASE_HEADERS = {"arpa/inet.h", "netinet/in.h", "ctype.h"}
HEADER_HOMES = {
    r"openssl/.*": {"crypt_ossl"},
    r"jansson\.h": {"conf", "api", "cli", "ctl"},
    r"rte_.*|generic/rte_.*": {"sad", "dp", "ctl", "crypt_imb"},
    r"intel-ipsec-mb\.h": {"crypt_imb"},
    r"cmocka\.h": set(),
}
QUIET_ROOMS = PURE_ROOMS | {"sad", "dp"}
PRINTING = re.compile(r"(?<![\w.>])(printf|fprintf|vprintf|vfprintf|puts|fputs|perror|putchar)\s*\(")
HOMES_OF_CALLS = {
    r"(?<![\w.>])(time|clock_gettime|gettimeofday|clock)\s*\(": {"ctl", "app", "cli", "host"},
    r"(?<![\w.>])(rand|random|srand|getrandom)\s*\(": {"ctl", "app", "crypt_ossl"},
    r"(?<![\w.>])(system|popen|execl\w*|execv\w*)\s*\(": set(),
    r"(?<![\w.>])RAND_\w*bytes\s*\(": {"crypt_ossl"},
    r"(?<![\w.>])EVP_\w+\s*\(": {"crypt_ossl"},
    r"(?<![\w.>])(strcpy|strcat|sprintf|gets)\s*\(": set(),
}
# A call to a later file, named in the room's meson.build with the reason why it cannot go.
UPWARD = re.compile(r"^# upward: (\w+\.c) -> (\w+\.c): (\S.*)$")
UPWARD_MAX = 3
# Rooms that are not judged as long as they break the rule.
ORDER_EXEMPT = {"ctl"}


def rule_includes(tree):
    """rooms include their own level only: no '..', no system header away from its home"""
    for path in tree.c_files:
        room = room_of(path)
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not found:
                continue
            kind, name = found.groups()
            where = f"{path}:{number}: {name}"
            if ".." in name.split("/"):
                yield where
            if kind == '"' or room is None:
                continue
            homes = next((homes for pattern, homes in HEADER_HOMES.items() if re.fullmatch(pattern, name)), None)
            if homes is not None:
                if room not in homes:
                    yield f"{where} does not belong into the room {room}"
            elif room in PURE_ROOMS and name not in PURE_HEADERS and not (room == "base" and name in BASE_HEADERS):
                yield f"{where} does not belong into a pure room"


def rule_calls(tree):
    """calls with side effects stay in their homes; no room prints that should be silent"""
    for path in tree.c_files:
        room = room_of(path) or ("app" if path.startswith("app/") else None)
        if room is None:
            continue
        code = without_comments(tree.text(path))
        for number, line in enumerate(code.split("\n"), 1):
            if room in QUIET_ROOMS and PRINTING.search(line):
                yield f"{path}:{number}: prints"
            for pattern, homes in HOMES_OF_CALLS.items():
                found = re.search(pattern, line)
                if found and room not in homes:
                    yield f"{path}:{number}: {found.group().strip()}"


def upward_calls(tree, room):
    """(from, to) -> symbols, for each file of a room that asks for what a later one defines."""
    order = tree.sources(room)
    symbols = objects.room_symbols(tree, room)
    home = symbols.home
    found = {}
    for place, source in enumerate(order):
        for symbol in symbols.wants[source]:
            target = home.get(symbol)
            if target is not None and order.index(target) > place:
                found.setdefault((source, target), []).append(symbol)
    return found


def rule_order(tree):
    """no file of a room calls a later one, but for at most three named pairs in the tree"""
    pairs = 0
    for room in tree.rooms:
        if room in ORDER_EXEMPT:
            if not upward_calls(tree, room):
                yield f"lib/{room}: in order, so its place in ORDER_EXEMPT must go"
            continue
        path = f"lib/{room}/meson.build"
        named = set()
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if line.lower().startswith("# upward"):
                found = UPWARD.match(line)
                if not found:
                    yield f"{path}:{number}: not of the form '# upward: a.c -> b.c: reason'"
                else:
                    named.add(found.groups()[:2])
        calls = upward_calls(tree, room)
        for (source, target), symbols in calls.items():
            if (source, target) not in named:
                yield f"{path}: {source} stands before {target} and calls {', '.join(sorted(symbols))}"
        for source, target in sorted(named - calls.keys()):
            yield f"{path}: {source} does not call {target}, which is named as upward"
        pairs += len(named)
    if pairs > UPWARD_MAX:
        yield f"{pairs} upward pairs are named in the tree, {UPWARD_MAX} are the most"
