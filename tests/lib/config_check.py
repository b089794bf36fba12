#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds the example configurations against the schema that ships with them, against `culvertd --check=config`, and the schema
against the one that culvertd prints. usage: config_check.py FOLDER CULVERTD"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import jsonschema


def main():
    folder, culvertd = pathlib.Path(sys.argv[1]), sys.argv[2]
    schema_file = folder / "culvert.schema.json"
    schema = json.loads(schema_file.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    examples = sorted(p for p in folder.glob("*.json") if p != schema_file)
    bad = 0
    if len(examples) < 4:
        print(f"{folder} holds {len(examples)} examples: both sides of a site pair, a cloud instance and a concentrator belong there")
        bad += 1
    printed = subprocess.run([culvertd, "--schema"], capture_output=True, text=True, check=False)
    if printed.returncode or json.loads(printed.stdout) != schema:
        print(f"{schema_file.name} is not what culvertd --schema writes")
        bad += 1
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        subprocess.run([sys.executable, folder / "culvert-pki", "init", f"{copy}/vpn", "--server", "vpn.example.org"],
                       check=True, capture_output=True)
        for example in examples:
            content = json.loads(example.read_text())
            # The examples name key files that their reader makes; here they get some key.
            keys = {s["psk_file"]: 32 for s in content.get("secrets", []) if "psk_file" in s}
            keys |= {m["key_file"]: 36 if m.get("encryption") == "aes256gcm16" else 20 for m in content.get("manual", {}).values()}
            for name, size in keys.items():
                key = pathlib.Path(copy) / name
                key.touch(mode=0o600)
                key.write_text("0x" + "5a" * size + "\n")
            if "users" in content:
                (pathlib.Path(copy) / content["users"]["file"]).touch(mode=0o600)
            errors = [f"{'.'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(content)]
            check = subprocess.run([culvertd, "--check=config", "--config", pathlib.Path(copy) / example.name],
                                   capture_output=True, text=True, check=False)
            if check.returncode:
                errors.append(f"culvertd --check=config: {(check.stdout + check.stderr).strip()}")
            bad += bool(errors)
            print(f"{'FAILED' if errors else 'ok    '} {example.name}", *errors, sep="\n       " if errors else "")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
