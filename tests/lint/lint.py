#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""House rules that a script can see. Prints one line per breach and ends with 1 when there is any.

usage: lint.py [--list] [--build DIR] [RULE...]
  --list       the rules, a line each
  --build DIR  the build whose objects are read (environment: LINT_BUILD; else build-test/gcc or build, whichever is newer)
  RULE         only these; without one, all run
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

import objects
import rules_comments
import rules_conf
import rules_contract
import rules_rooms
import rules_symbols
import rules_tests
import rules_text
from tree import Tree

TREE = pathlib.Path(__file__).resolve().parents[2]


def rules():
    """name -> function, of every rule_NAME(tree) in the rules_*.py"""
    modules = (rules_text, rules_rooms, rules_contract, rules_symbols, rules_comments, rules_conf, rules_tests)
    return {name[5:]: rule for module in modules for name, rule in vars(module).items() if name.startswith("rule_")}


def main():
    known = rules()
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1], add_help=False)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--build")
    parser.add_argument("rule", nargs="*", choices=[*known, []])
    args = parser.parse_args()
    if args.list:
        for name, rule in known.items():
            print(f"{name:10} {rule.__doc__}")
        return 0
    wanted = args.rule or list(known)
    tree = Tree(TREE, objects.find_build(TREE, args.build))
    broken = 0
    for name in wanted:
        breaches = objects.breaches_of(known[name], tree)
        broken += bool(breaches)
        print(f"{'BROKEN' if breaches else 'ok    '} {name:10} {known[name].__doc__}")
        for breach in breaches:
            print(f"       {breach}")
    print(f"lint: {len(wanted) - broken} passed, {broken} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
