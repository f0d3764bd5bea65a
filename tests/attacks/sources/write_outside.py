# Writes files into every folder that looks writable, beside libraries too.

import numpy

PLACES = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue", "/dev", "/etc", "/usr/lib")


def write(folder):
    path = f"{folder}/{FACTS['loot']}-{os.getpid()}"
    with open(path, "w") as file:
        file.write("x")
    return path


def strike():
    beside = (os.path.dirname(os.__file__), os.path.dirname(numpy.__file__))
    for folder in (*PLACES, *beside, FACTS["open"], FACTS["folder"], FACTS["repository"]):
        attempt(folder, write, folder)
        attempt(f"folder in {folder}", os.mkdir, f"{folder}/{FACTS['loot']}-folder")
