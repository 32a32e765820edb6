"""Settings are read once, and a mistake is said in a sentence at the start: none is taken for something else."""

from pathlib import Path

import pytest

from parley.platform.environment import SECRETS, SettingsError, read_files
from parley.platform.settings import read
from tests import command

NEEDED = {"DATABASE_URL": "postgresql://x/parley", "REDIS_URL": "redis://x", "PARLEY_SECRET": "x" * 40}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://talk.example.org", "https://talk.example.org"),
        ("https://Talk.Example.org/", "https://talk.example.org"),
        ("HTTPS://talk.example.org:443", "https://talk.example.org"),
        ("https://talk.example.org:8443", "https://talk.example.org:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_address_of_the_site_is_what_browsers_call_it_however_it_is_typed(typed: str, sent: str) -> None:
    assert read(NEEDED | {"PARLEY_BASE_URL": typed}).base_url == sent


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLEY_BASE_URL", "talk.example.org"),
        ("PARLEY_BASE_URL", "http://talk.example.org"),
        ("PARLEY_BASE_URL", "https://talk.example.org/path"),
        ("PARLEY_BASE_URL", "https://talk.example.org?x=1"),
        ("PARLEY_BASE_URL", "https://me@talk.example.org"),
        ("PARLEY_BASE_URL", "https://talk.example.org:web"),
        ("PARLEY_BASE_URL", "https://[::1"),
        ("DATABASE_URL", "localhost/parley"),
        ("DATABASE_REPLICA_URL", "mysql://x"),
        ("REDIS_URL", "localhost:6379"),
        ("PARLEY_NAME", "x" * 41),
        ("PARLEY_NAME", "Two\nlines"),
        ("PARLEY_LOG", "warn"),
        ("PARLEY_LIMITS", "no"),
        ("PARLEY_SLOW_QUERY", "-1"),
        ("PARLEY_SECURITY_CONTACT", "somebody"),
        ("PARLEY_METRICS", "9464"),
        ("PARLEY_PASSWORD_RANGE", "http://api.example.org/range"),
        ("PARLEY_TRANSLATOR", "translate:5000"),
        ("PARLEY_TRANSLATOR", "file:///etc/passwd"),
        ("PARLEY_TRANSLATOR", "http://me:secret@translate"),
        ("PARLEY_TRANSLATOR", "http://translate?key=secret"),
        ("PARLEY_TRANSLATOR", "http://[::1"),
        ("PARLEY_PROVIDERS", "corp"),
        ("PARLEY_PROVIDERS", '{"corp": {"name": "Corp", "secret": "x"}}'),
        ("PARLEY_PROVIDERS", '{"corp": {"name": "Corp", "secret": "x", "issuer": "https://corp.example"}}'),
        ("PARLEY_PROVIDERS", '{"corp": {"name": "Corp", "secret": "x", "issuer": "http://c.example", "client": "x"}}'),
        ("PARLEY_PROVIDERS", '{"Corp!": {"name": "C", "secret": "x", "issuer": "https://c.example", "client": "x"}}'),
        ("PARLEY_PROVIDERS", '{"news": {"name": "News", "secret": "short", "address": "https://news.example/sso"}}'),
        ("PARLEY_PROVIDERS", '{"news": {"name": "News", "secret": "0123456789abcdef", "adress": "https://n.example"}}'),
        ("PARLEY_FETCH_ALLOW", "10.1.0.0/33"),
        ("PARLEY_SES_TOPIC", "parley"),
        ("PARLEY_SES_TOPIC", "arn:aws:sqs:eu-west-1:123456789012:parley"),
        ("PARLEY_MAILGUN_KEY", "short"),
        ("PARLEY_POSTMARK_LOGIN", "a password without a name"),
        ("PARLEY_POSTMARK_LOGIN", "postmark:short"),
    ],
)
def test_what_a_setting_cannot_be_is_said_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must"):
        read(NEEDED | {name: value})


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_missed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        read(NEEDED | {name: ""})


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("value\n")
    env = {f"{name}_FILE": str(tmp_path / "secret")}
    read_files(env)
    assert env == {name: "value"}

    with pytest.raises(SettingsError, match="both set"):
        read_files({name: "value", f"{name}_FILE": str(tmp_path / "secret")})
    with pytest.raises(SettingsError, match="cannot be read"):
        read_files({f"{name}_FILE": str(tmp_path / "none")})


def test_commands_read_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    env = NEEDED | {"PARLEY_SECRET": "", "PARLEY_SECRET_FILE": str(tmp_path / "secret")}

    assert "PARLEY_SECRET must have at least" in command.parley("doctor", env=env).stdout
    ended = command.parley("doctor", env=env | {"PARLEY_SECRET_FILE": "/none"})
    assert ended.returncode == 1 and "PARLEY_SECRET_FILE names /none" in ended.stderr
