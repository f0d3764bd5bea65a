"""Error carried forward: what fails because of another function is judged without that error."""

from grader.carrying.carrier import Carried, Carrier

__all__ = ["Carried", "Carrier"]
