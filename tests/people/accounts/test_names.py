import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.people.accounts import names
from parley.platform.errors import Refused

NAUGHTY = Path(__file__).parents[3].parent / "shared" / "data" / "text" / "naughty-strings" / "blns.json"


@pytest.mark.parametrize(
    "name",
    [
        "mira",
        "Ада",
        "日本のミラ",
        "김민지",
        "o.k-ay_2",
        "कमला",
        "Ægir",
        "Ng",
        "a" * 30,
        "Σίσυφος",
        "zoë",
        "שָׁלוֹם",
        "がく",
    ],
)
def test_names_of_one_script_are_accepted_unchanged(name: str) -> None:
    assert names.name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "a" * 31,
        "has space",
        "-ada",
        "ada.",
        "..",
        "a/b",
        "<b>",
        "аda",  # a Cyrillic a
        "pаypal",
        "ΑBC",
        "a\u200bb",
        "a\u0000b",
        "ada\n",
        "z̸̢̛a̷̧l̴̡g̵̢o̶̧",
        "mira\ufe00",  # a variation selector
        "mi\U000e0100ra",
        "김\u1160민지",  # a filler
        "mi\u05b0ra",  # a Hebrew vowel
        "\ud800x",
        "😀😀",
        "١٢٣",
        "admin",
        "Admin",
        "ADM1N",
        "аdmіn",
        "Parley",
    ],
)
def test_names_that_could_pass_for_another_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        names.name(name)


def test_an_override_of_the_direction_of_writing_is_left_out_of_a_name() -> None:
    assert names.name("a\u202eb") == "ab"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mira", "MIRA"),
        ("mira", "m1ra"),
        ("mira", "mlra"),
        ("mira", "Mіrа"),  # Cyrillic i and a
        ("Coco", "СОСО"),  # all Cyrillic
        ("o_o", "0-0"),
        ("ada", "adá"),
        ("strasse", "straße"),
        ("mira", "mi\u1dc4ra"),  # accents of several blocks
        ("mira", "mi\u20d0ra"),
        ("mira", "ᴍira"),
        ("lukas", "Łukas"),
        ("mira", "mɨra"),
        ("jon", "ȷon"),
    ],
)
def test_names_that_look_alike_are_compared_as_one(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("mira", "mara"), ("jon", "john"), ("कमल", "कमला"), ("かく", "がく"), ("ada", "ada2")]
)
def test_names_that_differ_stay_apart(one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


@given(st.text(max_size=60))
def test_any_text_is_accepted_or_refused_and_its_key_fits_the_column(text: str) -> None:
    assert len(names.key(text)) <= names.LONGEST_KEY
    try:
        name = names.name(text)
    except Refused:
        return
    assert names.name(name) == name
    assert names.same(name, name.upper()) or names.key(name)


def test_naughty_strings_never_break_a_name() -> None:
    if not NAUGHTY.exists():
        pytest.skip("the shared test material is not here")
    for text in json.loads(NAUGHTY.read_text()):
        try:
            name = names.name(text)
        except Refused:
            continue
        assert not set(name) & set(" /<>\"'&\\\u202e\u200b")


@pytest.mark.parametrize("name", ["moderator-2", "Parley-Team", "The.Admin", "admin1", "аdmin_ada", "m0derator.x"])
def test_names_that_seem_to_speak_for_the_site_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        names.name(name)


@pytest.mark.parametrize("name", ["badminton", "moderato", "stafford"])
def test_words_that_only_begin_like_them_are_names(name: str) -> None:
    assert names.name(name) == name


def test_pairs_that_look_like_one_letter_are_compared_as_that_letter() -> None:
    assert names.key("rnira") == names.key("mira")
    assert names.key("vvei_l") == names.key("wei_l")
