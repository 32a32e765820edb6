"""What forms may hold, how large they may be, and that nothing keeps them (docs/decisions/0001, T4, T5, T10, T11)."""

import threading
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import _parsers

from parley.discussion.commenting.forms import LONGEST_BODY
from parley.discussion.comments.rules import LONGEST_COMMENT
from parley.platform import db
from parley.platform.http.bodies import MOST_FIELDS, MOST_URL_ENCODED_BYTES
from parley.platform.http.forms import MUCH_TEXT, Form, make_form
from parley.platform.http.security_headers import MOST_PATH_BYTES, MOST_QUERY_BYTES
from parley.platform.patches import MODULES, PARSERS, patch_parsers
from parley.platform.text.cleaning import LARGEST_ID, BadText, as_id, clean, one_line
from tests import make

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.usefixtures("app")
def test_no_form_query_or_cookie_is_kept_after_it_was_read() -> None:
    parsers = [(module, name) for module in MODULES for name in PARSERS if hasattr(module, name)]

    assert {name for _, name in parsers} == set(PARSERS)
    assert [one for one in parsers if hasattr(getattr(*one), "cache_info")] == []


def test_a_quoted_cookie_is_read_like_a_plain_one() -> None:
    patch_parsers()
    assert _parsers.parse_cookie_string('a=b.c; d="b.c"; e=%41') == {"a": "b.c", "d": "b.c", "e": "A"}


@pytest.mark.anyio
@pytest.mark.parametrize("address", ["/u/" + "a" * MOST_PATH_BYTES, "/?q=" + "a" * MOST_QUERY_BYTES])
async def test_an_address_that_is_too_long_is_refused(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.get(address)).status_code == 414
    assert (await client.get(address[:-100])).status_code in {200, 404}


@pytest.mark.anyio
async def test_a_body_at_the_limit_is_read_and_one_byte_more_refused(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member())
    thread = await make.thread()

    fits = await client.post(f"/t/{thread}/comments", content=b"body=" + b"a" * (LONGEST_BODY - 5), headers=FORM)
    more = await client.post(f"/t/{thread}/comments", content=b"body=" + b"a" * (LONGEST_BODY - 4), headers=FORM)

    assert fits.status_code == 422  # too long for a comment, and read
    assert more.status_code == 413
    assert "too large" in more.text


@pytest.mark.anyio
async def test_the_longest_comment_fits_in_every_script(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member())
    thread = await make.thread()

    posted = await client.post(f"/t/{thread}/comments", data={"body": "漢" * LONGEST_COMMENT})

    assert posted.status_code == 303
    assert await db.value("select length(body) from comment") == LONGEST_COMMENT


