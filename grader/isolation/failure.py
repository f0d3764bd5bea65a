"""The one exception of this package: a layer of isolation that could not be put up."""


class IsolationError(Exception):
    """A confined worker cannot be had; the message says which layer failed and why."""
