# Looks at other processes, and at itself, through /proc.
# real: yes

NAMES = ("environ", "cmdline", "maps", "mem", "status", "root", "cwd", "fd", "exe", "ns/mnt")


def look(path):
    if os.path.isdir(path):
        return os.listdir(path)
    return read(path)


def strike():
    for process in (FACTS["grader"], FACTS["zygote"], os.getppid(), "self", 1, "thread-self"):
        for name in NAMES:
            attempt(f"{process}/{name}", look, f"/proc/{process}/{name}")
    for name in (
        "kcore",
        "kallsyms",
        "sysrq-trigger",
        "version",
        "mounts",
        "sys/kernel/core_pattern",
    ):
        attempt(name, read, f"/proc/{name}")
