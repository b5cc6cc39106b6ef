#!/usr/bin/env python3
"""Reads a Dockerfile and prints its steps for scripts/fresh-machine, which takes them without Docker.

    scripts/fresh/dockerfile.py steps [DOCKERFILE]     the steps, one shell command a line
    scripts/fresh/dockerfile.py context [DOCKERFILE]   the files of the build's context, each ended by a NUL
    scripts/fresh/dockerfile.py tree                   the same, as if there were no .dockerignore

Only what can be followed to the letter is understood. Any other instruction, option or form is an
error, so that no step is ever passed over: whoever needs more of the format adds it here.

The commands, whose arguments are resolved and quoted: `stage NAME IMAGE`, `workdir FOLDER`,
`user UID:GID`, `variable NAME VALUE`, `copy STAGE SOURCE... TARGET` (STAGE is empty for the context,
TARGET ends in / where it must be a folder), `run TEXT`, `volume FOLDER`, `port NUMBER`,
`healthcheck SECONDS TEXT`, `entrypoint WORD...`, `arguments WORD...`.
"""

import fnmatch
import json
import pathlib
import posixpath
import re
import shlex
import subprocess
import sys

# What every image starts from that sets no PATH itself, as Debian's does not.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What docker build takes where HEALTHCHECK names no time-out.
CHECK_SECONDS = 30


class NotUnderstood(Exception):
    """A line that would have to be guessed at; says which and why."""


def instructions(text):
    """(line number, instruction in capitals, the rest with continued lines joined)."""
    if re.match(r"#\s*(syntax|escape|check)\s*=", text, re.I):
        raise NotUnderstood("line 1: parser directives are not followed")
    found, parts, begun = [], [], 0
    for number, line in enumerate(text.splitlines(), 1):
        # Comments and empty lines may stand between the lines of one instruction.
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun = begun if parts else number
        continued = line.rstrip().endswith("\\")
        parts.append(line.rstrip()[:-1] if continued else line.rstrip())
        if continued:
            continue
        name, _, rest = "".join(parts).strip().partition(" ")
        found.append((begun, name.upper(), rest.strip()))
        parts = []
    if parts:
        raise NotUnderstood(f"line {begun}: goes on after the end of the file")
    return found


