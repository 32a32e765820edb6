"""Why a message came back: from the text of the reply, or from its status code (RFC 3463) if the text is not clear.

The text counts more than the code: refusals because of the sender often have 5.1.0, 5.1.1 or 5.7.x.
"""

import re
from functools import lru_cache

from parley.people.returned_mail.reason_phrases import table
from parley.platform.text.normal_forms import normalize

ADDRESS = re.compile(r"<?[^\s<>\"'(),;:]{1,100}@[^\s<>\"'(),;:]{1,200}>?")
# Names of query parameters are not words of the reply: "?ip=192.0.2.1".
PARAMETER = re.compile(r"(?<=[?&])\w{1,20}=")
# "The group may not exist, or you may not have permission" does not say that there is no such mailbox.
GUESS = re.compile(
    r"\b(?:may|might|could|possibly|probably|perhaps) (?:be |have been |contain )?(?:an? )?(?:not |no longer |non-?)?"
    r"(?:exist|have|valid|unknown|invalid|incorrect|wrong|misspel|mistyp|deleted|removed)\w*"
    r"|möglicherweise (?:nicht|kein)(?: mehr)? \w+|existe peut-[eê]tre pas|peut-[eê]tre pas existe|no exist(?:a|an)\b"
    r"|potrebbe non esistere|pode não existir|talvez não exista|bestaat mogelijk niet|mogelijk niet bestaat"
    r"|возможно, (?:больше )?не существует|может не существовать|może nie istnieć|kanske inte finns"
    r"|可能(?:并)?不存在|存在しない(?=[^。]{0,60}可能性)|존재하지 않(?=.{0,60}수 있)"
)
# What stands for a guess in a line.
GUESSED = "perhaps"
PERMISSION = re.compile(
    r"permission|berechtig|auto?ri[sz]|permis|toestemming|разрешен|прав\b|uprawnie|behörighet|権限|权限|權限|권한"
)
# "Temporarily not found" does not say it either.
FOR_NOW = re.compile(r"temporar|try (?:again )?later|\bretrying(?! will not)|will (?:be )?retr")
# What our server adds to a reply: the name of the other server, and the command that it answered. Their words ("host",
# "rcpt") are not about the domain or the mailbox. Some servers add our address to each reply: "[mkqxmk ip: 192.0.2.1]".
ECHO = re.compile(
    r"\[\S* ?ip: [\d.]+\]|"
    r"\bhost [^\s\[]+ ?\[[^\]]*\](?: said:?| refused to talk to me: (?=4)|:)?"
    r"|(?:\bafter|(?:reply|response) to|following|>>>) (?:the )?(?:pipelined )?(?:rcpt to|mail from)(?::? ?@| command)?"
)
# The start of a server's reply inside other text.
ANSWER = re.compile(r"\b[245](?:\d\d|\.\d{1,3}\.\d{1,3})\b")
LONGEST_REPLY = 2_000
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})

# A refusal before RCPT is about the sender.
BEFORE_RCPT = re.compile(
    r"(after|reply to|following|response to) (the )?(mail from|initial connection|e?helo\b|ehlo\b|connect)"
    r"|but (my name|sender) was rejected"
    r"|>>> (mail from|e?helo|ehlo)[^<>]{0,120}<<< [45]"
)
# A server that took the recipient and refuses after DATA may answer "user unknown" for its user's own filter, as mobile
# carriers do. Sendmail's transcript has the replies to RCPT after DATA too, but then not this last line.
AFTER_DATA = re.compile(
    r"(?:after|reply to|response to) (?:the )?(?:pipelined )?(?:(?:end|sending|transfer) of |sending )?"
    r"(?:data\b|mail text|(?:the )?message (?:body|text|content))|-smtp command data\b|after i sent the message"
    r"|>>> data <<< 5[^<>]{0,300} 554 5\.0\.0 service unavailable"
)
# The kind of a status code alone. The longest prefix in this table counts.
STATUSES = {
    "5.1.1": "gone", "5.1.2": "gone", "5.1.3": "gone", "5.1.6": "gone", "5.1.10": "gone", "5.4.4": "gone",
    "5.4.310": "gone", "5.1.7": "policy", "5.1.8": "policy", "5.7": "policy", "4.7": "policy", "4.1.8": "policy",
    "5.4": "soft", "5.2.2": "full", "4.2.2": "full", "5.2.3": "content", "5.3.4": "content", "5.6": "content",
    "5.5.1": "policy", "5.5.2": "policy", "5.5.4": "policy", "4": "soft",
}  # fmt: skip
# Kinds that may be temporary, so they do not prove that the mailbox is gone.
MILDER = {"full", "closed"}
# Status codes that servers use as a default. The rest of the message counts more.
VAGUE = re.compile(r"\d\.0\.\d+|5\.1\.0|5\.[23]\.0|5\.7|5\.4\.\d+|4|")


