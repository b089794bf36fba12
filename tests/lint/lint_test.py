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
import rules_comments
import rules_conf
import rules_contract
import rules_symbols
import rules_tests
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
        self.write("lib/low/low.h", "int low_a(void);\nint low_b(void);\nint low_in(void);\n")
        self.write("lib/high/high.h", "int high_a(void);\n")
        self.function("lib/low/low_a.c", "low_a", "1")
        self.function("lib/low/low_b.c", "low_b", "low_a()")
        self.function("lib/high/high_a.c", "high_a", "low_b()")
        self.function("app/prog/prog_main.c", "main", "high_a()")

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def function(self, path, name, value, more=""):
        """A file with one function that returns `value`."""
        self.write(path, f'#include "low.h"\n#include "high.h"\n{more}int {name}(void)\n{{\n    return {value};\n}}\n')

    def room(self, name, *sources, comment=""):
        self.write(f"lib/{name}/meson.build", f"{comment}sources = files({', '.join(map(repr, sources))})\nuses = []\n")

    def build(self):
        for source in [*self.root.glob("lib/*/*.c"), *self.root.glob("app/*/*.c")]:
            name = source.parent.name
            out = self.root / "build" / (f"lib/libcv_{name}.a.p/{name}_{source.name}.o" if "lib" in source.parts else
                                         f"app/{name}/{name}.p/{source.name}.o")
            out.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-c", f"-I{self.root}/lib/low", f"-I{self.root}/lib/high", "-o", out, source], check=True)
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
    rule = staticmethod(rules_symbols.rule_order)

    def test_a_room_in_order_passes(self):
        self.build()
        self.assertEqual(self.found(self.rule), [])

    def test_a_call_to_a_later_file_is_found(self):
        self.room("low", "low_b.c", "low_a.c")
        self.build()
        self.finds(self.rule, "lib/low/meson.build", "low_b.c stands before low_a.c and calls low_a")

    def test_a_table_of_a_later_file_counts_as_a_call(self):
        self.function("lib/low/low_a.c", "low_a", "low_rows[0]", "extern const int low_rows[2];\n")
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
            self.function(f"lib/low/{name}.c", name, f"{later}()" if later else "1", f"int {later}(void);\n" if later else "")
        self.function("lib/high/high_a.c", "high_a", "1")
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


class Public(InSmallTree):
    @staticmethod
    def rule(tree):
        return rules_symbols.rule_public(tree, doors={})

    def test_functions_that_others_call_pass(self):
        self.build()
        self.assertEqual(self.found(self.rule), [])

    def test_a_function_that_only_tests_call_is_found(self):
        self.function("app/prog/prog_main.c", "main", "low_b()")
        self.function("tests/unit/high/high_a_test.c", "main", "high_a()")
        self.build()
        self.finds(self.rule, "lib/high/high_a.c: nothing but tests calls high_a()")

    def test_what_runs_before_main_needs_no_caller(self):
        self.function("app/prog/prog_main.c", "main", "low_b()")
        self.function("lib/high/high_a.c", "high_a", "1", "__attribute__((constructor(101))) int high_a(void);\n")
        self.build()
        self.assertEqual(self.found(self.rule), [])

    def test_an_inline_function_that_only_tests_call_is_found(self):
        self.write("lib/low/low_c.h", "static inline int low_c(void)\n{\n    return 1; /* low_c() */\n}\n")
        self.function("tests/unit/low/low_c_test.c", "main", "low_c()")
        self.build()
        self.finds(self.rule, "lib/low/low_c.h: nothing but tests calls low_c()")
        self.function("lib/low/low_b.c", "low_b", "low_a() + low_c()", '#include "low_c.h"\n')
        self.build()
        self.assertEqual(self.found(self.rule), [])

    def test_a_function_of_its_own_file_is_static_unless_a_test_calls_it(self):
        self.function("lib/low/low_a.c", "low_a", "low_in()", "int low_in(void)\n{\n    return 1;\n}\n")
        self.build()
        self.finds(self.rule, "lib/low/low_a.c: nothing outside calls low_in(): static")
        self.function("tests/unit/low/low_a_test.c", "main", "low_in()")
        self.assertEqual(self.found(self.rule), [])

    def test_a_door_for_tests_that_is_none_is_found(self):
        self.build()
        self.finds(lambda tree: rules_symbols.rule_public(tree, doors={"low_a": "why"}), "low_a() is no function that only tests call")


