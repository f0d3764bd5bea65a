"""Correct NumPy implementations of the layers, losses, models and optimizers of the course.

Expected values come from here, so nothing in this package is approximate: every gradient is
exact, every exponential is kept from overflowing, and the dtype of the inputs is kept. It
reads as teaching material and is faithful to the course's names, argument orders and dicts.

============================== ==================================================================
`layers.dense`                 affine layer
`layers.activations`           ReLU, leaky ReLU, sigmoid, tanh
`layers.normalization`         batch normalisation (two backward derivations), layer normalisation
`layers.spatial_normalization` spatial batch and group normalisation
`layers.dropout`               inverted dropout, with both meanings of its `p`
`layers.convolution`           convolution, naive
`layers.pooling`               max pooling, naive
`layers.combined`              affine-relu, affine-batchnorm-relu, and that with dropout
`layers.combined_convolution`  conv-relu, conv-relu-pool, and these with batch normalisation
`losses`                       SVM and softmax losses on scores
`linear_classifiers`           SVM and softmax losses on weights; classifiers trained with them
`optim`                        SGD, momentum, Nesterov momentum, AdaGrad, RMSProp, Adam
`models.two_layer`             two-layer network made of layers
`models.fully_connected`       network of any depth, with normalisation and dropout
`models.toy`                   two-layer network in one piece, with its own training loop
`models.convolutional`         three-layer convolutional network
`models.deep_convolutional`    convolutional network of any depth, with batch normalisation
`data`                         images from CIFAR-10, scikit-learn's digits or a generator
`training`                     how each kind of model is trained
`recipes`                      which settings each model is trained with, on each source
`train`                        the command ``python -m reference.train``
`targets`                      finds the function for a name such as ``layers:relu_forward``
============================== ==================================================================

A layer's forward function returns ``(out, cache)``; its backward function takes the upstream
gradient and that cache. Inputs are never changed in place, except for the dicts whose
docstrings say so. Bad arguments raise ValueError with name, value and what was expected.

Importing this package imports nothing else.
"""
