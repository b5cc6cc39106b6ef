#!/usr/bin/env python3
"""Checks the rules of docs/style.md and docs/architecture.md that no compiler checks.

Run by ctest as `tidy`, or by hand: scripts/tidy.py [--root FOLDER]. Prints one line a problem,
`file:line: what is wrong`, and exits 1 if there is any.

Who may include whom, and which library lives where, is read from the tables in
docs/architecture.md: the page and this check cannot disagree.
"""

import argparse
import fnmatch
import os
import pathlib
import re
import subprocess
import sys

LINES_MAX = 400
CODE = {".hpp", ".h", ".cpp", ".c", ".py", ".mjs", ".js", ".ts", ".sh"}
CXX = {".hpp", ".h", ".cpp", ".c"}
SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", ".venv", ".pytest_cache"}

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "types", "impl"}

# Rooms where foreign code calls us: nothing may be thrown through them, so they may catch all.
CATCH_ALL_ROOMS = {"sdk", "reactor", "plugin_host"}

PROVIDERS = ("openai", "azure", "openrouter", "anthropic", "gemini", "groq", "mistral", "ollama",
             "deepseek", "xai", "cohere", "bedrock", "vllm")
# A dialect is named after whoever published it; that is a wire format and not a provider.
DIALECT_NAMES = re.compile(r"\bopenai_[a-z]+|\b[a-z]+(\.[A-Za-z_]+)+/\d")

# (pattern, advice, is it allowed here). Matched against code without its comments.
BANNED = [
    (r"\bcatch\s*\(\s*\.\.\.\s*\)", "name the exception",
     lambda f: f.name.startswith(("plugins/", "tests/plugins/")) or f.room in CATCH_ALL_ROOMS),
    (r"\bstd::(cout|cerr)\b|(?<!\w)printf\s*\(", "write through core/telemetry",
     lambda f: f.room == "app" or f.top == "tests"),
    (r"\bstd::endl\b", "write '\\n'; std::endl also flushes", lambda f: False),
    (r"\busing\s+namespace\s+(?!std::[a-z_:]*literals\b)", "spell the namespace", lambda f: False),
    (r"\basyncWrite\b|\bPeer::send\b|\bResponseWriter\b|\bResponseStream\b|\bHttp::Endpoint\b",
     "Pistache's HTTP layer and its write queue are not safe to use"
     " (docs/decisions/0001-pistache-is-the-reactor.md)", lambda f: f.top == "tests"),
]
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")

# The home of whoever built this, which is nobody else's. Spelled so as not to match itself.
MACHINE_PATHS = re.compile(r"(?<![\w.$}/-])/(?:" + "work|root" + r")/|(?<![\w.$}/-])/" + r"home/[a-z]")


class File:
    """One tracked text file, read once."""

    def __init__(self, root, name):
        self.name = name  # relative to the root, with slashes
        self.path = root / name
        parts = name.split("/")
        self.top = parts[0] if len(parts) > 1 else ""
        self.room = parts[1] if self.top == "core" and len(parts) > 2 else None
        self.suffix = self.path.suffix
        self.text = self.path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.splitlines()

    def is_code(self):
        return self.suffix in CODE or self.text.startswith("#!")

    def is_cxx(self):
        return self.suffix in CXX

    def code_lines(self):
        """Numbered lines with comments blanked; strings stay, for a banned call is never in one."""
        text = re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/',
                      lambda m: m[1] or "\n" * m[0].count("\n"), self.text, flags=re.S)
        return enumerate(text.splitlines(), 1)


def tracked_files(root):
    """What git knows or would add; without git, every file outside the folders of tools."""
    if (root / ".git").exists():
        try:
            listed = subprocess.run(["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"],
                                    capture_output=True, check=True, text=True).stdout
            names = [name for name in listed.split("\0") if name and (root / name).is_file()]
            return sorted(names)
        except (OSError, subprocess.CalledProcessError):
            pass
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
        names += [(pathlib.Path(folder) / f).relative_to(root).as_posix() for f in files]
    return sorted(names)


class Tree:
    def __init__(self, root):
        self.root = root
        self.names = tracked_files(root)
        self.files = [File(root, name) for name in self.names if is_text(root / name)]
        self.rooms, self.homes = architecture(root / "docs/architecture.md")


def is_text(path):
    with path.open("rb") as file:
        return b"\0" not in file.read(8192)


