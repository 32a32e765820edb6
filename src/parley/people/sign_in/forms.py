"""The forms of accounts. Passwords are never among the values that a refused form shows again."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from parley.people.accounts import addresses, joining, names
from parley.people.sign_in import breached, passwords
from parley.platform.errors import Refused
from parley.platform.http.forms import Form
from parley.platform.http.return_paths import local_path
from parley.platform.settings import settings
from parley.platform.text import zones
from parley.platform.text.messages import N_

LONGEST_TITLE = 40
LONGEST_BIO = 1_000
LONGEST_PASSKEY_NAME = 60
# Characters of the JSON of a new passkey; most have about a thousand.
LONGEST_CREDENTIAL = 20_000
# To the moderators, with a sign-up.
LONGEST_MESSAGE = 500
# What a reader can choose for comments written with AI assistance.
ASSISTED = ("show", "collapse", "hide")
DENSITIES = ("comfortable", "compact")


class AccountForm(Form):
    """Base of these forms."""

    @property
    def next(self) -> str:
        """The path to go to in the end."""
        return local_path(self.values.get("next"))

    def secret(self, name: str) -> str:
        """Return a field as it was typed, and remove it from the values that are shown again."""
        return self.values.pop(name, "")

    def new_secret(self, name: str, words: Iterable[str]) -> str:
        """Return a new password, or an error if it is easily guessed. `words` are known to attackers."""
        self.read(name, lambda typed: passwords.check(typed, [*site_words(), *words]))
        return self.secret(name)

    def credential_text(self) -> str:
        """Return the browser's JSON with what a passkey signed; "" if it is too long."""
        text = self.secret("credential")
        return text if len(text) <= LONGEST_CREDENTIAL else ""

    async def ask_service(self, name: str, password: str) -> None:
        """Add an error if the service of breached passwords knows a new password."""
        if not self.errors:
            try:
                await breached.check_service(password)
            except Refused as refusal:
                self.errors[name] = refusal.message

    def read(self, name: str, parse: Callable[[str], str | None]) -> str:
        """Return what `parse` makes of a field. If it raises Refused, that becomes the field's error."""
        try:
            return parse(self.values.get(name, "")) or ""
        except Refused as refusal:
            self.errors[name] = refusal.message
            return ""


class SignUpForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.name = self.read("name", names.name)
        self.email = self.read("email", addresses.address)
        self.password = self.new_secret("password", member_words(self.name, self.email))
        self.zone = zone_of(self.secret("zone"))
        self.answer = self.secret("answer")
        self.message = self.text("message", most=LONGEST_MESSAGE, lines=True)
        self.invitation = self.values.get("invitation", "")
        self.by_hand = self.flag("by_hand")
        self._refuse_programs()

    def _refuse_programs(self) -> None:
        """Refuse a form whose hidden field is filled in, or that was sent too quickly for a person."""
        if self.secret("website"):
            self.errors["form"] = N_("Please leave the field “Website” empty. It is there to catch automatic sign-ups.")
        elif joining.is_too_quick(self.secret("opened")):
            self.errors["form"] = joining.TOO_QUICK

    @property
    def context(self) -> joining.SignUpContext:
        return joining.SignUpContext(self.invitation, self.message, answer=self.answer)


class MessageForm(Form):
    """What a newcomer writes to the moderators."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.message = self.text("message", most=LONGEST_MESSAGE, lines=True)


class SignInForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        missing = N_("Please fill this in.")
        self.login = self.text("login", most=addresses.LONGEST_ADDRESS, least=1, missing=missing)
        self.password = self.secret("password")
        self.answer = self.secret("answer")


class CodeForm(AccountForm):
    """A code of an authenticator app or a recovery code; `sealed` is the seed of an app that is being set up.

    In place of a code, `credential` has what a passkey signed, or `password` is enough.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.code = self.secret("code")
        self.password = self.secret("password")
        self.sealed = self.secret("sealed")
        self.credential = self.credential_text()


class PasskeyForm(AccountForm):
    """What a passkey signed; `name` is what the member calls a new one."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.credential = self.credential_text()
        self.name = self.text("name", most=LONGEST_PASSKEY_NAME)


class ForgotForm(AccountForm):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.email = self.read("email", addresses.address)
        self.answer = self.secret("answer")


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


def zone_of(typed: str) -> str:
    """The browser's time zone, which a script fills in, or the default if it is missing or unknown."""
    return typed if typed in zones.known_zones() else zones.DEFAULT


def member_words(name: str, email: str) -> list[str]:
    return [name, email, email.partition("@")[0]]


def site_words() -> list[str]:
    return ["parley", settings().host, settings().name]
