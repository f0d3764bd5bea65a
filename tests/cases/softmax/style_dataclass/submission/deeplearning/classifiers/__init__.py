from .linear_classifier import LinearClassifier, Softmax

__all__ = ["LinearClassifier", "Softmax"]
