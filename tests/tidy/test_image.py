"""The Dockerfile, which no test can build here, is held to what can be read.

PATCHBAY_BIN names a built binary, whose libraries the image has to have.
"""

import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BUILD, RUN = re.split(r"^FROM ", DOCKERFILE, flags=re.M)[1:]

# Part of every Debian, or of this build only.
ALWAYS_THERE = {"libc6"}
SANITIZERS = re.compile(r"lib(a|ub|t|l)san")


def packages(scope):
    listed = subprocess.run([ROOT / "scripts/setup", "--print-packages", scope], capture_output=True, text=True, check=True)
    return set(listed.stdout.split())


def needed_by(file):
    """The Debian packages of the libraries that an ELF file names."""
    dynamic = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
        if SANITIZERS.match(library):
            continue
        owners = subprocess.run(["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True, check=False).stdout
        found = {line.split(":")[0] for line in owners.splitlines() if not line.startswith("diversion")}
        # Multilib and cross packages carry copies; the real one is the one without -cross or 32 in its name.
        found = {name for name in found if not re.search(r"cross|32|x32", name)}
        yield library, found


class Image(unittest.TestCase):
    def test_both_stages_install_what_setup_names(self):
        self.assertIn("scripts/setup --print-packages run", BUILD)
        self.assertIn("setup --print-packages image", RUN)
        self.assertTrue(BUILD.startswith("debian:bookworm AS build\n"))
        self.assertTrue(RUN.startswith("debian:bookworm-slim\n"))

    def test_it_runs_without_root(self):
        self.assertEqual(re.findall(r"^USER (.*)$", RUN, re.M), ["10001:10001"])

    def test_any_user_may_write_to_its_data_folder_and_to_nothing_else(self):
        self.assertEqual(re.findall(r"^VOLUME (.*)$", RUN, re.M), ["/var/lib/patchbay"])
        self.assertIn("RUN mkdir --mode=1777 /var/lib/patchbay\nVOLUME", RUN)

    def test_it_says_whether_it_is_well(self):
        self.assertRegex(RUN, r"HEALTHCHECK (.|\n)*CMD curl (.|\n)*/health")
        self.assertIn("curl", packages("image"))

    def test_it_listens_where_it_says(self):
        self.assertIn("ENV PATCHBAY_LISTEN=0.0.0.0:8080", RUN)
        self.assertIn("EXPOSE 8080", RUN)

    def test_it_has_every_library_of_the_binary_and_the_plugins(self):
        self.assertIn("PATCHBAY_BIN", os.environ, "PATCHBAY_BIN must name the built binary")
        binary = pathlib.Path(os.environ["PATCHBAY_BIN"])
        plugins = sorted((binary.parent.parent / "plugins").rglob("*.so"))
        self.assertTrue(plugins, "no plugins beside the binary")
        installed = packages("image") | ALWAYS_THERE
        for file in [binary, *plugins]:
            for library, owners in needed_by(file):
                self.assertTrue(owners & installed, f"{file.name} needs {library} of {sorted(owners)}, which `image` lacks")


if __name__ == "__main__":
    unittest.main()