class Steps:
    """Collects the steps; knows of a stage what later instructions of it depend on."""

    def __init__(self):
        self.steps = []
        self.stages = []
        self.environment = {}
        self.folder = "/"

    def add(self, *words):
        self.steps.append([str(word) for word in words])

    def follow(self, name, rest):
        method = getattr(self, f"on_{name.lower()}", None)
        if method is None:
            raise NotUnderstood(f"{name} is not followed")
        if name not in ("FROM",) and not self.stages:
            raise NotUnderstood(f"{name} before the first FROM")
        method(rest)

    def on_from(self, rest):
        match = re.fullmatch(r"(debian:bookworm(?:-slim)?)(?:\s+AS\s+([a-z][a-z0-9_-]*))?", rest, re.I)
        if not match:
            raise NotUnderstood(f"FROM {rest}: only Debian 12 can be made here, as debian:bookworm or -slim")
        self.environment = {"PATH": PATH}
        self.folder = "/"
        self.stages.append(match[2] or f"stage-{len(self.stages)}")
        self.add("stage", self.stages[-1], match[1])

    def on_workdir(self, rest):
        self.folder = posixpath.normpath(posixpath.join(self.folder, self.plain(rest)))
        self.add("workdir", self.folder)

    def on_user(self, rest):
        if not re.fullmatch(r"\d+:\d+", rest):
            raise NotUnderstood(f"USER {rest}: only UID:GID in figures, which mean the same in every image")
        self.add("user", rest)

    def on_env(self, rest):
        for word in shlex.split(rest):
            name, equals, value = word.partition("=")
            if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name):
                raise NotUnderstood(f"ENV {rest}: only NAME=VALUE")
            self.environment[name] = self.with_variables(value)
            self.add("variable", name, self.environment[name])

    def on_copy(self, rest):
        words = shlex.split(rest)
        stage = ""
        while words and words[0].startswith("--"):
            option, _, value = words.pop(0).partition("=")
            if option != "--from" or value not in self.stages[:-1]:
                raise NotUnderstood(f"COPY {option}={value}: only --from an earlier stage")
            stage = value
        if len(words) < 2 or any(re.search(r"[*?\[$]", word) for word in words):
            raise NotUnderstood(f"COPY {rest}: only plain names")
        *sources, target = words
        folder = len(sources) > 1 or target.endswith("/") or target in (".", "./")
        target = posixpath.normpath(posixpath.join(self.folder, target))
        self.add("copy", stage, *sources, target + ("/" if folder and target != "/" else ""))

    def on_run(self, rest):
        if rest.startswith(("--", "[", "<<")) or re.search(r"(?<!<)<<(?!<)", rest):
            raise NotUnderstood(f"RUN {rest}: only a shell's command, without options")
        self.add("run", rest)

    def on_volume(self, rest):
        for folder in self.words(rest) if rest.startswith("[") else rest.split():
            self.add("volume", self.plain(folder))

    def on_expose(self, rest):
        for port in rest.split():
            if not re.fullmatch(r"\d+", port):
                raise NotUnderstood(f"EXPOSE {port}: only a number")
            self.add("port", port)

    def on_healthcheck(self, rest):
        match = re.fullmatch(r"((?:--(?:interval|timeout|start-period|retries)=\S+\s+)*)CMD\s+([^\[].*)", rest)
        if not match:
            raise NotUnderstood(f"HEALTHCHECK {rest}: only CMD with a shell's command")
        seconds = re.search(r"--timeout=(\d+)s", match[1])
        if "--timeout" in match[1] and not seconds:
            raise NotUnderstood("HEALTHCHECK --timeout: only whole seconds")
        self.add("healthcheck", seconds[1] if seconds else CHECK_SECONDS, match[2])

    def on_entrypoint(self, rest):
        self.add("entrypoint", *self.words(rest))

    def on_cmd(self, rest):
        self.add("arguments", *self.words(rest))

    def words(self, rest):
        """The form that needs no shell: a list in JSON."""
        try:
            words = json.loads(rest)
        except ValueError:
            words = None
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise NotUnderstood(f"{rest}: only a list of words, as [\"patchbay\"]")
        return words

    def plain(self, text):
        if re.search(r"[$\s\"']", text):
            raise NotUnderstood(f"{text}: only a plain path")
        return text

    def with_variables(self, value):
        def resolve(match):
            return self.environment.get(match[1] or match[2], "")

        resolved = re.sub(r"\$(?:(\w+)|\{(\w+)\})", resolve, value)
        if "$" in re.sub(r"\$(?:(\w+)|\{(\w+)\})", "", value):
            raise NotUnderstood(f"{value}: only $NAME and ${{NAME}}")
        return resolved


def steps(text):
    """The steps of a Dockerfile, each a list of words."""
    followed = Steps()
    for number, name, rest in instructions(text):
        try:
            followed.follow(name, rest)
        except (NotUnderstood, ValueError) as error:
            raise NotUnderstood(f"line {number}: {error}") from None
    if not followed.stages:
        raise NotUnderstood("there is no FROM")
    return followed.steps


def is_ignored(name, rules):
    """Whether .dockerignore's rules keep a file out: the last rule that matches it or a folder above decides."""
    folders = [name] + [parent.as_posix() for parent in pathlib.PurePosixPath(name).parents][:-1]
    ignored = False
    for rule in rules:
        pattern = rule.lstrip("!").strip("/")
        if "**" in pattern or "[" in pattern:
            raise NotUnderstood(f".dockerignore: {rule} is not followed")
        # A star does not reach over a slash.
        depth = pattern.count("/")
        if any(folder.count("/") == depth and fnmatch.fnmatchcase(folder, pattern) for folder in folders):
            ignored = not rule.startswith("!")
    return ignored


def tree(root):
    """What git would keep: the files that are there, without those it is told to ignore."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"],
                            capture_output=True, check=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and (root / name).is_file())


def context(root):
    """The tree less what .dockerignore keeps out."""
    file = root / ".dockerignore"
    lines = file.read_text().splitlines() if file.exists() else []
    rules = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [name for name in tree(root) if not is_ignored(name, rules)]


def main(arguments):
    root = pathlib.Path(__file__).resolve().parents[2]
    file = pathlib.Path(arguments[1]) if len(arguments) > 1 else root / "Dockerfile"
    try:
        if arguments[:1] == ["steps"]:
            for step in steps(file.read_text()):
                print(shlex.join(step))
        elif arguments[:1] == ["context"]:
            sys.stdout.write("".join(name + "\0" for name in context(file.resolve().parent)))
        elif arguments == ["tree"]:
            sys.stdout.write("".join(name + "\0" for name in tree(root)))
        else:
            print(__doc__, file=sys.stderr)
            return 64
    except NotUnderstood as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
