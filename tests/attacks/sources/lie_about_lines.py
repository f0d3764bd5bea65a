# Raises from lines and files that it does not have.
# where: relu_backward
# status: errored, passed


def strike():
    space = {}
    exec(compile("def f():\n" + "\n" * 5000 + "    1 / 0", "/etc/passwd", "exec"), space)
    space["f"].__code__ = space["f"].__code__.replace(co_filename="cs231n/layer_utils.py")
    space["f"]()
