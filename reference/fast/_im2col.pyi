from reference.arrays import Array

def im2col(
    padded: Array, columns: Array, field_height: int, field_width: int, stride: int, top: int
) -> None: ...
def col2im(
    columns: Array, padded: Array, field_height: int, field_width: int, stride: int, top: int
) -> None: ...
