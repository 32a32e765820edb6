"""The bytes of a message, as docs/decisions/0010-mail.md asks for them."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import dkim
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.people.mail.dns_records import public_key
from parley.people.mail.links import envelope, returned_mail
from parley.people.mail.message import MailContent, render
from tests.people.mail.sink import Club, Use

GOLDEN = Path(__file__).with_name("golden.eml")
LETTER = MailContent(
    id=12,
    kind="digest",
    list="digest",
    argument="",
    member=7,
    key="digest.0123456789abcdef0123456789abcdef",
    answers=None,
    ancestors="",
    recipient="ada@example.org",
    subject="Grüße: what moved since Tuesday – the wager, part two",
    text="Dear ada,\n\nfive new replies since Tuesday – and one question.\n.\nFrom here on.\n",
    html='<!doctype html>\n<html lang="en"><title>Grüße</title><p>Five new replies – and one question.</p></html>\n',
    created_at=datetime(2026, 3, 16, 7, 30, tzinfo=UTC),
)
REPLY = msgspec.structs.replace(LETTER, key="post.9.7", answers="post.5.7", ancestors="post.1.7 post.5.7")


@pytest.fixture(autouse=True)
def site(use: Use, club: Club) -> None:
    use(
        base_url="https://talk.example.org",
        mail_from="Parley <parley@talk.example.org>",
        secret="a secret of the tests, long enough to be one",
    )


def parsed(content: MailContent) -> Any:
    return message_from_bytes(render(content), policy=SMTP)


def test_the_bytes_of_a_letter_stay_the_same() -> None:
    assert render(LETTER) == GOLDEN.read_bytes()


def test_its_headers_say_who_sends_it_what_it_is_and_how_to_stop_it() -> None:
    message = parsed(LETTER)
    assert message["From"] == "Parley digest <parley@talk.example.org>"
    assert message["List-Id"] == "the digest <digest.talk.example.org>"
    https, mailto = re.split(r",\s+", message["List-Unsubscribe"])
    assert https.startswith("<https://talk.example.org/mail/off/")
    assert mailto.startswith("<mailto:bounce@talk.example.org?subject=off%20")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Help"] == "<https://talk.example.org/settings/mail>"
    assert message["List-Owner"] == "<mailto:parley@talk.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Feedback-ID"].startswith("digest:")
    for absent in ("List-Post", "Precedence", "In-Reply-To", "References", "Bcc", "Sender"):
        assert message[absent] is None


def test_a_reply_stands_in_its_conversation_and_a_digest_in_none() -> None:
    message = parsed(REPLY)
    assert message["Message-ID"] == "<post.9.7@talk.example.org>"
    assert message["In-Reply-To"] == "<post.5.7@talk.example.org>"
    assert message["References"] == "<post.1.7@talk.example.org> <post.5.7@talk.example.org>"


def test_the_text_comes_first_and_both_parts_are_what_was_written() -> None:
    text, html = parsed(LETTER).iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text["Content-Transfer-Encoding"] == html["Content-Transfer-Encoding"] == "quoted-printable"
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().replace("\r\n", "\n") == LETTER.html


SUBJECTS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\x85"), max_size=90
)


@given(subject=SUBJECTS | st.text("ab –äÜ日", min_size=30, max_size=70), text=st.text(max_size=300))
def test_no_subject_and_no_text_breaks_a_line(subject: str, text: str) -> None:
    raw = render(msgspec.structs.replace(LETTER, list=None, subject=subject.strip(), text=text.replace("\r", "")))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert not re.search(rb"=\?[\w-]+\?[qbQB]\?\?=", raw), "an empty encoded word"
    assert raw.isascii()


@pytest.mark.parametrize("word", ["=?utf-8?q?=0d=0aBcc:_all=40example.org?=", "=?utf-8?b?4oCuZXZpbA==?="])
def test_a_title_in_the_form_of_an_encoded_word_is_read_as_typed(word: str) -> None:
    raw = render(msgspec.structs.replace(LETTER, subject=f"Re: {word}"))

    assert message_from_bytes(raw, policy=SMTP)["Subject"] == f"Re: {word}"
    assert word.encode() not in raw


@pytest.mark.parametrize("end", range(40, 72))
def test_a_dash_late_in_a_subject_leaves_no_empty_word_and_the_subject_is_read_as_written(end: int) -> None:
    subject = f"{'What moved since Tuesday in the wager against models '[:end].ljust(end, 'x')} – part two"
    raw = render(msgspec.structs.replace(LETTER, subject=subject))
    assert b"??=" not in raw
    assert message_from_bytes(raw, policy=SMTP)["Subject"] == subject


@pytest.fixture
def key(tmp_path: Path) -> Path:
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed, so no key can be made")
    path = tmp_path / "dkim.pem"
    subprocess.run([openssl, "genrsa", "-out", path, "2048"], check=True, capture_output=True)
    return path


def test_a_signature_stands_over_all_that_mail_clients_rely_on(use: Use, key: Path) -> None:
    use(base_url="https://talk.example.org", mail_from="Parley <parley@talk.example.org>", dkim_key=key)
    raw = render(LETTER)

    def dns(name: bytes, timeout: int = 5) -> bytes | None:
        return public_key(key).encode() if name == b"parley._domainkey.talk.example.org." else None

    assert raw.startswith(b"DKIM-Signature:")
    assert dkim.verify(raw, dnsfunc=dns)
    for header in (b"From", b"To", b"Subject", b"Date", b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Message-ID"):
        changed = re.sub(rb"(?m)^(%s:)" % header, rb"\1 x", raw)
        assert changed != raw
        assert not dkim.verify(changed, dnsfunc=dns), header
    assert not dkim.verify(raw.replace(b"\r\n\r\n", b"\r\nFrom: eve@example.org\r\n\r\n", 1), dnsfunc=dns)
    assert not dkim.verify(raw.replace(b"one question", b"two questions"), dnsfunc=dns)


def test_the_bounce_address_names_the_mail_and_cannot_be_forged() -> None:
    address = envelope(12)
    assert re.fullmatch(r"bounce\+12\.[0-9a-f]{32}@talk\.example\.org", address)
    assert len(address.partition("@")[0]) <= 64
    assert returned_mail(address) == returned_mail(address.upper()) == 12
    for wrong in (
        "",
        "bounce@talk.example.org",
        address.replace("+12", "+13"),
        address.replace(".", ".0", 1),
        f"+{'9' * 40}.x@y",
    ):
        assert returned_mail(wrong) is None
