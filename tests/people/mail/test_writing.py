"""The layout of letters."""

import re
from pathlib import Path

import pytest
from jinja2 import DictLoader

from parley.people import mail
from parley.people.mail import writing
from parley.platform.http.environment import environment
from tests.browser.test_markup import java, mistakes

__all__ = ["java"]

BODY = """{% extends "people/mail/_layout.html" %}
{% block subject %}Monday & more{% endblock %}
{% block preheader %}Two replies wait.{% endblock %}
{% block subtitle %}Monday, 16 March{% endblock %}
{% block main %}<h1>The wager</h1><h2>Replies</h2><p class="item">{{ said }}</p>{% endblock %}
{% block why %}You follow this.{% endblock %}
"""


@pytest.fixture
def letter(monkeypatch: pytest.MonkeyPatch) -> str:
    env = environment().overlay(loader=_with(BODY))
    monkeypatch.setattr(writing, "environment", lambda: env)
    return mail.written_html("made_up", said="<b>1 & 2</b>", off=mail.unsubscribe_link(1, "digest"))


def _with(body: str) -> DictLoader:
    loader = environment().loader
    assert loader is not None
    layout = loader.get_source(environment(), "people/mail/_layout.html")[0]
    return DictLoader({"people/mail/_layout.html": layout, "people/mail/made_up.html": body})


def test_a_letter_is_escaped_and_says_how_to_stop_it(letter: str) -> None:
    assert "&lt;b&gt;1 &amp; 2&lt;/b&gt;" in letter
    assert f'href="{mail.unsubscribe_link(1, "digest")}"' in letter
    assert 'href="http://localhost/settings/mail"' in letter
    assert "Two replies wait." in letter


def test_its_styles_stand_in_its_elements_and_only_what_depends_on_the_screen_in_its_head(letter: str) -> None:
    assert re.search(r'<p class="item" style="[^"]*padding', letter)
    (sheet,) = re.findall(r"<style[^>]*>(.*?)</style>", letter, re.DOTALL)
    assert re.sub(r"\s+", "", sheet).startswith("@media")
    assert "prefers-color-scheme" in sheet
    # Mail clients look for it in the first kilobyte.
    assert letter.index('charset="utf-8"') < 1_024


def test_a_letter_loads_nothing(letter: str) -> None:
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import|@font-face", letter)


def test_the_validator_finds_no_mistake_in_it(letter: str, java: str, tmp_path: Path) -> None:
    (tmp_path / "letter.html").write_text(letter)
    assert mistakes(java, tmp_path) == []
    assert len(letter.encode()) < 80_000
