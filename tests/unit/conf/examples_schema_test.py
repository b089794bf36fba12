#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each example must satisfy the committed JSON Schema, and broken copies of it must not."""
import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)  # meson: skipped

folder = pathlib.Path(sys.argv[1])
schema = json.loads((folder / "culvert.schema.json").read_text())
validator = jsonschema.Draft202012Validator if hasattr(jsonschema, "Draft202012Validator") else jsonschema.Draft7Validator
validator.check_schema(schema)
check = validator(schema)

examples = sorted(p for p in folder.glob("*.json") if p.name != "culvert.schema.json")
assert len(examples) >= 4, "examples are missing"
for path in examples:
    doc = json.loads(path.read_text())
    errors = [f"{path.name}: {'.'.join(map(str, e.path))}: {e.message}" for e in check.iter_errors(doc)]
    assert not errors, "\n".join(errors)

    if "manual" in doc:
        name = next(iter(doc["manual"]))
        keyless = copy.deepcopy(doc)
        del keyless["manual"][name]["key_file"]
        assert not check.is_valid(keyless), "key_file must be required"
        continue
    name = next(iter(doc["connections"]))
    unknown = copy.deepcopy(doc)
    unknown["connections"][name]["encapsulaton"] = "auto"
    assert not check.is_valid(unknown), "an unknown key must be refused"
    nameless = copy.deepcopy(doc)
    del nameless["connections"][name]["remote"]["id"]
    assert not check.is_valid(nameless), "remote.id must be required"
# Windows and Apple's devices announce no hashes, so an RSA key signs with SHA-1 for them; they rekey by themselves, once a day at the latest.
for name, conn in json.loads((folder / "roadwarrior.json").read_text())["connections"].items():
    assert conn["weak"] is True, name
    assert conn["rekey_s"] >= 86400 and conn["child"]["rekey_s"] >= 86400, name
print(f"{len(examples)} examples satisfy the schema")
