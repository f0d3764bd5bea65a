# Raises exceptions that fail when they are looked at.
# where: relu_backward
# status: errored, passed


class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
    __module__ = property(lambda cls: 1 / 0)


class Odd(BaseException, metaclass=Meta):
    __traceback__ = 3

    def __str__(self):
        raise self

    __repr__ = __str__


def strike():
    raise Odd
