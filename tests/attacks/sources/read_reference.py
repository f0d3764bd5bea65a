# Reads and imports the reference, whose functions are all correct.
# real: yes

import importlib


def strike():
    for name in ("reference/layers/dense.py", "reference/targets.py", "grader/judge.py"):
        attempt(name, read, f"{FACTS['repository']}/{name}")
    sys.path.insert(0, FACTS["repository"])
    importlib.invalidate_caches()
    for name in ("reference", "reference.targets", "reference.layers", "grader.judge"):
        attempt(name, importlib.import_module, name)
    sys.path.pop(0)
