#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each fault that a rule exists for is put into a small tree of its own and must be found; a clean one must pass."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import objects
import rules_rooms
from tree import Tree


class InSmallTree(unittest.TestCase):
    """A tree in a folder that goes away; write() fills it, build() compiles its rooms as meson would."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.write("lib/meson.build", "rooms = [\n  'low', # words\n  'high',\n]\n")
        self.room("low", "low_a.c", "low_b.c")
        self.room("high", "high_a.c")
        self.write("lib/low/low_a.c", "int low_a(void);\nint low_a(void)\n{\n    return 1;\n}\n")
        self.write("lib/low/low_b.c", "int low_a(void);\nint low_b(void);\nint low_b(void)\n{\n    return low_a();\n}\n")
        self.write("lib/high/high_a.c", "int low_b(void);\nint high_a(void);\nint high_a(void)\n{\n    return low_b();\n}\n")

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def room(self, name, *sources, comment=""):
        self.write(f"lib/{name}/meson.build", f"{comment}sources = files({', '.join(map(repr, sources))})\nuses = []\n")

    def build(self):
        for source in self.root.glob("lib/*/*.c"):
            room = source.parent.name
            out = self.root / f"build/lib/libcv_{room}.a.p/{room}_{source.name}.o"
            out.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-c", "-o", out, source], check=True)
        self.write("build/.ninja_log", "")

    def found(self, rule):
        return objects.breaches_of(rule, Tree(self.root, objects.find_build(self.root)))

    def finds(self, rule, *parts):
        """One breach, whose text has all these parts."""
        found = self.found(rule)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])


class Order(InSmallTree):
    rule = staticmethod(rules_rooms.rule_order)

    def test_a_room_in_order_passes(self):
        self.build()
        self.assertEqual(self.found(self.rule), [])

    def test_a_call_to_a_later_file_is_found(self):
        self.room("low", "low_b.c", "low_a.c")
        self.build()
        self.finds(self.rule, "lib/low/meson.build", "low_b.c stands before low_a.c and calls low_a")

    def test_a_table_of_a_later_file_counts_as_a_call(self):
        self.write("lib/low/low_a.c", "extern const int low_rows[2];\nint low_a(int i);\nint low_a(int i)\n{\n    return low_rows[i];\n}\n")
        self.write("lib/low/low_b.c", "extern const int low_rows[2];\nconst int low_rows[2] = {1, 2};\n")
        self.build()
        self.finds(self.rule, "low_a.c stands before low_b.c and calls low_rows")

    def test_a_named_pair_is_allowed_with_its_reason_only(self):
        self.room("low", "low_b.c", "low_a.c", comment="# upward: low_b.c -> low_a.c: they take turns\n")
        self.build()
        self.assertEqual(self.found(self.rule), [])
        self.room("low", "low_b.c", "low_a.c", comment="# upward: low_b.c -> low_a.c\n")
        self.assertIn("not of the form", self.found(self.rule)[0])

    def test_a_named_pair_that_nothing_needs_is_found(self):
        self.room("low", "low_a.c", "low_b.c", comment="# upward: low_b.c -> low_a.c: they take turns\n")
        self.build()
        self.finds(self.rule, "low_b.c does not call low_a.c")

    def test_more_than_three_pairs_are_too_many(self):
        names = [f"low_{letter}" for letter in "abcde"]
        for name, later in zip(names, names[1:] + [None]):
            body = f"int {later}(void);\n" if later else ""
            self.write(f"lib/low/{name}.c", f"{body}int {name}(void);\nint {name}(void)\n{{\n    return {later + '()' if later else 0};\n}}\n")
        self.write("lib/high/high_a.c", "int high_a(void);\nint high_a(void)\n{\n    return 1;\n}\n")
        pairs = "".join(f"# upward: {a}.c -> {b}.c: so it is\n" for a, b in zip(names, names[1:]))
        self.room("low", *(f"{name}.c" for name in names), comment=pairs)
        self.build()
        self.finds(self.rule, "4 upward pairs")

    def test_no_build_or_an_old_one_is_no_pass(self):
        self.finds(self.rule, "no build")
        self.build()
        os.utime(self.root / "lib/low/low_b.c", (2e9, 2e9))
        self.finds(self.rule, "lib/low/low_b.c: newer than its object")
        self.room("low", "low_a.c", "low_b.c", "low_c.c")
        self.write("lib/low/low_c.c", "\n")
        os.utime(self.root / "lib/low/low_b.c", (0, 0))
        self.finds(self.rule, "lib/low/low_c.c: not built")


if __name__ == "__main__":
    unittest.main(verbosity=0)
