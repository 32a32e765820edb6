"""Names of people and organisations: found in a line such as "By Ada Osei and Ben Lund, staff writers"."""

import re
from collections.abc import Iterable, Iterator

BY = re.compile(
    r"^[|\u2013\u2014-]*\s*(?:(?:written|words|story|text|opinion|analysis|posted|published|reporting|kommentar|commento"
    r"|geschrieben|eingestellt|erstellt|gespeichert|publiziert|veröffentlicht|gepostet|verfasst|artikel|beitrag|rezept|publié|écrit"
    r"|publicado|escrito|scritto|pubblicato|skriven|skrevet)\s+)?"
    r"(?:by|von|par|por|di|da|door|av|af|przez|autor(?:in|a|es|en)?|authors?|auteurs?|auteur|yazar|автор|作者|文|取材|بقلم|מאת)"
    r"(?:\s*[:\uff1a\u25cf=\uff1d]\s*|\s+|$)|^[:\uff1a]\s*",
    re.IGNORECASE,
)
_LATE_BY = re.compile(r"^.{0,40}?\b(?:By|Von|Par|Por)\s+(?=[A-ZÀ-Þ])|^.{0,40}?\d (?:by|von|par|por)\s+(?=[A-ZÀ-Þ])")
_SEPARATORS = re.compile(
    r"\s*(?:[;|/•\u00b7\u3001\uff0c\uff0f\uff5c\n]|\s[\u2013\u2014-]\s|,(?!\s*(?:Jr|Sr|PhD|MD|M\.D|Ph\.D)\b))\s*"
)
_BLANKS = re.compile(r"[^\S\n]+")
_AND = re.compile(r"\s+(?:and|AND|und|UND|et|ET|y|e|og|och|en|i|ve|with|mit|avec|con|&|и|\u0456)\s+|\s*&\s*")
_FIRST_AND = re.compile(r"^(?:and|AND|und|UND|et|ET|y|&)\s+")
_PARTICLES = frozenset({
    "af", "al", "am", "an", "ap", "at", "av", "bin", "bint", "d", "da", "dal", "de", "dei", "del", "della", "den",
    "der", "des", "di", "do", "dos", "du", "e", "el", "en", "et", "i", "ibn", "la", "las", "le", "los", "of", "ter",
    "ten", "the", "til", "ul", "und", "van", "vom", "von", "y", "zu", "zum", "zur", "and",
})  # fmt: skip
ROLES = re.compile(
    r"[\s,]+(?:(?:staff|senior|chief|political|science|special|guest|contributing|managing|associate)\s+)*"
    r"(?:staff|correspondents?|reporters?|editors?|writers?|columnists?|contributors?|journalists?|producer|author)$"
    r"|\s*(?:기자|특파원|記者|編集委員|撰文)(?:\s*외\s*\d*\s*명?)?$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:writer|editor|reporter|correspondent|columnist|commentator|contributor|journalist|producer|critic|analyst"
    r"|author|redakteur(?:in)?|korrespondent(?:in)?|journaliste|periodista|corresponsal|redactora?)s?$",
    re.IGNORECASE,
)
# Before a role alone, unlike the family name of "Jane Reporter".
_ROLE_ALONE = re.compile(
    r"(?:(?:staff|senior|chief|political|science|sports|news|special|guest|contributing|managing|associate|freelance"
    r"|foreign|web|features?|assistant|deputy|technology|business|washington|white house|ap)\s+)+",
    re.IGNORECASE,
)
# Where an author works, after the name: "Ada Osei, The Plain Dealer".
_EMPLOYER = re.compile(r"^The\s|\b(?:Group|Media|University|Institute|College|Magazine|Newspapers?)$")
# Words of links and buttons beside a byline: "Edit Profile", "Link Copied", "About The Author".
_OF_A_BUTTON = frozenset({
    "about", "account", "cookie", "cookies", "copied", "copy", "follow", "letters", "login", "my", "newsletter",
    "password", "privacy", "profile", "settings", "share", "slideshow", "subscribe", "your",
})  # fmt: skip
# Bylines that name an editorial office, not a person.
DESKS = frozenset({
    "agencies", "desk", "newsroom", "redacción", "redaktion", "redazione", "rédaction", "staff", "web desk",
})  # fmt: skip
NOBODY = DESKS | frozenset({
    "", "admin", "administrator", "anonymous", "author", "authors", "by", "contributor", "editor", "guest",
    "name", "no author", "none", "null", "super user", "publisher", "undefined", "unknown", "user", "username",
    "webmaster", "www", "作者", "news", "online", "all posts", "anónimo", "impressum", "kontakt", "mehr", "more",
 "profile", "website", "aktualisiert", "posted", "published", "publicado", "publié", "updated",
    "veröffentlicht", "actualités", "actualidad", "berita", "haber", "haberler", "nachrichten", "nieuws", "noticias",
    "notizie", "nyheter", "nyheder", "wiadomości", "новости", "новини", "latest posts", "recent posts",
    "ニュース", "新闻", "新聞",
})  # fmt: skip
# News agencies, which sign with a short name in small letters.
_AGENCIES = frozenset({
    "aap", "afp", "agerpres", "anp", "ansa", "ap", "apa", "belga", "bloomberg", "cna", "dpa", "efe", "epd", "ians",
    "interfax", "jiji", "kna", "kyodo", "lusa", "mti", "ntb", "pap", "pti", "reuters", "ritzau", "sda", "sid", "stt",
    "tass", "tanjug", "ukrinform", "unian", "xinhua", "yonhap",
})  # fmt: skip
_ADDRESS = re.compile(r"https?:|www\.|@|\w\.(?:com|org|net|de|co|io|info|tv|at|ch|fr|it|es|pl|uk|eu)\b", re.IGNORECASE)
# Copyright notices, and links such as "All articles" or "Sponsored".
_NOTICE = re.compile(
    r"[:\uff1a©]|^(?:all|alle|gesponserte?|mehr|more|read|see|show|sponsored|view|weitere|zum|zur)\b", re.IGNORECASE
)
# What members of blogs and forums call themselves: "c1ph4", "gnaddrig".
_HANDLE = re.compile(r"(?=.*[^\W\d_])(?![\d.]+[km]$)\w[\w.-]{1,29}")  # not "140k", as of points
_INITIAL = re.compile(r"\s[^\W\d_]$")
# Initials, an agency or a role after a name: "Ada Osei (aos)".
_IN_BRACKETS = re.compile(r"(?<=\w)\s*\([^()]{1,60}\)$")
_LONGEST, _MOST_WORDS, MOST_NAMES = 60, 6, 50
_MOST_DISPLAY_WORDS = 3
_LONGEST_LINE = 2_000


