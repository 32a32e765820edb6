import pytest

from parley.extraction.text.decoding import decode, decode_text, printable_markup

WORDS = "Ünïcode “quoted” — Zoë’s café"


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (WORDS.encode(), None),
        (WORDS.encode("utf-8-sig"), "iso-8859-1"),
        (WORDS.encode("utf-16"), None),
        (WORDS.encode("cp1252"), "windows-1252"),
        (WORDS.encode("cp1252"), "iso-8859-1"),
        (WORDS.encode(), "windows-1252"),
        (b'<meta charset="windows-1252">' + WORDS.encode("cp1252"), None),
        (b"<meta http-equiv=a content='text/html; charset=windows-1252'>" + WORDS.encode("cp1252"), None),
        (WORDS.encode(), "no-such-charset"),
    ],
)
def test_the_words_come_out_whatever_was_declared(data: bytes, declared: str | None) -> None:
    assert decode(data, declared).endswith(WORDS)


@pytest.mark.parametrize(
    ("words", "charset", "label"),
    [
        ("日本語の文章です。", "cp932", "Shift_JIS"),
        ("日本語の文章です。", "iso2022_jp", "iso-2022-jp"),
        ("中文的文章，写得不错。", "gb18030", "gb2312"),
        ("Русский текст", "koi8-r", "koi8-r"),
        ("한국어 글", "cp949", "euc-kr"),
        ("שאלת הקומקום", "cp1255", "windows-1255"),
    ],
)
def test_older_charsets_are_read(words: str, charset: str, label: str) -> None:
    assert decode(words.encode(charset), label) == words


@pytest.mark.parametrize(
    ("words", "charset", "declared"),
    [
        ("Все счастливые семьи похожи друг на друга, каждая несчастлива по-своему. ", "cp1251", None),
        ("Die Käuferin fragt, ob die Tür für größere Möbel weit genug geöffnet wäre. ", "cp1252", "utf-8"),
    ],
)
def test_an_undeclared_or_wrongly_declared_charset_is_guessed(words: str, charset: str, declared: str | None) -> None:
    assert decode((words * 5).encode(charset), declared) == words * 5


def test_a_few_broken_bytes_do_not_spoil_a_page() -> None:
    data = ("Zoë’s café. " * 200).encode()
    assert decode(data[:500] + b"\xff" + data[500:], "utf-8").count("Zoë’s café") >= 199


def test_a_page_that_wrongly_declares_utf_8_is_read_though_its_letters_come_after_much_script() -> None:
    page = (
        f"<script>{'tell(1); ' * 9_000}</script>"
        + "<p>La gravité de la situation à Saint-Étienne, « déjà connue ». " * 5
    )
    found = decode_text(f'<meta charset="utf-8">{page}'.encode("cp1252"))
    assert (found.text.removeprefix('<meta charset="utf-8">'), found.encoding) == (page, "cp1252")


def test_markup_cannot_hide_in_utf_7() -> None:
    assert "<script>" not in decode(b"+ADw-script+AD4-alert(1)", "utf-7")


def test_references_to_such_characters_go_too() -> None:
    assert printable_markup("a&#0;b&#x1B;c&shy;d&#173;e&#xD800;f&#65;&amp;#1;") == "abcdef&#65;&amp;#1;"


def test_control_characters_and_soft_hyphens_go() -> None:
    assert decode("a\0b\x1bc\u00add\te\nf".encode()) == "abcd\te\nf"
