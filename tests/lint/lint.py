#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""House rules that a script can see. Prints one line per breach and ends with 1 when there is any.

usage: lint.py [--list] [RULE...]   without a rule, all run
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
TOP_LEVEL = {"app", "lib", "config", "pktgen-scripts", "tests", "meson.build", "meson_options.txt", "README.md", "LICENSE"}
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 60
SOURCE_FOLDERS = ("lib/", "app/", "tests/")

# System headers by where they may appear; what no line names is refused in the rooms.
PURE_ROOMS = {"base", "wire", "crypt", "ike"}
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
# Words split so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|not imple" r"mented|st" r"ub)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|ro" r"ot|home/\w+)/")
QUIET_ROOMS = PURE_ROOMS | {"sad", "dp"}
PRINTING = re.compile(r"(?<![\w.>])(printf|fprintf|vprintf|vfprintf|puts|fputs|perror|putchar)\s*\(")
HOMES_OF_CALLS = {
    r"(?<![\w.>])(time|clock_gettime|gettimeofday|clock)\s*\(": {"ctl", "app", "cli"},
    r"(?<![\w.>])(rand|random|srand|getrandom)\s*\(": {"ctl", "app", "crypt_ossl"},
    r"(?<![\w.>])(system|popen|execl\w*|execv\w*)\s*\(": set(),
    r"(?<![\w.>])RAND_\w*bytes\s*\(": {"crypt_ossl"},
    r"(?<![\w.>])EVP_\w+\s*\(": {"crypt_ossl"},
    r"(?<![\w.>])(strcpy|strcat|sprintf|gets)\s*\(": set(),
}


def tracked():
    """Every file of the tree that git knows or would add."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TREE, check=True, capture_output=True, text=True)
    return [p for p in sorted(set(out.stdout.splitlines())) if (TREE / p).is_file()]


def text_of(path):
    return (TREE / path).read_text(encoding="utf-8", errors="replace")


def c_files():
    return [p for p in tracked() if p.startswith(SOURCE_FOLDERS) and p.endswith((".c", ".h"))]


def room_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "lib" and len(parts) > 2 else None


def without_comments(text):
    """The code of a C file with comments and string literals blanked, line numbers kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def rule_format():
    """clang-format agrees with every C file"""
    files = c_files()
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=TREE, capture_output=True, text=True)
    bad = collections.Counter(m.group(1) for m in re.finditer(r"^(\S+?):\d+:\d+: error", run.stderr, re.M))
    yield from (f"{path}: {count} places" for path, count in bad.items())
    if run.returncode and not bad:
        yield run.stderr.strip()


def rule_spdx():
    """each source file names its license at the top"""
    for path in tracked():
        if path.endswith((".c", ".h", ".def", ".py", ".sh", ".lua")) or path.endswith("meson.build") and path != "meson.build":
            if "SPDX-License-Identifier: BSD-3-Clause" not in "\n".join(text_of(path).split("\n")[:2]):
                yield path


def rule_note():
    """each .c file says at its top what it does"""
    for path in c_files():
        if path.startswith(("lib/", "app/")) and path.endswith(".c") and not text_of(path).split("\n")[1].startswith("/*"):
            yield path


def rule_size():
    """no source file is longer than the cap"""
    for path in c_files():
        lines = text_of(path).count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{path}: {lines} lines"


def rule_functions():
    """no function is longer than a screen"""
    for path in c_files():
        began = None
        for number, line in enumerate(text_of(path).split("\n"), 1):
            if line.startswith("{"):
                began = number
            elif line.startswith("}") and began:
                if number - began - 1 > FUNCTION_LINES_MAX:
                    yield f"{path}:{began}: {number - began - 1} lines"
                began = None


def rule_names():
    """base names of sources are unique, and top-level names are the agreed ones"""
    seen = {}
    for path in c_files():
        base = path.rsplit("/", 1)[1]
        if base in seen:
            yield f"{path}: the same name as {seen[base]}"
        seen[base] = path
    for name in sorted({p.split("/")[0] for p in tracked()}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}: not a top-level name of this project"


def rule_includes():
    """rooms include their own level only: no '..', no system header away from its home"""
    for path in c_files():
        room = room_of(path)
        for number, line in enumerate(text_of(path).split("\n"), 1):
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


def rule_calls():
    """calls with side effects stay in their homes; no room prints that should be silent"""
    for path in c_files():
        room = room_of(path) or ("app" if path.startswith("app/") else None)
        if room is None:
            continue
        code = without_comments(text_of(path))
        for number, line in enumerate(code.split("\n"), 1):
            if room in QUIET_ROOMS and PRINTING.search(line):
                yield f"{path}:{number}: prints"
            for pattern, homes in HOMES_OF_CALLS.items():
                found = re.search(pattern, line)
                if found and room not in homes:
                    yield f"{path}:{number}: {found.group().strip()}"


def rule_words():
    """nothing unfinished, no path of one machine"""
    for path in tracked():
        if path.startswith("tests/fuzz/corpus") or path in ("LICENSE",) or path.endswith((".rsp", ".fax", ".bin")):
            continue
        for number, line in enumerate(text_of(path).split("\n"), 1):
            for pattern in (UNFINISHED, MACHINE_PATH):
                found = pattern.search(line)
                if found:
                    yield f"{path}:{number}: {found.group()}"


def rule_scripts():
    """shell and Python parse, commands have their run bit"""
    for path in tracked():
        if path.endswith(".sh") or path == ".ci/run":
            run = subprocess.run(["bash", "-n", path], cwd=TREE, capture_output=True, text=True)
            if run.returncode:
                yield run.stderr.strip()
        elif path.endswith(".py"):
            try:
                compile(text_of(path), path, "exec")
            except SyntaxError as error:
                yield f"{path}: {error}"
        elif path.endswith(".json"):
            try:
                json.loads(text_of(path))
            except ValueError as error:
                yield f"{path}: {error}"
    for path in ("app/quickstart.sh", "tests/run.sh", "tests/interop/run.sh", "tests/bench/daemon.sh", ".ci/run"):
        if not (TREE / path).is_file() or not (TREE / path).stat().st_mode & 0o100:
            yield f"{path}: missing or without run bit"


def rule_tests():
    """every wire, engine and table file has a unit test of its name, and every unit test file is built"""
    for path in c_files():
        room = room_of(path)
        if room in ("wire", "ike", "sad") and path.endswith(".c"):
            base = path.rsplit("/", 1)[1][:-2]
            if not list((TREE / "tests/unit" / room).glob(f"{base}*_test.c")):
                yield f"{path}: no tests/unit/{room}/{base}_test.c"
        if path.startswith("tests/unit/") and path.endswith("_test.c"):
            base = path.rsplit("/", 1)[1][: -len("_test.c")]
            if f"'{base}'" not in text_of(f"{path.rsplit('/', 1)[0]}/meson.build"):
                yield f"{path}: not built"


def main():
    rules = {name[5:]: rule for name, rule in globals().items() if name.startswith("rule_")}
    if "--list" in sys.argv[1:]:
        for name, rule in rules.items():
            print(f"{name:10} {rule.__doc__}")
        return 0
    wanted = sys.argv[1:] or list(rules)
    broken = 0
    for name in wanted:
        if name not in rules:
            print(f"no rule {name}")
            return 2
        breaches = list(rules[name]())
        broken += bool(breaches)
        print(f"{'BROKEN' if breaches else 'ok    '} {name:10} {rules[name].__doc__}")
        for breach in breaches:
            print(f"       {breach}")
    print(f"lint: {len(wanted) - broken} passed, {broken} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
