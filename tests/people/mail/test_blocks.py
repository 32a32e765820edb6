"""The HTML of a message has the words of its text, and a button for each of our own links and for no other."""

from parley.people import mail
from parley.people.mail.writing import MailBlock, blocks

OURS = "http://localhost/verify/abc"


def test_only_a_link_of_ours_below_its_words_becomes_a_button() -> None:
    text = f"Hello,\n\nConfirm it:\n{OURS}\n\nConfirm it:\nhttp://evil.example/\n"

    assert blocks(text, {OURS}) == [
        MailBlock("Hello,"),
        MailBlock("Confirm it", OURS),
        MailBlock("Confirm it:\nhttp://evil.example/"),
    ]


def test_a_message_has_its_html_escaped_and_with_a_button() -> None:
    subject, text, html = mail.written_message("verify", name="<b>mira</b>", link=OURS)

    assert subject == "Confirm your address for Parley"
    assert f"Confirm your address:\n{OURS}\n" in text
    assert f'href="{OURS}"' in html and ">Confirm your address</a>" in html
    assert "&lt;b&gt;mira&lt;/b&gt;" in html and "<b>mira" not in html
    assert "one click" not in html
