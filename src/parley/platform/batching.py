"""Answering many callers with one call, where most of its cost does not depend on how much it asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


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
