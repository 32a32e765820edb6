"""What a domain's DNS has to say so that our mail is taken, and whether a message is as it should be."""

import base64
from pathlib import Path

from dkim import asn1, crypto

LONG = 0x80
RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"


def public_key(private: Path) -> str:
    """The DKIM record that lets others verify what `private` signed.

    Raises ValueError for a file that holds no RSA key.
    """
    try:
        key = crypto.parse_pem_private_key(private.read_bytes())
    except (crypto.UnparsableKeyError, asn1.ASN1FormatError, ValueError) as error:
        raise ValueError(f"{private} holds no RSA private key in PEM: {error}") from None
    numbers = _der(asn1.SEQUENCE, _integer(key["modulus"]), _integer(key["publicExponent"]))
    algorithm = _der(asn1.SEQUENCE, _der(asn1.OBJECT_IDENTIFIER, RSA), _der(asn1.NULL))
    whole = _der(asn1.SEQUENCE, algorithm, _der(asn1.BIT_STRING, b"\x00", numbers))
    return f"v=DKIM1; k=rsa; p={base64.b64encode(whole).decode()}"


def _der(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    length = bytes([len(body)]) if len(body) < LONG else bytes([LONG | len(size)]) + size
    return bytes([kind]) + length + body


def _integer(number: int) -> bytes:
    # One bit more than it has: the first says that it is not negative.
    return _der(asn1.INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))
