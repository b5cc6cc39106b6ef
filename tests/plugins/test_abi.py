#!/usr/bin/env python3
"""The types of the plugin ABI, compared with those that each version froze (abidiff).

    tests/plugins/test_abi.py                 runs the tests
    tests/plugins/test_abi.py --write FILE    writes the types as they are (scripts/freeze_abi)

A frozen version may only be added to: a change that abidiff calls incompatible fails, and so does any
other that the header's minor version does not account for.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SDK = ROOT / "core" / "sdk"
LOCK = SDK / "lock"

# abidiff's exit code is a set of these.
TOOL_ERROR = 1 | 2
CHANGED = 4
INCOMPATIBLE = 8


def anchor(sdk: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A library whose one function mentions every struct, since abidw sees no other."""
    text = "".join((sdk / "patchbay" / name).read_text() for name in ("abi_values.h", "abi.h"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    names = sorted(
        set(re.findall(r"typedef struct (pbay_\w+)\s*\{", text)) | set(re.findall(r"^struct (pbay_\w+) \{", text, re.M))
    )
    arguments = ", ".join(f"const {name} *a{i}" for i, name in enumerate(names))
    source, library = folder / "anchor.c", folder / "libanchor.so"
    body = "".join(f"(void)a{i};" for i in range(len(names)))
    source.write_text(
        f'#include "patchbay/abi.h"\nPBAY_EXPORT void anchor({arguments});\nvoid anchor({arguments}) {{{body}}}\n'
    )
    command = ["gcc", "-std=c11", "-g", "-shared", "-fPIC", "-I", sdk, source.name, "-o", library.name]
    subprocess.run(command, check=True, cwd=folder)
    return library


def write(file: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = anchor(SDK, pathlib.Path(folder))
        command = ["abidw", "--no-comp-dir-path", "--no-show-locs", "--no-corpus-path", "--out-file", file, library]
        subprocess.run(command, check=True)


def minor_version() -> int:
    return int(re.search(r"#define PBAY_ABI_MINOR (\d+)u", (SDK / "patchbay" / "abi.h").read_text())[1])


def compare(frozen: pathlib.Path, sdk: pathlib.Path) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        library = anchor(sdk, pathlib.Path(folder))
        done = subprocess.run(
            ["abidiff", frozen, library], capture_output=True, text=True, check=False
        )
    return done.returncode, done.stdout + done.stderr


class FrozenAbi(unittest.TestCase):
    def test_nothing_frozen_has_changed(self) -> None:
        frozen = sorted(LOCK.glob("v*.abi"))
        self.assertTrue(frozen, "no version is frozen")
        newest = max(int(file.stem.split(".")[1]) for file in frozen)
        for file in frozen:
            with self.subTest(version=file.stem):
                code, report = compare(file, SDK)
                self.assertFalse(code & TOOL_ERROR, report)
                self.assertFalse(code & INCOMPATIBLE, report)
                if minor_version() == newest == int(file.stem.split(".")[1]):
                    self.assertEqual(code, 0, "a change without a new minor version:\n" + report)

    def test_a_change_would_be_seen(self) -> None:
        """The comparison itself works: a member that is inserted is found."""
        with tempfile.TemporaryDirectory() as folder:
            sdk = pathlib.Path(folder)
            (sdk / "patchbay").mkdir()
            for name in ("abi_values.h", "abi.h"):
                text = (SDK / "patchbay" / name).read_text()
                changed = text
                if name == "abi.h":
                    changed = text.replace("uint32_t flags, attempt;", "uint32_t flags, attempt; uint64_t inserted;")
                    self.assertNotEqual(changed, text)
                (sdk / "patchbay" / name).write_text(changed)
            code, report = compare(sorted(LOCK.glob("v*.abi"))[-1], sdk)
            self.assertNotEqual(code & (CHANGED | INCOMPATIBLE), 0, report)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(pathlib.Path(sys.argv[2]))
    else:
        unittest.main()
