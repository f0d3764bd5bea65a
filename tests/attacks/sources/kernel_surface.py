# Makes system calls that no course needs, in which the kernel has had most of its holes.


def strike():
    space = ctypes.create_string_buffer(256)
    attempt("bpf", invoke, "bpf", 0, space, 64)
    attempt("perf", invoke, "perf_event_open", space, 0, -1, -1, 0)
    attempt("io_uring", invoke, "io_uring_setup", 4, space)
    attempt("userfaultfd", invoke, "userfaultfd", 1)
    attempt("fanotify", invoke, "fanotify_init", 0, 0)
    attempt("kexec", invoke, "kexec_load", 0, 0, 0, 0)
    attempt("quota", invoke, "quotactl", 0, b"/", 0, space)
    attempt("syslog", invoke, "syslog", 10, 0, 0)
    attempt("openat2", invoke, "openat2", -100, b"/", space, 24)
    reading, writing = os.pipe()
    attempt("splice", invoke, "splice", reading, None, writing, None, 1, 2)
    attempt("vmsplice", invoke, "vmsplice", writing, space, 1, 0)
