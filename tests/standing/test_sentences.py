"""Every sentence of the code that a reader sees is a message. mypy refuses an error without one; the rest is here."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "parley"
# What operators read stays English: commands, the embedded servers, settings, checks and the demo's own content.
FOR_OPERATORS = (
    "site/cli", "site/doctor", "site/backup", "site/demo", "site/transfer", "platform/local_servers",
    "platform/migrations",
    "platform/observability", "platform/environment", "platform/settings", "platform/db", "platform/http/health",
    "platform/events", "platform/patches", "platform/http/header_limits", "people/community/queries",
    "letters/digests/absence", "people/mail/unanswered", "discussion/threads/updating",
    "extraction/sandbox/decoder",
)  # fmt: skip
MARKS = {"N_", "plural"}
# Errors that a reader sees; each takes a message.
ERRORS = {
    "BadPattern", "BadRequest", "Busy", "CannotImport", "EditedMeanwhile", "FactorNeeded", "Forbidden", "Gone",
    "NotFound", "PageGone", "Refused", "RetryLater", "RulesChanged", "SignInNeeded", "Stale", "StaleEdit",
    "SubmittedBefore", "Suspended", "TooMany", "Unavailable",
}  # fmt: skip
# Arguments and fields that are shown, whatever they are called with.
SHOWN = {"error", "heading", "label", "message", "missing", "mistake", "next_step", "note", "subject", "title"}
# These take words that nobody but operators reads, or developers in the description of the API.
UNREAD = {
    "AnalysisFailed", "BadFile", "CommandFailed", "NoAnswer", "NotTrusted", "Rule", "RuntimeError", "ToolFailed",
    "TypeError", "ValueError", "each", "_limit", "MailList",
    "Meta", "PathParameter", "QueryParameter", "ResponseSpec", "SecurityScheme",
}  # fmt: skip
SENTENCE = re.compile(r"[A-Z][\w’']* [\w“(]")
WORDS = re.compile(r"[a-z][,.:;]? [a-z]|^[A-Z][a-z]+[.!?]$")
# Statements, markup, headers and patterns are no words.
NO_WORDS = re.compile(
    r"[<>=|\\]|^[A-Z ]+$|-src |nofollow"
    r"|\b(select|union all|and not|insert|update|delete|where|from .* join|order by|not in|extract\(epoch from"
    r"|is (?:not )?null|case|when|values|desc|nulls)\b"
)
# Names of jobs, of limits, of members and of systems, in modules that also have messages.
NAMES = {
    "articles/imports/pdf_web.py", "extraction/text/documents.py",
    "people/accounts/user_agents.py", "people/accounts/names.py", "moderation/automod/holds.py",
    "moderation/automod/trust.py", "platform/ratelimit.py", "discussion/slow_mode/display.py",
    "discussion/slow_mode/rules.py", "moderation/decisions/mass_undo.py", "moderation/modqueue/bulk_jobs.py",
    "people/accounts/reserved_names.py",
    "interfaces/api/discussion/comments.py",
    "articles/imports/preview.py", "interfaces/webhooks/ops.py",
    # The description of the API, which developers read in English.
    "interfaces/api/answers.py", "interfaces/api/web.py",
    # The frequent words of each language.
    "platform/text/detection.py",
    # Python that Jinja's compiler writes.
    "platform/http/templates.py",
    # llms.txt, which programs read.
    "interfaces/feeds/machines.py",
}  # fmt: skip


def text_of(node: ast.AST) -> str | None:
    """The text of a string, with a placeholder for each value of an f-string."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) or "…" for part in parts)
    return None


def name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="log")):
            return "log"
        case ast.Attribute(attr=name):
            return name
    return ""


def is_shown(node: ast.AST, child: ast.AST) -> bool:
    """Whether a reader is shown `child` of this node, whatever it says."""
    match node:
        case ast.Call(args=[first, *_]) if name_of(node) in ERRORS and child is first:
            return True
        case ast.keyword(arg=str(name)):
            return name in SHOWN
        case ast.Assign(targets=[ast.Subscript(value=ast.Attribute(attr="errors"))]):
            return True
    return False


