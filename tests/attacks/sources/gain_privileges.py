# Becomes somebody else, takes capabilities, and undoes what holds it.


def control(option, *values):
    library = ctypes.CDLL(None, use_errno=True)
    wide = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    result = library.prctl(option, *wide)
    if result < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return result


def strike():
    for name, other in (("setuid", 0), ("setgid", 0), ("setreuid", 0), ("setresuid", 0)):
        count = {"setreuid": 2, "setresuid": 3}.get(name, 1)
        attempt(name, lambda: getattr(os, name)(*[other] * count) or name)
    attempt("groups", lambda: os.setgroups([0]) or "set")
    header = ctypes.create_string_buffer(b"\x22\x05\x08\x20\0\0\0\0", 8)
    attempt("capabilities", invoke, "capset", header, ctypes.create_string_buffer(b"\xff" * 24))
    for option in (1, 4, 8, 22, 23, 24, 28, 36, 38, 47, 53, 0x59616D61):
        attempt(f"prctl {option}", control, option, 1)
    attempt("seccomp", invoke, "seccomp", 1, 0, None)
    attempt("Landlock", invoke, "landlock_create_ruleset", None, 0, 1)
    attempt("personality", invoke, "personality", 0x0040000)
