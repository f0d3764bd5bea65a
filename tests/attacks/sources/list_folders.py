# Lists folders of the machine.
# real: yes


def strike():
    for path in ("/tmp", "/home", "/root", "/var", "/run", "/proc", "/sys", "/dev/shm", "/etc"):
        attempt(path, os.listdir, path)
    for name in ("folder", "open", "repository"):
        attempt(name, os.listdir, FACTS[name])
