"""Compiled templates, kept beside their sources as Python keeps modules. Compiling all of them takes 5 s of CPU."""

import sys
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from inspect import getsource
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from parley.platform.http import escaping, messages
from parley.platform.text.messages import LANGUAGE


class TemplateCache(FileSystemBytecodeCache):
    """Keeps what was compiled from the templates in `folder`, where that may be written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder / "__pycache__"))

    @cached_property
    def _compiler(self) -> str:
        """Return what the compiled code depends on besides the template's source."""
        ours = [getsource(module) for module in (escaping, messages)]
        return " ".join([version("jinja2"), LANGUAGE, *ours])

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(self._compiler + source)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            # In a container the folder is read-only: what its image brings is used.
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
