"""What reads the texts that people, pages and servers send, each with the longest text that it is given."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from json import dumps as json
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet
from litestar import _parsers
from lxml.html import document_fromstring
from webauthn.helpers import parse_attestation_object

from parley.articles import anchoring
from parley.articles.articles.marks import mark
from parley.articles.articles.rules import is_web_address
from parley.articles.imports import reading
from parley.articles.revisions.editing import blocks, read_markdown
from parley.discussion.comments import rules as comment_rules
from parley.discussion.comments.statement import as_statement
from parley.discussion.other_sites.formats import disqus, wordpress
from parley.discussion.other_sites.formats.markup import as_markdown
from parley.discussion.threads.opening import slugify
from parley.extraction.html.extract import extract_html
from parley.extraction.html.passages import cut_passages
from parley.extraction.html.sanitiser import take_own_markup
from parley.extraction.maths.tex import formula
from parley.extraction.metadata import labels
from parley.extraction.metadata.names import names_in
from parley.extraction.pdf.reading import read_pdf
from parley.extraction.text import pasted
from parley.extraction.text.documents import extract_document
from parley.extraction.text.front_matter import read_front_matter
from parley.interfaces.embed.page import plain_words
from parley.interfaces.feeds import drawing, formats, oembed
from parley.interfaces.inbound_feeds import parsing
from parley.interfaces.inbound_feeds import rules as feed_rules
from parley.interfaces.search import excerpts as search_excerpts
from parley.interfaces.search import suggestions
from parley.interfaces.search.documents import searched_words
from parley.interfaces.search.excerpts import ExcerptTerms
from parley.interfaces.search.forms import SearchForm
from parley.interfaces.search.words import other_spellings
from parley.interfaces.webmentions.jobs import endpoint
from parley.letters.authors.jobs import read_head
from parley.moderation.decisions.forms import destination, fill_placeholders
from parley.moderation.matching import post
from parley.moderation.matching.conditions import (
    Burst,
    Domains,
    FewWords,
    FirstLinks,
    Links,
    NearCopies,
    Pattern,
    Similar,
    WordList,
)
from parley.moderation.matching.post import Post, comparable
from parley.own_data.erasure import mentions as mentions_of
from parley.people.accounts import addresses, muted_words, names, user_agents
from parley.people.inbound_mail import intake
from parley.people.mail import unanswered
from parley.people.mail.writing import blocks as letter_blocks
from parley.people.returned_mail import delivery_status, reasons, reports
from parley.people.second_factors import passkeys
from parley.people.sign_in import passwords
from parley.people.sign_in.forms import LONGEST_CREDENTIAL
from parley.people.sso import publisher
from parley.platform.http import bodies, pages
from parley.platform.http.header_limits import MOST_BYTES
from parley.platform.http.security_headers import MOST_QUERY_BYTES
from parley.platform.providers import Provider
from parley.platform.text import cleaning, markdown, mentions
from tests.extraction.test_documents import docx, epub
from tests.extraction.test_documents import paragraph as paragraph_of_document
from tests.pdfs import paragraph, pdf


def multipart(rest: str) -> Any:
    body = f'--b\r\nContent-Disposition: form-data; name="a"{rest}'
    scope: dict[str, Any] = {}
    try:
        return bodies._parse(BytesIO(body.encode()), "b", scope)
    finally:
        bodies.end(scope)


def signed_by_passkey(words: str) -> Any:
    data = json({"type": "webauthn.get", "challenge": words, "origin": words}).encode()
    return {"id": words, "response": {"clientDataJSON": urlsafe_b64encode(data).decode()}}


def signed_by_publisher(words: str) -> dict[str, str]:
    payload = b64encode(words.encode()).decode()[: publisher.LONGEST_PAYLOAD]
    return {"sso": payload, "sig": publisher.signature(PROVIDER.secret, payload)}


def bounced(answer: str) -> Any:
    about = {"emailAddress": answer, "diagnosticCode": answer, "status": answer}
    return {"notificationType": "Bounce", "mail": {"source": answer}, "bounce": {"bouncedRecipients": [about]}}


def json_feed(words: str) -> Any:
    item = {"url": f"http://a.b/{words[:500]}", "title": words, "content_html": words, "date_published": words}
    return {"version": "https://jsonfeed.org/version/1.1", "title": words, "items": [item]}


def bounce(body: str) -> Any:
    head = "From: mailer-daemon@a.example\nSubject: " + body[:900].replace("\n", " ").replace("\r", " ")
    return reports.read(f"{head}\n\n{body}".encode())


def quoted(quote: str) -> Any:
    return anchoring.select(
        [anchoring.DocumentBlock(1, quote), anchoring.DocumentBlock(2, quote)], 1, quote[: len(quote) // 2], quote[:200]
    )


def names_in_words(words: str) -> Any:
    """Short lines, each of which may name an author."""
    lines = "".join(f"<p>{word}</p>" for word in (words, *words.split(), f"Text: {words}", f"By {words}"))
    tree = document_fromstring(f"<html><body>{lines}")
    return [*labels.labelled_names(tree, []), *labels.signed_name(tree, [])]


def as_rules_see_it(words: str) -> Any:
    one = Post(words)
    return post.comparable(words), one.links, one.score


def hit_in(words: str) -> ExcerptTerms:
    """Everything in a text is asked for."""
    return ExcerptTerms(frozenset(searched_words(words).split()), frozenset(searched_words(words).split()))


def similar(body: str) -> Any:
    recent = Post(body=body, own=tuple(comparable(f"{body}{number}") for number in range(10)), earlier=EARLIER)
    return [condition.find(recent) for condition in CONDITIONS]


# As many as are compared at most.
EARLIER = tuple(post.EarlierPost(number, False, 0, bytes(64), ["a.example"]) for number in range(100))  # noqa: FBT003
CONDITIONS = (
    WordList(["fool", "a b", "cheap shoes"]),
    Pattern(r"\bcheap\s+(?:shoes|watches)\b"),
    Pattern("(a+)+$"),
    Links(3),
    Links(3, "seldom"),
    FewWords(),
    Domains(["a.example", "b.com"]),
    Similar(),
    NearCopies(at_least=100),
    Burst(members=100),
    FirstLinks(),
)


MUTED_WORDS = tuple(f"{'a' * 34} {number}" for number in range(muted_words.MOST_WORDS))
NOW = datetime.now(UTC)
JWT_HEAD = urlsafe_b64encode(b'{"alg":"ES256"}').decode().rstrip("=")
KEYS = KeySet.generate_key_set("EC", "P-256")
PROVIDER = Provider("A site", "secret", address="https://a.example")
MENTION_OF_ADA = re.compile(rf"{mentions_of.BEGINS.pattern}ada{mentions_of.ENDS}", re.IGNORECASE)
FRONT_MATTER = ("---\na: b\n{0}\n---\n", "+++\n{0}\n+++\n", '{{"a": [{0}\n}}', "---\ndate: {0}\nauthor: {0}\n---\n")
ROBOTS_PAGE = "http://a.example/" + "a" * 1_000


# Each with the longest text that it is given, in characters.
PARSERS: dict[str, tuple[Callable[[str], Any], int]] = {
    "comment": (markdown.render, comment_rules.LONGEST_COMMENT),
    "mentions of a comment": (markdown.mentioned_names, comment_rules.LONGEST_COMMENT),
    "mentions": (lambda words: list(mentions.found_in(words)), comment_rules.LONGEST_COMMENT),
    "form field": (cleaning.clean, 60_000),
    "cookie": (lambda words: _parsers.parse_cookie_string(f'a="{words}"'), MOST_BYTES),
    "password": (passwords._bytes, 60_000),
    "rules' view of a comment": (as_rules_see_it, comment_rules.LONGEST_COMMENT),
    "statement": (as_statement, comment_rules.LONGEST_COMMENT),
    "quote": (quoted, 10_000),
    "blocks of an edited article": (blocks, 100_000),
    "name": (names.name, 60_000),
    "muted word": (muted_words.as_word, 60_000),
    "comment of somebody who muted words": (
        lambda words: muted_words.muted_word(MUTED_WORDS, words),
        comment_rules.LONGEST_COMMENT,
    ),
    "byline": (names_in, 2_000),
    "formula": (lambda words: formula(words, display=True), 2_000),
    "formulas and links of notes": (lambda words: take_own_markup(f"<math>{words}"), 20_000),
    "address": (lambda words: is_web_address("http://" + words), 2_000),
    "mail": (lambda words: reports.read(words.encode()), 20_000),
    "bounce": (bounce, 20_000),
    "answer of a mail server": (lambda words: reasons.kind_of("5.0.0", words), 4_000),
    "e-mail address": (lambda words: (addresses.address(words), addresses.address(f"a@{words}")), 60_000),
    "address of an article": (lambda words: reading.identity(f"http://a.example/{words}", "http://a.example"), 2_000),
    "slug": (slugify, 300),
    "name of a file": (lambda words: pasted.extract_file(words, b"Words."), 2_000),
    "kind of pasted text": (pasted.detect_kind, comment_rules.LONGEST_COMMENT),
    "rules": (similar, comment_rules.LONGEST_COMMENT),
    "excerpt": (lambda words: markdown.stored_excerpt(markdown.render(words)), comment_rules.LONGEST_COMMENT),
    "address of a preview": (lambda words: oembed._path(f"http://localhost/{words}"), 2_000),
    "text of an export": (markdown.without_embeds, comment_rules.LONGEST_COMMENT),
    "text of a feed": (formats.text, comment_rules.LONGEST_COMMENT),
    "address in another site's feed": (
        lambda words: feed_rules.key_of(parsing.address(words, "http://a.example/")),
        2_000,
    ),
    "links of a page": (lambda words: endpoint(f"<{words}", f"<a {words}", "https://a.example/"), 20_000),
    "search field": (lambda words: SearchForm({"q": words, "after": words, "by": words}), 200),
    "words of the search index": (searched_words, comment_rules.LONGEST_COMMENT),
    "excerpt of a hit": (lambda words: search_excerpts.excerpt(words, hit_in(words)), comment_rules.LONGEST_COMMENT),
    "place to move a comment to": (lambda words: destination(f"http://a.b/t/1/{words}?{words}#{words}"), 2_000),
    "text of a letter": (lambda words: letter_blocks(words, ["http://a.b"]), comment_rules.LONGEST_COMMENT),
    "browser of a visitor": (user_agents.device, MOST_BYTES),
    "encodings that a browser reads": (pages._best_of.__wrapped__, MOST_BYTES),
    "query of an address": (lambda words: _parsers.parse_query_string(words.encode()[:MOST_QUERY_BYTES]), 16_000),
    "form in an address": (lambda words: bodies._parse(BytesIO(words.encode()), None, {}), 60_000),
    "form with files": (lambda words: multipart(f"\r\n\r\n{words}\r\n--b--"), 60_000),
    "head of a file in a form": (lambda words: multipart(f'; filename="{words}'), 60_000),
    "passkey": (lambda words: passkeys.read(json(signed_by_passkey(words)), "sign-in"), LONGEST_CREDENTIAL),
    "new passkey": (lambda words: parse_attestation_object(words.encode()), LONGEST_CREDENTIAL),
    "token of a sign-in elsewhere": (lambda words: jwt.decode(f"{JWT_HEAD}.{words}.e30", KEYS), 60_000),
    "answer of a publisher's site": (lambda words: publisher.read(PROVIDER, signed_by_publisher(words)), 6_000),
    "quoted words of a passage": (lambda words: mark(words, ((words[:200], 1), (words[9:500], 2))), 30_000),
    "reason of a decision": (lambda words: fill_placeholders("{quote}" * 140, quote=words, rule=words, days=3), 1_000),
    "name in a comment": (lambda words: MENTION_OF_ADA.sub("@former", words), comment_rules.LONGEST_COMMENT),
    "filter of a search": (lambda words: (suggestions.FILTER.fullmatch(words), other_spellings(words, ["de"])), 200),
    "notification of a relay": (lambda words: delivery_status.read(json(bounced(words))), 60_000),
    "subject to unsubscribe": (intake.OFF.fullmatch, 60_000),
    "log of a mail server": (lambda words: unanswered.log_entries([words, f"postfix/smtpd[1]: {words}"]), 20_000),
    "time of a feed": (
        lambda words: (feed_rules.retry_seconds(words, NOW), parsing._json_moment({"at": words}, "at")),
        20_000,
    ),
}
# These work in a process or a thread of their own, with a limit; each with a length that takes them a second at most.
APART: dict[str, tuple[Callable[[str], Any], int]] = {
    "pasted text": (pasted.extract_pasted, 8_000),
    "page with formulas and notes": (
        lambda words: extract_html(f"<script src=mathjax></script><p>{words}</p>", url="http://a.example"),
        8_000,
    ),
    "names in words of a page": (names_in_words, 8_000),
    "markup of an article": (lambda words: cut_passages(f"<div>{words}</div>", base_url="http://a.example"), 20_000),
    "words of a PDF": (lambda words: read_pdf(pdf([paragraph(words, 80)])), 8_000),
    "words of a document": (lambda words: extract_document(docx(paragraph_of_document(escape(words)))), 8_000),
    "chapter of a book": (lambda words: extract_document(epub({"a": words})), 8_000),
    "another site's feed": (
        lambda words: parsing.parse(f"<rss version='2.0'><channel><item>{words}<title>{words}".encode(), ""),
        8_000,
    ),
    "list of feeds": (lambda words: parsing.addresses(f"<opml><outline xmlUrl='{words}'/>{words}".encode()), 20_000),
    "picture of a link": (lambda words: drawing.draw(words, words[:80], [1, 1], 2, 2, "Parley"), 300),
    "edited article": (lambda words: read_markdown(words, (), "http://a.example"), 2_000),
    "front matter": (lambda words: [read_front_matter(block.format(words)) for block in FRONT_MATTER], 20_000),
    "JSON feed": (lambda words: parsing._parse_json(json(json_feed(words)).encode(), "http://a.example"), 20_000),
    "robots.txt": (lambda words: parsing.may_fetch(f"User-agent: *\nDisallow: /{words}", ROBOTS_PAGE), 20_000),
    "head of an author's page": (lambda words: read_head(f"<head><link rel={words}"), 200_000),
    "passage of an embedded article": (plain_words, 200_000),
    "comment of another site": (as_markdown, 60_000),
    "comment of WordPress": (wordpress._with_lines, 60_000),
    "comment of Disqus": (lambda words: disqus.REDIRECT.sub("", f"http://disq.us/url?url={words}"), 60_000),
}
