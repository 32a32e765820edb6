"""`parley` in a language made up for tests, which is written from right to left; a program of its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from parley.platform.http.environment import environment
from parley.platform.text import messages
from parley.platform.text.languages import ENGLISH
from parley.site.cli import main
from tests.pseudo import pseudo

messages.translate = pseudo
ENGLISH.direction = "rtl"
# The compiled templates that are kept are English.
environment().bytecode_cache = None
main()
