"""Renders a message: its headers (docs/decisions/0010-mail.md), its parts and its signature."""

import hashlib
import textwrap
import time
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Sequence
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
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dkim import fold, hash_headers, rfc822_parse
from dkim.canonicalization import CanonicalizationPolicy

from parley.people.mail.letters import LINE_END, lists
from parley.people.mail.links import Unsubscription, off_token, signed_id, unsubscribe_link
from parley.platform.settings import settings

LONGEST_LINE = 76
# Only at whitespace, never inside a word.
FOLDING: dict[str, Any] = {
    "width": LONGEST_LINE,
    "subsequent_indent": " ",
    "break_long_words": False,
    "break_on_hyphens": False,
}
# The headers that mail programs rely on. "From" is listed twice, so that a second one cannot be added (RFC 6376, 8.15).
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
DKIM = b"DKIM-Signature"
RELAXED = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")


class MailContent(msgspec.Struct, frozen=True):
    """The columns of a mail that make its message."""

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
    """Caches header classes. Python creates one for each header of each message, a fifth of the time."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = super().__getitem__(name)
        return made


class Policy(EmailPolicy):
    """The SMTP policy without two faults of Python's.

    Python encodes long values, such as links, instead of folding them; and 3.11 folds some subjects with an empty
    encoded word.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Store ASCII as it is. Parsing what we have just written took a third of the time of a message."""
        if isinstance(value, str) and value.isascii() and not LINE_END.search(value):
            return name, value
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        text = str(value)
        # A member may write what looks like an encoded word. Mail programs would show it decoded, unlike our pages.
        is_plain = text.isascii() and not (name.lower() == "subject" and "=?" in text)
        if is_plain and len(name) + len(text) < LONGEST_LINE - 1:
            return f"{name}: {text}{self.linesep}".encode()
        if is_plain:
            folded = textwrap.fill(text, initial_indent=f"{name}: ", **FOLDING)
            return "".join(f"{line}{self.linesep}" for line in folded.split("\n")).encode()
        if name.lower() == "subject":
            return f"{name}: {Header(text, 'utf-8', LONGEST_LINE, name).encode(linesep=self.linesep)}\r\n".encode()
        return super().fold_binary(name, value)


POLICY = Policy(linesep="\r\n", utf8=SMTP.utf8, header_factory=Headers())
# Parsed once. Quoted-printable text cannot contain the boundary, since it encodes "=" as "=3D".
BOUNDARY = "=_parley"
PLAIN, HTML, BOTH = (
    POLICY.header_factory("Content-Type", value)
    for value in (
        'text/plain; charset="utf-8"',
        'text/html; charset="utf-8"',
        f'multipart/alternative; boundary="{BOUNDARY}"',
    )
)


def render(content: MailContent) -> bytes:
    """Return the bytes of the message, signed if a key is set. Unsigned, the same content gives the same bytes."""
    message, path = _message(content).as_bytes(policy=POLICY), settings().dkim_key
    if path is None:
        return message
    selector, domain = settings().dkim_selector, settings().mail_address.rpartition("@")[2]
    return signature(message, read_key(path), selector=selector, domain=domain, headers=SIGNED) + message


def message_id(name: str) -> str:
    """Return the Message-ID with `name` before its @."""
    return f"<{name}@{settings().host}>"


def _message(content: MailContent) -> EmailMessage:
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
        # Postmark's webhooks have neither our envelope sender nor our Message-ID, but they repeat this header.
        message["X-PM-Metadata-parley"] = signed_id(content.id)
    message["MIME-Version"] = "1.0"
    if content.html is None:
        _fill(message, PLAIN, content.text)
    else:
        message["Content-Type"] = BOTH
        message.attach(_fill(EmailMessage(POLICY), PLAIN, content.text))
        message.attach(_fill(EmailMessage(POLICY), HTML, content.html))
    return message


def _fill(part: EmailMessage, content_type: BaseHeader, text: str) -> EmailMessage:
    """Set the content of a part. The library's `set_content` encodes in Python, which takes ten times as long."""
    part["Content-Type"] = content_type
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.replace("\n", "\r\n").encode()).decode())
    return part


def _sender(content: MailContent) -> str:
    """Return our address, with the name of the site and the list, never of a member."""
    name, address = parseaddr(settings().mail_from)
    return str(Address(f"{name} {content.list}" if content.list else name, addr_spec=address))


def _of_list(content: MailContent, name: str, member: int) -> list[tuple[str, str]]:
    """Return the headers of RFC 2919, 2369 and 8058, and the Feedback-ID. One click stops the whole list."""
    off = f"mailto:{settings().bounces}?subject=off%20{off_token(Unsubscription(member, name))}"
    headers = [
        ("List-Id", f"{lists[name].title} <{name}.{settings().host}>"),
        ("List-Unsubscribe", f"<{unsubscribe_link(member, name)}>, <{off}>"),
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


@cache
def read_key(path: Path) -> RSAPrivateKey:
    """Return the private key in the PEM file at `path`. Raises ValueError if it is not an RSA key."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} holds no RSA private key in PEM: {error}") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path} holds no RSA private key")  # noqa: TRY004 the file is wrong, not the caller
    return key


def signature(message: bytes, key: RSAPrivateKey, *, selector: str, domain: str, headers: Sequence[str]) -> bytes:
    """Return the header field, with its line end, that signs `headers` and the body of `message` (RFC 6376, 3.7).

    dkimpy canonicalises; a native library signs, which dkimpy does in Python. A name that is listed twice in `headers`
    makes the signature invalid if such a field is added.
    """
    fields, body = rfc822_parse(message)
    there = {name.lower() for name, _ in fields}
    signed = [name for header in headers if (name := header.lower().encode()) in there]
    tags = [
        (b"v", b"1"),
        (b"a", b"rsa-sha256"),
        (b"c", b"relaxed/relaxed"),
        (b"d", domain.encode()),
        (b"s", selector.encode()),
        (b"t", str(int(time.time())).encode()),
        (b"h", b" : ".join(signed)),
        (b"bh", b64encode(hashlib.sha256(RELAXED.canonicalize_body(body)).digest())),
        (b"b", b""),
    ]
    # Fold it before hashing, since a line end inside a long word changes the hash.
    value = fold(b" " + b"; ".join(b"=".join(tag) for tag in tags), namelen=len(DKIM) + 1)
    digest = hashlib.sha256()
    hash_headers(digest, RELAXED, RELAXED.canonicalize_headers(fields), signed, (DKIM, value), dict(tags))
    signed_digest = key.sign(digest.digest(), PKCS1v15(), Prehashed(SHA256()))
    folded: bytes = fold(value + b64encode(signed_digest), namelen=len(DKIM) + 1)
    return DKIM + b":" + folded + b"\r\n"
