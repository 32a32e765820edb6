"""Every sentence of a template is a message, which another language can put in its place."""

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import nodes

from parley.people.mail import writing
from parley.platform.http import pages
from parley.platform.text import messages
from tests.pseudo import outside, pseudo
from tests.spoken import spoken

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
ALL = sorted(file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*.[ht][tx]*"))
FOLDERS = sorted({name.rpartition("/")[0] for name in ALL})
WORD = re.compile(r"[A-Za-z]{2,}|\b[aAI]\b")
# A text of an expression that is a sentence or a label, wherever it goes: it begins with a capital, or has two
# words; or what would stand between two of them.
PROSE = re.compile(r"^[A-Z][a-z]|[a-z][,.:]? [a-z]|^[,;] ")
# A mark between two messages: other scripts have others. A dot in the middle of the line (·) is in all of them.
COMMA = re.compile(r"[,;](\s|$)")
# The name of the software, the zone of our clocks, and where a letter's subject and a page's address begin.
NAMES = re.compile(r"\b(Parley|PARLEY|UTC)\b|Parl<span>e</span>y|\ASubject:|/(t|revisions|settings|mail)\b|\?next=")
# Blocks of the layout that fill attributes.
UNREAD = {"body_class", "current", "keeps"}
# What is shown of a value that is known only at run time.
VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"


def shown(node: nodes.Node) -> Iterator[str]:
    """The texts that stand in an expression and that it may give."""
    match node:
        case nodes.TemplateData(data=text) | nodes.Const(value=str(text)):
            yield text
        case nodes.CondExpr(expr1=one, expr2=other):
            yield from shown(one)
            yield from shown(other) if other else ()
        case nodes.BinExpr(left=one, right=other) if not isinstance(node, nodes.And):
            yield from shown(one)
            yield from shown(other)
        case nodes.Concat(nodes=parts):
            for part in parts:
                yield from shown(part)
        case nodes.Getitem(node=nodes.Dict(items=pairs)):
            for pair in pairs:
                yield from shown(pair.value)
        case nodes.Filter(node=inner, args=args, name="default"):
            for part in [inner, *args]:
                yield from shown(part)
        case _:
            yield VALUE


def literal(source: nodes.Template) -> str:
    """A template's own text in its order, whatever its conditions say."""
    unread = {id(output) for block in source.find_all(nodes.Block) if block.name in UNREAD for output in block.body}
    outputs = [output for output in source.find_all(nodes.Output) if id(output) not in unread]
    return "".join(" ".join(shown(part)) for output in outputs for part in output.nodes)


def in_folder(folder: str) -> list[str]:
    return [name for name in ALL if name.rpartition("/")[0] == folder]


@cache
def parsed(name: str) -> nodes.Template:
    """A template, in the pseudo-language: nothing but the two tests that speak it calls this."""
    env = pages.environment() if name.endswith(".html") else writing._plain()
    return env.parse((TEMPLATES / name).read_text())


@pytest.fixture
def speaking_pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "translate", pseudo)


@pytest.mark.parametrize("folder", FOLDERS)
def test_templates_say_nothing_but_messages(folder: str, speaking_pseudo: None) -> None:
    assert {name: found for name in in_folder(folder) if (found := said(name))} == {}


def said(name: str) -> list[str]:
    """The lines of a template that are no messages."""
    text = NAMES.sub("", literal(parsed(name)))
    if name.endswith(".html"):
        text = " ".join(spoken(text))
    return [line.strip() for line in outside(text).splitlines() if WORD.search(line) or COMMA.search(line)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_sentence_hides_in_an_expression(folder: str, speaking_pseudo: None) -> None:
    assert {name: found for name in in_folder(folder) if (found := hidden(name))} == {}


def hidden(name: str) -> list[str]:
    """The texts within a template's expressions that read like sentences."""
    source = parsed(name)
    marked = [call for call in source.find_all(nodes.Call) if getattr(call.node, "name", "") == "plural_forms"]
    attributes = [one for one in source.find_all(nodes.Keyword) if one.key == "autocomplete"]
    others = [*source.find_all(nodes.Compare), *marked, *attributes]
    passed = {id(const) for other in others for const in other.find_all(nodes.Const)}
    consts = [const for const in source.find_all(nodes.Const) if id(const) not in passed]
    texts = [const.value for const in consts if isinstance(const.value, str)]
    return [text for text in texts if PROSE.search(outside(text))]


def test_the_list_of_messages_is_that_of_templates_and_code(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "bin/messages", tmp_path], check=True, capture_output=True)
    new = {file.name: file.read_text() for file in tmp_path.iterdir()}

    # Babel skips folders that begin with an underscore, if nothing else is said.
    assert "#: templates/_macros/" in new["public.pot"]
    assert new == {file.name: file.read_text() for file in (ROOT / "locales").glob("*.pot")}, "run `make messages`"
