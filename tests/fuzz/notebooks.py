"""Opens hostile notebooks as the grader does, up to the module that a worker would get.

Usage: python tests/fuzz/notebooks.py [--notebooks 10000] [--seed 0] [--state FILE]
[--case NUMBER]. The JSON of real notebooks is changed in its structure, its text and its bytes.
The exit code is 1 if anything but a submission or a SubmissionError came of it.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from archives import Archive, Opener
from campaign import Target, main
from frame_mutations import TEXTS, draw_slot, mutate_bytes

NOTEBOOKS = 10_000
_CODE = (
    "def affine_forward(x, w, b):\n    return x.dot(w) + b, (x, w, b)\n",
    "%matplotlib inline\nimport numpy as np\n!pip install x\n",
    "class TwoLayerNet:\n    def loss(self, X, y=None):\n        return X\n",
    "affine_backward = lambda dout, cache: dout",
    "%%time\nx = 1\n",
    "def f(:\n",
    "print 'two'",
)
_ODD: Sequence[Any] = (
    *(None, True, 0, -1, 1 << 70, 1e308, [], {}, [[]], [None], "x" * 600_000, "\x00", "\ud800"),
    *("code", "markdown", ["def affine_forward(x):\n", 1, None], {"text/plain": 3}, *TEXTS),
    *([{"output_type": "error", "ename": 1, "evalue": ["x"]}], [{"text": ["a", 1]}]),
    "(" * 3000, "x = " + "-" * 5000 + "1", "\\\n" * 3000, "%" * 1000, "if 1:\n" * 200, "'''",
)  # fmt: skip


def _make_whole() -> dict[str, Any]:
    """Return a notebook as Jupyter writes it."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["dx error:  1e-9\n"]},
        {"output_type": "execute_result", "data": {"text/plain": ["1.0"]}, "metadata": {}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["a"]},
    ]
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": number,
            "id": f"c{number}",
            "metadata": {"grader": {"id": f"affine{number}"}, "nbgrader": {"grade_id": "q"}},
            "outputs": outputs,
            "source": code.splitlines(keepends=True),
        }
        for number, code in enumerate(_CODE)
    ]
    cells.append({"cell_type": "markdown", "metadata": {}, "source": ["**Answer:** affine\n"]})
    return {"cells": cells, "metadata": {"widgets": {}}, "nbformat": 4, "nbformat_minor": 5}


def make(random: Random) -> Archive:
    """Draw a notebook."""
    notebook = _make_whole()
    if random.random() < 0.1:  # format 3
        notebook = {"worksheets": [{"cells": notebook["cells"]}], "nbformat": 3}
    for _ in range(random.choice((0, 1, 1, 2, 4, 10))):
        _change(random, notebook)
    data = json.dumps(notebook, indent=random.choice((None, 1))).encode()
    where = random.random()
    if where < 0.2:
        data = mutate_bytes(random, data, b'{}[]",:\\u\xff\0NaN')
    elif where < 0.25:
        data = data.decode().encode(random.choice(("utf-16", "utf-8-sig", "utf-32")))
    elif where < 0.27:
        opening = random.choice((b"[", b'{"cells":', b'{"cells":[{"source":['))
        data = opening * random.choice((100, 5000, 50_000)) + data
    return Archive(random.choice(("a.ipynb", "a.py", "a", "A.IPYNB ")), data)


def _change(random: Random, notebook: dict[str, Any]) -> None:
    slot = draw_slot(random, notebook)
    if slot is None:
        return
    holder, key = slot
    change = random.randrange(5)
    if change == 0:
        del holder[key]
    elif change == 1 and isinstance(holder, list):
        holder[key:key] = [holder[key]] * random.choice((1, 30, 600))
    elif change == 2 and isinstance(holder, dict):
        holder[random.choice(TEXTS)] = holder.pop(key)
    elif change == 3 and isinstance(holder[key], str):
        data = mutate_bytes(random, holder[key].encode("utf-8", "replace"), _CODE[0].encode())
        holder[key] = data.decode("utf-8", "surrogateescape")
    else:
        holder[key] = copy.deepcopy(random.choice(_ODD))


def make_target(folder: Path) -> Target[Archive]:
    """Return what campaigns run."""
    return Target(
        make=make,
        run=Opener(folder).run,
        allowed_bytes=lambda archive: (64 << 20) + 100 * len(archive.data),
        allowed_seconds=3.0,
        is_measured=lambda number: number % 4 == 0,
    )


if __name__ == "__main__":
    warnings.simplefilter("error")
    described = str(__doc__).partition("\n")[0]
    with tempfile.TemporaryDirectory() as place:
        target = make_target(Path(place))
        sys.exit(main(target, "notebooks", sys.argv[1:], cases=NOTEBOOKS, description=described))