@pytest.mark.anyio
async def test_a_body_that_does_not_say_its_length_is_cut_off_too(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"body="
        for _ in range(200):
            yield b"a" * 10_000

    answer = await client.post("/preview", content=pieces(), headers=FORM)

    assert answer.status_code == 413


@pytest.mark.anyio
async def test_an_article_is_sent_as_multipart_and_an_url_encoded_form_may_be_as_long_as_a_comment(
    client: httpx.AsyncClient,
) -> None:
    """Decoding 5 MB of `%41` took .3 to .6 s of CPU, in two threads at once."""
    await make.sign_in(client, await make.member(role="moderator"))
    thread = await make.thread()
    address = f"/t/{thread}/revise"

    page = (await client.get(address)).text
    refused = await client.post(address, content=b"text=" + b"%41" * (MOST_URL_ENCODED_BYTES // 3), headers=FORM)
    read = await client.post(address, data={"text": "a" * 600_000}, files={"file": b""})

    assert f'action="{address}" enctype="multipart/form-data"' in page
    assert (refused.status_code, read.status_code) == (413, 422)


@pytest.mark.anyio
async def test_hundreds_of_fields_are_refused(client: httpx.AsyncClient) -> None:
    most = await client.post("/preview", content="&".join(["body=a"] * MOST_FIELDS), headers=FORM)
    more = await client.post("/preview", content="&".join(["body=a"] * (MOST_FIELDS + 1)), headers=FORM)

    assert (most.status_code, more.status_code) == (200, 400)


MULTIPART = "multipart/form-data; boundary=x"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        (MULTIPART, b'--x\r\ncontent-disposition: form-data; name="body"\r\n\r\n\xff\xfe\r\n--x--\r\n'),
        (
            MULTIPART,
            (
                b'--x\r\ncontent-disposition: form-data; name="body"\r\n'
                b"content-type: text/plain; charset=nope\r\n\r\nhello\r\n--x--\r\n"
            ),
        ),
        (
            MULTIPART,
            (
                b'--x\r\ncontent-disposition: form-data; name="body"\r\n'
                b"content-type: text/plain; charset=idna\r\n\r\nhello\r\n--x--\r\n"
            ),
        ),
        (MULTIPART, b"--x\r\nno header at all"),
        (MULTIPART, b'--x\r\ncontent-disposition: form-data; name="body"\r\n\r\na\r\n' * 60 + b"--x--\r\n"),
        ("multipart/form-data", b"--x\r\n"),
        ("application/x-www-form-urlencoded", b"body=%00&%zz=1"),
        ("application/json", b"{not json"),
        ("text/plain; charset=nope", b"\xff"),
        ("\xff", b"body=a"),
    ],
)
async def test_a_form_that_cannot_be_read_is_the_senders_mistake(
    client: httpx.AsyncClient, content_type: str, content: bytes
) -> None:
    headers = {"content-type": content_type.encode("latin-1")}

    answer = await client.post("/preview", content=content, headers=headers)  # type: ignore[arg-type]

    assert 400 <= answer.status_code < 500


@pytest.mark.anyio
async def test_odd_header_bytes_are_not_our_fault(client: httpx.AsyncClient) -> None:
    headers = {"x-csrftoken": b"\xff\xc3", "cookie": b"parley=\xff\xc3; a", "accept-language": b"\xff"}

    answer = await client.get("/", headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 200


@pytest.mark.parametrize("raw", ["a\x00b", "a\x07", "\x7f", "\ud800", "x\udfff", "\x1b[0m"])
def test_text_that_cannot_be_stored_is_refused(raw: str) -> None:
    with pytest.raises(BadText):
        clean(raw)


def test_text_is_trimmed_composed_and_has_plain_line_ends() -> None:
    assert clean("  e\u0301 a\r\nb\rc \n") == "\u00e9 a\nb\nc"


def test_a_line_holds_no_line_break() -> None:
    with pytest.raises(BadText):
        clean("a\nb", lines=False)


def test_a_line_is_one_line_everywhere_and_runs_in_the_direction_of_its_page() -> None:
    assert clean("a\u2028b\x85c \u202eevil\u202c \u2066d", lines=False) == "a b c evil d"
    assert one_line("a\r\nb\u2028c\x9f\u202e d\u200de") == "a b c d\u200de"


def test_nothing_that_is_typed_reverses_the_order_of_letters() -> None:
    assert clean("\u202egoogle\u202d, and \u2067an isolate\u2069") == "google, and \u2067an isolate\u2069"


@pytest.mark.parametrize(
    "raw", ["", "0", "-1", "1.5", "1e3", " 1", "\u0661", "\u00b2", str(LARGEST_ID + 1), "9" * 26, "__class__"]
)
def test_what_is_no_id_is_none(raw: str) -> None:
    assert as_id(raw) is None


@given(st.integers(1, LARGEST_ID))
def test_every_id_is_read_as_itself(number: int) -> None:
    assert as_id(str(number)) == number


@given(st.text())
def test_clean_text_is_clean_already(raw: str) -> None:
    try:
        once = clean(raw)
    except BadText:
        return
    assert clean(once) == once


class NoteForm(Form):
    """A form that remembers which thread read it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.note = self.text("note", most=100, lines=True)
        self.read_by = threading.get_ident()


def test_what_is_far_too_long_is_refused_without_being_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.platform.http.forms.clean", pytest.fail)

    form = NoteForm({"note": "漢" * 401})

    assert form.note == ""
    assert "401 characters" in str(form.errors["note"])
    assert form.values["note"] == "漢" * 401


def test_a_letter_of_four_is_one() -> None:
    assert NoteForm({"note": "\u03b1\u0313\u0300\u0345" * 100}).errors == {}


@pytest.mark.anyio
async def test_a_form_with_much_text_is_read_in_a_thread() -> None:
    little, much = [await make_form(NoteForm, {"note": "a", "other": "a" * size}) for size in (9, MUCH_TEXT)]

    assert little.read_by == threading.get_ident() != much.read_by


@pytest.mark.anyio
async def test_the_preview_of_a_text_that_is_too_long_is_not_rendered(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parley.discussion.commenting.drafts.render", pytest.fail)

    answer = await client.post("/preview", data={"body": "a\n" * LONGEST_COMMENT})

    assert answer.status_code == 422
    assert "Please shorten it" in answer.text
