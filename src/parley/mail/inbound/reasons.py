"""Why a message came back, from the words beside it first and from its status code (RFC 3463) where they say nothing.

Words come before codes: refusals that are about us often come with 5.1.0, 5.1.1 or 5.7.x.
"""

import re
import unicodedata
from functools import lru_cache

from parley.mail.inbound.reason_phrases import TABLE

ADDRESS = re.compile(r"<?[^\s<>\"'(),;:]{1,100}@[^\s<>\"'(),;:]{1,200}>?")
# The names of what an address on the web is asked with are no words: "?ip=192.0.2.1".
PARAMETER = re.compile(r"(?<=[?&])\w{1,20}=")
# Where an answer begins that stands among other words.
ANSWER = re.compile(r"\b[245](?:\d\d|\.\d{1,3}\.\d{1,3})\b")
LONGEST = 2_000
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})

# A server that says it before it was told the address means us.
BEFORE_RCPT = re.compile(
    r"(after|reply to|following|response to) (the )?(mail from|initial connection|e?helo\b|ehlo\b|connect)"
    r"|but (my name|sender) was rejected"
    r"|>>> (mail from|e?helo|ehlo)[^<>]{0,120}<<< [45]"
)
# What a status alone says. The longest prefix that stands here counts.
STATUSES = {
    "5.1.1": "gone", "5.1.2": "gone", "5.1.3": "gone", "5.1.6": "gone", "5.1.10": "gone", "5.4.4": "gone",
    "5.4.310": "gone", "5.1.7": "policy", "5.1.8": "policy", "5.7": "policy", "4.7": "policy", "4.1.8": "policy",
    "5.2.2": "full", "4.2.2": "full", "5.2.3": "content", "5.3.4": "content", "5.6": "content", "4": "soft",
}  # fmt: skip
# What may end, so it is no proof that there is no such mailbox.
MILDER = {"full", "closed"}
# Statuses that servers give as a default: what else the message says counts more.
VAGUE = re.compile(r"\d\.0\.\d+|5\.1\.0|5\.[23]\.0|5\.7|5\.4\.4|4|")


def kind_of(status: str, diagnostic: str = "", beside: str = "", *, permanent: bool = False) -> str:
    """What came back says: one of "gone", "full", "policy", "content", "rate", "soft" or "hard".

    `diagnostic` is the other server's answer, `beside` what stands around it. "gone": there is no such mailbox.
    An account that is disabled, suspended or inactive may be opened again: "hard", which counts and is no proof. What
    comes with a status 4.x is tried again by its server: never "gone" or "hard".
    "policy", "content", "rate": they do not want mail from us, this letter, or so much at once, which is not the
    member's fault. "soft", "hard": it cannot be delivered now, or for good, for a reason that is not said plainly.
    `permanent` counts where nothing else tells.
    """
    answer, around = normal(diagnostic), normal(beside)
    by_status = _of_status(status)
    permanent = status.startswith("5") or (permanent and not status.startswith("4"))
    found = phrase(answer)
    if found is None and not VAGUE.fullmatch(status):
        found = by_status
    found = found or phrase(around) or by_status
    if found in {"unknown", "gone"}:
        # A server that contradicts itself before it gives the answer leaves a doubt, and nothing is suppressed on one.
        explained = phrase(ANSWER.split(around, maxsplit=1)[0])
        found = explained if explained in MILDER else found
    if found in {"unknown", "gone", None} and BEFORE_RCPT.search(f"{answer} {around}"):
        return "policy"
    if found in {"soft", "closed", None} or (found in {"unknown", "gone"} and status.startswith("4")):
        return "hard" if permanent else "soft"
    return "gone" if found == "unknown" else found


def normal(words: str) -> str:
    """`words` in small letters, on one line, with plain quotes and without e-mail addresses."""
    plain = unicodedata.normalize("NFKC", words[:LONGEST]).translate(QUOTES)
    return PARAMETER.sub("", ADDRESS.sub("@", " ".join(plain.split()))).lower()


@lru_cache(maxsize=8)
def phrase(words: str) -> str | None:
    """The kind whose phrases stand in `words`, the first in the table; None where none does."""
    return next((kind for kind, phrases in TABLE if phrases.search(words)), None)


def _of_status(status: str) -> str | None:
    for end in (status, status.rpartition(".")[0], status[:1]):
        if end in STATUSES:
            return STATUSES[end]
    return None
