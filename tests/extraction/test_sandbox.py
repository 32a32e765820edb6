import asyncio
from pathlib import Path

import msgspec
import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import extract_html
from parley.extraction.sandbox import child
from parley.extraction.sandbox import reading as sandbox
from tests.pdfs import paragraph, pdf

pytestmark = [pytest.mark.anyio, pytest.mark.sandboxed]


async def test_a_page_is_read_in_the_sandbox_as_it_is_read_here(pages: Path) -> None:
    data, url = (pages / "essay.html").read_bytes(), "https://mirror.example/copy"
    found = await sandbox.sandboxed_page(data, url=url)

    assert found == sandbox.read_article(extract_html(data, url=url), url=url)


async def test_a_paste_and_a_file_are_read_in_the_sandbox(pages: Path) -> None:
    data = (pages / "paste.txt").read_bytes()
    pasted, uploaded = await sandbox.sandboxed_paste(data.decode()), await sandbox.sandboxed_file("paste.txt", data)

    assert pasted.passages == uploaded.passages
    # Only a file has an encoding.
    assert pasted.extracted == msgspec.structs.replace(uploaded.extracted, encoding=None)
    assert uploaded.extracted.encoding == "utf-8"


async def test_the_language_of_a_pdf_is_that_of_its_words() -> None:
    words = "Der Wasserkocher im Büro gehört allen, und deshalb füllt ihn niemand wieder auf, der ihn geleert hat. "
    found = await sandbox.sandboxed_file("a.pdf", pdf([paragraph(words * 3, 80)]))

    assert (found.extracted.lang, found.extracted.where["language"]) == ("de", "words")


async def test_a_refusal_comes_back_in_words() -> None:
    with pytest.raises(CannotImport, match="document is damaged"):
        await sandbox.sandboxed_file("a.pdf", b"%PDF-1.7")


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
async def test_one_sentence_is_too_short_and_keeps_its_words_as_the_title(name: str) -> None:
    with pytest.raises(CannotImport, match="too short for an article") as refused:
        await sandbox.sandboxed_file(name, b"A sentence about alignment stands alone here.")

    assert refused.value.found.title == "A sentence about alignment stands alone here."


async def test_a_pdf_that_is_larger_than_an_upload_may_be_is_refused() -> None:
    with pytest.raises(CannotImport, match="larger than 20 MB"):
        await sandbox.sandboxed_file("a.pdf", b"%PDF-1.7".ljust(20_000_001))


async def test_a_text_of_more_passages_than_an_article_may_have_is_refused_there() -> None:
    lines = "".join(f"- The words of item {number}.\n" for number in range(10_001))
    with pytest.raises(CannotImport, match="10,000 paragraphs"):
        await sandbox.sandboxed_file("a.md", f"# A title\n\n{lines}".encode())


async def test_a_page_that_takes_the_parser_minutes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_SECONDS", 2)
    page = "<p " + " ".join(f"a{n}=1" for n in range(80_000)) + ">words"
    with pytest.raises(CannotImport, match="took too long"):
        await sandbox.sandboxed_page(page.encode(), url=None)


async def test_few_processes_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    async def run(*_: object) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return b""

    monkeypatch.setattr(child, "run", run)
    await asyncio.gather(*(sandbox.answer_of_process(b"", is_pdf=False) for _ in range(12)))
    assert most == sandbox.MOST_PROCESSES
