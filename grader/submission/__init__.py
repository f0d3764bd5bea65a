"""Reading what was handed in: unpacking, finding targets, laying provided files over it."""