def fold(text: str) -> str:
    """The letters and digits of a text in one case, for comparisons."""
    return "".join(filter(str.isalnum, text)).casefold()


def names_in(text: str, *, sites: Iterable[str] = (), single: bool = False, handles: bool = False) -> list[str]:
    """The names in a line, without "By", roles, places and names of `sites`.

    `single`: one word can be a name. `handles`: also user names such as c1ph4.
    """
    known = {fold(site) for site in sites}
    kept: dict[str, str] = {}
    for part in _parts(_BLANKS.sub(" ", text[:_LONGEST_LINE])):
        name = tidy_name(part, known)
        agency = bool(kept and " " not in name and fold(name) in _AGENCIES)
        if kept and (_EMPLOYER.search(name) or _ROLE.search(name) or _is_role(part.strip())):
            continue
        if is_name(name, single=single or agency) or (handles and (is_handle(name) or _is_display_name(name))):
            if fold(name) not in known and not (kept and any(fold(word) in known for word in name.split())):
                kept.setdefault(fold(name), name)
        elif kept or _is_prose(part):
            # What follows a name is a role or a place.
            break
    return list(kept.values())[:MOST_NAMES]


def tidy_name(part: str, sites: Iterable[str] = ()) -> str:
    """A name without "By" before it and a role after it, with normal capitalisation."""
    line = _IN_BRACKETS.sub("", " ".join(part.split()))
    line = _LATE_BY.sub("", BY.sub("", line, count=1))
    name = line.strip(' &,.:*()[]"“”«»\u2039\u203a\u2013\u2014-')
    name = f"{name}." if _INITIAL.search(name) and f"{name}." in line else name
    short = _without_site(ROLES.sub("", name), sites) if ROLES.search(name) else name
    name = short if " " in short or not short.isascii() else name
    return name.title() if name.isupper() and name.isascii() and " " in name else name


def is_name(name: str, *, single: bool = False) -> bool:
    """Whether this can be the name of a person or an organisation."""
    words = name.split()
    if not 1 <= len(words) <= _MOST_WORDS or not 1 < len(name) <= _LONGEST or any(map(str.isdigit, name)):
        return False
    if _is_label(name) or name.casefold() in NOBODY or _ADDRESS.search(name) or _NOTICE.search(name):
        return False
    if name.casefold() in _AGENCIES:
        return True
    cased = name.casefold() != name or name.upper() != name
    if cased and not all(_begins_as_name(word) for word in words):
        return False
    return len(words) > 1 or single or not cased


def _is_label(name: str) -> bool:
    """Whether this says a role, is of a button, breaks off within a sentence ("Published on"), or has no letters."""
    words = name.split()
    broken_off = not words or words[-1] in _PARTICLES
    button = not _OF_A_BUTTON.isdisjoint(name.casefold().split())
    return broken_off or button or _is_role(name) or not any(map(str.isalpha, name))


def _is_role(name: str) -> bool:
    role = _ROLE.search(name)
    return bool(role and _ROLE_ALONE.fullmatch(name[: role.start()]))


def is_handle(name: str) -> bool:
    """Whether this can be what somebody calls themselves on a site."""
    bare = name.casefold()
    return bool(_HANDLE.fullmatch(name)) and bare not in NOBODY and "admin" not in bare and not _ADDRESS.search(name)


def _is_display_name(name: str) -> bool:
    """Whether this can be a name that its owner writes without all capitals: "Mobasir hassan"."""
    words = name.split()
    if not 1 < len(words) <= _MOST_DISPLAY_WORDS or any(map(str.isdigit, name)):
        return False
    return any(word[0].isupper() for word in words) and not (
        _is_label(name) or _ADDRESS.search(name) or _NOTICE.search(name)
    )


def _begins_as_name(word: str) -> bool:
    bare = word.lstrip("('\"\u201c\u201e\u00ab\u2018\u2019")
    return (
        not bare
        or not bare[0].islower()
        or bare.casefold().rstrip(".") in _PARTICLES
        or "\u2019" in bare
        or "'" in bare
    )


def _is_prose(part: str) -> bool:
    return len(part.split()) > 2 * _MOST_WORDS


def _without_site(name: str, sites: Iterable[str]) -> str:
    words = name.split()
    known = set(sites)
    while len(words) > 2 and any(fold(" ".join(words[-count:])) in known for count in (1, 2)):  # noqa: PLR2004 a name has two
        words.pop()
    return " ".join(words)


def _parts(text: str) -> Iterator[str]:
    for part in _SEPARATORS.split(text):
        both = _AND.split(_FIRST_AND.sub("", part))
        whole = len(both) > 1 and any(len(part.split()) < 2 for part in both)  # noqa: PLR2004 "Ortega y Gasset"
        yield from [part] if whole else both