def architecture(page):
    """The two tables: room -> rooms it may include, and header prefix -> folders it may be used in."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    may_include, homes = {}, {}
    for row in rows:
        if room := re.match(r"`(\w+)/[^`]*`", row[0]):
            may_include[room[1]] = row[-1]
        elif len(row) == 3 and (prefixes := re.findall(r"`<([^`>]+)`", row[1])):
            for prefix in prefixes:
                homes[prefix] = re.findall(r"`([\w/]+)`", row[-1])
    rooms = {}
    for room, text in may_include.items():
        named = set(re.findall(r"\w+", text)) & set(may_include)
        if text == "nothing of ours":
            rooms[room] = set()
        elif text.startswith("everything"):  # "everything", "everything but reactor, upstream"
            rooms[room] = set(may_include) - named
        else:
            rooms[room] = named
    # Everybody may log but the SDK, and what the log itself is made of.
    for room in set(rooms) - {"sdk"} - rooms.get("telemetry", set()):
        rooms[room] |= {"telemetry"}
    return rooms, homes


def include_of(line):
    match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
    return match[1] if match else None


def include_directions(tree):
    for file in tree.files:
        if not file.is_cxx() or file.top not in ("core", "plugins"):
            continue
        for number, line in enumerate(file.lines, 1):
            target = include_of(line)
            if target is None:
                continue
            why = wrong_direction(tree, file, target) if file.top == "core" else foreign_to_plugin(file, target)
            if why:
                yield f"{file.name}:{number}: {why}"


def wrong_direction(tree, file, target):
    parts = target.split("/")
    if parts[0] == "plugins":
        return "core never includes a plugin"
    room = "sdk" if parts[0] == "patchbay" else parts[1] if parts[0] == "core" and len(parts) > 2 else None
    if room is None or file.room is None:
        return None
    if file.room not in tree.rooms:
        return f"the room {file.room} is not in the table of docs/architecture.md"
    if room == file.room:
        mine = file.name.split("/")[2]
        # The formats of one vendor's API, openai_chat and openai_images, have words in common.
        strange = len(parts) > 3 and parts[2].split("_")[0] != mine.split("_")[0]
        if room == "dialects" and strange and "." not in mine:
            return f"the dialect {mine} must not know the dialect {parts[2]}"
        return None
    if room not in tree.rooms[file.room]:
        return f"{file.room} must not include {room} (docs/architecture.md)"
    return None


def foreign_to_plugin(file, target):
    parts = target.split("/")
    plugin = file.name.split("/")[1]
    if parts[0] == "core" and parts[1:2] != ["sdk"]:
        return "a plugin sees the SDK and plugins/shared, never core"
    if parts[0] == "plugins" and parts[1:2] not in (["shared"], [plugin]):
        return f"the plugin {plugin} must not know the plugin {parts[1]}"
    return None


def library_homes(tree):
    for file in tree.files:
        if not file.is_cxx() or file.top not in ("core", "plugins"):
            continue
        for number, line in enumerate(file.lines, 1):
            target = include_of(line)
            prefixes = [p for p in tree.homes if target and target.startswith(p)]
            if not prefixes:
                continue
            prefix = max(prefixes, key=len)
            homes = tree.homes[prefix]
            if not any(file.name.startswith(home.rstrip("/") + "/") for home in homes):
                yield f"{file.name}:{number}: <{prefix} is used in {' and '.join(homes)} only"


def banned_constructs(tree):
    for file in tree.files:
        if file.is_cxx() and file.top in ("core", "plugins", "tests"):
            for number, line in file.code_lines():
                for pattern, advice, allowed in BANNED:
                    if re.search(pattern, line) and not allowed(file):
                        yield f"{file.name}:{number}: {advice}"
        if file.is_code() and not checks_tidy(file):
            for number, line in enumerate(file.lines, 1):
                if UNFINISHED.search(line):
                    yield f"{file.name}:{number}: finish it, or leave it out"


# RapidJSON 1.1 and C++20: comparing a value with a number or a bool by == or != calls itself for
# ever. Text cannot tell types, so this looks at what the file itself declares as RapidJSON's, at
# subscripts by key, and at members of iterators.
def rapidjson_comparisons(tree):
    literal = r"(?:-?\d[\w.]*|true\b|false\b)"
    for file in tree.files:
        if not file.is_cxx() or "rapidjson" not in file.text:
            continue
        declared = set(re.findall(
            r"\b(?:\w*Value|\w*Document)\s*(?:const\s*)?[&*]?\s+[&*]?\s*(\w+)\s*[;,=(){:]", file.text))
        values = "|".join(sorted(map(re.escape, declared)) + [r"\w+\[\"[^\"]*\"\]", r"\w+->value"])
        value = rf"(?:\*?(?<![\w.>])(?:{values})(?:\[[^\]]*\])*)"
        pattern = re.compile(rf"{value}\s*[!=]=\s*{literal}|(?<![\w.]){literal}\s*[!=]=\s*{value}(?![\w.(]|->)")
        for number, line in file.code_lines():
            if pattern.search(line):
                yield (f"{file.name}:{number}: comparing a RapidJSON value with a literal recurses"
                       " for ever; ask for its type and use Get...()")


def sizes(tree):
    for file in tree.files:
        if file.is_code() and len(file.lines) > LINES_MAX and file.top != "docs":
            yield f"{file.name}: {len(file.lines)} lines, at most {LINES_MAX}: give the second idea its own file"


def names(tree):
    for name in tree.names:
        path = pathlib.PurePosixPath(name)
        if path.suffix not in CODE:
            continue
        words = set(path.stem.split("_"))
        if bad := sorted(words & BANNED_NAMES):
            yield f"{name}: '{bad[0]}' says nothing about what is in the file"
        if path.stem.startswith("base_"):
            yield f"{name}: name the thing, not its place in a hierarchy"
        if path.suffix in CXX and not re.fullmatch(r"[a-z0-9_]+", path.stem):
            yield f"{name}: file names are snake_case"


def provider_names(tree):
    pattern = re.compile("|".join(PROVIDERS), re.I)
    for file in tree.files:
        # The ABI's headers name vendors' formats to explain what a member is for.
        if file.top != "core" or file.room == "dialects" or file.name.startswith("core/sdk/patchbay/abi"):
            continue
        for number, line in enumerate(file.lines, 1):
            if match := pattern.search(DIALECT_NAMES.sub("", line)):
                yield (f"{file.name}:{number}: core knows no provider by name, and {match[0]} is one;"
                       " not even in a comment")


def machine_paths(tree):
    for file in tree.files:
        if checks_tidy(file):
            continue
        for number, line in enumerate(file.lines, 1):
            if match := MACHINE_PATHS.search(line):
                yield f"{file.name}:{number}: {match[0]} exists on one machine only"


def checks_tidy(file):
    """This file and its test spell what they look for."""
    return file.name in ("scripts/tidy.py", "tests/tidy/test_tidy.py")


def listed_sources(tree):
    """A source that no CMakeLists.txt names is dead, or a test that never runs."""
    listed = []
    for file in tree.files:
        if pathlib.PurePosixPath(file.name).name != "CMakeLists.txt" and file.suffix != ".cmake":
            continue
        folder = str(pathlib.PurePosixPath(file.name).parent)
        for token in re.findall(r"[\w./${}*-]+\.(?:cpp|cc|c)\b", re.sub(r"#[^\n]*", "", file.text)):
            token = re.sub(r"\$\{(PROJECT|CMAKE)_SOURCE_DIR\}", "", token)
            if token.startswith("/"):
                token = token.lstrip("/")
            else:
                token = re.sub(r"^\$\{CMAKE_CURRENT_(SOURCE|LIST)_DIR\}/", "", token)
                token = token if folder == "." else f"{folder}/{token}"
            # A variable in the middle of a name, as in a foreach, stands for anything.
            listed.append(os.path.normpath(re.sub(r"\$\{\w+\}", "*", token)))
    exact = {name for name in listed if "*" not in name}
    wild = [name for name in listed if "*" in name]
    for name in tree.names:
        if not name.endswith((".cpp", ".c")) or name.split("/")[0] not in ("core", "plugins", "tests"):
            continue
        if name not in exact and not any(fnmatch.fnmatchcase(name, w) for w in wild):
            yield f"{name}: no CMakeLists.txt lists it"


def header_guards(tree):
    for file in tree.files:
        if file.top not in ("core", "plugins", "tests"):
            continue
        if file.suffix == ".hpp" and "#pragma once" not in file.lines:
            yield f"{file.name}: lacks #pragma once"
        if file.suffix == ".h":
            if not file.name.startswith("core/sdk/"):
                yield f"{file.name}: .h is for the C ABI; C++ headers end in .hpp"
            if not re.search(r"^#ifndef (\w+)\n#define \1$", file.text, re.M):
                yield f"{file.name}: lacks an include guard that C understands"


def anchors_of(text):
    """The anchors that a forge makes of a page's headings."""
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*$", text, re.M):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(slug)
    return found


def without_code(text):
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def document_links(tree):
    pages = {file.name: file for file in tree.files if file.suffix == ".md"}
    for file in pages.values():
        folder = pathlib.PurePosixPath(file.name).parent
        for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", without_code(file.text)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            name = os.path.normpath(folder / path) if path else file.name
            if not (tree.root / name).exists() or name.startswith(".."):
                yield f"{file.name}: links to {target}, which is not there"
            elif anchor and name in pages and anchor not in anchors_of(pages[name].text):
                yield f"{file.name}: links to {target}, and {name} has no such heading"


RULES = [include_directions, library_homes, banned_constructs, rapidjson_comparisons, sizes, names,
         provider_names, machine_paths, listed_sources, header_guards, document_links]


def problems(root):
    tree = Tree(pathlib.Path(root).resolve())
    return [problem for rule in RULES for problem in rule(tree)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent)
    found = problems(parser.parse_args().root)
    print("\n".join(found) or "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
