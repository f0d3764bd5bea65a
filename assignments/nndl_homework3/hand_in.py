"""The third homework of UCLA's neural networks course: networks without convolutions."""

from grader import HandIn

hand_in = HandIn(
    name="nndl_homework3",
    title="Neural networks and deep learning, homework 3",
    parts={"nndl_two_layer": 50, "nndl_fully_connected": 50},
)
