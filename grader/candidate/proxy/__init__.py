"""Functions, classes, objects and arrays of a candidate, as a notebook cell uses them."""

from grader.candidate.proxy.objects import Remote, RemoteDict, RemoteFunction, RemoteObject
from grader.candidate.proxy.session import ForeignArgument, Session

__all__ = ["ForeignArgument", "Remote", "RemoteDict", "RemoteFunction", "RemoteObject", "Session"]
