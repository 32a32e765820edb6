"""What a thread's map says about which statement to ask next."""

from parley.discussion.opinion_map import queries as maps
from parley.discussion.opinion_model.placing import information, place
from parley.moderation.statements.asking import MapOfAnswers
from parley.moderation.statements.queries import AnswerRow


async def map_of(thread: int, answers: list[AnswerRow]) -> MapOfAnswers:
    """Return how much an answer to each statement would tell about a member, and which statements have a verdict."""
    parameters = await maps.parameters(thread)
    row = await maps.of_thread(thread)
    if parameters is None or row is None:
        return MapOfAnswers()
    decided = frozenset(statement.comment for statement in row.published.statements if statement.verdict != "unknown")
    own = place(parameters, {str(answer.comment): answer.value for answer in answers})
    gained = information(parameters, own)
    return MapOfAnswers({int(key): value for key, value in gained.items()}, decided)
