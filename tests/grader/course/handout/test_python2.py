import ast

import pytest

from grader.course.handout.python2 import is_python3, looks_like_python2, to_python3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print x", "print(x)"),
        ("print", "print()"),
        ("print 'a', x, ", "print('a', x, end=\" \") "),
        ("print >>log, x, y", "print(x, y, file=log)"),
        ("print (a), b", "print((a), b)"),
        ("print 'loss: %f' % loss  # shown", "print('loss: %f' % loss)  # shown"),
        ("if wrong: print 'no'; print 'yes'", "if wrong: print('no'); print('yes')"),
        ("for i in xrange(3):\n  print i", "for i in range(3):\n  print(i)"),
        ("for k, v in d.iteritems(): print k", "for k, v in d.items(): print(k)"),
        (
            "try:\n  f()\nexcept ValueError, e:\n  pass",
            "try:\n  f()\nexcept ValueError as e:\n  pass",
        ),
        ("raise ValueError, 'bad'", "raise ValueError('bad')"),
        ("exec code in space", "exec(code, space)"),
        ("x = `y` + `z`", "x = repr(y) + repr(z)"),
        ("a <> b", "a != b"),
        ("x = 0777 + 10L", "x = 0o777 + 10"),
        ("s = ur'a'", "s = r'a'"),
    ],
)
def test_old_statements_become_new_ones(old: str, new: str) -> None:
    """Each construct of old notebooks has its form in Python 3, comments and layout kept."""
    assert to_python3(old) == new
    ast.parse(new)


@pytest.mark.parametrize(
    "source",
    [
        "print('a', x)",
        '%matplotlib inline\n!echo "it\'s here"\nx = 1',
        'text = """print this\nprint that"""',
        "# print me\nx = 1  # xrange is gone",
        "values = {'print': 1}\nvalues['print']",
    ],
)
def test_what_is_python_3_stays_as_it_is(source: str) -> None:
    """Calls of print, magics, strings and comments are left alone."""
    assert to_python3(source) == source


def test_only_what_python_3_refuses_makes_a_cell_python_2() -> None:
    """A call of print says nothing, and neither does a cell that nothing can read."""
    assert looks_like_python2("print 'x'")
    assert not looks_like_python2("print('x')")
    assert not looks_like_python2("x = = 1")


def test_mixed_tabs_are_made_blanks_where_python_3_needs_them() -> None:
    """Python 2 took a tab for eight blanks."""
    old = "if a:\n\tprint b\n        print c"
    assert is_python3(to_python3(old))
