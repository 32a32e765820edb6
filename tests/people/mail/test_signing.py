"""dkimpy accepts our signatures, whatever the length of their fields."""

from base64 import b64encode

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from parley.people.mail.message import signature


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65_537, 2_048)


@pytest.mark.parametrize("words", [1, 40])
@pytest.mark.parametrize("domain", ["example.org", f"{'long-label.' * 9}example.org"])
def test_a_signature_holds_and_forbids_a_second_sender(key: RSAPrivateKey, words: int, domain: str) -> None:
    subject = "\r\n ".join(["Monday"] * words)
    message = f"From: a@{domain}\r\nSubject: {subject}\r\n\r\n" + "Two  words. \r\n" * words + "\r\n\r\n"
    names = ["From", "From", "Subject", *["Subject"] * words, "Absent"]
    public = b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def dns(_name: bytes, **_: object) -> bytes:
        return b"v=DKIM1; k=rsa; p=" + public

    signed = signature(message.encode(), key, selector="parley", domain=domain, headers=names) + message.encode()
    assert dkim.verify(signed, dnsfunc=dns)
    assert not dkim.verify(signed.replace(b"\r\nFrom:", b"\r\nFrom: eve@example.org\r\nFrom:", 1), dnsfunc=dns)
    assert not dkim.verify(signed.replace(b"Two", b"Ten"), dnsfunc=dns)
