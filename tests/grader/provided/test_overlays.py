"""The overlay table, and what every provided file must be."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from grader.provided.overlays import OVERLAYS, OverlayFile, OverlayMode, provided_source

FILES = [(edition, file) for edition, files in OVERLAYS.items() for file in files]
SOURCES = sorted({file.source for _, file in FILES if file.source})
COURSE_NAMES = {
    "gradient_check": "eval_numerical_gradient eval_numerical_gradient_array np randrange "
    "eval_numerical_gradient_blobs eval_numerical_gradient_net grad_check_sparse xrange",
    "solver": "Solver np",
    "data_utils": "load_pickle load_CIFAR_batch load_CIFAR10 get_CIFAR10_data np os pickle "
    "platform load_tiny_imagenet load_models load_imagenet_val",
    "vis_utils": "visualize_grid vis_grid vis_nn np sqrt ceil xrange",
    "fast_layers": "conv_forward_fast conv_backward_fast conv_forward_im2col np "
    "conv_backward_im2col conv_forward_strides conv_backward_strides max_pool_forward_fast "
    "max_pool_backward_fast max_pool_forward_reshape max_pool_backward_reshape "
    "max_pool_forward_im2col max_pool_backward_im2col "
    "get_im2col_indices im2col_indices col2im_indices",
    "im2col": "get_im2col_indices im2col_indices col2im_indices np",
    "im2col_cython": "im2col_cython col2im_cython col2im_6d_cython",
    "layer_utils": "affine_relu_forward affine_relu_backward conv_relu_forward "
    "conv_relu_backward conv_bn_relu_forward conv_bn_relu_backward conv_relu_pool_forward "
    "conv_relu_pool_backward",
}


def test_the_three_editions_are_there() -> None:
    """Each edition has the files every course gives, always as ours."""
    assert set(OVERLAYS) == {"cs231n", "nndl", "layers-utils"}
    given = sorted(set(COURSE_NAMES) - {"layer_utils"})
    for files in OVERLAYS.values():
        modes = {file.module: file.mode for file in files}
        assert len(modes) == len(files)
        assert all(modes[module] is OverlayMode.REPLACE for module in given)
        assert modes["layers"] is modes["optim"] is modes["fc_net"] is OverlayMode.STUDENT_OWNED


def test_paths_are_relative_and_given_once() -> None:
    """No two modules of an edition share a path, and none leaves the tree."""
    for files in OVERLAYS.values():
        paths = [path for file in files for path in file.paths]
        assert len(paths) == len(set(paths))
        for path in map(PurePosixPath, paths):
            assert not path.is_absolute()
            assert ".." not in path.parts
            assert path.suffix == ".py"


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_imports_only_numpy_and_the_standard_library(source: str) -> None:
    """Absolute imports name nothing else; siblings are imported through relative names."""
    tree = ast.parse(provided_source(source))
    allowed = sys.stdlib_module_names | {"numpy"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").split(".")[0] in allowed
        elif isinstance(node, ast.ImportFrom):
            assert (node.level, node.module) == (1, "im2col")


STAR_IMPORT = """
import sys
sys.path.insert(0, ".")
exec(f"from {sys.argv[1]} import *")
missing = set(sys.argv[2].split()) - set(globals())
assert not missing, missing
"""


@pytest.mark.parametrize("package", ["anything", ""])
@pytest.mark.parametrize("source", SOURCES)
def test_a_copied_source_star_exports_the_courses_names(
    tmp_path: Path, source: str, package: str
) -> None:
    """A package of any name, or a flat folder, offers what student files lean on."""
    folder = tmp_path / package
    folder.mkdir(exist_ok=True)
    for stem in {source, "im2col"} if package else {source}:
        (folder / f"{stem}.py").write_text(provided_source(stem), encoding="utf-8")
    expected = COURSE_NAMES[source]
    if not package:
        expected = expected.replace("get_im2col_indices im2col_indices col2im_indices", "")
    module = f"{package}.{source}" if package else source
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", STAR_IMPORT, module, expected],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_unknown_source_is_refused() -> None:
    """Only files that an overlay names are handed out."""
    with pytest.raises(ValueError, match=r"'overlays', expected one of data_utils"):
        provided_source("overlays")


def test_a_source_and_a_mode_that_disagree_are_refused() -> None:
    """A replaced file needs a source, a student's file has none."""
    with pytest.raises(ValueError, match="source of solver is ''"):
        OverlayFile("solver", ("a/solver.py",), "", OverlayMode.REPLACE)
    with pytest.raises(ValueError, match="source of layers is 'layers'"):
        OverlayFile("layers", ("a/layers.py",), "layers", OverlayMode.STUDENT_OWNED)
