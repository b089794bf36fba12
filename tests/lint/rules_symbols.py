# SPDX-License-Identifier: BSD-3-Clause
"""Rules about what objects define and ask for: the order of a room's files, functions that nobody calls."""
import collections
import re

import objects
from tree import without_comments

# A call to a later file, named in the room's meson.build with the reason why it cannot go.
UPWARD = re.compile(r"^# upward: (\w+\.c) -> (\w+\.c): (\S.*)$")
UPWARD_MAX = 3
# Public functions that only tests call, each with the reason why it is public: name -> reason.
TEST_DOORS = {
    "dp_sink_take": "takes what went out on a port without a device, which tests stand behind",
    "ikev2_rows_step": "a test walks all steps and proves that each state is reached and left",
    "sad_count": "what was installed and removed must add up, in tests of each step",
    "pool_steps": "what a lease costs is counted, so that a test sees a search that grows with them",
    "ossl_dh_from_private": "known answers of a key exchange are pairs of chosen private keys",
}
CONSTRUCTOR = re.compile(r"__attribute__\(\(constructor[^;{]*?(\w+)\(void\)")
INLINE = re.compile(r"^static (?:inline|__rte_always_inline|__attribute__\(\([^)]*\)\)|\s)*[^;{}=()]*?(\w+)\(", re.M)



def upward_calls(tree, room):
    """(from, to) -> symbols, for each file of a room that asks for what a later one defines."""
    order = tree.sources(room)
    symbols = objects.Symbols(objects.room_objects(tree, room))
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


def uncalled(tree):
    """(path, function, does its own file call it) of each public function that nothing else of lib and app calls."""
    symbols = objects.Symbols(objects.product_objects(tree))
    wanted = set().union(*symbols.wants.values())
    product = [p for p in tree.c_files if p.startswith(("lib/", "app/"))]
    code = {path: without_comments(tree.text(path)) for path in product}
    by_linker = {name for text in code.values() for name in CONSTRUCTOR.findall(text)}
    for path, defined in symbols.defines.items():
        for name in sorted(defined - wanted - by_linker):
            if path.startswith("lib/"):
                yield path, name, len(re.findall(rf"\b{name}\b", code[path])) > 1
    count = collections.Counter(word for text in code.values() for word in re.findall(r"\w+", text))
    for path, text in code.items():
        if path.startswith("lib/") and path.endswith(".h"):
            yield from ((path, name, False) for name in INLINE.findall(text) if count[name] == 1)


def rule_public(tree, doors=None):
    """no public function that only tests call, none that could be static"""
    tests = {word for path in tree.c_files if path.startswith("tests/")
             for word in re.findall(r"\w+", without_comments(tree.text(path)))}
    doors = TEST_DOORS if doors is None else doors
    found = set()
    for path, name, is_used in uncalled(tree):
        if name in doors:
            found.add(name)
        elif not is_used:
            yield f"{path}: nothing but tests calls {name}()"
        elif name not in tests:
            yield f"{path}: nothing outside calls {name}(): static"
    for name in sorted(doors.keys() - found):
        yield f"{name}() is no function that only tests call, so its place in TEST_DOORS must go"
