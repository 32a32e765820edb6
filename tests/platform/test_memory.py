"""A process that needed much memory for a while does not keep it."""

import ctypes
import subprocess
import sys
from random import Random

import psutil
import pytest

from parley.site.app import return_memory

MEGABYTE = 1_000_000
# Prints by how many bytes a process grew that hashed passwords in two threads, several times.
HASHING = """
import asyncio, psutil
from parley.people.sign_in import passwords
from parley.site.app import map_large_allocations, return_memory

async def hash_some():
    for _ in range(4):
        await asyncio.gather(*(passwords.hash_password("four random words", passwords.known(key)) for key in "abcd"))

map_large_allocations()
before = psutil.Process().memory_info().rss
asyncio.run(hash_some())
return_memory()
print(psutil.Process().memory_info().rss - before)
"""

only_glibc = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps it")


@only_glibc
def test_what_is_freed_between_what_stays_is_given_back() -> None:
    """After 2,600 live streams a web process kept 58 MB for ever, since every small thing that stays held a page."""
    sizes = Random(12)
    flood = [bytes(sizes.randrange(600, 20_000)) for _ in range(20_000)]
    staying = flood[::50]
    at_most = psutil.Process().memory_info().rss
    flood.clear()

    return_memory()

    assert psutil.Process().memory_info().rss < at_most - 100 * MEGABYTE
    assert len(staying) == 400


@only_glibc
def test_threads_that_hashed_passwords_keep_no_memory() -> None:
    run = subprocess.run([sys.executable, "-c", HASHING], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 10 * MEGABYTE
