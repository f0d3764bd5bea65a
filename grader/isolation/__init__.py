"""Confines a process that runs student code; one module a primitive, nothing imported here."""
