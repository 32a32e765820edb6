"""The pages of accounts."""

from parley.people.account_settings.web import devmail, email, settings, signup
from parley.people.second_factors.web import passkeys, proving, second, two_step
from parley.people.sign_in.web import signin

handlers: list[object] = [
    *signup.handlers,
    *signin.handlers,
    *second.handlers,
    *proving.handlers,
    *settings.handlers,
    *two_step.handlers,
    *passkeys.handlers,
    *email.handlers,
    *devmail.handlers,
]
