"""A connection to the mail server in PARLEY_SMTP_URL, for several messages in sequence."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from parley.platform import failpoint
from parley.platform.settings import LOCAL_HOSTS, settings

# How long to wait for the greeting and for each reply, in seconds (RFC 5321, 4.5.3.2).
SECONDS = 300
AFTER_DATA_SECONDS = 600
PERMANENT = 500
CLOSING = 421
QUEUE_ID = re.compile(r"queued as (\w+)")

# Errors of the connection, replies that refuse, and invalid input.
Failure = (aiosmtplib.SMTPException, OSError, ValueError)

BeforeData = Callable[[], Awaitable[bool]]


class Unreachable(Exception):
    """The mail server cannot be reached, or refuses the connection."""


class OutcomeUnknown(Exception):
    """No reply came after the message may have been sent, so it is unknown whether it arrived."""


class Withdrawn(Exception):
    """`before_data` refused to send the message."""


def client(url: str, seconds: float = SECONDS) -> aiosmtplib.SMTP:
    """Return a client for the mail server at `url`. A name and password are only sent over verified TLS."""
    parts = urlsplit(url)
    has_login = parts.username is not None
    implicit_tls = parts.scheme == "smtps"
    plain_on_localhost = not has_login and parts.hostname in LOCAL_HOSTS
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if implicit_tls else 587 if has_login else 25),
        username=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        use_tls=implicit_tls,
        start_tls=False if implicit_tls or plain_on_localhost else True if has_login else None,
        timeout=seconds,
    )


class Connection:
    """A connection that is opened for the first message, and again after a loss. QUIT closes it if nothing failed."""

    def __init__(self) -> None:
        self._client: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if failure is None and self._client is not None and self._client.is_connected:
                failpoint.hit("leaving")
                with suppress(*Failure):
                    await self._client.quit(timeout=1)
        finally:
            self._drop()

    async def send(self, sender: str, recipient: str, message: bytes, before_data: BeforeData) -> str | None:
        """Send one message, and return its queue id if the reply has it.

        `before_data` records and commits that the message is about to be sent. Raises Unreachable if there is no mail
        server, an exception of `Failure` if this message was certainly not accepted, OutcomeUnknown if that is unknown,
        and Withdrawn if `before_data` returns False.
        """
        server = await self._open()
        try:
            await server.mail(sender)
            failpoint.hit("sender")
            await server.rcpt(recipient)
            failpoint.hit("recipient")
            answer = await _send_data(server, message, before_data)
        except (aiosmtplib.SMTPResponseException, Withdrawn) as error:
            if getattr(error, "code", 0) == CLOSING:
                self._drop()
            else:
                await self._reset(server)
            raise
        except BaseException:
            self._drop()
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
                self._drop()
                raise Unreachable(repr(error)) from error
            failpoint.hit("connected")
        return self._client

    async def _reset(self, server: aiosmtplib.SMTP) -> None:
        try:
            await server.rset()
        except Failure:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


async def _send_data(server: aiosmtplib.SMTP, message: bytes, before_data: BeforeData) -> str:
    if not await before_data():
        raise Withdrawn
    failpoint.hit("data")
    try:
        return (await server.data(message, timeout=AFTER_DATA_SECONDS)).message
    except aiosmtplib.SMTPResponseException:
        raise
    except (aiosmtplib.SMTPException, OSError) as error:
        raise OutcomeUnknown(repr(error)) from error
