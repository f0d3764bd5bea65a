# Reads expected values, the assignment's declaration and its secret.
# real: yes


def strike():
    for name in ("expected.npz", "assignment.py", "TwoLayers.ipynb", "hidden.json", "hidden.npz"):
        attempt(name, read, f"{FACTS['assignment']}/{name}")
        attempt(name, read, f"/proc/{FACTS['grader']}/root{FACTS['assignment']}/{name}")
    attempt("listing", os.listdir, FACTS["assignment"])
