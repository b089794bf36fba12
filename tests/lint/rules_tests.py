# SPDX-License-Identifier: BSD-3-Clause
"""Rules about tests: what must have one of its name."""
import re

from tree import room_of, without_comments

# Below this many lines of code a file has no logic of its own.
LOGIC_LINES_MIN = 16
# Files that one test holds together, since what they do shows in what goes through all of them: test -> pattern.
TOGETHER = {
    # commands, from request line to answer line
    "tests/unit/ctl/ctl_show_test.c": r"lib/ctl/ctl_(show_\w+|act|api_cmd)\.c",
    # two engines: what these do shows in what comes up, is replaced or ends
    "tests/unit/ikev1/ikev1_x_main_test.c": r"lib/ikev1/ikev1_(auth|call|sa|step|tables|settle|note|show|msg)\.c",
    "tests/unit/ikev1/ikev1_x_quick_test.c": r"lib/ikev1/ikev1_(quick|xchg|life)\.c",
    "tests/unit/ikev1/ikev1_event_test.c": r"lib/ikev1/ikev1_follow\.c",
    "tests/unit/ikev1/ikev1_x_info_test.c": r"lib/ikev1/ikev1_(info|close)\.c",
}


def rule_tests(tree):
    """every file of a room has a unit test of its name, and every unit test file is built"""
    tests = {path for path in tree.c_files if path.startswith("tests/unit/") and path.endswith("_test.c")}
    for path in tree.c_files:
        room = room_of(path)
        if room is None or not path.endswith(".c"):
            continue
        stem = f"tests/unit/{room}/{path.rsplit('/', 1)[1][:-2]}"
        has_test = f"{stem}_test.c" in tests or any(test in tests and re.fullmatch(pattern, path) for test, pattern in TOGETHER.items())
        lines = sum(1 for line in without_comments(tree.text(path)).split("\n") if line.strip() and not line.startswith("#"))
        if not has_test and lines >= LOGIC_LINES_MIN:
            yield f"{path}: no {stem}_test.c"
    for path in sorted(tests):
        folder, name = path.rsplit("/", 1)
        if f"'{name.removesuffix('_test.c')}'" not in tree.text(f"{folder}/meson.build"):
            yield f"{path}: not built"
