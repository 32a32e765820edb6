"""Whatever markup goes in, no passage holds anything that could run."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.html
import pytest

from parley.extraction.html.passages import cut_passages

ATTRIBUTES = {
    "href", "title", "hreflang", "rel", "src", "alt", "width", "height", "start", "colspan", "rowspan",
    "scope", "datetime", "lang", "dir",
}  # fmt: skip
FORMULA = {
    "math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mphantom", "mprescripts", "mroot", "mrow",
    "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
    "munderover",
}  # fmt: skip
TAGS = {
    "a", "abbr", "aside", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col",
    "colgroup", "dd", "del", "dfn", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp",
    "rt", "ruby", "s", "samp", "small", "strong", "sub", "sup", "table", "tbody", "td", "tfoot",
    "th", "thead", "time", "tr", "u", "ul", "var", "wbr",
}  # fmt: skip
OWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>a",
    "<a href='java\tscript:alert(1)'>a",
    "<a href=' &#1;javascript:alert(1)'>a",
    "<math><mtext><style><img src=x onerror=",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<p style='background:url(javascript:alert(1))'>a",
    "<div hx-get=/secret hx-trigger=load data-hx-post=/x>a",
    "<form action=/x><input name=y><button>go</button></form>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<table><td><a href=vbscript:x>b</table>",
    "<a href='//evil.example/' target=_blank ping=/x>c",
    "<base href=//evil.example/>",
    "<math><mi href=javascript:alert(1) onclick=x>x</mi><annotation-xml encoding=text/html><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'></math>",
    "<math alttext='\"><script>alert(1)</script>'><mi style=color:red>x</mi></math>",
    "<aside role=doc-footnote id='fn-1\" onclick=x' onclick=alert(1)>a</aside>",
    "<a role=doc-noteref href='#fn-1\" onclick=x' aria-label=x></a>",
    "<ul><li onclick=x()><img src=/a.png alt='\"><script>alert(1)</script>'></li></ul>",
]


def dangers(html: str) -> Iterator[str]:
    for element in lxml.html.fragment_fromstring(html, create_parent="main").iterdescendants():
        if element.tag in FORMULA:
            yield from (f"{element.tag} {name}" for name, value in element.items() if not is_safe(name, value))
            continue
        if element.tag not in TAGS:
            yield f"<{element.tag}>"
        for name, value in element.items():
            is_note = element.tag == "aside" and re.fullmatch("doc-footnote|fn-[a-zA-Z0-9-]+", value)
            if name not in ATTRIBUTES and not is_note:
                yield f"{element.tag} {name}"
            if name in ("href", "src") and not re.match(r"https?://|mailto:", value, re.IGNORECASE):
                yield f"{name}={value}"
            if name == "href" and element.get("rel") != "nofollow ugc noopener":
                yield "a link without rel"


def is_safe(name: str, value: str) -> bool:
    """Whether an attribute of MathML only says how a formula looks."""
    return name == "alttext" or (
        not name.startswith("on") and ":" not in name and re.fullmatch(r"[\w .+-]*", value) is not None
    )


def survivors(payloads: list[str]) -> list[tuple[str, list[str]]]:
    wrapped = [form.format(payload) for payload in payloads for form in ("{}", "<div><p>{}</p></div>")]
    found = [
        (html, [d for p in cut_passages(html, base_url="https://a.example/") for d in dangers(p.html)])
        for html in wrapped
    ]
    return [(html, dangerous) for html, dangerous in found if dangerous]


def test_nothing_that_runs_survives() -> None:
    assert survivors(OWN) == []


def test_the_check_itself_sees_danger() -> None:
    for html in (
        "<script>x</script>",
        "<p onclick=x>a</p>",
        "<a href='javascript:x'>a</a>",
        "<a href='https://x/'>a</a>",
    ):
        assert list(dangers(html))


SETS: dict[str, Callable[[Path], list[str]]] = {
    "xss-payloads": lambda folder: [json.loads(line)["payload"] for line in _lines(folder / "brs_kb_payloads.jsonl")],
    "dompurify": lambda folder: [case["payload"] for case in json.loads(_read(folder / "expect.json"))],
    "bluemonday": lambda folder: [case["input"] for case in json.loads(_read(folder / "sanitize_cases.json"))],
    "bleach": lambda folder: [_read(file).partition("\n--\n")[0] for file in sorted(folder.glob("*.test"))],
    "commonmark": lambda folder: [case["html"] for case in json.loads(_read(folder / "spec.json"))],
    "feedparser-sanitize": lambda folder: [
        base64.b64decode(json.loads(line)["feed_b64"]).decode("utf-8", "replace")
        for line in _lines(folder / "tests.jsonl")
    ],
    "html5lib-tests": lambda folder: [
        case.split("\n#errors", 1)[0]
        for file in sorted(folder.rglob("*.dat"))
        for case in _read(file).split("#data\n")[1:]
    ],
}


@pytest.mark.parametrize("name", SETS)
def test_no_known_payload_survives(real: Callable[[str], Path], name: str, tell: Callable[[str], None]) -> None:
    payloads = SETS[name](real("sanitizer") / name)
    assert payloads
    assert survivors(payloads) == []
    tell(f"{name}: {len(payloads)} payloads, 0 survivors")


def _read(file: Path) -> str:
    return file.read_text("utf-8", "replace")


def _lines(file: Path) -> list[str]:
    return [line for line in _read(file).split("\n") if line.strip()]
