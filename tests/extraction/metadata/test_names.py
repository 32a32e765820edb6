"""Names in bylines as pages of many sites write them."""

import pytest

from parley.extraction.metadata.names import names_in

BYLINES = {
    "By Ada Osei": ["Ada Osei"],
    "Written by Ada Osei and Ben Lund": ["Ada Osei", "Ben Lund"],
    "Von Ada von Heyden, MDR THÜRINGEN": ["Ada von Heyden"],
    "Ada Osei\nAda Osei\nApril 28 2023, 3:54 p.m.": ["Ada Osei"],
    "By Ada Osei\n   March 25, 2015": ["Ada Osei"],
    "Ada Osei, Beatriz de la Cruz, Chen Li": ["Ada Osei", "Beatriz de la Cruz", "Chen Li"],
    "ADA OSEI": ["Ada Osei"],
    "José Ortega y Gasset": ["José Ortega y Gasset"],
    "Ada Osei, professor of law at the university of somewhere": ["Ada Osei"],
    "Ada Osei Example Staff": ["Ada Osei"],
    "신현주 기자": ["신현주"],
    "牛镛、岳弘彬": ["牛镛", "岳弘彬"],
    "Capital Von Ada Osei": ["Ada Osei"],
    "dpa": ["dpa"],
    "Veröffentlicht von\nAda Osei": ["Ada Osei"],
    "Artikel von Ada Osei": ["Ada Osei"],
    "By Ada Osei, Staff Writer": ["Ada Osei"],
    "By Ada Osei, Live Science Contributor": ["Ada Osei"],
    "Ada Osei, The Plain Dealer": ["Ada Osei"],
    "Ada Osei, Northeast Tea Group": ["Ada Osei"],
    "Ada Osei, Ben Lund, and Chen Li": ["Ada Osei", "Ben Lund", "Chen Li"],
    "By Ada Osei \u00bb": ["Ada Osei"],
    "Jane Reporter": ["Jane Reporter"],
    "Ada Osei, AP": ["Ada Osei", "AP"],
    "Ada Osei\nSenior Washington Correspondent": ["Ada Osei"],
    "By ADA OSEI and BEN LUND - AP Technology Writers": ["Ada Osei", "Ben Lund"],
    "Ada Osei (aos), Ben Lund (AFP)": ["Ada Osei", "Ben Lund"],
    "By Ada Osei &": ["Ada Osei"],
    "Ada Osei (spokesperson of the kettle union)": ["Ada Osei"],
    "---- by Ada Osei": ["Ada Osei"],
    "余聪\n责任编辑：屈运栩": ["余聪"],
}
NOBODY = [
    "admin", "Staff", "Example", "https://www.example.org/ada", "@ada", "example.org", "105092",
    "in this article we show why it matters", "", "Image: Getty", "No Author",
    "Publiziert am", "Eingestellt von", "More posts", "Veröffentlicht",
    "Edit Profile", "Link Copied", "Grow My Network", "About The Author", "Privacy Policy", "Letters to the", ". .",
    "Contributing Writer", "Sports Editor",
]  # fmt: skip


@pytest.mark.parametrize(("line", "names"), BYLINES.items(), ids=BYLINES)
def test_a_line_names_the_authors_and_nothing_else(line: str, names: list[str]) -> None:
    assert names_in(line, sites=["Example", "MDR"]) == names


@pytest.mark.parametrize("line", NOBODY)
def test_what_is_no_name_is_left_out(line: str) -> None:
    assert names_in(line, sites=["Example"]) == []


def test_a_byline_has_fifty_names_at_most() -> None:
    line = ", ".join(f"Ada {one}{other}sei" for one in "BCDFGHJKL" for other in "aeiouy")
    assert len(names_in(line)) == 50
