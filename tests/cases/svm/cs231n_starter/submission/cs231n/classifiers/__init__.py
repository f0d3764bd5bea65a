from .linear_classifier import *
