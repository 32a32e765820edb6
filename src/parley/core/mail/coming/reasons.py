"""Why a message came back, from the words beside it first and from its status code (RFC 3463) where they say nothing.

Words come before codes: refusals that are about us often come with 5.1.0, 5.1.1 or 5.7.x.
"""

import re
import unicodedata

from parley.core.mail.coming.reason_phrases import PHRASES

ADDRESS = re.compile(r"<?[^\s<>\"'(),;:]{1,100}@[^\s<>\"'(),;:]{1,200}>?")
LONGEST = 4_000
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})

# A server that says it only after it has read the message, or a program behind it, judges more than the address.
AFTER_DATA = re.compile(
    r"end of data|(data|text) command"
    r"|response to data|after data|smtp command\W*(data\b|\. )|procmail"
)
# A server that says it before it was told the address means us.
BEFORE_RCPT = re.compile(
    r"(after|reply to|following|response to) (the )?(mail from|initial connection|e?helo\b|ehlo\b|connect)"
    r"|but (my name|sender) was rejected"
    r"|>>> (mail from|e?helo|ehlo)[^<>]{0,120}<<< [45]"
)
INACTIVE = re.compile(r"inactiv|unavail?able")
# How KDDI and NTT Docomo refuse a letter that its reader filters: as their other answers, but without the address.
FILTERED = re.compile(r"(5\d\d|^)[ :]*: user unknown")
FILTERED_WITH_STATUS = re.compile(r"5\d\d[ '-]*unknown user")
VAGUE_STATUSES = {"5.0.0", "5.2.0", "5.3.0"}

TABLE = tuple(
    (kind, re.compile("|".join(f"(?:{line})" for line in phrases.strip().replace("\n  ", "").splitlines())))
    for kind, phrases in PHRASES
)
# What a status alone says. The longest prefix that stands here counts.
STATUSES = {
    "5.1.1": "gone", "5.1.2": "gone", "5.1.3": "gone", "5.1.6": "gone", "5.1.10": "gone", "5.4.4": "gone",
    "5.4.310": "gone", "5.1.7": "policy", "5.1.8": "policy", "5.7": "policy", "4.7": "policy", "4.1.8": "policy",
    "5.2.2": "full", "4.2.2": "full", "5.2.3": "content", "5.3.4": "content", "5.6": "content", "4": "soft",
}  # fmt: skip
# Statuses that servers give as a default: what else the message says counts more.
VAGUE = re.compile(r"\d\.0\.\d+|5\.1\.0|5\.[23]\.0|5\.7|5\.4\.4|4|")


def kind_of(status: str, diagnostic: str = "", beside: str = "", *, permanent: bool = False) -> str:
    """What came back says: one of "gone", "full", "policy", "content", "rate", "soft" or "hard".

    `diagnostic` is the other server's answer, `beside` what stands around it. "gone": there is no such mailbox.
    "policy", "content", "rate": they do not want mail from us, this letter, or so much at once, which is not the
    member's fault. "soft", "hard": it cannot be delivered now, or for good, for a reason that is not said plainly.
    `permanent` counts where nothing else tells.
    """
    answer, around = normal(diagnostic), normal(beside)
    by_status = _of_status(status, permanent=permanent)
    permanent = status.startswith("5") or (permanent and not status.startswith("4"))
    found = phrase(answer)
    if found is None and not VAGUE.fullmatch(status):
        found = by_status
    found = found or phrase(around) or by_status
    if found in {"unknown", "gone", None} and BEFORE_RCPT.search(f"{answer} {around}"):
        return "policy"
    if found == "unknown":
        found = "soft" if _is_filtered(status, answer, around) else "gone"
    if found in {"closed", "soft"} and status == "5.1.1" and INACTIVE.search(answer):
        found = "gone"
    if found == "gone" and (status.startswith("4") or AFTER_DATA.search(f"{answer} {around}")) and status != "4.1.1":
        return "hard" if permanent else "soft"
    if found in {"soft", "closed", None}:
        return "hard" if permanent else "soft"
    return found


def _is_filtered(status: str, answer: str, around: str) -> bool:
    """Whether a user is "unknown" only to what read the letter."""
    if AFTER_DATA.search(answer) or AFTER_DATA.search(around) or FILTERED.search(answer) or status == "5.2.0":
        return True
    return status in VAGUE_STATUSES and FILTERED_WITH_STATUS.search(answer) is not None


def normal(words: str) -> str:
    """`words` in small letters, on one line, with plain quotes and without e-mail addresses."""
    plain = unicodedata.normalize("NFKC", words[:LONGEST]).translate(QUOTES)
    return ADDRESS.sub("@", " ".join(plain.split())).lower()


def phrase(words: str) -> str | None:
    """The kind whose phrases stand in `words`, the first in the table; None where none does."""
    return next((kind for kind, phrases in TABLE if phrases.search(words)), None)


def _of_status(status: str, *, permanent: bool) -> str | None:
    for end in (status, status.rpartition(".")[0], status[:1]):
        if end == "4.1.1" and permanent:
            return "gone"
        if end in STATUSES:
            return STATUSES[end]
    return None
