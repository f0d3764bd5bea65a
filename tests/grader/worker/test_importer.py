"""Student modules are imported as Python would, from memory, whatever is missing around them."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
# As for real workers, there are no site-packages, where an installed grader would be found.
PROGRAM = """
import json, os, sys
known = list(sys.path)
sys.path[:0] = sys.argv[1:]
from grader.worker.importer import Source, install
sys.path[:] = known

def answer_to(order):
    sources = [Source(path, tuple(names), package, text)
               for path, names, package, text in order["sources"]]
    install(sources, order["absent"], old_names=order["old_names"])
    space = {}
    try:
        exec(order["code"], space)
        return space.get("answer")
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

for line in sys.stdin:
    if os.fork() == 0:
        answer = json.dumps(answer_to(json.loads(line)))
        os.write(1, answer.encode() + b"\\n")
        os._exit(0)
    os.wait()
"""
NUMPY_FOLDER = str(Path(np.__file__).parents[1])
Imported = Callable[..., Any]


@pytest.fixture(scope="module")
def interpreter() -> Iterator[subprocess.Popen[str]]:
    """Start a fresh interpreter that answers every order in a child of its own."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, str(ROOT), NUMPY_FOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"OPENBLAS_NUM_THREADS": "1"},
    ) as process:
        yield process


@pytest.fixture
def imported(interpreter: subprocess.Popen[str]) -> Imported:
    """Give what installs files in a fresh process and returns what some code finds there."""

    def run(
        files: Mapping[str, str | tuple[Sequence[str], str]],
        code: str,
        absent: Mapping[str, str] | None = None,
        *,
        old_names: bool = True,
    ) -> Any:
        sources = []
        for path, content in files.items():
            package = path.endswith("__init__.py")
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            names, text = ([name], content) if isinstance(content, str) else content
            sources.append([path, names, package, textwrap.dedent(text)])
        order = {"sources": sources, "absent": absent or {}, "old_names": old_names}
        order["code"] = textwrap.dedent(code)
        assert interpreter.stdin is not None
        assert interpreter.stdout is not None
        interpreter.stdin.write(json.dumps(order) + "\n")
        interpreter.stdin.flush()
        return json.loads(interpreter.stdout.readline())

    return run


PACKAGE = {
    "cs231n/__init__.py": "",
    "cs231n/layers.py": (["cs231n.layers", "layers"], "from .optim import STEP\nCOUNT = []\n"),
    "cs231n/optim.py": (["cs231n.optim", "optim"], "STEP = 3\n__all__ = ['other']\nother = 4\n"),
    "cs231n/classifiers/fc_net.py": "from ..layers import *\nfrom cs231n.optim import *\n",
}


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("import cs231n.layers as c; answer = c.STEP", 3),
        ("from cs231n import layers; answer = layers.__name__", "cs231n.layers"),
        ("import cs231n.layers; answer = cs231n.layers.STEP", 3),
        ("from cs231n.classifiers.fc_net import STEP, other; answer = [STEP, other]", [3, 4]),
        ("import cs231n.layers, layers; answer = cs231n.layers is layers", True),
        ("import layers; answer = layers.__spec__.name", "cs231n.layers"),
        (
            "from somewhere.layers import STEP; answer = STEP",
            "ModuleNotFoundError: No module named 'somewhere'",
        ),
        ("import cs231n.missing", "ModuleNotFoundError: No module named 'cs231n.missing'"),
        ("from cs231n.layers import nothing", "ImportError: cannot import name 'nothing'"),
        (
            "import layers; layers.COUNT.append(1); import cs231n.layers as c; answer = c.COUNT",
            [1],
        ),
    ],
)
def test_a_package_is_imported_by_all_its_names(imported: Imported, code: str, answer: Any) -> None:
    """Relative, absolute, bare, star and `as` imports reach the same module object."""
    found = imported(PACKAGE, code)
    assert found == answer or (isinstance(answer, str) and str(found).startswith(answer))


def test_a_package_that_only_imports_mention_is_there(imported: Imported) -> None:
    """Files handed in flat still find each other under the package's name they were written in."""
    files = {
        "layers.py": (["submission.flat.layers", "layers"], "from comp411.base.optim import STEP"),
        "optim.py": (["submission.flat.optim", "optim"], "STEP = 3"),
    }
    assert imported(files, "import layers; answer = layers.STEP") == 3


@pytest.mark.parametrize("init", [None, "", "# nothing here\n"])
def test_a_star_import_of_an_empty_package_reaches_the_module_called_like_it(
    imported: Imported, init: str | None
) -> None:
    """`from layers import *` beside layers/layers.py means that file, as it did in Python 2."""
    files = {
        "layers/layers.py": "STEP = 3\n_hidden = 4\n",
        "layers/layer_utils.py": "from layers import *\nTWICE = 2 * STEP\n",
    }
    if init is not None:
        files["layers/__init__.py"] = init
    code = "from layers.layer_utils import *; answer = [TWICE, STEP, '_hidden' in globals()]"
    assert imported(files, code) == [6, 3, False]


