# Asks for sizes and times of files that it may not read.
# levels: strict
# real: yes


def strike():
    for name in ("readable", "private", "other", "victim", "path"):
        attempt(name, os.stat, FACTS[name])
        attempt(f"link {name}", os.lstat, FACTS[name])
    # The folder itself may be there, empty: NumPy may lie below it.
    attempt("repository", os.stat, FACTS["repository"] + "/pyproject.toml")
    attempt("passwd", os.stat, "/etc/passwd")
