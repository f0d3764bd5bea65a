"""Editions: where a course keeps its modules, as data."""

from collections.abc import Mapping
from dataclasses import field

from grader.records import record


@record
class Edition:
    """One way a course lays out its modules and names its parameters."""

    name: str
    modules: Mapping[str, tuple[str, ...]]
    """Canonical module name -> paths inside the course's folder, most usual first."""
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Canonical keyword -> other names that years of this course have used for it."""


_KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "hidden_dim": ("hidden_dims", "hidden_size"),
    "hidden_dims": ("hidden_dim", "hidden_sizes"),
    "num_classes": ("output_dim", "output_size", "num_class"),
    "input_dim": ("input_size",),
    "weight_scale": ("std", "weight_std"),
    "normalization": ("use_batchnorm",),
    "use_batchnorm": ("normalization",),
    "dropout_keep_ratio": ("dropout",),
    "dropout": ("dropout_keep_ratio",),
}

CS231N = Edition(
    "cs231n",
    {
        "layers": ("cs231n/layers.py",),
        "layer_utils": ("cs231n/layer_utils.py",),
        "fast_layers": ("cs231n/fast_layers.py",),
        "fc_net": ("cs231n/classifiers/fc_net.py",),
        "neural_net": ("cs231n/classifiers/neural_net.py",),
        "cnn": ("cs231n/classifiers/cnn.py",),
        "softmax": ("cs231n/classifiers/softmax.py",),
        "linear_svm": ("cs231n/classifiers/linear_svm.py",),
        "linear_classifier": ("cs231n/classifiers/linear_classifier.py",),
        "optim": ("cs231n/optim.py",),
        "solver": ("cs231n/solver.py",),
        "gradient_check": ("cs231n/gradient_check.py",),
        "data_utils": ("cs231n/data_utils.py",),
        "vis_utils": ("cs231n/vis_utils.py",),
    },
    _KEYWORDS,
)

NNDL = Edition(
    "nndl",
    {
        "layers": ("nndl/layers.py", "nndl/conv_layers.py"),
        "layer_utils": ("nndl/layer_utils.py", "nndl/conv_layer_utils.py"),
        "fast_layers": ("utils/fast_layers.py", "cs231n/fast_layers.py"),
        "fc_net": ("nndl/fc_net.py",),
        "neural_net": ("nndl/neural_net.py",),
        "cnn": ("nndl/cnn.py",),
        "softmax": ("nndl/softmax.py",),
        "linear_svm": ("nndl/svm.py", "nndl/linear_svm.py"),
        "linear_classifier": ("nndl/linear_classifier.py",),
        "optim": ("nndl/optim.py",),
        "solver": ("cs231n/solver.py", "utils/solver.py"),
        "gradient_check": ("cs231n/gradient_check.py", "utils/gradient_check.py"),
        "data_utils": ("cs231n/data_utils.py", "utils/data_utils.py"),
        "vis_utils": ("cs231n/vis_utils.py", "utils/vis_utils.py"),
    },
    _KEYWORDS,
)

LAYERS_UTILS = Edition(
    "layers-utils",
    {
        "layers": ("layers/layers.py",),
        "layer_utils": ("layers/layer_utils.py",),
        "fast_layers": ("layers/fast_conv_layers.py",),
        "fc_net": ("classifiers/fc_net.py",),
        "neural_net": ("classifiers/neural_net.py",),
        "cnn": ("classifiers/cnn.py",),
        "softmax": ("classifiers/softmax.py",),
        "linear_svm": ("classifiers/linear_svm.py",),
        "linear_classifier": ("classifiers/linear_classifier.py",),
        "optim": ("base/optim.py",),
        "solver": ("base/solver.py",),
        "gradient_check": ("utils/gradient_check.py",),
        "data_utils": ("utils/data_utils.py",),
        "vis_utils": ("utils/vis_utils.py",),
    },
    _KEYWORDS,
)

EDITIONS = (CS231N, NNDL, LAYERS_UTILS)