def test_a_package_with_names_of_its_own_gives_only_these(imported: Imported) -> None:
    """A package that holds something is what Python 3 says it is."""
    files = {"layers/__init__.py": "import math\n", "layers/layers.py": "STEP = 3\n"}
    assert str(imported(files, "from layers import STEP")).startswith("ImportError")


def test_flat_files_use_relative_imports(imported: Imported) -> None:
    """A file in no package has a parent to be relative to, and one above."""
    files = {
        "layers.py": (["submission.flat.layers"], "from .optim import STEP"),
        "optim.py": (["submission.flat.optim"], "STEP = 3"),
        "net.py": (["submission.flat.net"], "from ..layers import STEP"),
    }
    assert imported(files, "import submission.flat.layers as c; answer = c.STEP") == 3
    assert imported(files, "import submission.flat.net as c; answer = c.STEP") == 3


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        ("import two\nx = 1", "import one\ny = 2", 1),
        ("from two import y\nx = 1", "from one import x\ny = 2", "ImportError"),
        ("x = 1\nfrom two import y", "from one import x\ny = 2", 1),
        ("x = 1\nfrom two import y", "from alias import x\ny = 2", 1),
    ],
)
def test_circular_imports_end_as_in_python(
    imported: Imported, one: str, two: str, answer: Any
) -> None:
    """A module in the making is given out as far as it is made, under every name."""
    found = imported(
        {"one.py": (["one", "alias"], one), "two.py": two}, "import one; answer = one.x"
    )
    assert found == answer or str(found).startswith(str(answer))


def test_a_data_class_finds_its_module_under_whatever_name_that_is_imported(
    imported: Imported,
) -> None:
    """With annotations as text it looks into ``sys.modules`` for the module that is running."""
    layers = """
        from __future__ import annotations
        from dataclasses import dataclass
        import numpy as np
        @dataclass
        class Cache:
            x: np.ndarray
    """
    files = {"flat/layers.py": (["submission.flat.layers", "layers"], layers)}
    assert imported(files, "from layers import Cache; answer = Cache(2).x") == 2


def test_a_module_that_came_by_another_name_is_still_an_attribute_of_its_package(
    imported: Imported,
) -> None:
    """``import package.module`` binds the package, and code goes on from there."""
    files = {"pkg/layers.py": (["pkg.layers", "layers"], "x = 2")}
    code = "import layers, pkg.layers; answer = [pkg.layers is layers, pkg.layers.x]"
    assert imported(files, code) == [True, 2]


def test_a_module_that_fails_under_another_name_leaves_none(imported: Imported) -> None:
    """Neither the name asked for nor its own is left behind."""
    files = {"pkg/bad.py": (["pkg.bad", "bad"], "1 / 0")}
    code = """
        import sys
        try: import bad
        except ZeroDivisionError: answer = [name for name in sys.modules if "bad" in name]
    """
    assert imported(files, code) == []


def test_an_assignment_of_a_notebook_that_raises_costs_what_needs_it(imported: Imported) -> None:
    """The names around it are there, and its own say why they are not."""
    name = "submission.notebooks.nets"
    text = "def f():\n    return b\na = int('x')\nb = 2\nc = a\n"
    files = {"nets.ipynb": ([name], text)}
    assert imported(files, f"import {name} as nets; answer = nets.f()") == 2
    found = imported(files, f"import {name} as nets; nets.c")
    assert found == (
        "AttributeError: no 'c' here, because its line raised NameError: name 'a' is not defined"
    )
    failing = {"nets.ipynb": ([name], "@missing\ndef f(): pass\n")}
    assert "NameError" in imported(failing, f"import {name}")


def test_a_failing_module_can_be_tried_again_and_costs_no_other(imported: Imported) -> None:
    """An import that raises leaves no half-made module behind."""
    files = {
        "bad.py": "START = 1\n1 / 0\n",
        "good.py": "try: import bad\nexcept Exception: OK = 1\n",
    }
    code = """
        import sys, good
        try: import bad
        except ZeroDivisionError: answer = [good.OK, 'bad' in sys.modules]
    """
    assert imported(files, code) == [1, False]


def test_a_failing_init_costs_only_its_own_names(imported: Imported) -> None:
    """Modules beside it are imported; a name it would have defined is explained."""
    files = {"pkg/__init__.py": "1 / 0\nf = 1\n", "pkg/layers.py": "x = 2"}
    assert imported(files, "from pkg import layers; answer = layers.x") == 2
    assert "ZeroDivisionError" in imported(files, "import pkg; pkg.f")


