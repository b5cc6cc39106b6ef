#!/usr/bin/env python3
"""Sums up what the stages of scripts/test left in a folder, and is its exit code.

scripts/report.py FOLDER reads FOLDER/stages, one tab-separated line a stage: name, kind (`build`,
`check` or `suite`), exit code, seconds. A suite's cases are in FOLDER/NAME.xml (JUnit, as ctest and
pytest write it); every stage's output is in FOLDER/NAME.log. A check is one case; a build is none
unless it fails.

Prints what was skipped and why, the output of what failed, and last `N passed, N failed`, followed
by `, N skipped` where there were any. Exits 1 if anything failed or nothing passed.
"""

import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

OUTPUT_LINES_MAX = 120

Case = collections.namedtuple("Case", "name outcome text")  # outcome: passed, failed, skipped


def cases_of(xml):
    for case in ElementTree.parse(xml).iter("testcase"):
        # ctest repeats the name as the class.
        parts = [case.get("classname"), case.get("name")]
        name = parts[1] if parts[0] in (None, "", parts[1]) else "::".join(parts)
        output = (case.findtext("system-out") or "").strip()
        skipped = case.find("skipped")
        wrong = [e for e in case if e.tag in ("failure", "error")]
        if wrong:
            told = "\n".join(filter(None, [(e.text or "").strip() or e.get("message") for e in wrong]))
            yield Case(name, "failed", "\n".join(filter(None, [output, told])))
        elif skipped is not None or case.get("status") in ("notrun", "disabled"):
            yield Case(name, "skipped", skip_reason(skipped, output))
        else:
            yield Case(name, "passed", "")


def skip_reason(skipped, output):
    # GoogleTest writes the reason below a line that ends in ": Skipped".
    if match := re.search(r": Skipped\n(.*?)\n*(?:^\[|\Z)", output, re.S | re.M):
        if match[1].strip():
            return " ".join(match[1].split())
    return (skipped is not None and skipped.get("message")) or output or "no reason given"


def stages_of(folder):
    for line in (folder / "stages").read_text().splitlines():
        name, kind, code, seconds = line.split("\t")
        yield name, kind, int(code), float(seconds)


def log_of(folder, name):
    log = folder / f"{name}.log"
    return log.read_text(errors="replace") if log.exists() else ""


def collect(folder):
    for name, kind, code, _ in stages_of(folder):
        cases = []
        xml = folder / f"{name}.xml"
        broken = ""
        if kind == "suite" and xml.exists():
            try:
                cases = list(cases_of(xml))
            except ElementTree.ParseError as error:
                broken = f"{xml.name} is not whole: {error}\n"
        if kind == "check" and code == 0:
            cases = [Case(name, "passed", "")]
        # A stage that failed without naming a case (a crash, a time-out, a broken build) is one.
        if (code != 0 and not any(c.outcome == "failed" for c in cases)) or broken:
            cases.append(Case(f"{name} (exit code {code})", "failed", broken + log_of(folder, name)))
        yield from cases


def last_lines(text):
    lines = text.splitlines()
    if len(lines) <= OUTPUT_LINES_MAX:
        return lines
    return [f"... {len(lines) - OUTPUT_LINES_MAX} lines before these ..."] + lines[-OUTPUT_LINES_MAX:]


def report(folder, out=print):
    by_outcome = collections.defaultdict(list)
    for case in collect(folder):
        by_outcome[case.outcome].append(case)
    passed, failed, skipped = (by_outcome[o] for o in ("passed", "failed", "skipped"))

    reasons = collections.defaultdict(list)
    for case in skipped:
        reasons[case.text].append(case.name)
    for reason, names in reasons.items():
        out(f"\nSkipped {len(names)}: {reason}")
        for name in names:
            out(f"  {name}")
    for case in failed:
        out(f"\n==== FAILED: {case.name}")
        for line in last_lines(case.text):
            out(line)

    out("\nTime: " + ", ".join(f"{name} {seconds:.0f} s" for name, _, _, seconds in stages_of(folder)))
    if not passed and not failed:
        out("No test ran, and that is a failure.")
    out(f"{len(passed)} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(report(pathlib.Path(sys.argv[1])))
