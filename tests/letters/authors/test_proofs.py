"""What proves that somebody is an article's author, and what does not."""

import pytest

from parley.letters.authors import rules
from parley.letters.authors.jobs import read_head

TOKEN = '<meta name="parley-author" content="abc">'
ME = '<link rel="me" href="https://parley.example/u/ada">'


@pytest.mark.parametrize(
    "html",
    [
        f"<html><head>{TOKEN}{ME}</head><body></body></html>",
        f"<!doctype html><title>T</title><script>var a = 1</script>{TOKEN}{ME}<p>Words",
        f"<head>{TOKEN}{ME}<![![</head>",
        '<head><LINK REL="author ME" HREF=" https://parley.example/u/ada "><META NAME="Parley-Author" content=" abc ">',
    ],
)
def test_a_head_names_the_author(html: str) -> None:
    head = read_head(html)
    assert head.tokens == {"abc"}
    assert head.me == {"https://parley.example/u/ada"}


@pytest.mark.parametrize(
    "html",
    [
        f"<html><head></head><body>{TOKEN}{ME}</body></html>",
        f"<p>Words</p>{TOKEN}{ME}",
        f"<div class=comment>{TOKEN}{ME}</div>",
        f"<head><title>T</title></head>{TOKEN}{ME}",
        f"<head><script type='application/ld+json'>{{'comment': '{TOKEN}{ME}'}}</script></head>",
        f"<head><style>{TOKEN}{ME}</style></head>",
        f"<head><!-- {TOKEN}{ME} --></head>",
        f"<head><textarea>{TOKEN}{ME}</textarea></head>",
        f"<head><meta name=description content='{TOKEN}'></head>",
        "<head>" + "<meta name=x>" * 20_000 + TOKEN,
        '<head><a rel="me" href="https://parley.example/u/ada">me</a></head>',
        "",
    ],
)
def test_what_readers_may_have_written_proves_nothing(html: str) -> None:
    head = read_head(html)
    assert (head.tokens, head.me) == (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("email", "url"),
    [
        ("ann@review.example", "https://review.example/wager"),
        ("ann@review.example", "https://www.review.example/wager"),
        ("ann@mail.review.co.uk", "https://blog.review.co.uk/wager"),
        ("ann@ada.github.io", "https://ada.github.io/wager"),
    ],
)
def test_an_address_at_the_domain(email: str, url: str) -> None:
    assert rules.is_at_domain(email, url)


@pytest.mark.parametrize(
    ("email", "url"),
    [
        ("ann@rewiew.example", "https://review.example/wager"),
        ("ann@review.example.evil.example", "https://review.example/wager"),
        ("ann@evilreview.example", "https://review.example/wager"),
        ("ann@github.io", "https://ada.github.io/wager"),
        ("ann@eve.github.io", "https://ada.github.io/wager"),
        ("ann@co.uk", "https://review.co.uk/wager"),
        ("ann@gmail.com", "https://gmail.com/wager"),
        ("ann@yahoo.com", "https://news.yahoo.com/wager"),
        ("ann@substack.com", "https://ada.substack.com/p/wager"),
        ("ann@xn--rview-esa.example", "https://review.example/wager"),
        ("ann@", "https:///wager"),
    ],
)
def test_an_address_elsewhere_or_for_everybody(email: str, url: str) -> None:
    assert not rules.is_at_domain(email, url)


@pytest.mark.parametrize(
    ("email", "byline", "is_named"),
    [
        ("ann.author@x.example", "Ann Author", True),
        ("author-ann@x.example", "Bo Other, Ann B. Author", True),
        ("rene.munoz@x.example", "René Muñoz", True),
        ("ann@x.example", "Ann Author", False),
        ("ann.author.junior@x.example", "Ann Author", False),
        ("bo.author@x.example", "Ann Author", False),
        ("editor@x.example", "Editor", False),
        ("ann.author@x.example", None, False),
    ],
)
def test_an_address_names_somebody_in_the_byline(email: str, byline: str | None, *, is_named: bool) -> None:
    assert rules.is_in_byline(email, byline) is is_named
