"""The message as it is sent: its headers (docs/decisions/0010-mail.md), its parts and its signature."""

import textwrap
from binascii import b2a_qp
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from parley.core.settings import settings
from parley.mail import signing
from parley.mail.letters import LINE_END, lists
from parley.mail.links import Off, off_link, off_token, proven

LONGEST_LINE = 76
# At white space only, and never a word by itself.
FOLDING: dict[str, Any] = {
    "width": LONGEST_LINE,
    "subsequent_indent": " ",
    "break_long_words": False,
    "break_on_hyphens": False,
}
# What mail clients rely on. From stands twice, so that nobody can add a second one (RFC 6376, 8.15).
SIGNED = (
    "From",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "List-Owner",
    "Auto-Submitted",
    "Feedback-ID",
)


class Content(msgspec.Struct, frozen=True):
    """What a message is made of: the columns of its mail."""

    id: int
    kind: str
    list: str | None
    argument: str
    member: int | None
    key: str | None
    answers: str | None
    ancestors: str
    recipient: str
    subject: str
    text: str
    html: str | None
    created_at: datetime


class Headers(HeaderRegistry):
    """Python makes a class for every header of every message, and spends a fifth of its time on that."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = super().__getitem__(name)
        return made


class Policy(EmailPolicy):
    """SMTP's, but for two habits of Python (trust.md C1).

    It encodes what it finds too long to fold, links too, and 3.11 folds some subjects with an empty word.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """ASCII stays as it is: to parse what we have just written took a third of the time of a message."""
        if isinstance(value, str) and value.isascii() and not LINE_END.search(value):
            return name, value
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        text = str(value)
        if text.isascii() and len(name) + len(text) < LONGEST_LINE - 1:
            return f"{name}: {text}{self.linesep}".encode()
        if text.isascii():
            folded = textwrap.fill(text, initial_indent=f"{name}: ", **FOLDING)
            return "".join(f"{line}{self.linesep}" for line in folded.split("\n")).encode()
        if name.lower() == "subject":
            return f"{name}: {Header(text, 'utf-8', LONGEST_LINE, name).encode(linesep=self.linesep)}\r\n".encode()
        return super().fold_binary(name, value)


POLICY = Policy(linesep="\r\n", utf8=SMTP.utf8, header_factory=Headers())
# Parsed once. The boundary cannot stand in what is quoted-printable, where "=" is "=3D".
BOUNDARY = "=_parley"
PLAIN, HTML, BOTH = (
    POLICY.header_factory("Content-Type", value)
    for value in (
        'text/plain; charset="utf-8"',
        'text/html; charset="utf-8"',
        f'multipart/alternative; boundary="{BOUNDARY}"',
    )
)


def rendered(content: Content) -> bytes:
    """The bytes of the message, signed where there is a key. Unsigned they are the same each time."""
    message = _message(content).as_bytes(policy=POLICY)
    return _signature(message) + message


def message_id(name: str) -> str:
    """The Message-ID that has `name` before its @."""
    return f"<{name}@{settings().host}>"


def _message(content: Content) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = _sender(content)
    message["To"] = content.recipient
    message["Subject"] = content.subject
    message["Date"] = format_datetime(content.created_at)
    message["Message-ID"] = message_id(content.key or f"{content.kind}.{content.id}")
    message["Auto-Submitted"] = "auto-generated"
    if content.list is not None and content.member is not None:
        for name, value in _of_list(content, content.list, content.member):
            message[name] = value
    if settings().postmark_login is not None:
        # Postmark repeats it in its webhooks, which have neither our envelope nor our Message-ID.
        message["X-PM-Metadata-parley"] = proven(content.id)
    message["MIME-Version"] = "1.0"
    if content.html is None:
        _fill(message, PLAIN, content.text)
    else:
        message["Content-Type"] = BOTH
        message.attach(_fill(EmailMessage(POLICY), PLAIN, content.text))
        message.attach(_fill(EmailMessage(POLICY), HTML, content.html))
    return message


def _fill(part: EmailMessage, content_type: BaseHeader, text: str) -> EmailMessage:
    """Put `text` into a part. The library's own `set_content` encodes in Python, which takes ten times as long."""
    part["Content-Type"] = content_type
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.replace("\n", "\r\n").encode()).decode())
    return part


def _sender(content: Content) -> str:
    """Our one address, which can be answered, under the name of the list: never under a member's."""
    name, address = parseaddr(settings().mail_from)
    return str(Address(f"{name} {content.list}" if content.list else name, addr_spec=address))


def _of_list(content: Content, name: str, member: int) -> list[tuple[str, str]]:
    """RFC 2919, 2369 and 8058, and who a complaint is about. One click stops the whole list."""
    off = f"mailto:{settings().bounces}?subject=off%20{off_token(Off(member, name))}"
    headers = [
        ("List-Id", f"{lists[name].title} <{name}.{settings().host}>"),
        ("List-Unsubscribe", f"<{off_link(member, name)}>, <{off}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Help", f"<{settings().base_url}/settings/mail>"),
        ("List-Owner", f"<mailto:{settings().mail_address}>"),
        ("Feedback-ID", f"{name}:{settings().host}:list:parley"),
    ]
    if content.answers:
        headers.append(("In-Reply-To", message_id(content.answers)))
    if content.ancestors:
        headers.append(("References", " ".join(message_id(key) for key in content.ancestors.split())))
    return headers


def _signature(message: bytes) -> bytes:
    """The DKIM-Signature for `message`, or nothing where no key is set."""
    path = settings().dkim_key
    if path is None:
        return b""
    return signing.signature(
        message,
        _key(path),
        selector=settings().dkim_selector,
        domain=settings().mail_address.rpartition("@")[2],
        headers=SIGNED,
    )


@cache
def _key(path: Path) -> RSAPrivateKey:
    return signing.read_key(path)
