"""The Jinja environment of all templates: its filters and globals."""

import asyncio
from collections.abc import Iterable, MutableMapping
from typing import Any, cast

from jinja2 import Environment, StrictUndefined, nodes

from parley.platform.http.assets import folder, static
from parley.platform.http.languages import offered
from parley.platform.http.messages import Messages
from parley.platform.http.templates import Escaping, InliningLoader, TemplateCache, Together, escape_plain
from parley.platform.settings import settings
from parley.platform.text.detection import NAMES, language_of
from parley.platform.text.durations import ago, every, since
from parley.platform.text.formats import clock, day, iso, number
from parley.platform.text.languages import ENGLISH, Language, speaking, spoken
from parley.platform.text.messages import as_text, plural_forms

# Characters of HTML. What is longer takes a translator too long.
LONGEST_TRANSLATED = 20_000


class Templates(Environment):
    """Jinja's environment, with globals in plain dictionaries, and quicker to escape."""

    code_generator_class = Escaping
    escape_plain = staticmethod(escape_plain)
    together = Together
    # The language of its templates.
    language = ENGLISH

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with speaking(self.language):
            return super()._parse(source, name, filename)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Jinja's own ChainMap is searched for each component of a page, which took a tenth of a page's CPU time.
        return {**self.globals, **d} if d else self.globals


# The environments by their languages, and the globals that all of them have besides their own: `site_pages` are the
# names and titles of the pages about the site (site/administration).
_environments: dict[str, Environment] = {}
_shared: dict[str, Any] = {"site_pages": ()}


def environment() -> Environment:
    """Return the template environment of the reader's language, with the filters and globals of all templates."""
    language = spoken()
    env = _environments.get(language.code)
    if env is None:
        env = _environments[language.code] = _made(language)
    return env


def _made(language: Language) -> Environment:
    env = Templates(
        loader=InliningLoader(folder("templates")),
        extensions=[Messages],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=TemplateCache(folder("templates"), language),
    )
    env.language = language
    env.filters |= {"clock": clock, "day": day, "iso": iso, "number": number, "web": web, "language_of": language_of}
    env.filters |= {"foreign": foreign, "ago": ago, "every": every, "shown": as_text, "since": since}
    env.globals |= {"plural_forms": plural_forms, "static": static, "providers": lambda: settings().providers}
    env.globals |= {"language": language.code, "direction": language.direction, "plural_form": language.form}
    env.globals |= {"offered": offered, "read_languages": NAMES, **_shared}
    return env


async def compile_all(languages: Iterable[Language]) -> None:
    """Compile every template for these languages in a thread, one after the other, so that few requests wait for one.

    What was compiled is kept beside its source, and in memory only once a page needs it: all of them take 16 MB.
    """
    for language in languages:
        with speaking(language):
            for name in environment().list_templates(extensions=["html", "txt"]):
                await asyncio.to_thread(_compile, name)


def _compile(name: str) -> None:
    env = environment()
    source, filename, _ = cast("InliningLoader", env.loader).get_source(env, name)
    kept = cast("TemplateCache", env.bytecode_cache)
    bucket = kept.get_bucket(env, name, filename, source)
    if bucket.code is None:
        bucket.code = env.compile(source, name, filename)
        kept.set_bucket(bucket)


def set_globals(**values: Any) -> None:
    """Set globals of all templates, such as `site`."""
    _shared.update(values)
    for env in _environments.values():
        env.globals |= values


def foreign(html: str) -> str | None:
    """The language of a comment that can be translated for the reader. None if it is theirs, or nobody translates."""
    if not settings().translator or len(html) > LONGEST_TRANSLATED:
        return None
    code = language_of(html)
    return None if code == spoken().code else code


def web(address: str | None) -> str | None:
    """Return `address` if it is safe as a link (http or https), else None."""
    return address if address and address.startswith(("https://", "http://")) else None
