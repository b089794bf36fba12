# SPDX-License-Identifier: BSD-3-Clause
"""Rules about the text of single files: layout, license, size, names, words."""
import collections
import json
import re
import subprocess

TOP_LEVEL = {"app", "lib", "config", "pktgen-scripts", "tests", "meson.build", "meson_options.txt", "README.md", "LICENSE"}
FORMAT_VERSION = 14
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 60
# Words split so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|not imple" r"mented|st" r"ub)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|ro" r"ot|home/\w+)/")


def rule_format(tree):
    """clang-format agrees with every C file"""
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
    if f"version {FORMAT_VERSION}." not in version:
        print(f"       format: {version.strip()} lays out otherwise than {FORMAT_VERSION}, which decides, and is not asked")
        return
    files = tree.c_files
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=tree.root, capture_output=True, text=True)
    bad = collections.Counter(m.group(1) for m in re.finditer(r"^(\S+?):\d+:\d+: error", run.stderr, re.M))
    yield from (f"{path}: {count} places" for path, count in bad.items())
    if run.returncode and not bad:
        yield run.stderr.strip()


def rule_spdx(tree):
    """each source file names its license at the top"""
    for path in tree.tracked:
        if path.endswith((".c", ".h", ".def", ".py", ".sh", ".lua")) or path.endswith("meson.build") and path != "meson.build":
            if "SPDX-License-Identifier: BSD-3-Clause" not in "\n".join(tree.text(path).split("\n")[:2]):
                yield path


def rule_note(tree):
    """each .c file says at its top what it does"""
    for path in tree.c_files:
        if path.startswith(("lib/", "app/")) and path.endswith(".c") and not tree.text(path).split("\n")[1].startswith("/*"):
            yield path


def rule_size(tree):
    """no source file is longer than the cap"""
    for path in tree.c_files:
        lines = tree.text(path).count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{path}: {lines} lines"


def rule_functions(tree):
    """no function is longer than a screen"""
    for path in tree.c_files:
        began = None
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if line.startswith("{"):
                began = number
            elif line.startswith("}") and began:
                if number - began - 1 > FUNCTION_LINES_MAX:
                    yield f"{path}:{began}: {number - began - 1} lines"
                began = None


def rule_names(tree):
    """base names of sources are unique, and top-level names are the agreed ones"""
    seen = {}
    for path in tree.c_files:
        base = path.rsplit("/", 1)[1]
        if base in seen:
            yield f"{path}: the same name as {seen[base]}"
        seen[base] = path
    for name in sorted({p.split("/")[0] for p in tree.tracked}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}: not a top-level name of this project"


def rule_words(tree):
    """nothing unfinished, no path of one machine"""
    for path in tree.tracked:
        if path.startswith("tests/fuzz/corpus") or path in ("LICENSE",) or path.endswith((".rsp", ".fax", ".bin")):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for pattern in (UNFINISHED, MACHINE_PATH):
                found = pattern.search(line)
                if found:
                    yield f"{path}:{number}: {found.group()}"


def rule_scripts(tree):
    """shell and Python parse, commands have their run bit"""
    for path in tree.tracked:
        if path.endswith(".sh") or path == ".ci/run":
            run = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True)
            if run.returncode:
                yield run.stderr.strip()
        elif path.endswith(".py"):
            try:
                compile(tree.text(path), path, "exec")
            except SyntaxError as error:
                yield f"{path}: {error}"
        elif path.endswith(".json"):
            try:
                json.loads(tree.text(path))
            except ValueError as error:
                yield f"{path}: {error}"
    for path in ("app/quickstart.sh", "tests/run.sh", "tests/interop/run.sh", "tests/bench/daemon.sh", ".ci/run"):
        if not (tree.root / path).is_file() or not (tree.root / path).stat().st_mode & 0o100:
            yield f"{path}: missing or without run bit"
