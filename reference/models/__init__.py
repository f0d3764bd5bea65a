"""The networks of the course, built from the layers."""
