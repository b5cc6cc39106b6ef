"""What is installed for those who write plugins, put into a folder of its own once."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def build_folder() -> Path:
    """The build that PATCHBAY_BIN belongs to: a release build, for others cannot be installed."""
    binary = Path(os.environ.get("PATCHBAY_BIN", REPOSITORY / "build/release/bin/patchbay")).resolve()
    return binary.parents[1]


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        **options,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@dataclass
class Installed:
    prefix: Path

    @property
    def environment(self) -> dict[str, str]:
        """As a shell that finds what is installed, and nothing of the checkout."""
        return {
            "PATH": f"{self.prefix}/bin:{os.environ['PATH']}",
            "HOME": str(self.prefix.parent),
            "CMAKE_PREFIX_PATH": str(self.prefix),
            "PKG_CONFIG_PATH": f"{self.prefix}/share/pkgconfig",
            "LANG": "C.UTF-8",
        }

    def run(self, *command: str | Path, **options: object) -> str:
        return run(*command, env=self.environment, **options)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    prefix = tmp_path_factory.mktemp("home") / "patchbay"
    run("cmake", "--install", build_folder(), "--prefix", prefix)
    return Installed(prefix)
