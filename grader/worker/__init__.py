"""The process that runs student code: standard library, NumPy and the framing, nothing else."""
