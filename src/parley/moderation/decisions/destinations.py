"""Reading where to move a comment: the address of a thread, or of a passage of its article."""

import re
from urllib.parse import parse_qs, urlsplit

from parley.moderation.decisions.rules import ThreadReference
from parley.platform.text.cleaning import as_id

THREAD = re.compile(r"/t/(\d{1,19})(?:/[^/]*)?/?")
PASSAGE = re.compile(r"p(\d{1,19})")


def destination(address: str) -> ThreadReference | None:
    """The thread and the passage that an address names; None for any other text. The number of a thread is enough."""
    if thread := as_id(address.strip()):
        return ThreadReference(thread)
    try:
        parts = urlsplit(address.strip())
        asked = parse_qs(parts.query, max_num_fields=20).get("passage", [""])[0]
    except ValueError:
        return None
    match = THREAD.fullmatch(parts.path)
    named = PASSAGE.fullmatch(parts.fragment)
    number = as_id(match[1]) if match else None
    return ThreadReference(number, as_id(named[1] if named else asked)) if number else None
