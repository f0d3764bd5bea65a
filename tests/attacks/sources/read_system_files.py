# Reads what everybody on a machine can read: users, hosts, mounts, the kernel's log.
# real: yes

PATHS = (
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/fstab",
    "/etc/resolv.conf",
)


def strike():
    for path in PATHS:
        attempt(path, read, path)
    for path in ("/sys/kernel/hostname", "/boot", "/root/.bash_history", "/var/log/dmesg"):
        attempt(path, read, path)
