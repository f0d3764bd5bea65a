# Asks for sizes and times of files that it may not read.
# levels: strict
# real: yes


def strike():
    for name in ("readable", "private", "other", "victim", "path", "repository"):
        attempt(name, os.stat, FACTS[name])
        attempt(f"link {name}", os.lstat, FACTS[name])
    attempt("passwd", os.stat, "/etc/passwd")