def bare(node: ast.AST, *, speaks: bool) -> Iterator[tuple[int, str]]:
    """The texts that are shown but not marked. In a module that `speaks` to readers, any two words are."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and name_of(child) in MARKS | UNREAD | {"log"}:
            continue
        if isinstance(child, ast.Expr) and text_of(child.value) is not None:
            continue
        text = text_of(child)
        if text is None:
            yield from bare(child, speaks=speaks)
        elif (is_shown(node, child) and re.search("[a-z]{2}", text)) or (
            not NO_WORDS.search(text) and (SENTENCE.match(text) or (speaks and WORDS.search(text)))
        ):
            yield child.lineno, text  # type: ignore[attr-defined]


def bare_in(source: str) -> list[str]:
    tree = ast.parse(source)
    speaks = "parley.platform.text.messages import" in source
    return [f"{line}: {text}" for line, text in bare(tree, speaks=speaks)]


FILES = sorted(file.relative_to(SOURCE).as_posix() for file in SOURCE.rglob("*.py"))
FOR_READERS = [name for name in FILES if not name.startswith(FOR_OPERATORS) and name != "site/retention.py"]


PACKAGES = sorted({name.partition("/")[0] for name in FOR_READERS})


@pytest.mark.parametrize("package", PACKAGES)
def test_code_says_nothing_but_messages(package: str) -> None:
    files = [name for name in FOR_READERS if name.partition("/")[0] == package and name not in NAMES]

    assert {name: found for name in files if (found := bare_in((SOURCE / name).read_text()))} == {}


SPEAKS = "from parley.platform.text.messages import N_\n"


@pytest.mark.parametrize(
    "code",
    [
        'raise Refused("gone")',
        'raise Refused(f"{name} is gone")',
        'raise errors.NotFound("There is no such thread.")',
        'form.errors["name"] = "taken"',
        'form.text("body", missing=f"at least {least}")',
        'Figure(title="Reports")',
        'WRONG = "The name or password is wrong."',
        'STATES = {"on": "Switched on"}',
        SPEAKS + 'STATES = {"off": "switched off"}',
        SPEAKS + 'return f"until {day}, or so"',
        SPEAKS + 'return ", ".join([N_("a"), "or another"])',
    ],
)
def test_a_bare_sentence_is_found(code: str) -> None:
    assert len(bare_in(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        '"""A module says what it is for."""',
        'raise Refused(N_("{name} is gone"), name=name)',
        'raise Refused(plural("one is gone", "{count} are gone", count))',
        'log.warning("No answer came in time", error="in words")',
        'raise RuntimeError("The pool is not open")',
        'LIST = "select id from thread where state = $1"',
        SPEAKS + 'headers = {"Cache-Control": "public, max-age=60"}',
        SPEAKS + 'STATES = {"off": N_("switched off")}',
    ],
)
def test_what_is_no_sentence_for_readers_passes(code: str) -> None:
    assert bare_in(code) == []


# The literals of a script, after comments; and what in them is for the browser: selectors, addresses, markup.
COMMENTS = re.compile(r"^\s*//.*|\s// .*|/\*.*?\*/", re.MULTILINE | re.DOTALL)
LITERALS = re.compile(r'"([^"\n]*)"|\'([^\'\n]*)\'|`([^`]*)`')
FOR_BROWSERS = re.compile(r"[.#][a-z]|[<>=*~\[\]/]|^:")
VALUE = re.compile(r"\$\{[^}]*\}")
PROSE = re.compile(r"[A-Za-z][,.]? [a-z]{2,}|^[A-Z][a-z]+[ .:!?]|[a-z] $|^ [a-z]")
SCRIPTS = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "static" / "js").rglob("*.js"))


def bare_in_script(source: str) -> list[str]:
    texts = [VALUE.sub("x", "".join(found)) for found in LITERALS.findall(COMMENTS.sub("", source))]
    return [text for text in texts if PROSE.search(text) and not FOR_BROWSERS.search(text)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_takes_its_sentences_from_the_page(name: str) -> None:
    assert bare_in_script((ROOT / name).read_text()) == []


@pytest.mark.parametrize("literal", ['"Sign in"', "`${count} new`", '"The server is away."', "`Appearance: ${name}`"])
def test_a_bare_sentence_of_a_script_is_found(literal: str) -> None:
    assert len(bare_in_script(f"tell(form, {literal}); // as it says")) == 1


def test_each_sentence_that_a_script_asks_for_is_on_the_page() -> None:
    known = set(re.findall(r'class="([\w-]+)"|counted\("([\w-]+)"', (ROOT / "templates/_sentences.html").read_text()))
    names = {one or other for one, other in known}
    scripts = "\n".join((ROOT / name).read_text() for name in SCRIPTS)
    asked = set(re.findall(r'sentence\("([\w-]+)"', scripts))

    assert asked
    assert asked <= names
