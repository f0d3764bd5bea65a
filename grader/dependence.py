"""Which functions of a course are made of which, and may therefore be stood in for.

A stand-in hands out right answers. It must not give anybody the answer to the very question that
they are asked, so that nothing is ever stood in for what computes the same: no naive loss for the
vectorised one, no combined layer for the single layers that it is made of.
"""

from __future__ import annotations

_FLOORS = {"layer_utils": 1}
"""Functions by module: single layers and losses are at the bottom, combined layers above them."""
_TOP = 2
"""Networks and classifiers, which are classes."""

DOCUMENTED_CACHES = frozenset(
    {
        "layers:affine_forward",
        "layers:relu_forward",
        "layers:conv_forward_naive",
        "layers:max_pool_forward_naive",
        "layers:dropout_forward",
        "layer_utils:affine_relu_forward",
    }
)
"""Forward passes whose cache courses describe, so that anybody's backward pass can read it."""


def name_of(target: str) -> str:
    """Return what a target is called, without its module."""
    return target.partition(":")[2]


def is_class(target: str) -> bool:
    """Return whether a target is a class, by its name."""
    return name_of(target)[:1].isupper()


def floor_of(target: str) -> int:
    """Return how far up a target stands among what it is made of."""
    return _TOP if is_class(target) else _FLOORS.get(target.partition(":")[0], 0)


def partners_of(target: str) -> tuple[str, ...]:
    """Return what shares a cache with a layer's pass: of a forward the backward, and vice versa."""
    if "_forward" in target:
        backward = target.replace("_forward", "_backward")
        return (backward, f"{backward}_alt")
    if "_backward" not in target:
        return ()
    plain = target.removesuffix("_alt")
    other = plain if plain != target else f"{plain}_alt"
    return (plain.replace("_backward", "_forward"), other)


def may_stand_in(target: str, owner: str) -> bool:
    """Return whether a correct ``target`` may help to judge ``owner``."""
    if is_class(target):
        return False
    if owner in partners_of(target):
        return target in DOCUMENTED_CACHES
    low, high = floor_of(target), floor_of(owner)
    return low < high or (low == high and _is_spatial(owner) and not _is_spatial(target))


def _is_spatial(target: str) -> bool:
    """Return whether a normalisation of images is made of one of rows."""
    return name_of(target).startswith("spatial_")
