"""The DKIM-Signature of a message (RFC 6376), relaxed/relaxed: canonicalised by dkimpy, signed by a native library."""

import hashlib
import time
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dkim import fold, hash_headers, rfc822_parse
from dkim.canonicalization import CanonicalizationPolicy

NAME = b"DKIM-Signature"
RELAXED = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")


def read_key(path: Path) -> RSAPrivateKey:
    """Return the private key in the PEM file at `path`. Raises ValueError if it is not an RSA key."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path} is not an RSA key")  # noqa: TRY004 the file is wrong, not the caller
    return key


def signature(message: bytes, key: RSAPrivateKey, *, selector: str, domain: str, headers: Sequence[str]) -> bytes:
    """Return the header field, with its line end, that signs `headers` and the body of `message` (RFC 6376, 3.7).

    A name that is listed twice in `headers` makes the signature invalid if such a field is added.
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
    value = fold(b" " + b"; ".join(b"=".join(tag) for tag in tags), namelen=len(NAME) + 1)
    digest = hashlib.sha256()
    hash_headers(digest, RELAXED, RELAXED.canonicalize_headers(fields), signed, (NAME, value), dict(tags))
    signed_digest = key.sign(digest.digest(), PKCS1v15(), Prehashed(SHA256()))
    folded: bytes = fold(value + b64encode(signed_digest), namelen=len(NAME) + 1)
    return NAME + b":" + folded + b"\r\n"
