# SPDX-License-Identifier: BSD-3-Clause
"""Rules about what comments and documents name: functions, files, drop reasons."""
import pathlib
import re

from tree import without_comments

SYSTEM = pathlib.Path("/usr/include")
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
CALL = re.compile(r"\b(?!__builtin_)(\w+)\(\)")
FILE = re.compile(r"(?<![\w*<>.-])([\w-]+\.(?:c|h|def|md|py))\b(?!\.)")
# Words for a design that is not in the tree: the reason itself belongs into the comment.
ELSEWHERE = re.compile(r"\b(DESIGN|MOVES|STYLE|(?:story|rule|rules|issue) \d+)\b")
DROPS = re.compile(r"\bDrops: ([^.]*)\.")
DROP_USE = re.compile(r"\bDP_DROP_([a-z]\w*)")


def comments(tree, path):
    """(line, text) of each comment of a C file, or of each line of another document."""
    text = tree.text(path)
    if path.endswith(".md"):
        yield from enumerate(text.split("\n"), 1)
        return
    for found in COMMENT.finditer(text):
        if not found.group().startswith('"'):
            yield text.count("\n", 0, found.start()) + 1, found.group()


def rule_mentions(tree):
    """functions, files and names of rooms that a comment or document names are in the tree"""
    known, files = set(), set()
    for path in tree.tracked:
        files.add(path.rsplit("/", 1)[-1])
        if path.endswith((".c", ".h", ".def")):
            known.update(re.findall(r"\w+", without_comments(tree.text(path))))
            files.update(name.rsplit("/", 1)[-1] for name in re.findall(r'#\s*include\s*<([^>]+)>', tree.text(path)))
        elif path.endswith((".py", ".sh", ".build", ".json", ".lua")):
            known.update(re.findall(r"\w+", tree.text(path)))
            if path.endswith(".build"):  # what a build makes is there, too
                files.update(re.findall(r"'([\w-]+\.[ch])'", tree.text(path)))
    known.update(name.rsplit(".", 1)[0] for name in files)
    of_room = re.compile(rf"\b((?:{'|'.join(tree.rooms)}|imb|ossl)_\w*\w)(?![\w*<])")
    for path in tree.tracked:
        if not path.endswith((".c", ".h", ".def", ".md")):
            continue
        for first, text in comments(tree, path):
            unknown = {found: found.group(1) + "()" for found in CALL.finditer(text) if found.group(1) not in known}
            unknown |= {found: found.group(1) for found in FILE.finditer(text)
                        if found.group(1) not in files and not (SYSTEM / found.group(1)).is_file()}
            unknown |= {found: found.group(1) for found in ELSEWHERE.finditer(text) if not path.endswith(".md")}
            ends = {found.start() for found in unknown}
            unknown |= {found: found.group(1) for found in of_room.finditer(text)
                        if found.group(1) not in known and not found.group(1).endswith("_") and found.start() not in ends}
            for found, name in unknown.items():
                yield f"{path}:{first + text.count(chr(10), 0, found.start())}: {name}"


def drop_list(text, reasons):
    """What the list "Drops: a, b (why), and those of c()." of a file's top comment names: (reasons, words that are none)."""
    top = re.match(r"[^\n]*\n/\*.*?\*/", text, re.S)
    found = DROPS.search(re.sub(r"\n \* ?", " ", top.group())) if top else None
    named, wrong = set(), set()
    for item in found.group(1).split(",") if found else ():
        word = re.sub(r"\(.*?\)", "", item).strip().removeprefix("and ").strip()
        if re.fullmatch(r"\w+", word):
            (named if word in reasons else wrong).add(word)
    return named, wrong


def rule_drops(tree):
    """each file of dp lists the drop reasons that it uses at its top, and each reason is used"""
    table = next((path for path in tree.tracked if path.endswith("/dp_drop.def")), None)
    reasons = set(re.findall(r"^DP_DROP\((\w+)", tree.text(table), re.M)) if table else set()
    unused = set(reasons)
    for path in tree.c_files:
        if not path.startswith("lib/dp/"):
            continue
        text = tree.text(path)
        used = set(DROP_USE.findall(without_comments(text))) & reasons
        named, wrong = drop_list(text, reasons)
        unused -= used
        yield from (f"{path}: drops {name}, which its list lacks" for name in sorted(used - named))
        yield from (f"{path}: lists {name}, which it does not drop" for name in sorted(named - used))
        yield from (f"{path}: lists {name}, which is no reason" for name in sorted(wrong))
    yield from (f"{table}: nothing drops {name}" for name in sorted(unused))
