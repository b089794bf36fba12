# SPDX-License-Identifier: BSD-3-Clause
"""The tree that is looked at: its files, its rooms and the order of the sources in them."""
import functools
import pathlib
import re
import subprocess

SOURCE_FOLDERS = ("lib/", "app/", "tests/")


def without_comments(text):
    """The code of a C file with comments and string literals blanked, line numbers kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def room_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "lib" and len(parts) > 2 else None


class Tree:
    """Files of one work tree, and the build folder whose objects belong to it (None: there is no build)."""

    def __init__(self, root, build=None):
        self.root = pathlib.Path(root)
        self.build = build

    @functools.cached_property
    def tracked(self):
        """Every file that git knows or would add."""
        out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=self.root, check=True, capture_output=True,
                             text=True)
        return [p for p in sorted(set(out.stdout.splitlines())) if (self.root / p).is_file()]

    @functools.cached_property
    def c_files(self):
        return [p for p in self.tracked if p.startswith(SOURCE_FOLDERS) and p.endswith((".c", ".h"))]

    @functools.cache
    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    @functools.cached_property
    def rooms(self):
        """Rooms from the ground up, as lib/meson.build lists them."""
        return re.findall(r"^ *'(\w+)',", self.text("lib/meson.build"), re.M)

    def sources(self, room):
        """The .c files of a room from the ground up, as its meson.build lists them."""
        code = re.sub(r"#.*", "", self.text(f"lib/{room}/meson.build"))
        return re.findall(r"'(\w+\.c)'", code)
