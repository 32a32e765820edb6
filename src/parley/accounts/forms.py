"""The forms of accounts. Passwords are never among the values that a refused form shows again."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from parley.accounts import addresses, names, passwords
from parley.core.errors import Refused
from parley.core.http.forms import Form
from parley.core.http.pages import local_path
from parley.core.settings import settings
from parley.core.text import zones
from parley.core.text.messages import N_

LONGEST_TITLE = 40
LONGEST_BIO = 1_000
# What a reader can choose for comments written with AI assistance.
ASSISTED = ("show", "collapse", "hide")
DENSITIES = ("comfortable", "compact")


class AccountForm(Form):
    """Base of these forms."""

    def secret(self, name: str) -> str:
        """Return a field as it was typed, and remove it from the values that are shown again."""
        return self.values.pop(name, "")

    def new_secret(self, name: str, words: Iterable[str]) -> str:
        """Return a new password, or an error if it is easily guessed. `words` are those that an attacker knows."""
        password = self.secret(name)
        self.read(name, lambda: passwords.check(password, [*site_words(), *words]))
        return password

    def read(self, name: str, read: Callable[[], str | None]) -> str:
        """Return what `read` returns. If it raises Refused, that becomes the field's error."""
        try:
            return read() or ""
        except Refused as refusal:
            self.errors[name] = refusal.message
            return ""


class SignUpForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.read("name", lambda: names.name(self.values.get("name", "")))
        self.email = self.read("email", lambda: addresses.address(self.values.get("email", "")))
        self.password = self.new_secret("password", member_words(self.name, self.email))
        self.zone = zone_of(self.secret("zone"))
        self.next = local_path(self.values.get("next"))


class SignInForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = N_("Please give your name or e-mail.")
        self.login = self.text("login", most=addresses.LONGEST, least=1, missing=missing)
        self.password = self.secret("password")
        self.answer = self.secret("answer")
        self.next = local_path(self.values.get("next"))


class ProofForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.password = self.secret("password")
        self.code = self.secret("code")
        self.next = local_path(self.values.get("next"))


class CodeForm(AccountForm):
    """A code of an authenticator app or a recovery code; `sealed` is the seed of an app that is being set up."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.code = self.secret("code")
        self.sealed = self.secret("sealed")
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


class NameForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.read("name", lambda: names.name(self.values.get("name", "")))


def zone_of(typed: str) -> str:
    """The browser's time zone, which a script fills in, or the default if it is missing or unknown."""
    return typed if typed in zones.known() else zones.DEFAULT


def member_words(name: str, email: str) -> list[str]:
    return [name, email, email.partition("@")[0]]


def site_words() -> list[str]:
    return ["parley", settings().host, *settings().host.split(".")]
