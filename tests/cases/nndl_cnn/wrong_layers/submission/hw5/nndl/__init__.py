from .layers import *
from .layer_utils import *
from .conv_layers import *
from .cnn import *
