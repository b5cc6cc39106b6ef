"""scripts/setup: says what it will install, installs just that, and does nothing twice.

Runs the real script with package tools that only write down what they were asked.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SETUP = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "setup"
TOOLS = ("bash", "cat", "cut", "dirname", "env", "fold", "grep", "awk", "mkdir", "mktemp", "paste", "rm", "sed", "sha256sum", "tail", "tee")
DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


class SetupTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.bin = self.root / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        (self.root / "scripts").mkdir()
        shutil.copy(SETUP, self.root / "scripts" / "setup")
        self.os_release(DEBIAN_12)
        self.stub("uname", "echo x86_64")
        self.stub("id", "echo 0")
        self.stub("node", "echo v20")
        self.stub("npm", f'echo "npm $*" >>"{self.root}/asked"\nmkdir -p node_modules')
        self.stub("rustc", "exit 1")
        self.apt(0)
        self.installed(*self.packages("run"), *self.packages("test"))

    def stub(self, name, script):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def os_release(self, text):
        (self.root / "os-release").write_text(text)

    def apt(self, code, output=""):
        self.stub("apt-get", f'echo "apt-get $*" >>"{self.root}/asked"\necho "{output}"\n[[ $1 == update ]] || exit {code}')

    def installed(self, *packages):
        known = "\n".join(f"installed {package}" for package in packages)
        self.stub("dpkg-query", f"cat <<'END'\n{known}\nEND\nexit 1")

    def packages(self, scope):
        return subprocess.run([SETUP, "--print-packages", scope], capture_output=True, text=True, check=True).stdout.split()

    def run_setup(self, *arguments, **environment):
        done = subprocess.run([self.root / "scripts" / "setup", *arguments], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL,
                              env={"PATH": str(self.bin), "HOME": str(self.root), "PATCHBAY_OS_RELEASE": str(self.root / "os-release"),
                                   **environment})
        asked = self.root / "asked"
        self.asked = asked.read_text().splitlines() if asked.exists() else []
        return done

    def test_does_nothing_where_everything_is_there(self):
        done = self.run_setup()
        self.assertEqual((done.returncode, done.stdout, done.stderr, self.asked), (0, "", "", []))

    def test_names_what_is_missing_and_installs_that_alone(self):
        self.installed(*[p for p in self.packages("run") if p not in ("cmake", "libcli11-dev", "nodejs", "npm")])
        done = self.run_setup("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Installing 2 Debian packages", done.stdout)
        self.assertIn("  cmake libcli11-dev\n", done.stdout)
        self.assertEqual(len(self.asked), 2, self.asked)
        self.assertIn("update", self.asked[0])
        self.assertTrue(self.asked[1].endswith(" cmake libcli11-dev"), self.asked[1])

    def test_a_package_that_was_removed_is_missing(self):
        everything = self.packages("run")
        self.stub("dpkg-query", "cat <<'END'\n" + "\n".join(f"installed {p}" for p in everything if p != "cmake") + "\nconfig-files cmake\nEND")
        self.run_setup("run")
        self.assertTrue(self.asked[-1].endswith(" cmake"), self.asked)

    def test_running_needs_no_test_tools(self):
        self.installed(*self.packages("run"))
        self.assertEqual(self.run_setup("run").stdout, "")
        self.assertIn("libgtest-dev", self.run_setup("test").stdout)

    def test_asks_for_node_and_rust_only_where_there_are_none(self):
        self.installed(*[p for p in (*self.packages("run"), *self.packages("test")) if p not in ("nodejs", "npm")])
        self.assertEqual(self.run_setup().stdout, "")
        (self.bin / "npm").unlink()
        (self.bin / "node").unlink()
        self.assertIn("  nodejs npm\n", self.run_setup("run").stdout)
        (self.bin / "rustc").unlink()
        self.assertIn("  nodejs npm rustc\n", self.run_setup().stdout)

    def test_what_the_build_takes_from_npm_is_installed_once_for_each_lock(self):
        self.installed(*self.packages("run"))
        web = self.root / "web"
        web.mkdir()
        (web / "package.json").write_text("{}\n")
        (web / "package-lock.json").write_text("{}\n")
        first = self.run_setup("run")
        self.assertEqual(first.returncode, 0, first.stdout + first.stderr)
        self.assertIn("web/node_modules", first.stdout)
        # Nothing that comes from the registry may run at install time.
        self.assertEqual([line.split()[:3] for line in self.asked], [["npm", "ci", "--ignore-scripts"]])
        self.assertEqual(self.run_setup("web").stdout, "")
        (web / "package-lock.json").write_text("{ }\n")
        self.assertIn("web/node_modules", self.run_setup("web").stdout)

    def test_another_system_is_told_what_it_needs(self):
        self.os_release('ID=fedora\nVERSION_ID=41\nPRETTY_NAME="Fedora Linux 41"\n')
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        for told in ("this is Fedora Linux 41", "docker build", "PATCHBAY_SETUP=skip", "libpistache-dev"):
            self.assertIn(told, done.stderr)
        self.assertEqual(self.asked, [])
        self.assertEqual(self.run_setup(PATCHBAY_SETUP="skip").returncode, 0)

    def test_a_relative_of_debian_12_will_do(self):
        self.os_release("ID=raspbian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n")
        self.assertEqual(self.run_setup().returncode, 0)

    def test_another_architecture_is_refused(self):
        self.stub("uname", "echo riscv64")
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("riscv64", done.stderr)

    def test_without_network_it_says_so_and_fails(self):
        self.installed()
        self.apt(100, "E: Unable to locate package cmake")
        done = self.run_setup("run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("E: Unable to locate package cmake", done.stderr)
        self.assertIn("Is the network there?", done.stderr)

    def test_without_root_and_sudo_it_says_what_to_run(self):
        self.stub("id", "echo 1000")
        self.installed()
        done = self.run_setup("run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get install --no-install-recommends ca-certificates cmake", done.stderr)
        self.assertEqual(self.asked, [])

    def test_sudo_is_used_where_it_is_needed(self):
        self.stub("id", "echo 1000")
        self.stub("sudo", f'echo "sudo $*" >>"{self.root}/asked"')
        self.installed()
        self.assertEqual(self.run_setup("run").returncode, 0)
        self.assertTrue(all(line.startswith("sudo -n ") for line in self.asked), self.asked)

    def test_python_modules_are_installed_once_for_each_list_of_them(self):
        for tool in os.listdir("/usr/bin"):
            if not (self.bin / tool).exists() and tool.startswith(("python3", "ldconfig", "uname")):
                (self.bin / tool).symlink_to(f"/usr/bin/{tool}")
        wanted = self.root / "tests" / "e2e" / "requirements.txt"
        wanted.parent.mkdir(parents=True)
        wanted.write_text("# nothing\n")
        first = self.run_setup("test")
        self.assertEqual(first.returncode, 0, first.stdout + first.stderr)
        self.assertIn("build/e2e/venv", first.stdout)
        self.assertEqual(self.run_setup("test").stdout, "")
        wanted.write_text("# nothing, said otherwise\n")
        self.assertIn("build/e2e/venv", self.run_setup("test").stdout)


if __name__ == "__main__":
    unittest.main()
