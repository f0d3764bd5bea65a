"""The reference as a programme of its own: what is in it, and where there is none."""

from __future__ import annotations

from dataclasses import replace

from grader.course.catalogue import load_assignment
from grader.course.reference_programme import find_reference, find_resolver, lay_out_reference

FULLY_CONNECTED = load_assignment("fully_connected").assignment


def test_a_programme_holds_what_its_functions_import() -> None:
    """One function brings the modules that it reaches, and none of the others."""
    functions = find_reference(FULLY_CONNECTED, {}, ["layers:affine_forward"])
    programme = lay_out_reference(functions)
    names = {name for module in programme.modules for name in module.names}
    assert {"reference.layers.dense", "reference.arrays", "reference.validation"} <= names
    assert all(name.startswith("reference.") for name in names)
    assert "reference.optim" not in names
    assert programme.entries == {
        "layers:affine_forward": ("reference.layers.dense", "affine_forward")
    }


def test_of_the_grader_only_what_courses_provide_is_in_it() -> None:
    """Combined layers of images use the course's fast ones."""
    functions = find_reference(FULLY_CONNECTED, {}, ["layer_utils:conv_relu_forward"])
    names = {name for module in lay_out_reference(functions).modules for name in module.names}
    ours = {name for name in names if name.startswith("grader")}
    assert "grader.provided.fast_layers" in ours
    assert all(name.startswith("grader.provided") for name in ours)


def test_functions_follow_the_conventions_that_were_settled() -> None:
    """Keywords of a choice are known apart, and are no parameters any more."""
    assignment = load_assignment("dropout").assignment
    (convention,) = assignment.conventions
    other = next(name for name in convention.choices if name != convention.default)
    target = "layers:dropout_forward"
    usual = find_reference(assignment, {}, [target])[target]
    unusual = find_reference(assignment, {convention.name: other}, [target])[target]
    assert usual.parameters[:2] == unusual.parameters[:2] == ("x", "dropout_param")
    assert unusual.keywords
    assert not set(unusual.keywords) & set(unusual.parameters)


def test_classes_and_strangers_have_no_reference_function() -> None:
    """Nobody stands in for a network, nor for what the reference does not know."""
    assert find_reference(FULLY_CONNECTED, {}, ["fc_net:TwoLayerNet", "layers:nobody"]) == {}


def test_without_a_reference_there_is_no_function() -> None:
    """An assignment read from a bundle names none, another one that is not installed."""
    for name in ("", "not_installed.targets:resolve"):
        alone = replace(FULLY_CONNECTED, reference=name)
        assert find_resolver(alone) is None
        assert find_reference(alone, {}, ["layers:affine_forward"]) == {}