class Mentions(InSmallTree):
    rule = staticmethod(rules_comments.rule_mentions)

    def comment(self, text):
        self.write("lib/low/low_c.h", f"/* {text} */\nint low_a(void);\n")

    def test_what_is_there_may_be_named(self):
        self.comment("low_a() of low_a.c and low_b, as low_*.c, sizes by __builtin_ctz(), for <name>.c; see low_x_*() and a_low_x")
        self.write("README.md", "`low_a()` is in `lib/low/low_a.c`; a rule 7 of a document may be named in another.\n")
        self.assertEqual(self.found(self.rule), [])

    def test_what_is_not_there_is_found(self):
        for text, name in (("See low_z().", "low_z()"), ("see low_z.c", "low_z.c"), ("see\n * HOWTO.md", "low_c.h:2: HOWTO.md"),
                           ("as low_z wants", "low_z"), ("(DESIGN, third part)", "DESIGN"), ("rule 7 says so", "rule 7"),
                           ("the caller frees(), not we", "frees()")):
            with self.subTest(text):
                self.comment(text)
                self.finds(self.rule, name)

    def test_documents_are_judged_too(self):
        self.write("README.md", "first\n`low_z()`\n")
        self.finds(self.rule, "README.md:2: low_z()")


class Tests(InSmallTree):
    rule = staticmethod(rules_tests.rule_tests)

    def setUp(self):
        super().setUp()
        self.write("lib/low/low_b.c", "int low_b(void)\n{\n" + "    work();\n" * rules_tests.LOGIC_LINES_MIN + "}\n")

    def unit(self, *names):
        self.write("tests/unit/low/meson.build", f"unit_tests = {list(names)}\n")

    def test_a_file_with_logic_has_a_test_of_its_name_that_is_built(self):
        self.write("tests/unit/low/low_b_test.c", "\n")
        self.unit("low_b")
        self.assertEqual(self.found(self.rule), [])
        self.unit("low_a", "low_bb")
        self.finds(self.rule, "tests/unit/low/low_b_test.c: not built")

    def test_a_file_with_logic_and_without_test_is_found(self):
        self.finds(self.rule, "lib/low/low_b.c: no tests/unit/low/low_b_test.c")
        self.write("tests/unit/low/low_bb_test.c", "\n")
        self.unit("low_bb")
        self.finds(self.rule, "lib/low/low_b.c: no tests/unit/low/low_b_test.c")


class Contract(InSmallTree):
    rule = staticmethod(rules_contract.rule_contract)

    def setUp(self):
        super().setUp()
        for path in rules_contract.CONTRACT:
            self.write(path, "/* no struct * here */\n")
        self.write("lib/node/node_event.h", "struct node;\nstruct a {\n    int n; /* of * all */\n    union {\n        int m;\n    };\n};\n"
                                            "int pop(struct node *node, struct a *out);\n")

    def test_plain_structs_pass(self):
        self.write("lib/node/node_view.h", "struct b {\n    struct a list[2];\n};\n")
        self.assertEqual(self.found(self.rule), [])

    def test_a_pointer_in_a_struct_is_found(self):
        self.write("lib/node/node_view.h", "struct b {\n    int n;\n    const char *name;\n};\n")
        self.finds(self.rule, "node_view.h:3: a pointer in struct b")

    def test_a_function_in_a_union_of_a_struct_is_found(self):
        self.write("lib/node/node_view.h", "struct b {\n    union {\n        int (*fn)(void);\n    };\n};\n")
        self.finds(self.rule, "node_view.h:3: a pointer in struct b")

    def test_a_struct_of_elsewhere_is_found(self):
        self.write("lib/node/node_view.h", "struct b {\n    struct list list;\n};\n")
        self.finds(self.rule, "node_view.h:2: struct list is not of the contract")

    def test_a_header_that_is_gone_is_found(self):
        (self.root / "lib/node/node_rows.h").unlink()
        self.finds(self.rule, "lib/node/node_rows.h: not there")


