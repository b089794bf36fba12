# SPDX-License-Identifier: BSD-3-Clause
"""The rule about what crosses between control side and data side."""
import re

from tree import without_comments

# Whatever is in a struct of these may cross to another process.
CONTRACT = ("lib/base/base_addr.h", "lib/base/base_time.h", "lib/base/base_ts.h", "lib/crypt/esp_pair.h",
            "lib/node/node_event.h", "lib/node/node_params.h", "lib/node/node_request.h", "lib/node/node_rows.h",
            "lib/node/node_view.h")
DEFINED = re.compile(r"^(?:typedef )?struct (\w*) ?\{\n(.*?)^\}", re.M | re.S)


def rule_contract(tree):
    """what crosses between the two sides has no pointer, and no struct of another header"""
    bodies = []
    known = set()
    for path in CONTRACT:
        if path not in tree.c_files:
            yield f"{path}: not there"
            continue
        for found in DEFINED.finditer(without_comments(tree.text(path))):
            bodies.append((path, found))
            known.add(found.group(1))
    for path, found in bodies:
        first = found.string.count("\n", 0, found.start(2)) + 1
        for number, line in enumerate(found.group(2).split("\n"), first):
            if "*" in line or "intptr_t" in line:
                yield f"{path}:{number}: a pointer in struct {found.group(1)}"
            for name in re.findall(r"\bstruct (\w+)", line):
                if name not in known and not re.search(rf"struct {name}\s*\{{", line):
                    yield f"{path}:{number}: struct {name} is not of the contract"
