"""Matches failures to known mistakes, and tells the shape of those that match none."""
