"""The pages of accounts."""

from parley.people.account_settings.web import devmail, email, settings, signup
from parley.people.second_factors.web import proving, second
from parley.people.second_factors.web import settings as factor_settings
from parley.people.sign_in.web import signin

handlers: list[object] = [
    *signup.handlers,
    *signin.handlers,
    *second.handlers,
    *proving.handlers,
    *settings.handlers,
    *factor_settings.handlers,
    *email.handlers,
    *devmail.handlers,
]
