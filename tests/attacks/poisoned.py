"""Attacks that return what no function should: a wrong layer gains nothing by any of it."""

from __future__ import annotations

from attack import Attack

VALUES = {
    "nothing": "None",
    "nan": "np.full_like(dout, np.nan)",
    "infinities": "np.where(dout > 0, np.inf, -np.inf)",
    "huge_numbers": "np.full(dout.shape, 1e200)",
    "numbers_that_overflow": "np.sign(dout) * 1.7e308",
    "huge_array": "np.zeros((40_000_000,))",
    "huge_shape": "np.broadcast_to(0.0, (1 << 40,))",
    "zero_size": "np.zeros((10, 0))",
    "zero_size_of_huge_shape": "np.zeros((0, 1 << 40))",
    "no_dimensions": "np.array(0.0)",
    "one_number": "0.0",
    "broadcasting_row": "(dout * (cache > 0))[:1] * 0.5",
    "broadcasting_column": "np.zeros((dout.shape[0], 1))",
    "dimension_too_many": "(dout * (cache > 0) * 0.5)[None]",
    "objects": "np.array([[object()]], dtype=object)",
    "numbers_as_objects": "(dout * 0.5).astype(object)",
    "strings": "np.array([['0.0']])",
    "structured": "np.zeros(3, dtype=[('x', float)])",
    "dates": "np.zeros(3, dtype='M8[ns]')",
    "big_endian": "(dout * 0.5).astype('>f8')",
    "strided": "np.repeat(dout * 0.5, 2, axis=1)[:, ::2]",
    "reversed": "(dout * 0.5)[::-1, ::-1]",
    "complex": "(dout * 0.5).astype(complex)",
    "half_precision": "dout.astype(np.float16)",
    "long_precision": "(dout * 0.5).astype(np.longdouble)",
    "booleans": "dout > 0",
    "overlapping": "np.lib.stride_tricks.as_strided(dout, dout.shape, (0, 0))",
    "read_only": "np.broadcast_to(dout[:1] * 0.5, dout.shape)",
    "masked": "np.ma.masked_all(dout.shape)",
    "matrix": "np.asmatrix(dout * 0.5) if dout.ndim == 2 else dout",
    "record": "np.rec.array([(1.0,)], dtype=[('a', float)])",
    "nested_lists": "(dout * 0.5).tolist()",
    "ragged_lists": "[[1.0], [1.0, 2.0]]",
    "deep_list": "__import__('functools').reduce(lambda a, _: [a], range(5000), 0.0)",
    "list_in_itself": "(lambda a: a.append(a) or a)([])",
    "long_list": "[0.0] * 1_500_000",
    "many_parts": "[[1, 'a']] * 50_000",
    "big_number": "10 ** 400",
    "bigger_number": "1 << (1 << 22)",
    "dictionary": "{'dx': dout, 1: 2, None: 3, (1, 2): 4}",
    "set": "{1.0, 2.0}",
    "bytes": "bytes(1 << 20)",
    "surrogates": "'\\ud800'",
    "type": "np.ndarray",
    "module": "np",
    "function": "relu_forward",
    "generator": "(value for value in dout)",
    "exception": "ValueError('returned')",
    "memory": "memoryview(dout)",
    "not_implemented": "NotImplemented",
    "ellipsis": "...",
    "slice": "slice(0, 1 << 62)",
}

POISONED = tuple(
    Attack(
        name=f"return_{name}",
        about=f"Returns {name.replace('_', ' ')}.",
        text=f"def relu_backward(dout, cache):\n    return {expression}\n",
        where="nowhere",
        reading=True,
        broken="relu_backward",
        statuses=("failed", "errored", "missing", "timed_out"),
    )
    for name, expression in VALUES.items()
)
