"""What may be a statement: one sentence, in which readers can agree or disagree with a comment."""

from parley.articles.articles.sentences import as_sentence
from parley.platform.errors import Refused
from parley.platform.http.forms import Form
from parley.platform.text.messages import N_

LONGEST_STATEMENT = 140
TOO_LONG = N_("A statement has at most {most} characters; this has {count}. Please shorten it.")


def as_statement(raw: str) -> str | None:
    """Return a typed statement with single spaces, or None if it is empty. Raises Refused."""
    return as_sentence(raw, LONGEST_STATEMENT, TOO_LONG)


def statement_of(form: Form) -> str | None:
    """Return the statement in a form's field `statement`. A mistake becomes the field's error."""
    try:
        return as_statement(form.values.get("statement", ""))
    except Refused as refusal:
        form.errors["statement"] = refusal.message
        return None
