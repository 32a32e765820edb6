"""One connection to the mail server in PARLEY_SMTP_URL, for several messages one after another."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from parley.core import failpoint
from parley.core.settings import LOCAL_HOSTS, settings

# How long to wait for the greeting and for each answer at least, in seconds (RFC 5321, 4.5.3.2).
SECONDS = 300
AFTER_DATA_SECONDS = 600
PERMANENT = 500
CLOSING = 421
QUEUE_ID = re.compile(r"queued as (\w+)")

# What goes wrong between us and the mail server, or is wrong with what we are to say to it.
Failure = (aiosmtplib.SMTPException, OSError, ValueError)


class Unreachable(Exception):
    """No mail server lets us in."""


class NoAnswer(Exception):
    """The bytes left, or were about to, and no answer came: what became of them is not known."""


class Withdrawn(Exception):
    """The message was not to be sent after all."""


def client(url: str, seconds: float = SECONDS) -> aiosmtplib.SMTP:
    """A client for the mail server at `url`. A name and password only ever travel over verified TLS."""
    parts = urlsplit(url)
    has_login = parts.username is not None
    at_once = parts.scheme == "smtps"
    in_plain_at_home = not has_login and parts.hostname in LOCAL_HOSTS
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if at_once else 587 if has_login else 25),
        username=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        use_tls=at_once,
        start_tls=False if at_once or in_plain_at_home else True if has_login else None,
        timeout=seconds,
    )


class Parcel(msgspec.Struct, frozen=True):
    sender: str
    recipient: str
    message: bytes


@asynccontextmanager
async def connection() -> AsyncIterator["Connection"]:
    """A connection that is opened at the first message, and left politely where nothing went wrong."""
    one = Connection()
    try:
        yield one
        await one.leave()
    finally:
        one.drop()


class Connection:
    """Opened at the first message, and again after it was lost."""

    def __init__(self) -> None:
        self._client: aiosmtplib.SMTP | None = None

    async def hand_over(self, parcel: Parcel, before_data: Callable[[], Awaitable[bool]]) -> str | None:
        """Hand one message over and return its queue id, where the answer tells it.

        `before_data` says and commits that the bytes are about to leave. Raises Unreachable where no mail server is
        there, what is in `Failure` where this message was surely not taken, Unanswered where nobody knows, Withdrawn
        where `before_data` says no.
        """
        server = await self._open()
        try:
            answer = await self._say(server, parcel, before_data)
        except (aiosmtplib.SMTPResponseException, Withdrawn) as error:
            await self._begin_anew(server, is_closing=getattr(error, "code", 0) == CLOSING)
            raise
        except BaseException:
            self.drop()
            raise
        failpoint.hit("accepted")
        queued = QUEUE_ID.search(answer)
        return queued[1] if queued else None

    async def _open(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            try:
                self._client = client(settings().smtp_url or "")
                await self._client.connect()
            except Failure as error:
                self.drop()
                raise Unreachable(repr(error)) from error
            failpoint.hit("connected")
        return self._client

    async def _say(self, server: aiosmtplib.SMTP, parcel: Parcel, before_data: Callable[[], Awaitable[bool]]) -> str:
        await server.mail(parcel.sender)
        failpoint.hit("sender")
        await server.rcpt(parcel.recipient)
        failpoint.hit("recipient")
        if not await before_data():
            raise Withdrawn
        failpoint.hit("data")
        try:
            return (await server.data(parcel.message, timeout=AFTER_DATA_SECONDS)).message
        except aiosmtplib.SMTPResponseException:
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NoAnswer(repr(error)) from error

    async def _begin_anew(self, server: aiosmtplib.SMTP, *, is_closing: bool) -> None:
        try:
            if is_closing:
                self.drop()
            else:
                await server.rset()
        except Failure:
            self.drop()

    async def leave(self) -> None:
        if self._client is not None and self._client.is_connected:
            failpoint.hit("leaving")
            with suppress(*Failure):
                await self._client.quit(timeout=1)

    def drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
