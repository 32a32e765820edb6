"""ETags that begin with the number of a version, by which `If-Match` names what a change is about."""

import re
from hashlib import blake2b

import msgspec

from parley.platform.errors import ChangedMeanwhile
from parley.platform.http.access import AnyRequest
from parley.platform.text.messages import N_

CHANGED = N_("This is no longer what `If-Match` names. Nothing was changed. Read it again, then send your change.")
ETAG = re.compile(r'"([0-9]{1,9})-[0-9a-f]{16}"')


def versioned_etag(version: int, struct: msgspec.Struct) -> str:
    """Return the ETag of a struct: the number of its version, and a digest of all its fields."""
    return f'"{version}-{blake2b(msgspec.json.encode(struct), digest_size=8).hexdigest()}"'


def if_match(request: AnyRequest) -> int | None:
    """Return the version that `If-Match` names, or None for any. Raises ChangedMeanwhile for no ETag of ours."""
    given = request.headers.get("if-match", "*")
    if given == "*":
        return None
    match = ETAG.fullmatch(given)
    if match is None:
        raise ChangedMeanwhile(N_("`If-Match` is not an ETag of this. Nothing was changed."))
    return int(match[1])
