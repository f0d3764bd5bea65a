# Writes files as long as any folder takes them.

PLACES = (".", "/scratch", "/tmp", "/var/tmp", "/dev/shm")
ALLOWED = 32 << 20


def fill(folder):
    written = 0
    block = b"x" * (1 << 20)
    try:
        for number in range(200):
            with open(f"{folder}/{FACTS['loot']}-{number}", "wb", buffering=0) as file:
                for _ in range(4):
                    written += file.write(block)
    except OSError:
        pass
    return written


def strike():
    for folder in (*PLACES, FACTS["open"]):
        written = fill(folder)
        if written > ALLOWED:
            _GOT.append(f"{written} bytes in {folder}")
