from reference.arrays import Array

def max_pool_forward(
    planes: Array, out: Array, winners: Array, pool_height: int, pool_width: int, stride: int
) -> None: ...
def max_pool_backward(
    dout: Array, winners: Array, dplanes: Array, width: int, stride: int
) -> None: ...
