"""What students begin with: the course's modules, made from the reference, with empty bodies."""
