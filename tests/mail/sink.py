"""A mail server of the tests, and a list of letters."""

from collections.abc import Callable
from typing import Any

import msgspec
from aiosmtpd import smtp

from parley.core.mail import Letter

Use = Callable[..., None]


class Sink:
    """A mail server that keeps what it is given, or answers what it is told to."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], bytes]] = []
        self.logins: list[object] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: smtp.SMTP, _session: object, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.messages.append((envelope.rcpt_tos, envelope.original_content))
        return self.answer


class Club(msgspec.Struct):
    """A list whose members and letters are kept here, and what it was told."""

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