def test_plotting_and_debugging_do_nothing(imported: Imported) -> None:
    """Course code that draws runs through, to its last line."""
    code = """
        import matplotlib.pyplot as plt
        from mpl_toolkits.mplot3d import Axes3D
        import IPython, colorama, pdb
        plt.rcParams['figure.figsize'] = (10, 8)
        fig, axes = plt.subplots(2, 2)
        axes[0, 1].imshow(3).set_title('x')
        with plt.style.context('ggplot'): plt.show()
        class Plot(plt.Figure): pass
        Plot(1)
        pdb.set_trace(); breakpoint()
        answer = colorama.Fore.RED + 'text'
    """
    names = ("matplotlib", "mpl_toolkits", "IPython", "colorama")
    assert imported({}, code, dict.fromkeys(names, "permissive")) == "text"


def test_progress_bars_go_through_what_they_are_given(imported: Imported) -> None:
    """Training loops under tqdm make every step."""
    code = """
        import tqdm
        from tqdm import tqdm as bar, trange
        from tqdm.auto import tqdm as other
        with bar(total=3) as shown: shown.update(1)
        steps = bar(range(2), desc='x')
        steps.set_description('y')
        whole = [list(other([5])), list(tqdm.tqdm([6])), len(bar([1]))]
        answer = [list(steps), list(trange(1, 3)), *whole]
    """
    assert imported({}, code, {"tqdm": "permissive"}) == [[0, 1], [1, 2], [5], [6], 1]


def test_absent_packages_raise_only_when_used(imported: Imported) -> None:
    """Importing torch and deriving a class from it costs nothing; calling it names it."""
    files = {
        "net.py": "import torch.nn as nn\nclass Net(nn.Module): pass\ndef f(): return nn.Linear(3)"
    }
    absent = {"torch": "inert"}
    assert imported(files, "import net; answer = 1", absent) == 1
    for use in ("net.f()", "net.Net()"):
        found = imported(files, f"import net; {use}", absent)
        assert found.startswith("ModuleNotFoundError: this needs torch")


def test_a_guarded_import_takes_its_way_round(imported: Imported) -> None:
    """What is not there and not stood in for raises ImportError, as student code expects."""
    code = "try: import numexpr; answer = 1\nexcept ImportError: answer = 2"
    assert imported({}, code) == 2


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("answer = list(xrange(2))", [0, 1]),
        ("import numpy as np; answer = np.zeros(2, dtype=np.int).tolist()", [0, 0]),
        ("import numpy as np; answer = np.float(1) + np.product([2, 3])", 7.0),
        (
            "import numpy as np; answer = np.reshape(a=np.arange(4), newshape=(2, 2)).tolist()",
            [[0, 1], [2, 3]],
        ),
        ("import numpy as np; answer = np.reshape([1, 2], (2, 1), order='F').tolist()", [[1], [2]]),
        ("from past.builtins import xrange; answer = list(xrange(1))", [0]),
        ("from builtins import range, object; answer = list(range(1))", [0]),
        ("import six; answer = list(six.iteritems({1: 2}))", [[1, 2]]),
        ("import cPickle as pickle; answer = pickle.loads(pickle.dumps(3))", 3),
        ("from past.utils import old_div; answer = old_div(7, 2)", 3),
    ],
)
def test_names_of_old_pythons_and_numpys_are_there(
    imported: Imported, code: str, answer: Any
) -> None:
    """Course code of ten years runs where the assignment allows old names."""
    assert imported({}, code, dict.fromkeys(("past", "six", "cPickle"), "compat")) == answer


def test_old_names_are_a_switch(imported: Imported) -> None:
    """Without it, xrange and np.int are errors as in today's Python and NumPy."""
    assert imported({}, "xrange(2)", old_names=False).startswith("NameError")
    assert imported({}, "import numpy; numpy.int", old_names=False).startswith("AttributeError")


def test_files_named_like_libraries_are_never_taken_for_them(imported: Imported) -> None:
    """Whatever the standard library or NumPy imports late is theirs, not the student's."""
    names = ("json", "typing", "numpy", "random", "unittest", "inspect", "multiarray", "nt")
    files = {f"{n}.py": ([f"submission.flat.{n}"], "raise RuntimeError('shadowed')") for n in names}
    code = """
        import json, typing, numpy, random, unittest, inspect
        import numpy.testing, numpy.f2py, numpy.typing, concurrent.futures
        for late in ('numpy.nt', 'numpy.layers', 'unittest.typing'):
            try: __import__(late)
            except ModuleNotFoundError: pass
        answer = json.dumps(numpy.testing.assert_allclose(1, 1))
    """
    assert imported(files, code) == "null"


def test_a_submission_may_be_called_grader(imported: Imported) -> None:
    """Our own modules are gone from the process, so that no name of theirs is taken."""
    files = {"grader/__init__.py": "x = 1", "grader/worker/main.py": "y = 2"}
    assert imported(
        files, "from grader.worker.main import y; import grader; answer = [grader.x, y]"
    ) == [1, 2]
    assert imported({}, "import grader").startswith("ModuleNotFoundError")
    assert imported(
        {}, "import __main__, sys; answer = [hasattr(__main__, 'order'), sys.argv]"
    ) == [False, [""]]
