# SPDX-License-Identifier: BSD-3-Clause
"""Rules about tests: what must have one of its name."""
from tree import room_of, without_comments

# Below this many lines of code a file has no logic of its own.
LOGIC_LINES_MIN = 16
# Rooms whose files have not all got a test yet.
TESTS_EXEMPT_ROOMS = {"ctl"}
# What no test of one process can have: path -> reason.
UNTESTABLE = {}


def rule_tests(tree):
    """every file of a room has a unit test of its name, and every unit test file is built"""
    tests = {path for path in tree.c_files if path.startswith("tests/unit/") and path.endswith("_test.c")}
    for path in tree.c_files:
        room = room_of(path)
        if room is None or not path.endswith(".c"):
            continue
        stem = f"tests/unit/{room}/{path.rsplit('/', 1)[1][:-2]}"
        has_test = f"{stem}_test.c" in tests
        if has_test and path in UNTESTABLE:
            yield f"{path}: has a test, so its place in UNTESTABLE must go"
        lines = sum(1 for line in without_comments(tree.text(path)).split("\n") if line.strip() and not line.startswith("#"))
        if not has_test and lines >= LOGIC_LINES_MIN and room not in TESTS_EXEMPT_ROOMS and path not in UNTESTABLE:
            yield f"{path}: no {stem}_test.c"
    for path in sorted(tests):
        folder, name = path.rsplit("/", 1)
        if f"'{name.removesuffix('_test.c')}'" not in tree.text(f"{folder}/meson.build"):
            yield f"{path}: not built"
