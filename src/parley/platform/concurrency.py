"""Bounds on how much happens at once for each key, such as each network that asks; and one call for many callers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from typing import Any, Generic, ParamSpec, TypeVar

from parley.platform.networks import Source

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Given = ParamSpec("Given")
Result = TypeVar("Result")

# Whose request is handled, set by http/fair_share.py. None in the worker, and where limits are off.
asking_source: ContextVar[Source | None] = ContextVar("asking_source", default=None)


class KeyedSemaphore:
    """A semaphore for each key, which is forgotten when nobody holds it or waits for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._semaphores: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    async def acquire(self, key: str) -> None:
        """Wait until fewer than `most` hold the semaphore of `key`, and take it."""
        semaphore = self._semaphores.get(key)
        if semaphore is None:
            semaphore = self._semaphores[key] = asyncio.Semaphore(self._most)
        self._users[key] += 1
        try:
            await semaphore.acquire()
        except BaseException:
            self._leave(key)
            raise

    def is_held(self, key: str) -> bool:
        return key in self._users

    def release(self, key: str) -> None:
        self._semaphores[key].release()
        self._leave(key)

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the semaphore of `key` meanwhile."""
        await self.acquire(key)
        try:
            yield
        finally:
            self.release(key)

    def _leave(self, key: str) -> None:
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key], self._semaphores[key]


class SourceSemaphore:
    """A semaphore for each network and, before it, one for each of its hosts.

    So what one host asks for waits for itself, and a neighbour waits for a few of it at most.
    """

    def __init__(self, of_host: int, of_network: int) -> None:
        self._hosts = KeyedSemaphore(of_host)
        self._networks = KeyedSemaphore(of_network)

    async def acquire(self, of: Source) -> None:
        await self._hosts.acquire(of.host)
        try:
            await self._networks.acquire(of.network)
        except BaseException:
            self._hosts.release(of.host)
            raise

    def release(self, of: Source) -> None:
        self._networks.release(of.network)
        self._hosts.release(of.host)

    @asynccontextmanager
    async def hold(self, of: Source) -> AsyncIterator[None]:
        """Hold both meanwhile."""
        await self.acquire(of)
        try:
            yield
        finally:
            self.release(of)


class FairSemaphore:
    """A semaphore of which each network that asks holds one place at a time, so that none takes all of them."""

    def __init__(self, most: int) -> None:
        self._places = asyncio.Semaphore(most)
        self._of_sources = SourceSemaphore(1, 1)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Hold a place meanwhile."""
        of = asking_source.get()
        if of is None:
            async with self._places:
                yield
        else:
            async with self._of_sources.hold(of), self._places:
                yield


# While six threads compute, the event loop waits 67 ms for the interpreter's lock after each answer of the database;
# with two, 1 ms (measured on two cores). A page asks the database ten times.
_computing = FairSemaphore(2)


async def in_thread(compute: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Run `compute`, which takes more than the event loop has time for, in one of two threads."""
    async with _computing.hold():
        return await asyncio.to_thread(compute, *args, **kwargs)


class Batcher(Generic[Question, Answer]):
    """Answers up to `most` questions with one call of `answer_all`. Those asked during a call wait for the next one.

    `answer_all` returns the answers in the order of the questions, and runs without the context variables of any
    caller. What it raises, each of them gets.
    """

    def __init__(self, most: int, answer_all: Callable[[list[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._most = most
        self._answer_all = answer_all
        # The questions of the next call, while it waits for the one before; and the task of the last call.
        self._questions: list[Question] | None = None
        self._task: asyncio.Task[Sequence[Answer]] | None = None

    async def ask(self, question: Question) -> Answer:
        if self._task is None or self._questions is None or len(self._questions) == self._most:
            self._questions = []
            call = self._call(self._questions, self._task)
            self._task = asyncio.get_running_loop().create_task(call, context=Context())
        questions, task = self._questions, self._task
        questions.append(question)
        place = len(questions) - 1
        # The others still get their answers when one caller gives up.
        return (await asyncio.shield(task))[place]

    async def _call(self, questions: list[Question], before: asyncio.Task[Any] | None) -> Sequence[Answer]:
        if before is not None and not before.done():
            await asyncio.wait([before])
        if self._questions is questions:
            self._questions = None
        return await self._answer_all(questions)
