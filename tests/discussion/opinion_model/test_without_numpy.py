"""Web processes place one member without numpy."""

import subprocess
import sys


def test_the_web_process_does_not_import_numpy() -> None:
    model = "parley.discussion.opinion_model"
    modules = f"sys, parley.site.app, {model}.placing, parley.discussion.opinion_map.shown_verdicts"
    code = f"import {modules}; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