class Keys(InSmallTree):
    rule = staticmethod(rules_conf.rule_keys)

    def setUp(self):
        super().setUp()
        self.write("lib/low/ike_conf_keys.def", "IKE_KEY_NUM(CONN, DPD_S, dpd_s, NOTHING, 30) /* seconds */\n"
                                                "IKE_KEY_LIST(CHILD, LOCAL_TS, TS, local_ts.count, local_ts.list, CHILD)\n")
        self.write("lib/high/high_b.c", "int f(struct p *p) { return p->mtu + p->conn.dpd_s == (int)p->local_ts.count; }\n")
        self.write("lib/conf/conf_load.c", 'int g(void) { return get("psk") + CONF_S_PORT; }\n')
        self.schema()

    def schema(self, more=""):
        self.write("lib/conf/conf_schema.def",
                   'CONF_KEY(ROOT, "ports", HOLDS, .of = CONF_S_PORT, .help = "ports (all), by name")\n'
                   'CONF_KEY(ROOT, "note", NOBODY("for people, not for us"), .type = CONF_STRING)\n'
                   'CONF_KEY(PORT, "mtu", TO(RESTART, UINT, struct p, mtu),\n         .type = CONF_UINT)\n'
                   'CONF_KEY(PORT, "psk", BY_HAND(SA), .type = CONF_STRING)\n'
                   'CONF_KEY(PORT, "dpd_s", TO_ENGINE(CONN_DPD_S), .type = CONF_UINT)\n'
                   'CONF_KEY(PORT, "subnets", TO_ENGINE(CHILD_LOCAL_TS), .type = CONF_SUBNET)\n' + more)

    def test_keys_that_are_read_pass(self):
        self.assertEqual(self.found(self.rule), [])

    def test_a_member_that_nobody_reads_is_found(self):
        self.schema('CONF_KEY(PORT, "queues", TO(RESTART, UINT, struct p, queues), .type = CONF_UINT)\n')
        self.finds(self.rule, 'PORT "queues": nobody reads the member queues')

    def test_a_member_that_is_only_written_is_found(self):
        self.schema('CONF_KEY(PORT, "vlan", TO(RESTART, UINT, struct p, vlan), .type = CONF_UINT)\n')
        self.write("lib/high/high_c.c", "void h(struct p *p)\n{\n    p->vlan = 1; /* p->vlan */\n}\n")
        self.finds(self.rule, "the member vlan")

    def test_a_reader_among_the_tests_or_the_stores_is_none(self):
        self.schema('CONF_KEY(PORT, "vlan", TO_LIST(RESTART, UINT, struct p, n, vlan), .type = CONF_UINT)\n')
        for path in ("tests/unit/high/high_a_test.c", "lib/conf/conf_check.c", "lib/low/ike_conf.c"):
            self.write(path, "int h(struct p *p)\n{\n    return p->vlan;\n}\n")
        self.finds(self.rule, "the member vlan")

    def test_a_value_of_the_engine_that_nobody_reads_is_found(self):
        self.write("lib/high/high_b.c", "int f(struct p *p) { return p->mtu == (int)p->local_ts.count; }\n")
        self.finds(self.rule, 'PORT "dpd_s": nobody reads the member dpd_s')

    def test_far_values_of_the_engine_are_known_by_their_members(self):
        self.write("lib/low/ike_conf_keys.def", "IKE_KEY_NUM(CONN, DPD_S, dpd_s, NOTHING, 30)\n"
                                                "IKE_KEY_FAR(CONN, HOST, TEXT, host, SA)\n"
                                                "IKE_KEY_FAR_LIST(CHILD, LOCAL_TS, TS, local_ts.count, local_ts.list, CHILD)\n")
        self.schema('CONF_KEY(PORT, "host", TO_ENGINE(CONN_HOST), .type = CONF_HOST)\n')
        self.finds(self.rule, 'PORT "host": nobody reads the member host')

    def test_a_value_of_the_engine_without_a_key_is_found(self):
        self.write("lib/low/ike_conf_keys.def", "IKE_KEY_NUM(CONN, DPD_S, dpd_s, NOTHING, 30)\nIKE_KEY_ONE(CONN, ID, ID, id, SA)\n"
                                                "IKE_KEY_LIST(CHILD, LOCAL_TS, TS, local_ts.count, local_ts.list, CHILD)\n")
        self.finds(self.rule, "no key of the schema sets CONN_ID")

    def test_a_key_by_hand_that_no_file_names_is_found(self):
        self.schema('CONF_KEY(PORT, "psk_file", BY_HAND(SA), .type = CONF_STRING)\n')
        self.finds(self.rule, 'PORT "psk_file": no file of lib/conf reads it')

    def test_a_section_that_nobody_reads_is_found(self):
        self.schema('CONF_KEY(ROOT, "pools", HOLDS, .type = CONF_MAP, .of = CONF_S_POOL)\n')
        self.write("lib/conf/conf_schema.c", 'const char *paths[] = {[CONF_S_POOL] = "pools"};\n')
        self.finds(self.rule, 'ROOT "pools": no file of lib/conf reads the keys')

    def test_nobody_must_say_why(self):
        self.schema('CONF_KEY(ROOT, "x", NOBODY(""), .type = CONF_STRING)\n')
        self.finds(self.rule, "does not say why")


