"""What is judged and how, a file per kind of check."""
