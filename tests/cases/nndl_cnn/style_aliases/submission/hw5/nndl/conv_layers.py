from .conv import forward as conv_forward_naive, backward as conv_backward_naive
from .pool import forward as max_pool_forward_naive
from .pool import backward as max_pool_backward_naive
from .norm import spatial_forward as spatial_batchnorm_forward
from .norm import spatial_backward as spatial_batchnorm_backward
