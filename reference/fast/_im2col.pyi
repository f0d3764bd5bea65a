from reference.arrays import Array

def im2col(
    image: Array, columns: Array, field_height: int, field_width: int, stride: int, pad: int
) -> None: ...
def col2im(
    columns: Array, image: Array, field_height: int, field_width: int, stride: int, pad: int
) -> None: ...
