"""A plugin that offers two tools, built here in any version; each call of one asks an HTTP service.

Its source is that of the component tests; the compiler and the flags are those that docs/plugins.md names.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from pathlib import Path

from patchbay import REPOSITORY

SOURCE = REPOSITORY / "tests/component/plugin_host/plugins/toolbox.cpp"
SDK = REPOSITORY / "core/sdk"
LIBRARY = "libpatchbay_toolbox.so"
PLUGIN = "test.toolbox"


def build(folder: Path, version: str, *defines: str) -> Path:
    """Builds a version of the plugin, with its manifest, in a folder of its own."""
    folder = folder / version
    folder.mkdir(parents=True)
    subprocess.run(
        ["c++", "-std=c++20", "-O1", "-fPIC", "-shared", "-fvisibility=hidden", "-fvisibility-inlines-hidden",
         "-fno-gnu-unique", f"-I{SDK}", '-DTEST_NAME="toolbox"', f'-DTEST_VERSION="{version}"',
         *(f"-D{define}" for define in defines),
         str(SOURCE), "-o", str(folder / LIBRARY), "-Wl,-z,now", "-Wl,-z,defs",
         f"-Wl,--version-script={SDK / 'plugin.map'}"],
        check=True,
    )  # fmt: skip
    manifest = {
        "manifest": 1,
        "id": PLUGIN,
        "version": version,
        "library": LIBRARY,
        "arch": platform.machine(),
        "abi": {"major": 1, "minor": 0, "need_host_minor": 0},
        "sha256": hashlib.sha256((folder / LIBRARY).read_bytes()).hexdigest(),
        "types": [{"type": "toolbox", "modes": ["tool"]}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return folder


def put(built: Path, folder: Path) -> None:
    """Puts a version into its place as package managers do: by renaming, the manifest last."""
    place = folder / "toolbox"
    place.mkdir(parents=True, exist_ok=True)
    for name in (LIBRARY, "manifest.json"):
        fresh = place / f".{name}.new"
        fresh.write_bytes((built / name).read_bytes())
        os.chmod(fresh, 0o644)
        fresh.replace(place / name)
