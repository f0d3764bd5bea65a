# Changes mode, times, owner and attributes of a file that everybody may write.


def strike():
    victim = FACTS["victim"]
    attempt("mode", os.chmod, victim, 0o777)
    attempt("times", os.utime, victim, (1, 1))
    attempt("owner", os.chown, victim, os.getuid(), os.getgid())
    attempt("attribute", os.setxattr, victim, "user.loot", b"x")
    attempt("removal", os.unlink, victim)
    attempt("name", os.rename, victim, victim + "2")
    attempt("another name", os.link, victim, victim + "2")
    attempt("a link", os.symlink, victim, victim + "3")
    attempt("a pipe", os.mkfifo, victim + "4")
