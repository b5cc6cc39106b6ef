#!/usr/bin/env python3
"""Whether a program made only system calls that a systemd unit allows it.

    scripts/fresh/syscalls.py UNIT TRACE PROGRAM

TRACE is what `strace -f` wrote; it counts from where PROGRAM was executed. What the unit's
SystemCallFilter lines mean is asked of systemd-analyze. Prints the calls that are not allowed.
"""

import pathlib
import re
import subprocess
import sys


def members(group):
    """The calls of a group such as @file-system, those of the groups in it included."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", group], capture_output=True, text=True, check=True).stdout
    names = [line.strip() for line in said.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(members(name) if name.startswith("@") else {name} for name in names))


def allowed(unit):
    """As systemd reads the lines: the first decides that it is a list of what may be, `~` takes away."""
    calls = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        words = line.lstrip("~").split()
        named = set().union(*(members(word) if word.startswith("@") else {word} for word in words))
        calls = calls - named if line.startswith("~") else calls | named
    # Always allowed, or nothing could be started or ended.
    return calls | members("@default") | {"execve", "exit", "exit_group", "rt_sigreturn", "getrlimit"}


def made(trace, program):
    begun = re.search(rf'^\d+ +execve\("{re.escape(program)}"', trace, re.M)
    if not begun:
        return None
    return set(re.findall(r"^\d+ +(\w+)\(", trace[begun.start():], re.M))


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    unit, trace, program = arguments
    calls = made(pathlib.Path(trace).read_text(errors="replace"), program)
    if calls is None:
        print(f"{trace}: {program} was never executed", file=sys.stderr)
        return 1
    forbidden = sorted(calls - allowed(pathlib.Path(unit).read_text()))
    if forbidden:
        print(f"{unit} does not allow: {' '.join(forbidden)}", file=sys.stderr)
        return 1
    print(f"   {len(calls)} different ones, all of them allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
