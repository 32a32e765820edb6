from pathlib import Path

import pytest

from parley.people import mail
from parley.people.accounts import addresses
from parley.platform.errors import Refused

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "text" / "flanker-addresses"


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("mira@example.org", "mira@example.org"),
        (" Mira.K+news@Example.ORG ", "Mira.K+news@example.org"),
        ("mira@bücher.example.org", "mira@xn--bcher-kva.example.org"),
    ],
)
def test_addresses_that_mail_can_reach_are_accepted(typed: str, taken: str) -> None:
    assert addresses.address(typed) == taken
    assert mail.ADDRESS.fullmatch(taken)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mira",
        "mira@",
        "@example.org",
        "a@b\r\nRCPT TO:<c@d>",
        "a@example.org\nBcc: c@d.org",
        "a b@example.org",
        "mira@[127.0.0.1]",
        "Mira <mira@example.org>",
        "a@example.org, b@example.org",
        "a\x00@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 250}.org",
    ],
)
def test_text_that_is_not_one_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        addresses.address(typed)


def test_addresses_are_compared_without_case() -> None:
    assert addresses.key("Mira@Example.org") == addresses.key("mira@example.ORG")


@pytest.mark.parametrize("file", ["mailbox_valid.txt", "mailbox_invalid.txt", "abridged_localpart_invalid.txt"])
def test_every_spelling_is_accepted_or_refused_and_accepted_ones_can_be_sent_to(file: str) -> None:
    if not SHARED.exists():
        pytest.skip("the shared test material is not here")
    for line in (SHARED / file).read_text("utf-8", errors="replace").splitlines():
        try:
            found = addresses.address(line)
        except Refused:
            continue
        assert found.isascii()
        assert mail.ADDRESS.fullmatch(found), found
