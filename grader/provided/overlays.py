"""Say which provided file goes where in a student's tree, for each edition of the course."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from grader.records import record

__all__ = [
    "NAIVE",
    "OVERLAYS",
    "WITHHELD",
    "OverlayFile",
    "OverlayMode",
    "provided_source",
]


class OverlayMode(StrEnum):
    """Whose file wins where the student has one, too."""

    REPLACE = "replace"
    """The provided one, always."""
    FILL = "fill"
    """The student's; the provided one goes where there is none."""
    STUDENT_OWNED = "student-owned"
    """The student's; nothing is ever put there."""


@record
class OverlayFile:
    """One module of the course and what is done about it.

    Attributes
    ----------
    module : str
        Canonical name, the same in every edition.
    paths : tuple of str
        Places in the student's tree, with forward slashes, under the edition's own package
        names. ``replace`` and ``fill`` serve every one of them.
    source : str
        Stem of the provided file, for :func:`provided_source`; empty for the student's own.
    mode : OverlayMode
        Whose file wins.
    """

    module: str
    paths: tuple[str, ...]
    source: str
    mode: OverlayMode

    def __post_init__(self) -> None:
        if (self.mode is OverlayMode.STUDENT_OWNED) != (self.source == ""):
            raise ValueError(
                f"source of {self.module} is {self.source!r} and its mode {self.mode}, "
                "expected a source exactly if the file is not student-owned"
            )


def provided_source(name: str) -> str:
    """Return the text of a provided file.

    Parameters
    ----------
    name : str
        Its stem, such as ``"gradient_check"``.

    Raises
    ------
    ValueError
        If no overlay names that file.
    """
    names = {file.source for files in OVERLAYS.values() for file in files if file.source}
    names.update(WITHHELD.values())
    if name not in names:
        raise ValueError(f"name is {name!r}, expected one of {', '.join(sorted(names))}")
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")


WITHHELD: Mapping[str, str] = MappingProxyType({"fast_layers": "withheld_layers"})
"""Provided file -> the one in its place while what it would spare the student is judged."""

NAIVE = frozenset(
    f"layers:{name}_naive"
    for name in ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")
)
"""Targets that are judged without the files above."""


def _replace(module: str, *paths: str, source: str | None = None) -> OverlayFile:
    return OverlayFile(module, paths, source or module, OverlayMode.REPLACE)


def _fill(module: str, *paths: str, source: str | None = None) -> OverlayFile:
    return OverlayFile(module, paths, source or module, OverlayMode.FILL)


def _leave(module: str, *paths: str) -> OverlayFile:
    return OverlayFile(module, paths, "", OverlayMode.STUDENT_OWNED)


_CS231N = (
    _replace("gradient_check", "cs231n/gradient_check.py"),
    _replace("data_utils", "cs231n/data_utils.py"),
    _replace("vis_utils", "cs231n/vis_utils.py"),
    _replace("solver", "cs231n/solver.py"),
    _replace("fast_layers", "cs231n/fast_layers.py"),
    _replace("im2col", "cs231n/im2col.py"),
    _replace("im2col_cython", "cs231n/im2col_cython.py"),
    _fill("layer_utils", "cs231n/layer_utils.py"),
    _leave("layers", "cs231n/layers.py"),
    _leave("optim", "cs231n/optim.py"),
    _leave("fc_net", "cs231n/classifiers/fc_net.py"),
    _leave("cnn", "cs231n/classifiers/cnn.py"),
    _leave("neural_net", "cs231n/classifiers/neural_net.py"),
    _leave("softmax", "cs231n/classifiers/softmax.py"),
    _leave("linear_svm", "cs231n/classifiers/linear_svm.py"),
    _leave("linear_classifier", "cs231n/classifiers/linear_classifier.py"),
)

# Early years keep the provided files in cs231n/ beside nndl/, later ones in utils/.
_NNDL = (
    _replace("gradient_check", "cs231n/gradient_check.py", "utils/gradient_check.py"),
    _replace("data_utils", "cs231n/data_utils.py", "utils/data_utils.py"),
    _replace("vis_utils", "cs231n/vis_utils.py", "utils/vis_utils.py"),
    _replace("solver", "cs231n/solver.py", "utils/solver.py"),
    _replace("fast_layers", "cs231n/fast_layers.py", "utils/fast_layers.py"),
    _replace("im2col", "cs231n/im2col.py", "utils/im2col.py"),
    _replace("im2col_cython", "cs231n/im2col_cython.py", "utils/im2col_cython.py"),
    _fill("layer_utils", "nndl/layer_utils.py"),
    _fill("conv_layer_utils", "nndl/conv_layer_utils.py", source="layer_utils"),
    _leave("layers", "nndl/layers.py"),
    _leave("conv_layers", "nndl/conv_layers.py"),
    _leave("optim", "nndl/optim.py"),
    _leave("fc_net", "nndl/fc_net.py"),
    _leave("cnn", "nndl/cnn.py"),
    _leave("neural_net", "nndl/neural_net.py"),
    _leave("softmax", "nndl/softmax.py"),
    _leave("linear_svm", "nndl/svm.py", "nndl/linear_svm.py"),
    _leave("linear_classifier", "nndl/linear_classifier.py"),
)

_LAYERS_UTILS = (
    _replace("gradient_check", "utils/gradient_check.py"),
    _replace("metrics_utils", "utils/metrics_utils.py", source="gradient_check"),
    _replace("data_utils", "utils/data_utils.py"),
    _replace("vis_utils", "utils/vis_utils.py"),
    _replace("solver", "base/solver.py"),
    _replace("fast_layers", "layers/fast_conv_layers.py"),
    _replace("im2col", "layers/im2col.py"),
    _replace("im2col_cython", "layers/im2col_cython.py"),
    _fill("layer_utils", "layers/layer_utils.py"),
    _leave("layers", "layers/layers.py"),
    _leave("optim", "base/optim.py"),
    _leave("fc_net", "classifiers/fc_net.py"),
    _leave("cnn", "classifiers/cnn.py"),
    _leave("neural_net", "classifiers/neural_net.py"),
    _leave("softmax", "classifiers/softmax.py"),
    _leave("linear_svm", "classifiers/linear_svm.py"),
    _leave("linear_classifier", "classifiers/linear_classifier.py"),
)

OVERLAYS: Mapping[str, tuple[OverlayFile, ...]] = MappingProxyType(
    {"cs231n": _CS231N, "nndl": _NNDL, "layers-utils": _LAYERS_UTILS}
)
"""The files of each edition, by the edition's name."""
