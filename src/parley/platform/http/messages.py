"""Translates the sentences of templates when a template is compiled, never later."""

import re
from collections.abc import Iterable

from jinja2 import Environment, nodes
from jinja2.ext import InternationalizationExtension
from jinja2.lexer import Token, TokenStream

from parley.platform.text import messages
from parley.platform.text.languages import ENGLISH, spoken

VALUE = re.compile(r"%\((\w+)\)s")


class Messages(InternationalizationExtension):
    """Replaces `{% trans %}` and `_("…")` with their translations, so that they cost a page nothing.

    Values in a message go through the environment's filter `in_message`, if it has one.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.policies["ext.i18n.trimmed"] = True

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Put the translation where `_("…")` stands in an expression."""
        for token in stream:
            if token.test("name:_"):
                stream.expect("lparen")
                message = stream.expect("string")
                stream.expect("rparen")
                yield Token(message.lineno, "string", messages.translate(message.value))
            else:
                yield token

    def _make_node(  # type: ignore[override]
        self,
        singular: str,
        plural: str | None,
        context: str | None,  # noqa: ARG002 no message needs one yet
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        vars_referenced: bool,
        num_called_num: bool,  # noqa: ARG002 concerns calls at run time, which there are none of
    ) -> nodes.Output | nodes.If:
        """What a `{% trans %}` shows, where Jinja's own class would call a function for each viewer."""
        shown = {name: self._as_shown(value, counts=value is plural_expr) for name, value in variables.items()}
        if plural is None or plural_expr is None:
            # Jinja doubles each "%", which a message without values is written without.
            key = singular if vars_referenced else singular.replace("%%", "%")
            return _output(messages.translate(key), shown, with_values=vars_referenced)
        forms = [_output(form, shown, with_values=vars_referenced) for form in messages.forms_of(singular, plural)]
        chosen: nodes.Output | nodes.If = forms.pop()
        for number, form in reversed([*enumerate(forms)]):
            chosen = nodes.If(_is_form(singular, plural_expr, number), [form], [], [chosen])
        return chosen

    def _as_shown(self, value: nodes.Expr, *, counts: bool) -> nodes.Expr:
        if counts:
            return _filter(value, "number")
        return _filter(value, "in_message") if "in_message" in self.environment.filters else value


def _filter(value: nodes.Expr, name: str) -> nodes.Expr:
    return nodes.Filter(value, name, [], [], None, None)


def _is_form(message: str, amount: nodes.Expr, number: int) -> nodes.Expr:
    """Whether the amount takes the form of this number. Many languages have one for 1, and another."""
    language = spoken()
    if message not in language.counted or language.plural_rule == ENGLISH.plural_rule:
        return nodes.Compare(amount, [nodes.Operand("eq", nodes.Const(1))])
    form = nodes.Call(nodes.Name("plural_form", "load"), [amount], [], None, None)
    return nodes.Compare(form, [nodes.Operand("eq", nodes.Const(number))])


def _output(message: str, values: dict[str, nodes.Expr], *, with_values: bool) -> nodes.Output:
    """A translated message: its words as they stand, between them its values."""
    if not with_values:
        return nodes.Output([nodes.TemplateData(message)])
    parts = enumerate(VALUE.split(message))
    return nodes.Output(
        [values[part] if n % 2 else nodes.TemplateData(part.replace("%%", "%")) for n, part in parts if part]
    )
