"""What stands for the fast layers while naive ones are judged."""

import ast

import pytest

from grader.provided import withheld_layers
from grader.provided.overlays import provided_source
from grader.submission.course_names import COURSE_NAMES


def names_of(source: str) -> set[str]:
    """Return the public names that a file binds at its top."""
    tree = ast.parse(source)
    bound = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            bound.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return {name for name in bound if not name.startswith("_")}


def test_same_names_as_the_fast_layers() -> None:
    """A file that imports a fast layer by name can still be imported."""
    assert names_of(provided_source("withheld_layers")) == names_of(provided_source("fast_layers"))


@pytest.mark.parametrize("name", COURSE_NAMES["fast_layers"])
def test_every_layer_refuses(name: str) -> None:
    """Whatever the arguments are, the message says why there is no result."""
    with pytest.raises(RuntimeError, match="naive layer is judged"):
        getattr(withheld_layers, name)(1, conv_param={})
