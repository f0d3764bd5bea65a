"""Arrays that live in a candidate's objects and are changed here: leased, and handed back.

A lease is strong until the conversation ends, and every lease that differs is written back before
each request. A weak one loses the last restoring of an entry in a gradient check, and every
gradient after it is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Write
from grader.candidate.wire import Handle

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHOLE = (("item", ()),)
"""Path that means all of an array, whatever its dimensions."""


@dataclass(slots=True)
class _Lease:
    """An array here, the one it stands for there, and what was last known to be there."""

    handle: Handle
    array: NDArray[Any]
    there: bytes


class Leases:
    """All arrays that are leased in one conversation."""

    def __init__(self) -> None:
        self._leases: dict[Handle, _Lease] = {}
        self.moved = 0
        """Bytes that were leased and written back so far."""
        self.compared = 0
        """Bytes that were looked at to see what changed: all leases, before each request."""

    def take(self, handle: Handle, value: NDArray[Any]) -> NDArray[Any]:
        """Return the array that stands for the one behind a handle, always the same one.

        Parameters
        ----------
        handle : Handle
            Of the array in the candidate.
        value : ndarray
            What it holds now.
        """
        self.moved += value.nbytes
        lease = self._leases.get(handle)
        if lease is None or lease.array.shape != value.shape or lease.array.dtype != value.dtype:
            array = np.array(value)
            self._leases[handle] = _Lease(handle, array, array.tobytes())
            return array
        lease.array[...] = value
        lease.there = value.tobytes()
        return lease.array

    def collect(self) -> list[Write]:
        """Return what must be written so that the candidate's arrays are as those here."""
        writes = []
        for lease in self._leases.values():
            now = lease.array.tobytes()
            self.compared += len(now)
            if now != lease.there:
                writes.append(Write(lease.handle, _WHOLE, lease.array.copy()))
                lease.there = now
                self.moved += len(now)
        return writes
