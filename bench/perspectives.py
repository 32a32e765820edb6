"""The map of 10,000 members, 1,000 statements and 200,000 answers: CPU time and memory of a process of its own."""

import json
import os
import subprocess
import sys

from bench.harness import Harness
from bench.report import Figure

ROUNDS = 3
MEMBERS, STATEMENTS, ANSWERS = 10_000, 1_000, 20

MEASURE = f"""
import json, resource, time
import numpy as np
from parley.discussion.opinion_model.analysis import Votes
from parley.discussion.opinion_model.analyse import analyse

random = np.random.default_rng(1)
member = np.repeat(np.arange({MEMBERS}), {ANSWERS})
statement = random.integers({STATEMENTS}, size=len(member))
camp, loading = random.choice([-1, 1], {MEMBERS}), random.normal(size={STATEMENTS})
felt = camp[member] * loading[statement] + random.normal(size=len(member))
value = np.where(felt > .3, 1, np.where(felt < -.3, -1, 0))
votes = Votes(member.tolist(), statement.tolist(), value.tolist())
began = time.process_time()
cold = analyse(votes, seed=1)
between = time.process_time()
warm = analyse(votes, seed=1, previous=cold)
ended = time.process_time()
assert cold.state == warm.state == "open"
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([between - began, ended - between, memory]))
"""


async def measure(_harness: Harness) -> list[Figure]:
    runs = [_run() for _ in range(ROUNDS)]
    name = f"map of {MEMBERS * ANSWERS:,} answers"
    return [
        Figure("perspectives", f"{name}: cold, with the gate", "s CPU", [run[0] for run in runs], bar=10.0),
        Figure("perspectives", f"{name}: warm", "s CPU", [run[1] for run in runs], bar=3.0),
        Figure("perspectives", f"{name}: memory", "MB", [run[2] for run in runs], bar=400.0),
    ]


def _run() -> list[float]:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True, env=environment)
    return [float(one) for one in json.loads(done.stdout)]
