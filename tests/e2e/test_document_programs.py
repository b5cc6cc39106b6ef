"""Documents whose text another program takes out: PDF, DOCX, ODT, and what is configured."""

from __future__ import annotations

import io
import stat
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import databases
from chat_backends import Person, backend_config, error_of
from documents import Model, form, give, post, ready, settled, wait_until
from patchbay import EXIT_CONFIGURATION, Patchbay, run, write_config
from upstream import Upstream

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
MINE = "application/x-mine"
SMALL = {"chunk_tokens": 20, "overlap_tokens": 0}


def pdf(*pages: str, encrypted: bool = False) -> bytes:
    """A PDF with a line of text on each page; an empty one is a page without text, as of a scanner."""
    numbers = range(4, 4 + 2 * len(pages), 2)
    kids = " ".join(f"{n} 0 R" for n in numbers)
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, text in zip(numbers, pages, strict=True):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else "0 0 100 100 re f"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {number + 1} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(drawn)}>>\nstream\n{drawn}\nendstream")
    out = b"%PDF-1.4\n"
    places = []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{thing}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    # Nobody knows the password of these: they are no hash of any.
    secret = f"/ID[<{'00' * 16}><{'00' * 16}>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'11' * 32}>/U<{'22' * 32}>>>"
    trailer = f"<</Size {len(objects) + 1}/Root 1 0 R{secret if encrypted else ''}>>"
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()


def archive(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return out.getvalue()


def docx(*paragraphs: str) -> bytes:
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return archive(
        {
            "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{types}"/>',
            "word/document.xml": '<?xml version="1.0" encoding="UTF-8"?><w:document '
            'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>",
        }
    )


def odt(*paragraphs: str) -> bytes:
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    return archive(
        {
            "mimetype": ODT,
            "content.xml": '<?xml version="1.0" encoding="UTF-8"?><office:document-content><office:body>'
            f"<office:text>{body}</office:text></office:body></office:document-content>",
        }
    )


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def model(upstream: Upstream) -> Model:
    answering = Model()
    upstream.handle_with(answering)
    return answering


def failure(person: Person, content: bytes, name: str, media_type: str) -> str:
    record = settled(person, give(person, content, name, media_type)["id"])
    assert record["status"] == "failed" and record["chunks"] == 0, record
    return record["error"]


@pytest.mark.usefixtures("model")
class TestUsualPrograms:
    SETTINGS = {"files": SMALL}

    def test_a_pdf_is_found_by_what_it_says(self, ada: Person) -> None:
        record = ready(ada, pdf("Saturn has rings of ice.", "Knead the dough of rye flour."), "a.pdf", PDF)
        assert record["content_type"] == PDF
        assert ada.get("/files?q=rye+dough")[0]["text"].endswith("Knead the dough of rye flour.")

    def test_a_docx_is_found_by_what_it_says(self, ada: Person) -> None:
        ready(ada, docx("Saturn has rings of ice.", "K\u00e4se &amp; rye bread at 5 \u20ac, forever and ever."), "a.docx", DOCX)
        assert "K\u00e4se & rye bread at 5 \u20ac" in ada.get("/files?q=rye+bread")[0]["text"]

    def test_an_odt_is_found_by_what_it_says_whatever_a_browser_calls_it(self, ada: Person) -> None:
        record = ready(ada, odt("Saturn has rings."), "Notes.ODT", "application/octet-stream")
        assert record["content_type"] == ODT
        assert ada.get("/files?q=rings")[0]["text"] == "Saturn has rings."

    def test_a_broken_one_says_what_is_broken(self, ada: Person) -> None:
        assert failure(ada, b"%PDF-1.4 and no more", "a.pdf", PDF).startswith("pdftotext: Syntax Error")
        assert "unzip: End-of-central-directory signature not found" in failure(ada, b"PK\3\4", "a.docx", DOCX)
        assert "not matched" in failure(ada, archive({"a.txt": "a"}), "a.docx", DOCX)

    def test_a_password_is_asked_of_nobody(self, ada: Person) -> None:
        assert "Incorrect password" in failure(ada, pdf("Secret", encrypted=True), "a.pdf", PDF)

    def test_pictures_of_text_are_no_text(self, ada: Person) -> None:
        assert "no text in the file" in failure(ada, pdf("", ""), "scan.pdf", PDF)

    def test_a_small_file_may_not_become_a_huge_one(self, ada: Person) -> None:
        assert "wrote more than" in failure(ada, docx("x" * 80_000_000), "bomb.docx", DOCX)


class TestMissingPrograms:
    @pytest.fixture
    def start(self, upstream: Upstream, tmp_path: Path) -> Iterator[Callable[..., Person]]:
        running: list[Patchbay] = []

        def begin(path: str = "", **files: object) -> Person:
            storage = databases.sqlite(tmp_path)
            config = write_config(tmp_path / "patchbay.yaml", backend_config(upstream, storage, files={**SMALL, **files}))
            more = {"PATH": path} if path else {}
            running.append(Patchbay(config, env={**storage.env, **more}, cwd=tmp_path))
            return Person(running[-1].port, "ada")

        yield begin
        for server in running:
            if server.process.returncode is None:
                server.stop()

    def test_a_pdf_is_refused_by_the_name_of_what_is_missing(self, start: Callable[..., Person], tmp_path: Path) -> None:
        ada = start(path=str(tmp_path))
        error = error_of(post(ada, form(pdf("Saturn"), "a.pdf", PDF)), 415)
        assert "application/pdf needs the program pdftotext" in error and "files.extractors" in error

    def test_what_is_turned_off_is_refused(self, start: Callable[..., Person]) -> None:
        ada = start(extractors={PDF: None, DOCX: []})
        for content, name, media_type in ((pdf("Saturn"), "a.pdf", PDF), (docx("Saturn"), "a.docx", DOCX)):
            assert "files.extractors" in error_of(post(ada, form(content, name, media_type)), 415)
        assert post(ada, form(odt("Saturn"), "a.odt", ODT)).status == 201

    def test_a_configured_program_has_to_be_there(self, upstream: Upstream, tmp_path: Path) -> None:
        storage = databases.sqlite(tmp_path)
        files = {"extractors": {PDF: ["pdf-to-nothing", "{file}"]}}
        config = write_config(tmp_path / "patchbay.yaml", backend_config(upstream, storage, files=files))
        done = run("serve", "--config", str(config), env=storage.env)
        assert done.returncode == EXIT_CONFIGURATION
        line = next(n for n, text in enumerate(config.read_text().split("\n"), 1) if "pdf-to-nothing" in text)
        assert f"patchbay.yaml:{line}:" in done.stderr and '"pdf-to-nothing"' in done.stderr


class Script:
    """A program of the test: it says that it runs, and then does what the test wants."""

    def __init__(self, folder: Path, body: str) -> None:
        self.path = folder / "extract"
        self.pid_file = folder / "extract.pid"
        self.path.write_text(f"#!/bin/sh\necho $$ >{self.pid_file}.new && mv {self.pid_file}.new {self.pid_file}\n{body}\n")
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)

    def wait_for_pid(self) -> int:
        wait_until(self.pid_file.exists, "the program runs")
        return int(self.pid_file.read_text())


