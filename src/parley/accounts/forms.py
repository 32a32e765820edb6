"""The forms of accounts. A password is read once, as it was typed, and never kept for showing again."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from parley.accounts import addresses, names, passwords
from parley.core.errors import Refused
from parley.core.http.forms import Form
from parley.core.http.pages import local_path
from parley.core.settings import settings
from parley.core.text import zones

LONGEST_TITLE = 40
LONGEST_BIO = 1_000
# What a reader may have done with comments written with AI assistance.
ASSISTED = ("show", "collapse", "hide")


class AccountForm(Form):
    """What these forms share."""

    def secret(self, name: str) -> str:
        """A password as typed: nothing trimmed, nothing cut, and not among the values shown again."""
        return self.values.pop(name, "")

    def new_secret(self, name: str, words: Iterable[str]) -> str:
        """A new password, refused when it is easily guessed; `words` are those an attacker knows."""
        password = self.secret(name)
        self.read(name, lambda: passwords.check(password, [*site_words(), *words]))
        return password

    def read(self, name: str, read: Callable[[], str | None]) -> str:
        """What `read` returns; what it refuses becomes the field's mistake."""
        try:
            return read() or ""
        except Refused as refusal:
            self.errors[name] = str(refusal)
            return ""


class SignUpForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.read("name", lambda: names.name(self.values.get("name", "")))
        self.email = self.read("email", lambda: addresses.address(self.values.get("email", "")))
        self.password = self.new_secret("password", member_words(self.name, self.email))
        self.zone = self._zone()
        self.next = local_path(self.values.get("next"))

    def _zone(self) -> str:
        """What the browser calls its time zone, if it said so and there is one of that name. Nobody typed it."""
        zone = self.values.pop("zone", "")
        return zone if zone in zones.known() else zones.DEFAULT


class SignInForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = "Please give your name or e-mail."
        self.login = self.text("login", most=addresses.LONGEST, least=1, missing=missing)
        self.password = self.secret("password")
        self.answer = self.secret("answer")
        self.next = local_path(self.values.get("next"))


class ForgotForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.email = self.read("email", lambda: addresses.address(self.values.get("email", "")))
        self.next = local_path(self.values.get("next"))


class ResetForm(AccountForm):
    def __init__(self, data: Mapping[str, Any], name: str, email: str) -> None:
        super().__init__(data)
        self.password = self.new_secret("password", member_words(name, email))


class PasswordForm(AccountForm):
    def __init__(self, data: Mapping[str, Any], name: str, email: str) -> None:
        super().__init__(data)
        self.current = self.secret("current")
        self.password = self.new_secret("password", member_words(name, email))
        self.ends_others = self.flag("others")


class ProfileForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.title = self.text("title", most=LONGEST_TITLE)
        self.bio = self.text("bio", most=LONGEST_BIO, lines=True)
        self.assisted = self.choice("assisted", ASSISTED)


def member_words(name: str, email: str) -> list[str]:
    return [name, email, email.partition("@")[0]]


def site_words() -> list[str]:
    return ["parley", settings().host, *settings().host.split(".")]
