# SPDX-License-Identifier: BSD-3-Clause
"""What the objects of a build say: which file defines a symbol, and which ask for it."""
import collections
import os
import pathlib
import subprocess

BUILDS = ("build-test/gcc", "build")


class NoObjects(Exception):
    """There is no build, or one that says nothing about this tree: an object is missing or older than its source."""


def find_build(root, asked=None):
    """The build folder that was asked for, else the one of BUILDS that ninja ran in last; None: there is none."""
    asked = asked or os.environ.get("LINT_BUILD")
    folders = [pathlib.Path(asked).resolve()] if asked else [pathlib.Path(root) / name for name in BUILDS]
    logs = [folder / ".ninja_log" for folder in folders]
    newest = max((log for log in logs if log.is_file()), key=lambda log: log.stat().st_mtime, default=None)
    return newest and newest.parent


def breaches_of(rule, tree):
    """What a rule finds; objects that it needs and that are not there are a breach, too."""
    try:
        return list(rule(tree))
    except NoObjects as error:
        return [str(error)]


def fresh(tree, source, compiled):
    """The path of an object that belongs to its source as it is."""
    if tree.build is None:
        raise NoObjects("no build whose objects could be read: ninja -C build, or name one by --build DIR or LINT_BUILD")
    path = tree.build / compiled
    if not path.is_file():
        raise NoObjects(f"{source}: not built in {tree.build}")
    if path.stat().st_mtime < (tree.root / source).stat().st_mtime:
        raise NoObjects(f"{source}: newer than its object in {tree.build}")
    return path


class Symbols:
    """Of some objects: what each defines for others (`defines`), asks of others (`wants`), and keeps (`locals`)."""

    def __init__(self, objects):
        """objects: name -> path of an object file."""
        self.defines = collections.defaultdict(set)
        self.wants = collections.defaultdict(set)
        self.locals = collections.defaultdict(set)
        names = {str(path): name for name, path in objects.items()}
        if not names:
            return
        run = subprocess.run(["nm", "-A", "-f", "posix", *names], capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines():
            path, symbol, kind = line.rsplit(": ", 1)[0], *line.rsplit(": ", 1)[1].split()[:2]
            group = self.wants if kind in "Uw" else self.defines if kind.isupper() else self.locals
            group[names[path]].add(symbol)

    @property
    def home(self):
        """symbol -> the object that defines it."""
        return {symbol: name for name, symbols in self.defines.items() for symbol in symbols}


def room_objects(tree, room):
    """source -> its object, from the ground up"""
    return {source: fresh(tree, f"lib/{room}/{source}", f"lib/libcv_{room}.a.p/{room}_{source}.o")
            for source in tree.sources(room)}


def product_objects(tree):
    """path of a source of lib or app -> its object"""
    found = {f"lib/{room}/{source}": path for room in tree.rooms for source, path in room_objects(tree, room).items()}
    for source in tree.c_files:
        if source.startswith("app/") and source.endswith(".c"):
            _, program, name = source.split("/")
            found[source] = fresh(tree, source, f"app/{program}/{program}.p/{name}.o")
    return found
