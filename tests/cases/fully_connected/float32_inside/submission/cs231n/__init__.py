from .layers import f32
