"""Removing lines of an article that belong to its page: invitations to read, share or subscribe, raw data, credits."""

import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from parley.extraction.html.boilerplate import facts_in
from parley.extraction.html.original_markup import WordRun, letters_of, runs

# "…" at the end: anything may follow, such as the title of another article. "#" stands for a number or none.
_PHRASES = """
advertisement / advertising / sponsored / sponsored content / menu / print / tweet / email / email this / loading…
share / share this… / share on… / like this / # comments / no comments… / leave a comment… / leave a reply…
post a comment… / add a comment… / view comments / show comments / comments (#) / # replies / comments
related / related… / related: … / recommended / recommended for you… / read more… / read next… / read also… / also read…
see also… / you may also like… / you might also like… / more on this… / more from… / more stories… / don't miss…
subscribe… / sign up… / follow us… / join our newsletter… / get our newsletter… / filed under… / posted in…
tags: … / tag: … / categories: … / category: … / topics: … / about the author / about the authors
skip to content / skip to main content / back to top / continue reading… / publishing date / author of the article
article content / scan to follow
anzeige / werbung / teilen / drucken / mehr zum thema… / mehr dazu… / weitere informationen zum thema… / zum thema…
lesen sie auch… / lesen sie hier… / lesen sie mehr… / das könnte sie auch interessieren… / auch interessant… / lesetipp…
das könnte dich auch interessieren… / schlagwörter: … / schlagworte: … / themen: … / keine kommentare…
noch keine kommentare… / (noch keine bewertungen… / artikel bewerten… / artikel teilen… / artikel drucken… / bewerten
über den autor / über die autorin / über die autoren / newsletter abonnieren… / jetzt abonnieren… / jetzt bestellen…
publicité / partager… / à lire aussi… / lire aussi… / à lire également… / lire également… / lire la suite… / voir aussi…
sur le même sujet… / abonnez-vous…
publicidad / compartir… / lea también… / lee también… / leer más… / ver también… / vea también… / mira también…
te puede interesar… / le puede interesar… / noticias relacionadas… / suscríbete… / suscríbase…
publicidade / compartilhe… / compartilhar… / leia também… / leia mais… / veja também… / saiba mais… / inscreva-se…
pubblicità / condividi… / leggi anche… / iscriviti…
advertentie / lees ook… / lees meer… / lees verder… / läs också… / läs även… / läs mer… / les også… / les mer…
læs også… / lue myös… / reklama / czytaj też… / czytaj także… / czytaj również… / czytaj więcej… / czytaj: …
zobacz też… / zobacz także… / zobacz również… / przeczytaj też… / przeczytaj także… / čtěte také… / čtěte též…
reklam / ilginizi çekebilir… / baca juga…
реклама / читайте также… / читайте ещё… / читайте еще… / читайте також… / поделиться… / поширити…
اقرأ أيضا… / اقرأ أيضًا… / إعلان
関連記事… / 続きを読む / シェア / シェアする / 前のページへ戻る / 分享… / 相关阅读… / 相关文章… / 相关新闻… / 相关报道…
延伸閱讀… / 责任编辑… / 관련기사… / 관련 기사… / 공유하기
"""
_CREDIT = re.compile(
    r"\W*(?:©|\(c\)|(?:photo(?:graph)?s?|fotos?|images?|(?:titel|beitrags)?bild(?:er|quelle|nachweis)?|copyright"
    r"|cr[eé]dits?(?: photos?)?|zdjęcie|fot\.)(?: (?:by|de|von|di|credit|via))?\s*[:/©])\s*\S.{0,100}"
    # The agencies and collections that pictures come from.
    r"|.{0,40}\b(?:getty images|shutterstock(?:\.com)?|istock(?:photo)?|adobe ?stock|picture alliance|imago images"
    r"|ap photo|unsplash|pixabay|pexels|wikimedia commons|alamy(?: stock photo)?)[)\]]*",
    re.IGNORECASE,
)
_JSON = re.compile(r'(?:"|\\")[\w-]{1,40}(?:"|\\")\s*:\s*(?:"|\\"|[\[{\d]|true|false|null)')
_DATED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\b\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d\b"
    r"|^\D{0,8}\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]?[^。]{0,16}$"
)
_SENTENCE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]['\u2019\u201d\"\u00bb)\]]*$")
_LONGEST, _LONGEST_FACTS = 160, 70
_SIGNS = " :\u00bb\u203a>\u2192-\u2013|*"
_SHORTEST_TITLE = 3  # words
_EDGE = 5  # lines at the beginning and the end
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_PLAIN = {"li", "td", "th", *_HEADINGS, "figcaption", "dt", "dd", "caption"}
_INTRODUCES = re.compile(r"^.{0,80}:\s*$", re.DOTALL)
_LINKED = 0.8


def drop_lines(article: HtmlElement, url: str | None) -> None:
    """Remove such lines from an article that was found at `url`."""
    word_runs = runs(article)
    host = _host(url)
    text = next((at for at, run in enumerate(word_runs) if _SENTENCE.search(run.text.rstrip())), 0)
    gone = [at for at, run in enumerate(word_runs) if _is_foreign(run, at, len(word_runs), host, at < text)]
    for at in sorted({*gone, *_after_invitations(word_runs, gone), *_tail(word_runs, gone)}):
        word_runs[at].drop()


def _is_foreign(run: WordRun, at: int, count: int, host: str, is_above: bool) -> bool:
    text = " ".join(run.text.split())
    tags = _tags(run)
    if tags & {"pre", "code", "td", "th"} or not text:
        return False
    if len(_JSON.findall(text)) > 1 or _is_invitation(run, text):
        return True
    if tags & _PLAIN or len(text) > _LONGEST:
        return False
    at_edge = min(at, count - 1 - at) < _EDGE and (is_above or count > 2 * _EDGE)
    return bool(_CREDIT.fullmatch(text)) or (at_edge and _is_dated(text)) or _is_teaser(run, text, host)


def _is_invitation(run: WordRun, text: str) -> bool:
    is_sentence = _SENTENCE.search(text) and not _links(run)
    return len(text) <= _LONGEST and not is_sentence and bool(INVITATION.fullmatch(text.strip(_SIGNS)))


def _is_dated(text: str) -> bool:
    """Whether a line has a date and little else."""
    if len(text) > _LONGEST_FACTS or not _DATED.search(text):
        return False
    return facts_in(text) is not None or (len(text.split()) <= 9 and not _SENTENCE.search(text))  # noqa: PLR2004


def _is_teaser(run: WordRun, text: str, host: str) -> bool:
    """Whether a line is only a link to another page of the same site."""
    links = _links(run)
    return bool(
        host
        and links
        and _linked_letters(run) >= _LINKED * len(letters_of(text))
        and not _SENTENCE.search(text)
        and "://" not in text
        and len(text.split()) >= _SHORTEST_TITLE
        and all(_host(link.get("href")) == host for link in links)
    )


def _after_invitations(word_runs: Sequence[WordRun], gone: Sequence[int]) -> set[int]:
    """The lines of links below a line such as "Related posts"."""
    more: set[int] = set()
    for start in gone:
        at = start + 1
        # From one that is in the set on, they all are.
        while at < len(word_runs) and at not in more and _is_linked(word_runs[at]):
            more.add(at)
            at += 1
    return more


def _tail(word_runs: Sequence[WordRun], gone: Collection[int]) -> set[int]:
    """The links, the numbers (of likes and comments), and the headings without a text, at the end of an article."""
    tail: set[int] = set()
    for at in range(len(word_runs) - 1, len(word_runs) // 2, -1):
        is_heading = bool(_tags(word_runs[at]) & _HEADINGS) or _INTRODUCES.search(word_runs[at].text)
        if not (at in gone or is_heading or _is_linked(word_runs[at]) or _is_count(word_runs[at])):
            break
        tail.add(at)
    return tail


def _is_linked(run: WordRun) -> bool:
    letters = len("".join(run.parts))
    return (
        "://" not in run.text
        and letters <= _LONGEST
        and _linked_letters(run) >= _LINKED * letters
        and not _tags(run) & {"pre", "td", "figcaption"}
    )


def _is_count(run: WordRun) -> bool:
    return run.text.strip().isdecimal() and not _tags(run) & {"pre", "td", "li"}


def _links(run: WordRun) -> list[HtmlElement]:
    links = (_link(node, side) for node, side in run.nodes)
    return list(dict.fromkeys(link for link in links if link is not None))


def _linked_letters(run: WordRun) -> int:
    return sum(len(letters_of(getattr(node, side))) for node, side in run.nodes if _link(node, side) is not None)


def _link(node: HtmlElement, side: str) -> HtmlElement | None:
    element = node if side == "text" else node.getparent()
    while element is not None and element.tag != "a":
        element = element.getparent()
    return element


def _tags(run: WordRun) -> set[str]:
    return {str(box.tag) for element in run.elements() for box in (element, *element.iterancestors())}


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _pattern(phrase: str) -> str:
    words = re.escape(phrase.removesuffix("…").strip()).replace(r"\#", r"\d+").replace(r"\ ", r"\s+")
    # A word ends where another begins, except in scripts without spaces.
    return f"{words}(?:(?<![a-z])|\\b).*" if phrase.endswith("…") else words


INVITATION = re.compile("|".join(_pattern(phrase) for phrase in re.split(r" / |\n", _PHRASES.strip())), re.IGNORECASE)
