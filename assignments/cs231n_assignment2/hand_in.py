"""The second assignment of CS231n, without what it asks for in other frameworks."""

from grader import HandIn

hand_in = HandIn(
    name="cs231n_assignment2",
    title="CS231n, assignment 2: networks of layers",
    parts={
        "fully_connected": 25,
        "batch_normalization": 30,
        "dropout": 10,
        "convolutional_networks": 35,
    },
)
