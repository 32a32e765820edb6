"""Templates as we compile them: with their includes in one, values escaped as plain strings, kept beside their sources.

Jinja calls each include at run time and makes each value a `Markup`, only to join them: three quarters of what a
comment took. It also yields each value, and each text between two of them, by itself through all blocks around it.
Compiling all templates takes 5 s of CPU, so the compiled ones are kept, as Python keeps modules.
"""

import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from inspect import getsource
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import _escape_inner  # type: ignore[attr-defined] # the public `escape` makes a Markup

from parley.platform.http import messages
from parley.platform.text.languages import ENGLISH, Language

# `{% include "name" %}` with a literal name and optional whitespace control.
INCLUDE = re.compile(r'\{%(-?) include "([^"]+)" (-?)%\}')


class TemplateCache(FileSystemBytecodeCache):
    """Keeps what was compiled from the templates in `folder`, where that may be written."""

    def __init__(self, folder: Path, language: Language = ENGLISH) -> None:
        super().__init__(str(folder / "__pycache__"), f"__jinja2_{language.code}_%s.cache")
        self._language = language

    @cached_property
    def _compiler(self) -> str:
        """Return what the compiled code depends on besides the template's source."""
        ours = [getsource(module) for module in (sys.modules[__name__], messages)]
        return " ".join([version("jinja2"), self._language.digest, *ours])

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(self._compiler + source)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            # In a container the folder is read-only: what its image brings is used.
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


def escape_plain(value: Any) -> str:
    """Return `value` as HTML, as `markupsafe.escape` does, but as a plain string."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is int:
        return str(value)
    html = getattr(value, "__html__", None)
    return html() if html is not None else _escape_inner(str(value))


class Together:
    """What the compiled code takes for a list of outputs: it joins them."""

    append = staticmethod(str)
    extend = "".join


class Escaping(CodeGenerator):
    """Writes `environment.escape_plain(…)` for `escape(…)`, and yields at once what stands side by side."""

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        super().blockvisit(_merged(nodes), frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 Jinja's name
        if frame.buffer is None and not frame.require_output_check and len(node.nodes) > 1:
            frame = frame.copy()
            frame.buffer = "yield environment.together"
        super().visit_Output(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escape_plain(")


def _merged(statements: Iterable[nodes.Node]) -> Iterable[nodes.Node]:
    """Make one output of those that follow each other, and one text of its texts."""
    for kind, some in groupby(statements, type):
        if kind is nodes.Output:
            parts = [part for output in some for part in output.nodes]  # type: ignore[attr-defined]
            yield nodes.Output([*_joined(parts)], lineno=parts[0].lineno if parts else 1)
        else:
            yield from some


def _joined(parts: Iterable[nodes.Expr]) -> Iterable[nodes.Expr]:
    for kind, some in groupby(parts, type):
        if kind is nodes.TemplateData:
            yield nodes.TemplateData("".join(part.data for part in some))  # type: ignore[attr-defined]
        else:
            yield from some


class InliningLoader(FileSystemLoader):
    """Replaces each include with the template's source in its own scope, as Jinja would."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, uptodate = super().get_source(environment, template)

        def inlined(include: re.Match[str]) -> str:
            before, name, after = include.groups()
            inner, _, _ = self.get_source(environment, name)
            return f"{{%{before} with %}}{inner.removesuffix(chr(10))}{{% endwith {after}%}}"

        return INCLUDE.sub(inlined, source), filename, uptodate
