"""What an instructor writes: assignments, questions and their expected values."""