class Drops(InSmallTree):
    rule = staticmethod(rules_comments.rule_drops)

    def setUp(self):
        super().setUp()
        self.write("lib/dp/dp_drop.def", 'DP_DROP(too_big, "...")\nDP_DROP(ttl, "...")\n')
        self.write("lib/dp/dp_b.c", "/* SPDX */\n/*\n * B. Drops: ttl.\n */\nint b = DP_DROP_ttl;\n")

    def stage(self, listed, *dropped):
        uses = "".join(f"    drop(DP_DROP_{reason});\n" for reason in dropped)
        self.write("lib/dp/dp_a.c", f"/* SPDX */\n/*\n * A stage.\n * {listed}\n */\nvoid a(void)\n{{\n{uses}}}\n")

    def test_a_list_of_what_is_dropped_passes(self):
        self.stage("Drops: ttl (when it ends), too_big, and\n * those of dp_b().", "too_big", "ttl")
        self.assertEqual(self.found(self.rule), [])

    def test_a_drop_that_the_list_lacks_is_found(self):
        self.stage("Drops: too_big.", "too_big", "ttl")
        self.finds(self.rule, "lib/dp/dp_a.c: drops ttl, which its list lacks")

    def test_a_file_without_list_is_found(self):
        self.stage("It drops.", "too_big")
        self.finds(self.rule, "lib/dp/dp_a.c: drops too_big, which its list lacks")

    def test_a_listed_drop_that_does_not_happen_is_found(self):
        self.stage("Drops: ttl, too_big.", "too_big")
        self.finds(self.rule, "lib/dp/dp_a.c: lists ttl, which it does not drop")
        self.stage("Drops: ttl_end, too_big.", "too_big")
        self.finds(self.rule, "lib/dp/dp_a.c: lists ttl_end, which is no reason")

    def test_a_reason_that_nothing_uses_is_found(self):
        self.finds(self.rule, "lib/dp/dp_drop.def: nothing drops too_big")


if __name__ == "__main__":
    unittest.main(verbosity=0)
