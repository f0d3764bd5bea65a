"""The layers of the course, each forward pass beside its backward pass."""
