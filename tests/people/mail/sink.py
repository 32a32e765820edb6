"""A mail server of the tests, and a list of letters."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiosmtpd import smtp

from parley.people.mail import Letter
from parley.platform.settings import settings

Use = Callable[..., None]


def use_settings(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Change settings of mail for one test."""
    changed = msgspec.structs.replace(settings(), **changes)
    for name, module in list(sys.modules.items()):
        if name.startswith(("parley.people.mail.", "parley.people.inbound_mail.")) and hasattr(module, "settings"):
            monkeypatch.setattr(module, "settings", lambda: changed)


@asynccontextmanager
async def listening(handler: object) -> AsyncIterator[str]:
    """A mail server of `handler` on this machine, and its address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: smtp.SMTP(handler, hostname="localhost"), "127.0.0.1", 0)
    yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


class Sink:
    """A mail server that stores messages. With an `answer` such as "554 no" it refuses all of them, after DATA."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], bytes]] = []
        self.logins: list[object] = []
        self.answer = "250 OK"
        self.senders: list[str] = []
        self.url = ""
        self.connections = 0
        # Whether it hangs up when it has all bytes, without an answer.
        self.hangs_up = False

    async def handle_EHLO(  # noqa: N802
        self, _server: smtp.SMTP, session: Any, _envelope: object, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server: smtp.SMTP, _session: object, envelope: Any) -> str:  # noqa: N802
        if self.hangs_up:
            assert server.transport is not None
            server.transport.close()
            return "250 too late"
        if self.answer.startswith("250"):
            self.messages.append((envelope.rcpt_tos, envelope.original_content))
            self.senders.append(envelope.mail_from)
        return self.answer


class Club(msgspec.Struct):
    """A list in memory: its letters, who left it, and the outcomes that it was given."""

    left: set[tuple[int, str]] = msgspec.field(default_factory=set)
    letters: dict[int, Letter | None] = msgspec.field(default_factory=dict)
    outcomes: list[tuple[int, str]] = msgspec.field(default_factory=list)

    async def wanted(self, member: int, argument: str) -> bool:
        return not {(member, ""), (member, argument)} & self.left

    async def stop(self, member: int, argument: str) -> None:
        self.left.add((member, argument))

    async def start(self, member: int, argument: str) -> None:
        self.left.discard((member, argument))

    async def review(self, mail: int) -> Letter | None:
        return self.letters[mail]

    async def settled(self, mail: int, outcome: str) -> None:
        self.outcomes.append((mail, outcome))

    async def about(self, argument: str) -> str | None:
        return {"7": "The wager <b>"}.get(argument)
