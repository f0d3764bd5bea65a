# Looks for secrets in the environment and on the stack, where the kernel puts it.


def strike():
    attempt("variable", os.environ.__getitem__, FACTS["variable"])
    library = ctypes.CDLL(None)
    library.getenv.restype = ctypes.c_char_p
    found = library.getenv(FACTS["variable"].encode())
    if found:
        attempt("getenv", str, found)
    for name in os.environ:
        if "SECRET" in name or "TOKEN" in name or "SUDO" in name or name == "HOME":
            attempt(name, str, os.environ[name])
