"""The first assignment of CS231n, as far as it is about linear classifiers."""

from grader import HandIn

hand_in = HandIn(
    name="cs231n_assignment1",
    title="CS231n, assignment 1: linear classifiers",
    parts={"svm": 50, "softmax": 50},
)
