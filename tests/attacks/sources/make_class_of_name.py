# Gives functions and classes names that are markup, paths and commands.
# where: relu_backward
# status: errored, passed


def strike():
    name = "<b>../../etc/passwd</b>::error::\x1b[31m\u202e"
    strike.__name__ = strike.__qualname__ = name
    raise type(name * 50, (ValueError,), {"__module__": name})(name)
