"""Plugins that tests build themselves, each from one source file and in any version.

The sources are those of the component tests; the compiler and the flags are those that docs/plugins.md names.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from patchbay import REPOSITORY

SOURCES = REPOSITORY / "tests/component/plugin_host/plugins"
SDK = REPOSITORY / "core/sdk"
OF_C = ("cc", "-std=gnu11")
OF_CPP = ("c++", "-std=c++20", "-fvisibility-inlines-hidden", "-fno-gnu-unique")


@dataclass(frozen=True)
class PluginSource:
    """What the plugin `test.<name>` is made from: its file, and the one mode of its one type, `<name>`."""

    file: str
    mode: str

    @property
    def name(self) -> str:
        return Path(self.file).stem

    @property
    def id(self) -> str:
        return f"test.{self.name}"

    @property
    def library(self) -> str:
        return f"libpatchbay_{self.name}.so"

    def build(self, folder: Path, version: str, *defines: str) -> Path:
        """Builds a version of the plugin, with its manifest, in a folder of its own."""
        folder = folder / "-".join([version, *defines])
        folder.mkdir(parents=True)
        library = folder / self.library
        subprocess.run(
            [*(OF_C if self.file.endswith(".c") else OF_CPP), "-O1", "-fPIC", "-shared", "-fvisibility=hidden",
             f"-I{SDK}", f'-DTEST_NAME="{self.name}"', f'-DTEST_VERSION="{version}"',
             *(f"-D{define}" for define in defines), str(SOURCES / self.file), "-o", str(library), "-pthread",
             "-Wl,-z,now", "-Wl,-z,defs", f"-Wl,--version-script={SDK / 'plugin.map'}"],
            check=True,
        )  # fmt: skip
        manifest = {
            "manifest": 1,
            "id": self.id,
            "version": version,
            "library": self.library,
            "arch": platform.machine(),
            "abi": {"major": 1, "minor": 0, "need_host_minor": 0},
            "sha256": hashlib.sha256(library.read_bytes()).hexdigest(),
            "license": "Apache-2.0",
            "types": [{"type": self.name, "modes": [self.mode]}],
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        return folder

    def put(self, built: Path, folder: Path, **changes: object) -> Path:
        """Puts a version into its place as package managers do: by renaming, the manifest last.

        `folder` is one in which plugins are searched; `changes` are to the manifest.
        """
        place = folder / self.name
        place.mkdir(parents=True, exist_ok=True)
        manifest = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
        _replace(place / self.library, (built / self.library).read_bytes())
        _replace(place / "manifest.json", json.dumps({**manifest, **changes}).encode())
        return place


def _replace(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(content)
    os.chmod(fresh, 0o644)
    fresh.replace(file)
