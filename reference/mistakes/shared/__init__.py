"""Mistakes that several families make, each to be given its target and what it edits there."""
