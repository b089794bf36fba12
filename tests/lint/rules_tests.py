# SPDX-License-Identifier: BSD-3-Clause
"""Rules about tests: what must have one of its name."""
from tree import room_of


def rule_tests(tree):
    """every wire, engine and table file has a unit test of its name, and every unit test file is built"""
    for path in tree.c_files:
        room = room_of(path)
        if room in ("telem", "wire", "ike", "sad") and path.endswith(".c"):
            base = path.rsplit("/", 1)[1][:-2]
            if not list((tree.root / "tests/unit" / room).glob(f"{base}*_test.c")):
                yield f"{path}: no tests/unit/{room}/{base}_test.c"
        if path.startswith("tests/unit/") and path.endswith("_test.c"):
            base = path.rsplit("/", 1)[1][: -len("_test.c")]
            if f"'{base}'" not in tree.text(f"{path.rsplit('/', 1)[0]}/meson.build"):
                yield f"{path}: not built"
