"""No letter is corrupted: sentences in their languages, in the encodings in which they are written."""

import random

import pytest

from parley.extraction.errors import CannotImport
from parley.extraction.text.decoding import ENCODING_NAMES, decode_text

RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастлива по-своему."
GREEK = "Η ελληνική γλώσσα είναι μία από τις αρχαιότερες γλώσσες του κόσμου."
HEBREW = "השפה העברית היא שפה שמית עתיקה שהתחדשה בעת החדשה."
ARABIC = "اللغة العربية من أقدم اللغات السامية وأكثرها انتشارا في العالم."
JAPANESE = "日本語の文章です。新しい記事を読みましょう。"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy v měsíčním světle."
POLISH = "Zażółć gęślą jaźń, powiedział mężczyzna i wyszedł na zewnątrz."
FRENCH = "Le garçon a mangé des crêpes à la forêt où l'été déjà commençait."
SENTENCES = [
    ("cp1252", "Das Café an der Straße ist schön, und die Brötchen schmecken größtenteils gut."),
    ("cp1252", FRENCH),
    ("cp1252", "El niño pequeño comió jamón en la montaña."),
    ("cp1252", "Perchè è così"),
    ("cp1252", "“Quoted” — the café"),
    ("cp1252", "Så är det på våren i Malmö"),
    ("cp1252", "Le cœur dure ½ heure à côté, et 2½ heures après l'été."),
    ("iso8859-15", "Le cœur de la sœur bat, et l'œuvre d'Hélène reste inachevée à Noël."),
    ("iso8859-15", "Œuvre complète: le bœuf, les œufs et les vœux d'une sœur."),
    ("cp1250", CZECH),
    ("cp1250", "Az árvíztűrő tükörfúrógép nagyon hasznos eszköz a műhelyben."),
    ("iso8859-2", CZECH),
    ("iso8859-2", POLISH),
    ("cp1251", RUSSIAN),
    ("cp1251", "Българският език е красив и древен език."),
    ("koi8-r", RUSSIAN),
    ("koi8-u", "Україна має багату історію, її мова дуже мелодійна і гарна."),
    ("iso8859-5", RUSSIAN),
    ("cp866", RUSSIAN),
    ("cp1253", GREEK),
    ("iso8859-7", GREEK),
    ("cp1254", "Türkçe öğrenmek için İstanbul'a gittik ve çok güzel şeyler gördük, ağaçlar ışıl ışıldı."),
    ("cp1255", HEBREW),
    ("iso8859-8", HEBREW),
    ("cp1256", ARABIC),
    ("iso8859-6", ARABIC),
    ("cp1257", "Lietuvių kalba yra viena seniausių išlikusių indoeuropiečių kalbų, žmonės ją myli."),
    ("cp874", "ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอน"),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("iso2022_jp", JAPANESE),
    ("gb18030", "中文的文章，写得不错。我们都喜欢阅读新闻。"),
    ("big5", "中文的文章，寫得不錯。我們都喜歡閱讀新聞。"),
    ("cp949", "한국어 글입니다. 우리는 모두 뉴스를 읽는 것을 좋아합니다."),
    ("mac_roman", FRENCH),
    ("cp850", "Das Café an der Straße ist schön, und die Brötchen schmecken gut."),
    ("iso8859-15", "Der Preis beträgt 5 € für größere Brötchen."),
    ("utf-8", CZECH),
    ("utf-16", CZECH),
    ("utf-16-le", CZECH),
    ("utf-16-be", CZECH),
]


@pytest.mark.parametrize(("encoding", "sentence"), SENTENCES)
def test_a_sentence_reads_right_though_nothing_declares_its_encoding(encoding: str, sentence: str) -> None:
    assert decode_text(sentence.encode(encoding)).text == sentence


@pytest.mark.parametrize(("encoding", "sentence"), SENTENCES)
def test_a_page_reads_right_by_its_header_and_by_its_own_declarations(encoding: str, sentence: str) -> None:
    assert decode_text(sentence.encode(encoding), encoding).text.endswith(sentence) or encoding.startswith("utf-16-")
    if not encoding.startswith("utf-16"):
        for head in (f'<meta charset="{encoding}">', f'<?xml version="1.0" encoding="{encoding}"?>'):
            assert decode_text(f"{head}<p>{sentence}</p>".encode(encoding)).text == f"{head}<p>{sentence}</p>"


def test_it_says_when_it_is_not_sure() -> None:
    assert not decode_text("Le café est fermé.".encode("cp1252")).sure
    assert decode_text("Le café est fermé.".encode("cp1252"), "windows-1252").sure
    assert decode_text("Le café est fermé.".encode()).sure
    assert decode_text((RUSSIAN * 3).encode("cp1251")).sure


def test_what_a_reader_chose_wins() -> None:
    assert decode_text(RUSSIAN.encode("koi8-r"), "windows-1251", "koi8-r").text == RUSSIAN
    assert all(decode_text("Plain words.".encode(one), chosen=one).text == "Plain words." for one in ENCODING_NAMES)


NOISE = random.Random(3).randbytes(5_000)


@pytest.mark.parametrize("data", [NOISE, bytes(range(256)) * 4, bytes(100), b"%PDF-1.7\n" + NOISE])
@pytest.mark.parametrize("charset", [None, "utf-8", "windows-1252"])
def test_bytes_that_are_no_text_are_refused(data: bytes, charset: str | None) -> None:
    with pytest.raises(CannotImport, match="cannot be read here"):
        decode_text(data, charset)
