"""scripts/fresh-machine: says what it lacks, and reads what it proves from where users read it.

What it proves takes minutes, and is a stage of its own in scripts/test.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "fresh"))
import check  # noqa: E402
import syscalls  # noqa: E402

EVENT = 'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n'
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def without_since() -> dict[str, str]:
    """This environment without what the developer's own may say of it."""
    return {name: value for name, value in os.environ.items() if name != "PATCHBAY_SINCE"}


class FreshMachine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name) / "tree"
        self.bin = pathlib.Path(folder.name) / "bin"
        self.bin.mkdir()
        shutil.copytree(ROOT / "scripts", self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        for tool in ("bash", "env", "realpath", "dirname", "sed", "grep", "sort", "head", "tail", "cat", "cut", "mkdir", "rm", "flock", "git", "sha256sum"):
            (self.bin / tool).symlink_to(shutil.which(tool))
        subprocess.run(["git", "init", "-q", self.root], check=True)
        # Name spaces are as good as made: the script goes on in the same one.
        self.stub("unshare", 'while [[ $1 == --* ]]; do shift; done\nexec "$@"')
        for tool in ("true", "strace", "systemd-analyze"):
            self.stub(tool, "exit 0")
        self.stub("id", "echo 0")
        self.stub("apt-get", "printf '%s\\n' 'http://mirror.test/debian/ bookworm' 'http://mirror.test/security/ bookworm-security'")
        self.stub("debootstrap", f'echo "$*" >"{self.root}/asked"; echo "E: Invalid Release file"; exit 1')

    def stub(self, name, script):
        (self.bin / name).write_text(f"#!/bin/bash\n{script}\n")
        (self.bin / name).chmod(0o755)

    def run_it(self, *arguments):
        return subprocess.run([self.root / "scripts" / "fresh-machine", *arguments], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env={"PATH": str(self.bin)})

    def test_help_says_what_it_proves(self):
        done = self.run_it("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("readme", "image", "--refresh", "--keep"):
            self.assertIn(word, done.stdout)
        self.assertEqual(self.run_it("--other").returncode, 64)

    def test_a_missing_debootstrap_is_a_failure_that_says_so(self):
        (self.bin / "debootstrap").unlink()
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("debootstrap is missing; scripts/setup test installs it", done.stderr)

    def test_what_was_compiled_is_taken_along_though_others_compile_meanwhile(self):
        own, taken = self.root / "own", self.root / "cache" / "compiled"
        for name in ("kept", "gone"):
            (own / name).parent.mkdir(exist_ok=True)
            (own / name).write_text(name)
        # One file of another build has gone by the time it is to be linked, so that linking fails as a whole.
        self.stub("cp", f'[[ " $* " != *" --link "* ]] || rm -f "{own}/gone" && {shutil.which("cp")} "$@" '
                        f'&& [[ " $* " != *" --link "* ]]')  # fmt: skip
        self.stub("ccache", f'echo "{own}"')
        done = subprocess.run(["bash", "-euc", f'cache="{self.root}/cache"; . scripts/fresh/machine.sh; take_compiled'],
                              cwd=self.root, capture_output=True, text=True, check=False, env={"PATH": str(self.bin)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([file.name for file in taken.iterdir()], ["kept"])

    def test_a_mirror_out_of_reach_is_a_failure_that_says_so(self):
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("E: Invalid Release file", done.stderr)
        self.assertIn("Is the network there?", done.stderr)

    def test_two_runs_do_not_get_in_each_others_way(self):
        self.stub("debootstrap", f'"{self.root}/scripts/fresh-machine"; exit 1')
        self.assertIn("another run is under way", self.run_it().stderr)

    def test_packages_come_from_where_this_machine_gets_them(self):
        self.run_it()
        asked = (self.root / "asked").read_text().split()
        self.assertEqual(asked[:2] + asked[-1:], ["--variant=minbase", "bookworm", "http://mirror.test/debian/"])

    def test_it_does_not_start_without_root_or_without_name_spaces(self):
        self.stub("unshare", "exit 1")
        self.assertIn("name spaces", self.run_it().stderr)
        self.stub("id", "echo 1000")
        self.assertIn("needs root", self.run_it().stderr)

    def test_the_commands_are_those_of_the_readme(self):
        told = subprocess.run(["bash", "-c", '. "$root/scripts/fresh/readme.sh"; first_command; curl_block'], capture_output=True,
                              text=True, check=True, env={**os.environ, "root": str(ROOT)}).stdout.splitlines()
        readme = (ROOT / "README.md").read_text()
        self.assertEqual(told[0].split()[0], "scripts/run")
        self.assertIn("\n".join(told[1:]), readme)
        self.assertTrue(told[1].startswith("curl http://127.0.0.1:8080/"), told)


class Due(unittest.TestCase):
    """When the proofs are taken: in a repository of its own, whose commits have dates."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(ROOT / "scripts", self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments, hour=0):
        date = f"2001-01-0{1 + hour // 24}T{hour % 24:02}:00:00Z"
        environment = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(["git", "-C", self.root, "-c", "user.name=a", "-c", "user.email=a@b", *arguments], capture_output=True,
                              text=True, check=True, env=environment)
        return done.stdout.strip()

    def commit(self, name, hour):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{name} {hour}\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", name, hour=hour)
        return self.git("rev-parse", "HEAD")

    def is_due(self, **environment):
        done = subprocess.run([self.root / "scripts" / "fresh-machine", "--due"], capture_output=True, text=True, check=False,
                              env={**without_since(), **environment})
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.startswith("due: " if done.returncode == 0 else "not due: "), done.stdout)
        return done.returncode == 0

    def test_in_doubt_they_are(self):
        self.assertTrue(self.is_due())
        self.commit("Dockerfile", 0)
        self.assertTrue(self.is_due())

    def test_a_clone_of_one_branch_looks_back_for_half_a_day(self):
        self.commit("Dockerfile", 0)
        self.commit("core/a.cpp", 20)
        self.assertFalse(self.is_due())
        self.commit("core/room/CMakeLists.txt", 21)
        self.commit("core/b.cpp", 30)
        self.assertTrue(self.is_due())
        self.commit("core/c.cpp", 40)
        self.assertFalse(self.is_due())

    def test_a_branch_looks_back_to_where_it_began(self):
        begun = self.commit("Dockerfile", 0)
        self.git("update-ref", "refs/remotes/origin/main", begun)
        self.commit("core/a.cpp", 1)
        self.assertFalse(self.is_due())
        self.commit("cmake/options.cmake", 2)
        self.assertTrue(self.is_due())

    def test_what_is_not_committed_counts(self):
        self.commit("Dockerfile", 0)
        self.commit("core/a.cpp", 20)
        (self.root / "plugins/new").mkdir(parents=True)
        (self.root / "plugins/new/CMakeLists.txt").write_text("new\n")
        self.assertTrue(self.is_due())

    def test_the_commit_can_be_named(self):
        first = self.commit("Dockerfile", 0)
        second = self.commit("Dockerfile", 1)
        self.commit("core/a.cpp", 2)
        self.assertTrue(self.is_due(PATCHBAY_SINCE=first))
        self.assertFalse(self.is_due(PATCHBAY_SINCE=second))

    def test_what_was_proved_here_is_not_proved_again(self):
        self.commit("Dockerfile", 0)
        told = subprocess.run(["bash", "-c", '. "$root/scripts/fresh/due.sh"; proved_key'], capture_output=True, text=True, check=True,
                              env={**without_since(), "root": str(self.root)}).stdout
        (self.root / "build/fresh").mkdir(parents=True)
        (self.root / "build/fresh/proved").write_text(told)
        self.assertFalse(self.is_due())
        (self.root / "Dockerfile").write_text("another\n")
        self.assertTrue(self.is_due())


class SystemCalls(unittest.TestCase):
    TRACE = '1 mount("a")\n1 execve("/opt/server", ["server"]) = 0\n2 <... read resumed>) = 1\n2 read(3, "x(", 1) = 1\n1 %s(1) = 0\n'

    def test_calls_count_from_where_the_program_begins(self):
        self.assertEqual(syscalls.made(self.TRACE % "socket", "/opt/server"), {"execve", "read", "socket"})
        self.assertIsNone(syscalls.made(self.TRACE % "socket", "/opt/other"))

    def test_a_unit_allows_what_its_lines_add_up_to(self):
        calls = syscalls.allowed("SystemCallFilter=@system-service\nSystemCallFilter=~@resources\n")
        self.assertLess({"read", "socket", "memfd_create", "prlimit64", "futex"}, calls)
        self.assertFalse({"mount", "setpriority", "reboot"} & calls)


class Answers(unittest.TestCase):
    def test_a_stream_has_a_head_events_a_text_and_an_end(self):
        good = HEAD + EVENT % "Hel" + EVENT % "lo" + EVENT % "" + "data: [DONE]\n\n"
        self.assertEqual(check.streamed(good), "Hello (4 events)")
        for bad in (good.replace("200", "500"), good.replace("event-stream", "plain"), good.replace("data: [DONE]\n\n", ""),
                    HEAD + "data: [DONE]\n\n", HEAD + EVENT % "" * 3 + "data: [DONE]\n\n", HEAD + EVENT % "x" + "data: [DONE]\n\n"):
            with self.assertRaises(AssertionError, msg=bad):
                check.streamed(bad)

    def test_a_port_is_given_if_it_is_free(self):
        taken = check.socket.create_server(("127.0.0.1", 0))
        with taken:
            port = taken.getsockname()[1]
            self.assertNotEqual(check.free_port(port), port)


if __name__ == "__main__":
    unittest.main()
