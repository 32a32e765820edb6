"""The time fuzzer for what devices and other sites send: tokens, signed answers, lists, and settings about them."""

import base64
import io
import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from parley.interfaces.inbound_feeds.parsing import addresses
from parley.interfaces.webhooks.forms import WebhookForm
from parley.people.second_factors import passkey_settings, passkeys
from parley.people.sign_in.forms import LONGEST_CREDENTIAL
from parley.people.sso import openid, publisher
from parley.people.sso.claims import claims
from parley.platform import providers
from parley.platform.errors import CommandFailed, Refused
from parley.platform.providers import Provider
from parley.site.transfer.format import LineReader
from tests.fuzz.test_time import APART_LIMIT, faults
from tests.units import ALL, FEW, repeated

PUBLISHER = Provider(name="News", address="https://news.example/sso", secret="a secret of the publisher")


def encoded(text: str | bytes) -> str:
    given = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


@cache
def key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "a"})


def id_token(words: str) -> None:
    head = encoded('{"alg":"ES256","kid":"a"}')
    for token in (words, f"{head}.{encoded(words)}.{words}", f"{encoded(words)}.{words}.{words}"):
        try:
            jwt.decode(token, KeySet([key()]), algorithms=openid.ALGORITHMS)
        except (JoseError, ValueError, TypeError):
            continue


def signed_id_token(words: str) -> Any:
    """The claims of a provider that lies."""
    token = jwt.encode({"alg": "ES256", "kid": "a"}, {"sub": words[:255], "name": words, "email": words}, key())
    found = jwt.decode(token, KeySet([key()]), algorithms=openid.ALGORITHMS).claims
    return claims(PUBLISHER, subject=found["sub"], name=found["name"], email=found["email"], verified=True)


def answer_of_publisher(words: str) -> Any:
    payload = base64.b64encode(words.encode("utf-8", "surrogatepass")).decode()
    return publisher.read(PUBLISHER, {"sso": payload, "sig": publisher.signature(PUBLISHER.secret, payload)})


def new_passkey(words: str | bytes) -> Any:
    """An attestation, in CBOR, to a challenge of ours."""
    challenge = passkeys.issue_challenge("add")
    data = {"type": "webauthn.create", "challenge": encoded(challenge), "origin": "http://localhost"}
    response = {"clientDataJSON": encoded(json.dumps(data)), "attestationObject": encoded(words)}
    given = {"id": encoded(b"key"), "rawId": encoded(b"key"), "type": "public-key", "response": response}
    return passkey_settings._verify(json.dumps(given), challenge)


def line_of_export(words: str) -> Any:
    try:
        return LineReader(Path("site.jsonl"), io.BytesIO(words.encode("utf-8", "surrogatepass"))).header
    except CommandFailed:
        return None


# Each with the longest text that it is given, in characters.
PARSERS: dict[str, tuple[Callable[[str], Any], int]] = {
    "ID token": (id_token, 80_000),
    "claims of an ID token": (signed_id_token, 3_000),
    "answer of a publisher": (answer_of_publisher, 4_000),
    "what a passkey signed": (lambda words: passkeys.read(words, "sign-in"), LONGEST_CREDENTIAL),
    "new passkey": (new_passkey, LONGEST_CREDENTIAL // 2),
    "address of a webhook": (lambda words: WebhookForm({"url": f"https://{words}"}), 2_000),
    "line of an export": (line_of_export, 100_000),
    "providers in the settings": (providers.read, 20_000),
}


@pytest.mark.parametrize("name", PARSERS)
def test_no_repeated_text_takes_long(name: str) -> None:
    call, longest = PARSERS[name]

    assert faults(call, longest, ALL[len(name) % 5 :: 5]) == {}


def test_no_repeated_text_in_a_list_of_feeds_takes_its_process_long() -> None:
    def in_list(words: str) -> Any:
        return addresses(f"<opml><body><outline xmlUrl='{words}'>{words}".encode())

    assert faults(in_list, 100_000, [*FEW, "<outline xmlUrl='http://a.b'>", "&a;"], limit=APART_LIMIT) == {}


# RFC 8949: nested lists, maps and tags, lengths that are not there, numbers without end, references to oneself.
CBOR = {
    "nested lists": b"\x81" * 9_000,
    "nested lists without a length": b"\x9f" * 9_000,
    "nested maps": b"\xa1" * 9_000,
    "nested tags": b"\xc1" * 9_000,
    "a list of two billion": b"\x9b\x00\x00\x00\x00\x7f\xff\xff\xff",
    "two billion bytes": b"\x5b\x00\x00\x00\x00\x7f\xff\xff\xff",
    "a long number": b"\xc2\x59\x23\x00" + b"\xff" * 8_960,
    "a large power of ten": b"\xc4\x82\x1a\x7f\xff\xff\xff\x01",
    "a large power of two": b"\xc5\x82\x1a\x01\xff\xff\xff\x01",
    "a pattern": b"\xd8\x23\x78\x20" + b"(a+)+" * 6 + b"ab",
    "itself": b"\xd8\x1c\x81\xd8\x1d\x00",
    "nothing": b"",
}


@pytest.mark.parametrize("name", CBOR)
def test_a_hostile_passkey_is_refused_at_once(name: str) -> None:
    with pytest.raises(Refused):
        new_passkey(CBOR[name])

    assert faults(partial(_of_length, CBOR[name]), len(CBOR[name]) or 1, ["a"]) == {}


def _of_length(cbor: bytes, words: str) -> Any:
    return new_passkey(cbor[: len(words)])


@pytest.mark.parametrize("unit", ["[", '{"kind":', '"\\u0000', "9", "\x00", "\ufeff"])
def test_hostile_lines_of_an_export_are_refused(unit: str) -> None:
    with pytest.raises(CommandFailed):
        LineReader(Path("site.jsonl"), io.BytesIO(repeated(unit, 1_000_000).encode()))
