"""Web processes place one member without numpy, and do without what only migrations need."""

import subprocess
import sys


def test_the_web_process_imports_neither_numpy_nor_black() -> None:
    model = "parley.discussion.opinion_model"
    modules = f"sys, parley.site.app, {model}.placing, parley.discussion.opinion_map.shown_verdicts"
    code = f"import {modules}; print({{'numpy', 'black'}} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
