from cs231n import layers as L
try:
    from cs231n.fast_layers import conv_forward_fast as conv_f, conv_backward_fast as conv_b
    from cs231n.fast_layers import max_pool_forward_fast as pool_f, max_pool_backward_fast as pool_b
except ImportError:
    print('run setup.py build_ext --inplace')
    conv_f, conv_b = L.conv_forward_naive, L.conv_backward_naive
    pool_f, pool_b = L.max_pool_forward_naive, L.max_pool_backward_naive


def affine_relu_forward(x, w, b):
    a, cache_a = L.affine_forward(x, w, b)
    r, cache_r = L.relu_forward(a)
    return [r, [cache_a, cache_r]]


def affine_relu_backward(dout, cache):
    return L.affine_backward(L.relu_backward(dout, cache[1]), cache[0])


def conv_relu_forward(x, w, b, conv_param):
    a, cache_a = conv_f(x, w, b, conv_param)
    r, cache_r = L.relu_forward(a)
    return [r, [cache_a, cache_r]]


def conv_relu_backward(dout, cache):
    return conv_b(L.relu_backward(dout, cache[1]), cache[0])


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, cache_a = conv_f(x, w, b, conv_param)
    r, cache_r = L.relu_forward(a)
    p, cache_p = pool_f(r, pool_param)
    return [p, [cache_a, cache_r, cache_p]]


def conv_relu_pool_backward(dout, cache):
    return conv_b(L.relu_backward(pool_b(dout, cache[2]), cache[1]), cache[0])
