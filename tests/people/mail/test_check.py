"""`parley mail`: the DNS, a message, and what comes back."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from parley.people.mail import dns_records, message
from parley.platform import db
from parley.platform.environment import SettingsError
from parley.platform.settings import Settings, read, settings
from parley.site.cli import mail_checks
from tests import command
from tests.people.mail.sink import Club, Use
from tests.people.mail.test_message import LETTER

pytestmark = [pytest.mark.anyio]

SITE = {"base_url": "https://talk.example.org", "mail_from": "Parley <parley@talk.example.org>"}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl is not installed, so no key can be made")
    path = tmp_path / "dkim.pem"
    subprocess.run([openssl, "genrsa", "-out", path, "2048"], check=True, capture_output=True)
    return path


def site(**more: Any) -> Settings:
    return msgspec.structs.replace(settings(), **SITE, **more)


def good(raw: bytes, of: Settings) -> set[bool]:
    return {finding.good for finding in mail_checks.check_message(raw, of)}


def test_the_records_name_the_senders_the_key_and_the_bounce_domain(servers: None, key: Path) -> None:
    found = {one.name: one for one in dns_records.records(site(dkim_key=key, mail_bounces="b@back.example.org"))}
    assert found["talk.example.org"].value.startswith("v=spf1 ")
    assert found["parley._domainkey.talk.example.org"].value.startswith("v=DKIM1; k=rsa; p=MII")
    assert found["_dmarc.talk.example.org"].value.startswith("v=DMARC1; p=none")
    assert found["back.example.org"].value.startswith("v=spf1 ")
    assert "PTR" in {one.type for one in found.values()}


def test_a_file_without_a_key_is_refused(servers: None, tmp_path: Path) -> None:
    (tmp_path / "no").write_text("no key")
    with pytest.raises(ValueError, match="no RSA private key"):
        dns_records.public_key(tmp_path / "no")


def test_our_messages_pass_the_checks_and_a_changed_one_does_not(
    use: Use, club: Club, servers: None, key: Path
) -> None:
    use(**SITE, dkim_key=key)
    raw = message.render(LETTER)
    of = site(dkim_key=key)
    assert good(raw, of) == {True}
    for wrong in (
        raw.replace(b"new replies", b"old replies"),
        raw.replace(b"\r\n", b"\n"),
        raw.replace(b"One-Click", b"Two-Click"),
        raw.replace(b"<https://", b"<http://"),
    ):
        assert False in good(wrong, of)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PARLEY_MAIL_RATE", "0", "a number above 0"),
        ("PARLEY_MAIL_RATE", "many", "a number above 0"),
        ("PARLEY_MAIL_FROM", "Parley", "an address"),
        ("PARLEY_MAIL_BOUNCES", "a+b@example.org", "an address"),
        ("PARLEY_DKIM_KEY", "/no/such/key", "does not exist"),
        ("PARLEY_SMTP_URL", "mail.example.org:587", "must begin with smtp://"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_start(name: str, value: str, says: str) -> None:
    needed = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://y", "PARLEY_SECRET": "z" * 40}
    with pytest.raises(SettingsError, match=f"{name}.*{says}"):
        read(needed | {name: value})


def parley(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return command.parley("mail", *arguments, typed=typed)


@pytest.mark.committed
@pytest.mark.usefixtures("app")
async def test_the_program_speaks_json_and_takes_in_what_comes_back(tmp_path: Path) -> None:
    assert json.loads(parley("check", "--json").stdout)["records"]
    (tmp_path / "bad.eml").write_bytes(b"From: x@y.z\n\nHello\n")
    refused = parley("check", str(tmp_path / "bad.eml"))
    assert refused.returncode == 1
    assert "lines end" in refused.stderr
    assert parley("bounce", typed="Subject: Hello\n\nHow are you?\n").stdout == "ignored\n"
    assert await db.value("select count(*) from mail_bounce") == 0
