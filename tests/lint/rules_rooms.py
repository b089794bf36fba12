# SPDX-License-Identifier: BSD-3-Clause
"""Rules about rooms: what each may include and call."""
import re

from tree import room_of, without_comments

# System headers by where they may appear; what no line names is refused in the rooms.
PURE_ROOMS = {"base", "telem", "wire", "crypt", "ikecore", "explain", "ikev2", "ike"}
PURE_HEADERS = {"assert.h", "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h",
                "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h"}
BASE_HEADERS = {"arpa/inet.h", "netinet/in.h", "ctype.h", "pthread.h", "sys/mman.h"}
# The one file of a pure room that opens files, for the rooms above that may; a pure room may not include its header.
FILE_HEADERS = {"fcntl.h", "sys/stat.h", "unistd.h"}
FILE_HOME = "lib/base/base_file.c"
HEADER_HOMES = {
    r"openssl/.*": {"crypt_ossl"},
    r"jansson\.h": {"conf", "api", "cli", "ctl", "host"},
    r"libmnl/.*": {"host"},
    r"seccomp\.h": {"host"},
    r"rte_.*|generic/rte_.*": {"sad", "dp", "afpkt", "node", "crypt_imb"},
    r"intel-ipsec-mb\.h": {"crypt_imb"},
    r"cmocka\.h": set(),
}
QUIET_ROOMS = PURE_ROOMS | {"sad", "dp"}
PRINTING = re.compile(r"(?<![\w.>])(printf|fprintf|vprintf|vfprintf|puts|fputs|perror|putchar)\s*\(")
HOMES_OF_CALLS = {
    r"(?<![\w.>])(time|clock_gettime|gettimeofday|clock)\s*\(": {"ctl", "app", "cli", "host"},
    r"(?<![\w.>])(rand|random|srand|getrandom)\s*\(": {"node", "app", "crypt_ossl"},
    r"(?<![\w.>])(system|popen|execl\w*|execv\w*)\s*\(": set(),
    r"(?<![\w.>])RAND_\w*bytes\s*\(": {"crypt_ossl"},
    r"(?<![\w.>])EVP_\w+\s*\(": {"crypt_ossl"},
    r"(?<![\w.>])(strcpy|strcat|sprintf|gets)\s*\(": set(),
}


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
            if kind == '"' and name == "base_file.h" and room in PURE_ROOMS - {"base"}:
                yield f"{where} does not belong into a pure room"
            if kind == '"' or room is None or (path == FILE_HOME and name in FILE_HEADERS):
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
