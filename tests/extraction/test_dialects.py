"""Markdown as writing tools write it."""

import pytest

from parley.extraction.html.passages import cut_passages
from parley.extraction.text.markdown import extract_markdown


def texts(markdown: str) -> list[str]:
    found = extract_markdown(f"# Kettles\n\n{markdown}\n\nThe end.")
    return [one.text for one in cut_passages(found.html, base_url=None, title=found.title)][:-1]


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("%% not to be read %%", []),
        ("%%\nnot\nto be read\n%%", []),
        ("![[kettle.png]]", []),
        ("![A kettle](kettle.png)", []),
        ("![A kettle](kettle.png){#fig-kettle width=60%}", []),
        ("See [[Water boiling|how water boils]] and [[Tea]].", ["See how water boils and Tea."]),
        ("Words. ^abc123", ["Words."]),
        ("==Hot== water", ["Hot water"]),
        ("> [!note] Mind\n> Kettles are hot.", ["Mind Kettles are hot."]),
        ("> [!note]\n> Kettles are hot.", ["Kettles are hot."]),
        ("- [ ] to do\n- [x] done", ["☐ to do", "☑ done"]),
        ('{{< figure src="kettle.png" >}}', []),
        ("{% include toc.html %}", []),
        ("{% highlight python %}\nprint(1)\n{% endhighlight %}", ["print(1)"]),
        ("* TOC\n{:toc}\n\nWords.", ["Words."]),
        ("## Boiling {#boiling}\n\nWords.\n{: .lead #first}\n\n*Hot*{: .x} water", ["Boiling", "Words.", "Hot water"]),
        ('Words.\n\n<div hidden>Not these.</div>\n\n<p style="display:none">Nor these.</p>', ["Words."]),
        ("::: {.callout-note}\nKettles are hot.\n:::", ["Kettles are hot."]),
    ],
)
def test_what_only_the_tool_understands_is_left_out(markdown: str, shown: list[str]) -> None:
    assert texts(markdown) == shown


@pytest.mark.parametrize(
    "markdown",
    [r"Mass \(m_1\) warms.", r"Mass $m_1$ warms.", "Mass\n\n\\[m_1\\]\n\nwarms."],
    ids=["round", "dollar", "square"],
)
def test_formulas_between_brackets_are_formulas(markdown: str) -> None:
    assert "<msub><mi>m</mi><mn>1</mn></msub>" in extract_markdown(f"# Kettles\n\n{markdown}\n\nThe end.").html


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("`\\\\(x\\\\)` and {: as `{: .x}`", "\\\\(x\\\\) and {: as {: .x}"),
        ("```\n%% x %% ==y== [[z]]\n- [ ] w\n```", "%% x %% ==y== [[z]] - [ ] w"),
        ("Code `==y==` and `[[z]]`", "Code ==y== and [[z]]"),
        ("100%% of x==1 and y==2", "100%% of x==1 and y==2"),
        ("a[[1]](https://a.example) b", "a[1] b"),
        ("2 ^ 3", "2 ^ 3"),
    ],
)
def test_code_and_what_only_looks_like_it_stay(markdown: str, shown: str) -> None:
    assert texts(markdown) == [shown]