def kind_of(status: str, diagnostic: str = "", beside: str = "", *, permanent: bool = False) -> str:
    """Return the kind of a bounce: "gone", "full", "policy", "content", "rate", "soft" or "hard".

    `diagnostic` is the other server's reply, `beside` the text around it. "gone": there is no such mailbox. A disabled,
    suspended or inactive account may be opened again, so it is "hard", which counts but proves nothing; so is an
    unknown user after DATA without the code for it. After a status 4.x the server retries: never "gone" or "hard".
    "policy", "content", "rate": the server refuses mail from us, this letter, or so many letters at once; the member is
    not at fault. "soft": delivery failed for now, or on the way. "hard": permanently, for an unclear reason.
    `permanent` is used if nothing else shows whether the failure is permanent.
    """
    answer, around = normal(diagnostic), normal(beside)
    by_status = _of_status(status)
    permanent = status.startswith("5") or (permanent and not status.startswith("4"))
    if GUESSED in (words := f"{answer} {around}") and PERMISSION.search(words):
        # It does not say whether there is no such group, or whether we may not write to it.
        return "soft"
    kind = phrase(answer)
    if kind is None and not VAGUE.fullmatch(status):
        kind = by_status
    kind = kind or phrase(around) or by_status
    if kind in {"unknown", "gone"}:
        # If the text before the reply contradicts it, the milder kind counts: an address is not suppressed on doubt.
        explained = phrase(ANSWER.split(around, maxsplit=1)[0])
        kind = explained if explained in MILDER else kind
    if kind in {"unknown", "gone"} and by_status == "policy" and status.startswith("5.1."):
        # 5.1.7 and 5.1.8 are about the sender.
        return "policy"
    if kind in {"unknown", "gone", None} and BEFORE_RCPT.search(words):
        return "policy"
    if kind in {"unknown", "gone"} and not status.startswith("5.1.") and AFTER_DATA.search(words):
        kind = None
    if kind in {"unknown", "gone", "closed"} and FOR_NOW.search(answer):
        kind = "soft" if kind == "closed" else None
    if kind in {"closed", None} or (kind in {"unknown", "gone"} and status.startswith("4")):
        return "hard" if permanent else "soft"
    return "gone" if kind == "unknown" else kind


def normal(words: str) -> str:
    """Return `words` in lower case, in one line, with plain quotes, "@" for an address and GUESSED for a guess."""
    # One character can become eighteen.
    plain = normalize("NFKC", words[:LONGEST_REPLY])[:LONGEST_REPLY].translate(QUOTES)
    line = PARAMETER.sub("", ADDRESS.sub("@", " ".join(plain.split()))).replace("_", " ").lower()
    return GUESS.sub(GUESSED, line)


@lru_cache(maxsize=8)
def phrase(words: str) -> str | None:
    """Return the first kind of the table with a phrase in `words`, or None."""
    reply = ECHO.sub("", words)
    return next((kind for kind, phrases in table() if phrases.search(reply)), None)


def _of_status(status: str) -> str | None:
    for end in (status, status.rpartition(".")[0], status[:1]):
        if end in STATUSES:
            return STATUSES[end]
    return None
