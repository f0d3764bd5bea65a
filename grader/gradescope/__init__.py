"""Autograders for Gradescope: makes the zip that is uploaded there, and runs inside it."""
