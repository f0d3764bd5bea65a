# Makes as many files and folders as any folder takes.

PLACES = (".", "/scratch", "/tmp", "/dev/shm")


def fill(folder):
    try:
        for number in range(5000):
            os.mkdir(f"{folder}/{FACTS['loot']}-{number}")
    except OSError:
        return number
    return 5000


def strike():
    for folder in (*PLACES, FACTS["open"]):
        number = fill(folder)
        if number > 1000:
            _GOT.append(f"{number} folders in {folder}")
