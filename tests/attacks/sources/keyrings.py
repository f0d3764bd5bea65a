# Leaves and reads keys in the kernel's keyrings.


def strike():
    for ring in (-1, -2, -3, -4, -5):
        attempt(f"key in {ring}", invoke, "add_key", b"user", b"loot", b"x", 1, ring)
        attempt(f"ring {ring}", invoke, "keyctl", 0, ring, 1)
    attempt("session", invoke, "keyctl", 1, b"loot")
    attempt("request", invoke, "request_key", b"user", b"loot", None, 0)
