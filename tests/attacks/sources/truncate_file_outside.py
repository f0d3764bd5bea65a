# Empties a file that everybody may write, by every call that can.


def strike():
    victim = FACTS["victim"]
    attempt("truncate", os.truncate, victim, 0)
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
        attempt(f"open {flags}", os.open, victim, flags | os.O_TRUNC)
    attempt("appending", open, victim, "a")
    attempt("O_TMPFILE", os.open, FACTS["open"], os.O_TMPFILE | os.O_RDWR)
