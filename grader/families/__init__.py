"""Checks of whole families of functions, made ready for the assignments that share them.

Each function returns checks whose points the caller may set. A family knows the course's printed
values and the mistakes that are made there; an assignment says what counts how much.
"""
