"""Writes the ZIP file of an export, a few rows at a time: neither the file nor the data is ever whole in memory."""

import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import gmtime
from typing import IO, Any

import msgspec

from parley.own_data.exports import notes, records, selects
from parley.platform.settings import settings

PAGE_START = '{{"@context":"http://www.w3.org/ns/anno.jsonld","id":{id},"type":"AnnotationPage","items":[\n'
README = """\
Your data from {site}
{line}

Made at the request of {name}. All times are in UTC. Files that end in .jsonl have one JSON object on each line;
an empty one means that there is nothing of the kind. To read what you wrote, open the folder comments.

profile.json                 your account, your profile and your settings
comments.jsonl               your comments, also those that you deleted less than 90 days ago or that moderators removed
comment-versions.jsonl       what your comments said before you edited them
comments/                    the same comments for reading: one Markdown file for each discussion
comments.annotations.jsonld  the same comments as W3C Web Annotations, for other programs
votes.jsonl                  your votes and answers (value 1, 0 or -1; "quality" or "agreement")
thesis-answers.jsonl         what you answered to what articles claim (1, 0 or -1), and whether you had seen the balance
theses.jsonl                 what articles claim, in your words
threads.jsonl                the discussions that you opened
articles.jsonl               the articles that you pasted or uploaded, with the text of each version
article-edits.jsonl          which versions of articles you wrote, and why
drafts.jsonl                 articles that you have not published
suggested-corrections.jsonl  the corrections and updates of articles that you suggested, with their text while they wait
follows.jsonl                the discussions that you follow or muted
topics.jsonl                 the topics that you follow or muted
moderated-topics.jsonl       the topics that you moderate
visits.jsonl                 when you last read each discussion
kept.jsonl                   the comments, articles and words of articles that you keep, with your notes
blocks.jsonl                 the members whom you muted or blocked
muted-words.jsonl            the words that you muted
sessions.jsonl               where you are signed in, with addresses and browsers
passkeys.jsonl               the names of your passkeys, and when you added and last used them
tokens.jsonl                 your tokens for programs: names, rights and dates, not the tokens themselves
notifications.jsonl          what you were notified of
letters.jsonl                letters to you of the last 30 days, with their text while it is kept, without secret links
digests.jsonl                your digests, and which comments and articles were in them
first-comments.jsonl         comments on pages of other sites that were not published there yet
connected-accounts.jsonl     accounts elsewhere with which you sign in
invitations.jsonl            invitations that you made, while they last
saved-reasons.jsonl          the reasons for decisions that you saved as a moderator
decisions.jsonl              the decisions of moderators about you and what you wrote
appeals.jsonl                your appeals and the answers
reports.jsonl                what you reported, and what you asked to be shown less
rights-answers.jsonl         what you answered to such requests
notes.jsonl                  what moderators noted about you; names of other people are blank
claims.jsonl                 the articles that you claimed as yours
imported-claims.jsonl        the names beside imported comments that you claimed as yours

{held}Your password and your tokens are not here: we do not know them. Nor is who reported you: that is about others.
A quote or the text of an article is missing where it may no longer be shown.
"""
HELD = """\
Notes of moderators are held back while a case about you is open. Request your data again when it is decided.
"""

LARGE_BATCH = 5

Progress = Callable[[int, bytes], Awaitable[None]]


class Buffer(io.RawIOBase):
    """The file that `zipfile` writes to. It cannot seek, and what was taken from it is forgotten."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: Any) -> int:
        self._bytes += data
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


class Archive:
    """An archive in the making. `progress` gets the number of rows just written, and the bytes that are ready."""

    def __init__(self, progress: Progress) -> None:
        self._buffer, self._progress = Buffer(), progress
        self._zip = zipfile.ZipFile(self._buffer, "w")

    @asynccontextmanager
    async def file(self, name: str) -> AsyncIterator[IO[bytes]]:
        entry = zipfile.ZipInfo(name, gmtime()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w") as opened:
            yield opened
        await self.report(0)

    async def text(self, name: str, text: str) -> None:
        async with self.file(name) as opened:
            opened.write(text.encode())

    async def report(self, rows: int) -> None:
        await self._progress(rows, self._buffer.take())

    async def close(self) -> None:
        self._zip.close()
        await self.report(0)


async def write(member: int, progress: Progress) -> None:
    archive = Archive(progress)
    profile = await records.profile(member)
    name = msgspec.json.decode(profile)["name"]
    site = settings().base_url
    written = await notes.of(member, name)
    held = HELD if written is None else ""
    await archive.text("README.txt", README.format(site=site, line="=" * (len(site) + 15), name=name, held=held))
    await archive.text("profile.json", profile + "\n")
    for file, sql in selects.RECORDS.items():
        await _write_lines(archive, file, sql, member)
    await archive.text("notes.jsonl", "".join(f"{line}\n" for line in written or []))
    await _write_annotations(archive, member, name)
    await _write_markdown(archive, member)
    await archive.close()


async def _write_lines(archive: Archive, name: str, sql: str, member: int) -> None:
    counts = name in ("comments.jsonl", "votes.jsonl")
    async with archive.file(name) as file:
        async for batch in records.lines(sql, member, *((LARGE_BATCH,) if name in selects.LARGE else ())):
            file.write("".join(f"{line}\n" for line in batch).encode())
            await archive.report(len(batch) if counts else 0)


async def _write_annotations(archive: Archive, member: int, author: str) -> None:
    page = msgspec.json.encode(f"{settings().base_url}/u/{author}").decode()
    async with archive.file("comments.annotations.jsonld") as file:
        file.write(PAGE_START.format(id=page).encode())
        before = b""
        async for batch in records.written_comments(member):
            for row in batch:
                file.write(before + msgspec.json.encode(records.as_annotation(row, author)))
                before = b",\n"
            await archive.report(len(batch))
        file.write(b"\n]}\n")


async def _write_markdown(archive: Archive, member: int) -> None:
    for thread in await records.threads(member):
        async with archive.file(thread.file_name) as file:
            file.write(thread.heading.encode())
            async for batch in records.written_comments(member, thread.id):
                file.write(records.as_markdown(batch).encode())
                await archive.report(len(batch))
