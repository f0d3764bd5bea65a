"""Checks of properties: what holds for every correct function, whatever its inputs."""

from grader.checks.properties.check import PropertyCheck

__all__ = ["PropertyCheck"]