@pytest.mark.usefixtures("model")
class TestOwnPrograms:
    @pytest.fixture
    def start(self, upstream: Upstream, tmp_path: Path) -> Iterator[Callable[..., tuple[Patchbay, Script]]]:
        running: list[Patchbay] = []

        def begin(body: str, **files: object) -> tuple[Patchbay, Script]:
            storage = databases.sqlite(tmp_path)
            script = Script(tmp_path, textwrap.dedent(body))
            # A path begins in the folder of the configuration.
            files = {**SMALL, "extractors": {MINE: ["./extract", "{file}"]}, **files}
            config = write_config(tmp_path / "patchbay.yaml", backend_config(upstream, storage, files=files))
            running.append(Patchbay(config, env=storage.env, cwd=tmp_path))
            return running[-1], script

        yield begin
        for server in running:
            if server.process.returncode is None:
                server.stop()

    def test_what_it_writes_is_the_text(self, start: Callable[..., tuple[Patchbay, Script]]) -> None:
        server, _ = start('tr a-z n-za-m <"$1"')
        ada = Person(server.port, "ada")
        ready(ada, b"fnghea", "a.mine", MINE)
        assert ada.get("/files?q=saturn")[0]["text"] == "saturn"

    def test_what_it_complains_of_is_the_reason(self, start: Callable[..., tuple[Patchbay, Script]]) -> None:
        server, _ = start('echo "cannot read $1" >&2; exit 1')
        ada = Person(server.port, "ada")
        assert failure(ada, b"x", "a.mine", MINE) == "extract: cannot read the file"

    def test_one_that_hangs_is_killed_with_what_it_has_started(self, start: Callable[..., tuple[Patchbay, Script]]) -> None:
        server, script = start("trap '' TERM INT HUP\nsleep 1000", extract_timeout="1s")
        ada = Person(server.port, "ada")
        assert failure(ada, b"x", "a.mine", MINE) == "extract: it took longer than 1 s"
        assert not alive(script.wait_for_pid())
        ready(ada, b"Saturn", "a.txt", "text/plain")

    def test_stopping_does_not_wait_for_it(self, start: Callable[..., tuple[Patchbay, Script]]) -> None:
        server, script = start("sleep 1000", extract_timeout="1h")
        give(Person(server.port, "ada"), b"x", "a.mine", MINE)
        pid = script.wait_for_pid()
        server.stop()
        assert not alive(pid)

    def test_a_server_that_is_killed_leaves_none_behind(self, start: Callable[..., tuple[Patchbay, Script]]) -> None:
        server, script = start("exec sleep 1000", extract_timeout="1h")
        give(Person(server.port, "ada"), b"x", "a.mine", MINE)
        pid = script.wait_for_pid()
        server.kill()
        wait_until(lambda: not alive(pid), "the program dies")
