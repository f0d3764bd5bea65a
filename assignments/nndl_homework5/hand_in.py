"""The fifth homework of UCLA's neural networks course: convolutional networks."""

from grader import HandIn

hand_in = HandIn(
    name="nndl_homework5",
    title="Neural networks and deep learning, homework 5",
    parts={"nndl_cnn": 100},
)
