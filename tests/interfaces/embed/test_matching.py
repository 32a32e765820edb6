"""The script in a publisher's page: what it finds there, as the server does, and what it does without the server."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from parley.interfaces.embed.page import FEWEST_CHARACTERS, fingerprint
from tests.articles.anchoring.essays import FOLDER, essays

NODE = shutil.which("node") or ""
SCRIPT = Path(__file__).with_name("matching.mjs")
UNREACHABLE = Path(__file__).with_name("unreachable.mjs")
TEXTS = [
    "The “Model” — answers…", "Größe ΣΟΦΟΣ İstanbul ﬁne ①②", "日本語の 文章。", "😀 emoji a😀b", "snake_case and x²",
    "naïve café e\u0301", "I. Title 10,000.5", "שלום עולם", "ª º ½", "", "𝒳𝒴 " * 40, "word " * 30,
]  # fmt: skip
WHOLE = "Companies scale up their models, but nobody asks at what cost to the people who live beside the machines."
EDITED = "Companies scale up their models, and nobody asked at what cost to the people who live beside the machines."
MIDDLE = WHOLE.replace("nobody asks at what", "no one has ever wondered at what sort of")
OTHER = "Something else entirely is said in this paragraph, which has nothing to do with any of the other ones here."

pytestmark = pytest.mark.skipif(not NODE, reason="node runs the script; it is not here")


def asked(passages: list[str], blocks: list[str]) -> dict[str, Any]:
    known = [msgspec.structs.asdict(fingerprint(one)) for one in passages]
    given = json.dumps({"texts": TEXTS, "passages": known, "blocks": blocks})
    done = subprocess.run([NODE, str(SCRIPT)], input=given, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_script_and_the_server_agree_about_all_scripts() -> None:
    assert asked([], [])["texts"] == [msgspec.structs.asdict(fingerprint(one)) for one in TEXTS]


@pytest.mark.parametrize(
    ("passages", "blocks", "expected"),
    [
        ([WHOLE, OTHER], ["A menu", f"  {WHOLE.upper()} ", OTHER], [1, 2]),
        ([WHOLE], [OTHER, MIDDLE], [1]),
        ([WHOLE], [OTHER, EDITED], [1]),
        ([WHOLE], [OTHER], [None]),
        # Two that are as much alike: a wrong marker is worse than none.
        ([WHOLE], [EDITED, EDITED.replace("asked", "askes")], [None]),
        ([WHOLE], [WHOLE, WHOLE], [None]),
    ],
)
def test_a_doubtful_passage_is_not_found(passages: list[str], blocks: list[str], expected: list[int | None]) -> None:
    assert asked(passages, blocks)["found"] == expected


def test_a_forum_that_cannot_be_reached_makes_no_error_in_the_page() -> None:
    done = subprocess.run([NODE, str(UNREACHABLE)], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == {"asked": ["/embed/v1/counts", "/embed/v1/page"], "isCounted": False}


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the essays are not here")
def test_markers_of_an_earlier_revision_are_beside_the_right_passages(capsys: pytest.CaptureFixture[str]) -> None:
    """Essays whose publisher's page has a later revision than we have: at most one marker in 200 is wrong."""
    verdicts: Counter[str] = Counter()
    for essay in essays():
        texts = {one.lineage: one.text for one in essay.former if len(fingerprint(one.text).start) >= FEWEST_CHARACTERS}
        new = [one.text for one in essay.new]
        found = dict(zip(texts, asked(list(texts.values()), new)["found"], strict=True))
        for case in essay.cases:
            lineage = case.selector.lineage
            if not case.selector.quote and lineage in found:
                place = found[lineage]
                verdicts["none" if place is None else case.judge(new[place])] += 1

    markers = verdicts["right"] + verdicts["wrong"]
    share = 100 * verdicts["wrong"] / markers
    with capsys.disabled():
        sys.stdout.write(f"{markers} markers, {share:.2f} % wrong; {verdicts['none']} passages without one\n")
    assert markers > 1_000
    assert share <= 0.5
