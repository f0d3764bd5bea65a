"""Error carried forward: what fails because of another function is judged without that error."""

from grader.carrying.carrier import Carried, Carrier
from grader.carrying.stage import Stage

__all__ = ["Carried", "Carrier", "Stage"]
