import layers


def affine_relu_forward(x, w, b):
    affine_out, affine_cache = layers.affine_forward(x=x, w=w, b=b)
    out, relu_cache = layers.relu_forward(x=affine_out)
    return out, {"affine": affine_cache, "relu": relu_cache}


def affine_relu_backward(dout, cache):
    return layers.affine_backward(
        dout=layers.relu_backward(dout=dout, cache=cache["relu"]), cache=cache["affine"])
