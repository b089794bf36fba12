# SPDX-License-Identifier: BSD-3-Clause
"""Rules about the configuration: each key has a reader."""
import re

from tree import room_of, without_comments

SCHEMA = "lib/conf/conf_schema.def"
ENGINE_ROWS = "ike_conf_keys.def"
# Where values are stored, compared and printed alike, whatever they are: no reader stands there.
STORES = re.compile(r"/ike_(conf_keys|conf|field)\.[ch]$")


def rows_of(text, macros):
    """(macro, its arguments as text) of each row of a .def file, comments blanked and strings kept."""
    code = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    for found in re.finditer(rf"\b({macros})\(", code):
        depth, at, quoted = 1, found.end(), False
        while depth and at < len(code):
            quoted ^= code[at] == '"' and code[at - 1] != "\\"
            depth += 0 if quoted else (code[at] == "(") - (code[at] == ")")
            at += 1
        yield found.group(1), code[found.end() : at - 1]


# which argument of a row is the member
ENGINE_MEMBER = {"IKE_KEY_NUM": 2, "IKE_KEY_ONE": 3, "IKE_KEY_LIST": 4, "IKE_KEY_FAR": 3, "IKE_KEY_FAR_LIST": 4}


def engine_members(tree):
    """id -> member, of each row of the engine's table"""
    members = {}
    for path in tree.tracked:
        if path.endswith("/" + ENGINE_ROWS):
            for macro, args in rows_of(tree.text(path), "|".join(ENGINE_MEMBER)):
                args = [a.strip() for a in args.split(",")]
                members[f"{args[0]}_{args[1]}"] = args[ENGINE_MEMBER[macro]]
    return members


def goes_of(args):
    """(section, name, form, its arguments, the rest) of a row of the schema."""
    section, name, rest = re.match(r'\s*(\w+)\s*,\s*"([^"]+)"\s*,\s*(.*)', args, re.S).groups()
    form = re.match(r"\w+", rest).group() if re.match(r"\w+", rest) else ""
    inner = next((inner for _, inner in rows_of(rest, form)), "") if form and rest[len(form) :].startswith("(") else ""
    return section, name, form, [a.strip() for a in inner.split(",")], rest


def is_read(member, code):
    """Whether some code names the member of a struct; `a.b` is read by whoever names a."""
    return re.search(rf"(->|\.)\s*{re.escape(member.split('.')[0])}\b(?!\s*=[^=])", code) is not None


def rule_keys(tree):
    """each key of the configuration is read by code (told by the member's name), or says why nobody does"""
    if SCHEMA not in tree.tracked:
        return
    sources = {path: without_comments(tree.text(path)) for path in tree.c_files if not path.startswith("tests/")}
    outside = "\n".join(code for path, code in sources.items() if room_of(path) != "conf" and not STORES.search(path))
    inside = "\n".join(tree.text(path) for path in sources if room_of(path) == "conf" and path.endswith(".c"))
    members, used = engine_members(tree), set()
    for _, args in rows_of(tree.text(SCHEMA), "CONF_KEY"):
        section, name, form, inner, rest = goes_of(args)
        key = f"{SCHEMA}: {section} \"{name}\""
        if form in ("TO", "TO_LIST") and not is_read(inner[-1], outside):
            yield f"{key}: nobody reads the member {inner[-1]}"
        elif form == "TO_ENGINE":
            used.add(inner[0])
            if not is_read(members.get(inner[0], "-"), outside):
                yield f"{key}: nobody reads the member {members.get(inner[0])}"
        elif form == "BY_HAND" and f'"{name}"' not in inside:
            yield f"{key}: no file of lib/conf reads it by its name"
        elif form == "HOLDS" and not re.search(rf"(?<!\[){re.search(r'CONF_S_[A-Z_]+', rest).group()}\b", inside):
            yield f"{key}: no file of lib/conf reads the keys that it holds"
        elif form == "NOBODY" and not re.search(r'"[^"]+"', ",".join(inner)):
            yield f"{key}: does not say why nobody reads it"
    for id, member in members.items():
        # One key may set two members; lib/conf then names the second one itself.
        if id not in used and not re.search(rf"(->|\.|&\w+->){re.escape(member)}\b", inside):
            yield f"{ENGINE_ROWS}: no key of the schema sets {id}"
