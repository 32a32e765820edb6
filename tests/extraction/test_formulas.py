"""Formulas are kept as MathML that we wrote, whatever a page made of them."""

import pytest

from parley.extraction.html.extract import extract_html
from parley.extraction.maths.mathml import UnreadableFormula
from parley.extraction.maths.tex import formula, tex_to_mathml
from parley.extraction.sandbox.reading import read_article
from parley.extraction.text.markdown import extract_markdown

WORDS = " and a sentence that is long enough to be the text of an article about formulas, as every reader would see."
SQUARE = "<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>"


def paragraph(html: str, head: str = "") -> str:
    """The markup of the only passage of a page with `html` in its paragraph."""
    page = f"<html><head><title>On energy</title>{head}</head><body><article><p>Here is {html}{WORDS}</p></article>"
    (passage,) = read_article(extract_html(page, url="https://a.example/x")).passages
    return passage.html


KATEX = f"""<span class="katex"><span class="katex-mathml"><math>{SQUARE}</math></span>
<span class="katex-html" aria-hidden="true">E=mc2</span></span>"""
WIKI = f"""<span class="mwe-math-element"><span style="display: none;"><math>{SQUARE}</math></span>
<img class="mwe-math-fallback-image-inline" src="/e.svg" alt="E"></span>"""


@pytest.mark.parametrize(
    "html",
    [
        f"<math>{SQUARE}</math>",
        KATEX,
        WIKI,
        f"<mjx-container><svg></svg><mjx-assistive-mml><math>{SQUARE}</math></mjx-assistive-mml></mjx-container>",
        '<span class="MathJax_Preview">E=mc2</span><script type="math/tex">E = mc^2</script>',
        '<img class="latex" src="https://s0.wp.com/latex.php?latex=E" alt="E = mc^2">',
    ],
)
def test_a_formula_is_kept_once(html: str) -> None:
    kept = paragraph(html)
    assert kept.count("<math") == 1
    assert SQUARE in kept
    assert "<img" not in kept


def test_tex_between_delimiters_is_read_where_the_page_has_a_script_for_it() -> None:
    head = '<script src="https://cdn.example/mathjax@3/tex-mml-chtml.js"></script>'
    kept = paragraph(r"\(E = mc^2\), $5 or $6, <code>\(x\)</code> and \[E = mc^2\]", head)
    assert kept.count(SQUARE) == 2
    assert '<math display="block"' in kept
    assert "$5 or $6" in kept
    assert r"<code>\(x\)</code>" in kept
    assert "<math" not in paragraph(r"\(E = mc^2\)")


def test_dollars_are_delimiters_only_where_the_page_says_so() -> None:
    head = "<script>MathJax = {tex: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']]}}</script>"
    assert SQUARE in paragraph("$E = mc^2$", head)
    assert "<math" not in paragraph("$5 and $6", head)


def test_markdown_has_formulas_and_prices() -> None:
    text = "# On energy\n\nHere $E = mc^2$ costs $5 or $6.\n\n$$\nE = mc^2\n$$\n"
    inline, display = read_article(extract_markdown(text)).passages
    assert SQUARE in inline.html
    assert inline.text == "Here E=mc2 costs $5 or $6."
    assert display.html.startswith('<p><math display="block" alttext="E = mc^2">')


@pytest.mark.parametrize(
    "tex", [r"\unknown{x}", r"\def\a{\a\a}\a", "{" * 500, "x" * 5_000, r"\href{javascript:x}{y}", ""]
)
def test_what_cannot_be_converted_stays_as_it_was_typed(tex: str) -> None:
    with pytest.raises(UnreadableFormula):
        tex_to_mathml(tex, display=False)
    assert formula(tex, display=False).startswith("<code>")


def test_lines_of_equations_are_aligned_without_numbers() -> None:
    written = tex_to_mathml(r"\begin{align} a &= b \label{x} \\ c &= d \end{align}", display=True)
    assert written.count("<mtr>") == 2
    assert 'columnalign="right"' in written
    assert "(1)" not in written


def test_styles_sizes_and_empty_operators_are_left_out() -> None:
    math = '<math><mi style="color:red" width="9999em">x</mi><mo>\u2061</mo><mspace width="999em"/></math>'
    assert "<math><mi>x</mi><mspace></mspace></math>" in paragraph(math)
